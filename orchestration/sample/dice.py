"""Random numbers that are the same on every machine: built only on `random()` and the four arithmetic operations.

Python guarantees the sequence of `random.Random.random` for all versions, but of no other method; `math.log` and `math.exp`
may differ in the last bit between C libraries, and `sum` of floats between Python versions.
"""

import random
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def growth(x: float) -> float:
    """Return about e to the power x, for x of moderate size, by repeated squaring."""
    value = 1 + x / 1024
    for _ in range(10):
        value *= value
    return value


class Dice:
    """A random source with a fixed seed."""

    def __init__(self, seed: int) -> None:
        """Take the seed."""
        self.random = random.Random(seed).random

    def fork(self) -> "Dice":
        """Return a new source seeded from this one, so that two users of randomness do not affect each other."""
        return Dice(int(self.random() * 2**53))

    def chance(self, probability: float) -> bool:
        """Return true with the given probability."""
        return self.random() < probability

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, all equally likely."""
        return low + int(self.random() * (high - low + 1))

    def bell(self) -> float:
        """Return a number from a bell-shaped distribution: mean 0, standard deviation 1, within ±3.5."""
        return (self.random() + self.random() + self.random() + self.random() - 2) * 1.7320508

    def skewed(self, median: float, spread: float) -> float:
        """Return a positive number with this median, a few far above it; `spread` is the standard deviation of the logarithm."""
        return median * growth(spread * self.bell())

    def count(self, mean: float) -> int:
        """Return a whole number, nearly Poisson-distributed around the mean."""
        tries = int(mean * 6) + 6
        share = mean / tries
        return sum(self.random() < share for _ in range(tries))

    def wait(self, mean: float) -> int:
        """Return an exponential waiting time in whole days, at least 1, for a mean in days.

        Von Neumann's method, by comparisons only: the first of a falling run of odd length, plus the number of rejected runs before it.
        """
        given_up = 0
        while True:
            first = last = self.random()
            length = 1
            while (drawn := self.random()) < last:
                last = drawn
                length += 1
            if length % 2:
                return 1 + int(mean * (given_up + first))
            given_up += 1

    def pick(self, weights: Mapping[T, float]) -> T:
        """Return one of the choices, by their weights."""
        total = 0.0
        for weight in weights.values():
            total += weight
        rest = self.random() * total
        choice = None
        for choice, weight in weights.items():
            rest -= weight
            if rest < 0:
                return choice
        return choice
