"""The statistics written out, in exact fractions until a root is taken."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import erfc, sqrt

Z = 1.959963984540054


def share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def wilson(part: int, whole: int) -> tuple[float | None, float | None]:
    if not whole:
        return None, None
    p = part / whole
    middle = p + Z * Z / (2 * whole)
    width = Z * sqrt(p * (1 - p) / whole + Z * Z / (4 * whole * whole))
    scale = 1 + Z * Z / whole
    return max(0.0, (middle - width) / scale), min(1.0, (middle + width) / scale)


@dataclass(frozen=True)
class Arms:
    """One comparison: the customers in treatment and control, and how many of each returned. Neither arm is empty."""

    treated_returned: int
    treated: int
    control_returned: int
    control: int

    @property
    def treated_rate(self) -> Fraction:
        return Fraction(self.treated_returned, self.treated)

    @property
    def control_rate(self) -> Fraction:
        return Fraction(self.control_returned, self.control)

    @property
    def lift(self) -> Fraction:
        return self.treated_rate - self.control_rate

    @property
    def weight(self) -> Fraction:
        """Return the Mantel-Haenszel weight."""
        return Fraction(self.treated * self.control, self.treated + self.control)

    @property
    def variance(self) -> Fraction:
        """Return the variance of the lift, each arm with its own rate."""
        p, q = self.treated_rate, self.control_rate
        return p * (1 - p) / self.treated + q * (1 - q) / self.control

    @property
    def pooled_variance(self) -> Fraction:
        """Return the variance of the lift under equal rates."""
        p = Fraction(self.treated_returned + self.control_returned, self.treated + self.control)
        return p * (1 - p) * (Fraction(1, self.treated) + Fraction(1, self.control))


def newcombe(arms: Arms) -> tuple[float, float]:
    """Return the interval of a lift from the Wilson intervals of its two rates (hybrid score, no continuity correction)."""
    p, q = float(arms.treated_rate), float(arms.control_rate)
    p_low, p_high = wilson(arms.treated_returned, arms.treated)
    q_low, q_high = wilson(arms.control_returned, arms.control)
    lift = float(arms.lift)
    return lift - sqrt((p - p_low) ** 2 + (q_high - q) ** 2), lift + sqrt((p_high - p) ** 2 + (q - q_low) ** 2)


def mean_lift(comparisons: list[Arms]) -> Fraction:
    """Return the mean of the lifts in Mantel-Haenszel weights."""
    return sum(arms.weight * arms.lift for arms in comparisons) / sum(arms.weight for arms in comparisons)


def mean_lift_interval(comparisons: list[Arms]) -> tuple[float, float]:
    """Return the normal interval, with variances summed in the weights of the mean."""
    variance = sum(arms.weight**2 * arms.variance for arms in comparisons)
    error = sqrt(variance) / float(sum(arms.weight for arms in comparisons))
    lift = float(mean_lift(comparisons))
    return lift - Z * error, lift + Z * error


def p_value(comparisons: list[Arms]) -> float | None:
    """Return the two-sided p-value, each variance pooled over its arms; for one comparison, the pooled two-proportion z test."""
    variance = sum(arms.weight**2 * arms.pooled_variance for arms in comparisons)
    if variance == 0:
        return None
    z = float(sum(arms.weight * arms.lift for arms in comparisons)) / sqrt(variance)
    return 2 * normal_cdf(-abs(z))


def normal_cdf(z: float) -> float:
    return erfc(-z / sqrt(2)) / 2


@dataclass(frozen=True)
class Spell:
    """A number of days until it ended, or until it was last seen; observed from its day `seen_from`."""

    days: int
    ended: bool
    seen_from: int = 1


class Survival:
    """The Kaplan-Meier curve: the probability that a spell lasts longer than a number of days."""

    def __init__(self, spells: Iterable[Spell]):
        spells = list(spells)
        # Spells that were never at risk carry no information about the length of inactivity.
        self.longest = max((spell.days for spell in spells if spell.days >= spell.seen_from), default=-1)
        self.steps: list[tuple[int, Fraction]] = []
        survival = Fraction(1)
        for day in sorted({spell.days for spell in spells if spell.ended}):
            at_risk = sum(spell.seen_from <= day <= spell.days for spell in spells)
            ended = sum(spell.ended and spell.days == day for spell in spells)
            survival *= 1 - Fraction(ended, at_risk)
            self.steps.append((day, survival))

    def at(self, day: int) -> Fraction:
        survival = Fraction(1)
        for step, value in self.steps:
            if step <= day:
                survival = value
        return survival

    def ends_between(self, day: int, later: int) -> Fraction | None:
        """Return the share of spells longer than `day` that end by `later`; null past the longest spell."""
        if later > self.longest or self.at(day) == 0:
            return None
        return 1 - self.at(later) / self.at(day)
