"""The statistics that the SQL writes out, against statsmodels and lifelines, on values that break naive formulas."""

import math
import subprocess
import warnings
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import KaplanMeierFitter
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from orchestration.dbt_project import dbt_executable
from projects import ROOT

MANY = 10_000_000
TAIL = 1e-9  # of itself: how well a probability is known that is next to nothing; any other to 1e-9
SHARES = [(0, 1), (1, 1), (0, 7), (7, 7), (1, 2), (1, 10), (9, 10), (0, MANY), (1, MANY), (MANY - 1, MANY), (MANY, MANY)]
ARMS = [(*treated, *control) for treated in SHARES for control in SHARES]

# Of k in n treated and c in m controls, all that is said of them.
OF_A_SHARE = "{{ share('k', 'n') }} as p, {{ wilson('k', 'n', 'low') }} as p_low, {{ wilson('k', 'n', 'high') }} as p_high"
OF_A_CONTROL = "{{ share('c', 'm') }} as q, {{ wilson('c', 'm', 'low') }} as q_low, {{ wilson('c', 'm', 'high') }} as q_high"
OF_A_LIFT = "{{ newcombe('p', 'q', 'low') }} as low, {{ newcombe('p', 'q', 'high') }} as high"
OF_CHANCE = "(p - q) / sqrt({{ pooled_variance('k', 'n', 'c', 'm') }}) as z"
INLINE = f"""
select {OF_A_SHARE} from counts
-- next
select low, high, {{{{ normal_p_value('z') }}}} from (
  select {OF_A_LIFT}, {OF_CHANCE} from (select *, {OF_A_SHARE}, {OF_A_CONTROL} from counts)
)
-- next
select {{{{ normal_p_value('z') }}}} from numbers
-- next
select t, at_risk, survival, returned, follow_up from ({{{{ kaplan_meier('observed', ['curve']) }}}}) order by t
"""

Spell = tuple[int, int, bool]  # at risk from a day, seen until a day, returned on it


class Statistics:
    """The SQL that the project's own macros write, run in DuckDB."""

    def __init__(self, compiled: str):
        self.of_share, self.of_lift, self.of_z, self.of_curve = compiled.split("-- next")

    def share(self, k: int, n: int) -> tuple[float | None, ...]:
        return duckdb.execute(f"with counts as (select {k}::bigint as k, {n}::bigint as n) {self.of_share}").fetchone()

    def lift(self, k: int, n: int, c: int, m: int) -> tuple[float | None, ...]:
        counts = f"select {k}::bigint as k, {n}::bigint as n, {c}::bigint as c, {m}::bigint as m"
        return duckdb.execute(f"with counts as ({counts}) {self.of_lift}").fetchone()

    def normal_p_value(self, z: float) -> float:
        return duckdb.execute(f"with numbers as (select {z!r}::double as z) {self.of_z}").fetchone()[0]

    def curve(self, spells: dict[Spell, int]) -> dict[int, tuple[int, float, int, int]]:
        """Day → at risk, survival, returned, follow-up; of so many spells of a kind."""
        rows = []
        for (seen_from, seen_until, returned), times in spells.items():
            rows.append((seen_from, times, 0, 0))
            rows.append((seen_until, 0, times * returned, times))
        values = ", ".join(f"('one', {t}, {entries}, {returns}, {departures})" for t, entries, returns, departures in rows)
        observed = f"with observed (curve, t, entries, returns, departures) as (values {values})"
        return {day: row for day, *row in duckdb.execute(f"{observed} {self.of_curve}").fetchall()}


def compile_sql(target: Path) -> None:
    command = [dbt_executable(), "--quiet", "compile", "--inline", INLINE, "--target-path", str(target), "--log-path", str(target)]
    command += ["--project-dir", str(ROOT / "dbt_project"), "--profiles-dir", str(ROOT / "dbt_project"), "--vars", f'{{"db_path": "{target}/w.duckdb"}}']
    compiled = subprocess.run(command, check=True, text=True, capture_output=True).stdout
    (target / "compiled.sql").write_text(compiled)


@pytest.fixture(scope="session")
def statistics(folder_once) -> Statistics:
    return Statistics((folder_once("statistics", compile_sql) / "compiled.sql").read_text())


def share_is_as_in_statsmodels(statistics: Statistics, k: int, n: int) -> None:
    share, low, high = statistics.share(k, n)
    assert (low, high) == pytest.approx(proportion_confint(k, n, 0.05, "wilson"), abs=1e-9)
    assert 0 <= low <= share <= high <= 1


def lift_is_as_in_statsmodels(statistics: Statistics, k: int, n: int, c: int, m: int) -> None:
    low, high, p_value = statistics.lift(k, n, c, m)
    with warnings.catch_warnings():  # it divides by 0 and goes on
        warnings.simplefilter("ignore")
        interval = confint_proportions_2indep(k, n, c, m, method="newcomb", compare="diff")
        wanted = proportions_ztest([k, c], [n, m])[1]
    assert (low, high) == pytest.approx(interval, abs=1e-9)
    if k + c in (0, n + m):
        assert p_value is None
    else:
        assert 0 <= p_value <= 1
        assert p_value == pytest.approx(wanted, rel=TAIL, abs=1e-298)
        assert p_value == pytest.approx(wanted, abs=1e-9)


def curve_is_as_in_lifelines(statistics: Statistics, spells: dict[Spell, int]) -> None:
    starts, ends, returned = zip(*spells, strict=True)
    fitted = KaplanMeierFitter().fit(ends, returned, entry=[start - 0.5 for start in starts], weights=list(spells.values()))
    curve = statistics.curve(spells)
    for day, (at_risk, survival, returned_so_far, follow_up) in curve.items():
        assert survival == pytest.approx(fitted.predict(day), abs=1e-9), day
        assert at_risk == sum(times for (start, end, _), times in spells.items() if start <= day <= end)
        assert returned_so_far == sum(times for (_, end, returned), times in spells.items() if returned and end <= day)
        assert follow_up == max(ends)
    survivals = [survival for _, survival, *_ in curve.values()]
    assert survivals == sorted(survivals, reverse=True)


@pytest.mark.parametrize(("k", "n"), SHARES)
def test_intervals_at_the_edges(statistics: Statistics, k: int, n: int) -> None:
    share_is_as_in_statsmodels(statistics, k, n)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_intervals_anywhere(statistics: Statistics, data: st.DataObject) -> None:
    n = data.draw(st.integers(1, 10**9))
    share_is_as_in_statsmodels(statistics, data.draw(st.integers(0, n)), n)


def test_a_share_of_nothing_is_null(statistics: Statistics) -> None:
    assert statistics.share(0, 0) == (None, None, None)


@pytest.mark.parametrize("arms", ARMS)
def test_lifts_at_the_edges(statistics: Statistics, arms: tuple[int, int, int, int]) -> None:
    lift_is_as_in_statsmodels(statistics, *arms)


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_lifts_anywhere(statistics: Statistics, data: st.DataObject) -> None:
    n, m = data.draw(st.integers(1, MANY)), data.draw(st.integers(1, MANY))
    lift_is_as_in_statsmodels(statistics, data.draw(st.integers(0, n)), n, data.draw(st.integers(0, m)), m)


@pytest.mark.parametrize("arms", [(0, 0, 1, 2), (1, 2, 0, 0), (0, 0, 0, 0)])
def test_a_lift_beside_nothing_is_null(statistics: Statistics, arms: tuple[int, int, int, int]) -> None:
    assert statistics.lift(*arms) == (None, None, None)


@pytest.mark.parametrize("z", [0.0, 1e-300, 1e-9, 1.0, 1.959963984540054, 5.0, 7.07106781186547, 7.0710678118654755, 8.0, 20.0, 36.99, 37.0])
def test_probabilities_however_small(statistics: Statistics, z: float) -> None:
    for either_side in (z, -z):
        assert statistics.normal_p_value(either_side) == pytest.approx(math.erfc(z / math.sqrt(2)), rel=TAIL, abs=0)


@settings(max_examples=300, deadline=None)
@given(z=st.floats(-37, 37))
def test_probabilities_anywhere(statistics: Statistics, z: float) -> None:
    assert statistics.normal_p_value(z) == pytest.approx(math.erfc(abs(z) / math.sqrt(2)), rel=TAIL, abs=0)


def test_what_is_next_to_impossible_has_no_probability(statistics: Statistics) -> None:
    assert statistics.normal_p_value(37.1) == statistics.normal_p_value(-1e300) == 0


@pytest.mark.parametrize(
    "spells",
    [
        {(0, 1, True): 1},
        {(0, 1, False): 1},
        {(0, 0, False): 1, (0, 5, True): 1},
        {(0, 10, True): 1, (0, 10, False): 1, (0, 20, True): 1},
        {(0, 10, True): 3, (0, 20, True): 4},
        {(0, 10, True): 1, (0, 20, False): MANY - 1},
        {(0, 10, True): MANY - 1, (0, 20, False): 1},
        {(0, day, day % 3 > 0): 1 for day in range(1, 1000)},
        {(0, 60, False): 1, (0, 10, True): 2, (15, 15, True): 1, (15, 15, False): 1, (15, 40, True): MANY},
    ],
)
def test_curves_at_the_edges(statistics: Statistics, spells: dict[Spell, int]) -> None:
    curve_is_as_in_lifelines(statistics, spells)


spans = st.tuples(st.sampled_from([0, 0, 8, 15, 31]), st.integers(0, 60), st.booleans())
several = st.integers(1, 3) | st.integers(1, MANY)


# One is there from first to last, as lifelines wants: without one at risk it has no curve.
@settings(max_examples=300, deadline=None)
@given(drawn=st.dictionaries(spans, several, max_size=20), last_seen=st.integers(92, 800))
def test_curves_anywhere(statistics: Statistics, drawn: dict[Spell, int], last_seen: int) -> None:
    spells = {(start, start + span, returned and start + span > 0): times for (start, span, returned), times in drawn.items()}
    curve_is_as_in_lifelines(statistics, {(0, last_seen, False): 1, **spells})
