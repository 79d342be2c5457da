"""The oracle's own statistics against statsmodels and lifelines, and by hand."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import pytest
from lifelines import KaplanMeierFitter
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, proportions_ztest

from oracle.statistics import Arms, Spell, Survival, mean_lift, mean_lift_interval, newcombe, normal_cdf, p_value, wilson

ARMS = [(1, 2, 0, 2), (0, 5, 0, 7), (5, 5, 7, 7), (5, 5, 0, 7), (0, 1, 1, 1), (34, 100, 10, 101), (7, 81, 15, 79), (300, 100_000, 200, 90_000)]


@pytest.mark.parametrize("arms", ARMS)
def test_rates_and_lifts_are_as_in_statsmodels(arms):
    returned, treated, controls_returned, controls = arms
    assert wilson(returned, treated) == pytest.approx(proportion_confint(returned, treated, 0.05, "wilson"), abs=1e-9)
    wanted = confint_proportions_2indep(returned, treated, controls_returned, controls, method="newcomb", compare="diff")
    assert newcombe(Arms(*arms)) == pytest.approx(wanted, abs=1e-9)
    if returned + controls_returned in (0, treated + controls):
        assert p_value([Arms(*arms)]) is None
    else:
        wanted = proportions_ztest([returned, controls_returned], [treated, controls])[1]
        assert p_value([Arms(*arms)]) == pytest.approx(wanted, abs=1e-12)


def test_newcombe_as_published():
    """Newcombe 1998, table II, method 10: 56/70 against 48/80, and 9/10 against 3/10."""
    assert newcombe(Arms(56, 70, 48, 80)) == pytest.approx((0.0524, 0.3339), abs=5e-5)
    assert newcombe(Arms(9, 10, 3, 10)) == pytest.approx((0.1705, 0.8090), abs=5e-5)


def test_the_normal_distribution():
    assert normal_cdf(0) == 0.5
    assert normal_cdf(1.959963984540054) == pytest.approx(0.975, abs=1e-12)


def test_arms_of_different_size_make_no_effect():
    """Two campaigns without effect, the better pool mostly treated: together 14/30 against 16/60, separately no lift."""
    campaigns = [Arms(10, 20, 5, 10), Arms(2, 10, 10, 50)]
    assert mean_lift(campaigns) == 0 and p_value(campaigns) == 1
    low, high = mean_lift_interval(campaigns)
    assert low == pytest.approx(-high) and high > 0


def test_the_mean_lift_by_hand():
    """Weights 1 and 2/3, lifts 1/2 and 1: (1/2 + 2/3) / (5/3) = 7/10; only the first variance is not 0: 1/8."""
    campaigns = [Arms(1, 2, 0, 2), Arms(1, 1, 0, 2)]
    assert mean_lift(campaigns) == Fraction(7, 10)
    error = (1 / 8) ** 0.5 / (5 / 3)
    assert mean_lift_interval(campaigns) == pytest.approx((0.7 - 1.959963984540054 * error, 0.7 + 1.959963984540054 * error))
    assert p_value([Arms(1, 2, 0, 2)]) == pytest.approx(0.248213, abs=1e-6)


def test_a_survival_curve_by_hand():
    """Of four, one ends at 2, when one is last seen; one is last seen at 4; the last ends at 5."""
    curve = Survival([Spell(2, True), Spell(2, False), Spell(4, False), Spell(5, True)])
    assert [curve.at(day) for day in (1, 2, 4, 5)] == [1, Fraction(3, 4), Fraction(3, 4), 0]
    assert curve.longest == 5
    assert curve.ends_between(1, 3) == Fraction(1, 4) and curve.ends_between(2, 5) == 1
    assert curve.ends_between(2, 6) is None and curve.ends_between(5, 5) is None


def test_who_is_seen_later_is_at_risk_later():
    """One of two ends at 3; two more are observed from 5 on, and one of those three ends at 6."""
    curve = Survival([Spell(3, True), Spell(9, False), Spell(6, True, seen_from=5), Spell(9, False, seen_from=5)])
    assert curve.at(3) == Fraction(1, 2) and curve.at(6) == Fraction(1, 3)
    assert Survival([]).longest < 0


@pytest.mark.parametrize("seed", range(20))
def test_survival_is_as_in_lifelines(seed):
    """Spells without delayed entry are at risk from before day 0; otherwise the curve of lifelines would begin at zero."""
    random = Random(seed)
    spells = [Spell(random.randint(0, 30), random.random() < 0.6) for _ in range(25)]
    spells = [spell if spell.days else Spell(0, False) for spell in spells]
    late = [Spell(seen_from + random.randint(0, 20), random.random() < 0.6, seen_from) for seen_from in [8] * 15]
    everyone = [*spells, *late]
    entry = [spell.seen_from - 0.5 if spell.seen_from > 1 else -1 for spell in everyone]
    fitted = KaplanMeierFitter().fit([spell.days for spell in everyone], [spell.ended for spell in everyone], entry=entry)
    curve = Survival(everyone)
    for day in range(curve.longest + 1):
        assert float(curve.at(day)) == pytest.approx(fitted.predict(day), abs=1e-9), day
