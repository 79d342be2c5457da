"""The last date a refresh counts: no mistyped date is published unasked, and a published one can be undone."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.errors import WinbackError
from orchestration.plan import date_to_count, refuse_future
from orchestration.request import Request
from orchestration.seed_checks import last_date_over
from orchestration.settings import SEEDS
from projects import Project
from test_refreshes import land, order
from warehouses import differences

OVER, EARLIER, LATER, FUTURE = date(2025, 6, 30), date(2025, 6, 29), date(2025, 7, 1), date(2025, 12, 31)


@pytest.mark.parametrize(
    ("given", "published", "counted"),
    [
        (None, EARLIER, OVER),
        (None, OVER, OVER),
        (OVER, EARLIER, OVER),
        (EARLIER, EARLIER, EARLIER),
        (FUTURE, OVER, FUTURE),
        # The published date is unfinished: go back to the last finished one, or to any between.
        (None, FUTURE, OVER),
        (None, LATER, LATER),  # a day ahead means that a time zone further west was added, not a typing error
        (OVER, FUTURE, OVER),
        (LATER, FUTURE, LATER),
        (FUTURE, FUTURE, FUTURE),
    ],
)
def test_the_date_that_is_counted_to(given: date | None, published: date, counted: date) -> None:
    assert date_to_count(given, published, OVER) == counted


@pytest.mark.parametrize(("published", "message"), [(OVER, "count to 2025-06-30; a refresh to 2025-06-29 would take back"), (FUTURE, "it goes back to 2025-06-30 at most")])
def test_what_is_published_for_a_date_that_is_over_is_not_taken_back(published: date, message: str) -> None:
    with pytest.raises(WinbackError, match=message):
        date_to_count(EARLIER, published, OVER)


def test_a_date_that_is_not_over_is_counted_to_on_request_alone() -> None:
    over = last_date_over(SEEDS)
    for as_of, allowed in [(None, False), (over, False), (over + timedelta(days=400), True)]:
        refuse_future(Request(as_of and f"{as_of}", allow_future=allowed))
    with pytest.raises(WinbackError, match=r"which is not over yet: the last date over in every business's zone is .*`--allow-future`"):
        refuse_future(Request(f"{over + timedelta(days=3)}"))


def test_a_date_that_was_not_over_is_gone_back_from(bare_toy: Project, tmp_path: Path) -> None:
    over = last_date_over(bare_toy.folder / "seeds")
    bought = [f"{over - timedelta(days=days)}" for days in (50, 20)]
    land(bare_toy, "first", order("a1", "ann", bought[0]), order("b1", "bob", bought[1]))
    assert "The as-of date is 2099-01-01, which is not over yet" in bare_toy.refused("refresh", "--as-of", "2099-01-01")
    assert not bare_toy.warehouse.exists()
    bare_toy.refresh(None)
    ((over,),) = bare_toy.query("select as_of_date from winback.refreshes")  # a day may have ended meanwhile
    right = shutil.copyfile(bare_toy.warehouse, tmp_path / "right.duckdb")
    bare_toy.refresh(f"{over + timedelta(days=100)}")
    assert bare_toy.query("select distinct as_of_date from winback.dim_business") == [(over + timedelta(days=100),)]
    said = bare_toy.query("select * from winback.metric_history order by all")

    told = bare_toy.refresh(f"{over}").stderr
    assert f"The published tables count to {over + timedelta(days=100)}, which is not over yet: going back to {over}." in told
    assert differences(bare_toy.warehouse, right) == []
    assert bare_toy.query("select * from winback.metric_history order by all") == said
    assert bare_toy.query("select refresh_id, is_rebuild, periods_restated from winback.refreshes order by 1") == [(1, True, 0), (2, False, 0), (3, True, 0)]
