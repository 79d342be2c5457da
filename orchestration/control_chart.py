"""Control limits that compare a month's rate with the business's own past: those of a binomial p-chart, and Laney's wider ones."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WINDOW = 24  # months before the one under test: two years, so that each season occurs twice
LEAST = 12  # with fewer months, the limits would describe those months more than the business
SIGMAS = 3
MEAN_RANGE = 1.128  # for two draws from a standard normal: converts moving ranges into a standard deviation


@dataclass(frozen=True)
class Limits:
    """The range in which a rate shows nothing unusual.

    Attributes:
        centre: the pooled rate of the preceding months.
        low: the lower limit of the p-chart, at least 0.
        high: the upper limit, at most 1.
        dispersion: the spread of these months, relative to the spread that chance would cause; 1 means chance only.
        laney_low: the lower limit adjusted for that spread.
        laney_high: the upper limit adjusted for it.
    """

    centre: float
    low: float
    high: float
    dispersion: float
    laney_low: float
    laney_high: float


def control_limits(before: Sequence[tuple[int, int]], pool: int, window: int = WINDOW) -> Limits | None:
    """Compute the limits for a month from the months before it.

    Args:
        before: count and pool of the preceding months, in order; those without a pool are skipped.
        pool: the pool of the month under test.
        window: how many of the latest preceding months count.

    Returns:
        The limits; None if fewer than `LEAST` months are usable, or the pool is empty.
    """
    months = [(count, size) for count, size in before if size > 0][-window:]
    if len(months) < LEAST or pool <= 0:
        return None
    centre = sum(count for count, _ in months) / sum(size for _, size in months)
    sigma = _sigma(centre, pool)
    dispersion = _dispersion(months, centre)
    # Months that spread less than chance would predict do not narrow the limits.
    wide = SIGMAS * sigma * max(1.0, dispersion)
    return Limits(centre, max(0.0, centre - SIGMAS * sigma), min(1.0, centre + SIGMAS * sigma), dispersion, max(0.0, centre - wide), min(1.0, centre + wide))


def _sigma(rate: float, pool: int) -> float:
    return math.sqrt(rate * (1 - rate) / pool)


def _dispersion(months: list[tuple[int, int]], centre: float) -> float:
    """Compute Laney's sigma z from the differences between neighbouring months, so that a slow drift does not count as spread."""
    if not 0 < centre < 1:
        return 1.0
    scores = [(count / size - centre) / _sigma(centre, size) for count, size in months]
    ranges = [abs(later - earlier) for earlier, later in pairwise(scores)]
    return sum(ranges) / len(ranges) / MEAN_RANGE
