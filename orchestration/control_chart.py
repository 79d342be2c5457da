"""Is a month's rate what a business's own past lets one expect? Limits of a binomial p-chart, and Laney's wider ones beside them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

WINDOW = 24  # months before the one judged: two years, so that each season is in it twice
LEAST = 12  # with fewer, the limits would say more about those months than about the business
SIGMAS = 3
MEAN_RANGE = 1.128  # of two draws of a standard normal: turns moving ranges into a standard deviation


@dataclass(frozen=True)
class Limits:
    """What a rate may be without anything being the matter.

    Attributes:
        centre: the pooled rate of the months before.
        low: the lower limit of the p-chart, not below 0.
        high: the upper one, not above 1.
        dispersion: how far these months spread, in units of what chance alone would make; 1 is chance alone.
        laney_low: the lower limit for that spread.
        laney_high: the upper one.
    """

    centre: float
    low: float
    high: float
    dispersion: float
    laney_low: float
    laney_high: float


def control_limits(before: Sequence[tuple[int, int]], pool: int, window: int = WINDOW) -> Limits | None:
    """Limits for a month from the months before it.

    Args:
        before: count and pool of the months before, in order; those without a pool are left out.
        pool: the pool of the month to be judged.
        window: how many of the months before count, the latest ones.

    Returns:
        The limits; None where fewer than `LEAST` months say anything, or the pool is empty.
    """
    months = [(count, size) for count, size in before if size > 0][-window:]
    if len(months) < LEAST or pool <= 0:
        return None
    centre = sum(count for count, _ in months) / sum(size for _, size in months)
    sigma = _sigma(centre, pool)
    dispersion = _dispersion(months, centre)
    # Months that spread less than chance would let them do not make the limits narrower.
    wide = SIGMAS * sigma * max(1.0, dispersion)
    return Limits(centre, max(0.0, centre - SIGMAS * sigma), min(1.0, centre + SIGMAS * sigma), dispersion, max(0.0, centre - wide), min(1.0, centre + wide))


def _sigma(rate: float, pool: int) -> float:
    return math.sqrt(rate * (1 - rate) / pool)


def _dispersion(months: list[tuple[int, int]], centre: float) -> float:
    """Laney's sigma z: from how far neighbouring months lie apart, so that a slow drift does not pass for spread."""
    if not 0 < centre < 1:
        return 1.0
    scores = [(count / size - centre) / _sigma(centre, size) for count, size in months]
    ranges = [abs(later - earlier) for earlier, later in pairwise(scores)]
    return sum(ranges) / len(ranges) / MEAN_RANGE
