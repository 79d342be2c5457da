"""Chance, the same on every machine: built on `random()` and the four operations alone.

Python promises the sequence of `random.Random.random` for ever, and that of no other method; `math.log` and `math.exp`
may differ in the last bit from one C library to the next, and `sum` of floats from one Python to the next.
"""

import random
from collections.abc import Mapping
from typing import TypeVar

T = TypeVar("T")


def growth(x: float) -> float:
    """Take a number of moderate size; return about e to the power x, by repeated squaring."""
    value = 1 + x / 1024
    for _ in range(10):
        value *= value
    return value


class Dice:
    """A source of chance with a fixed seed."""

    def __init__(self, seed: int) -> None:
        """Take the seed."""
        self.random = random.Random(seed).random

    def fork(self) -> "Dice":
        """Return new dice seeded from these, so that two users of chance do not disturb each other."""
        return Dice(int(self.random() * 2**53))

    def chance(self, probability: float) -> bool:
        """Take a probability; return true with it."""
        return self.random() < probability

    def between(self, low: int, high: int) -> int:
        """Take two whole numbers; return one of low … high, each as likely."""
        return low + int(self.random() * (high - low + 1))

    def bell(self) -> float:
        """Return a number of a bell-shaped spread: mean 0, deviation 1, within ±3.5."""
        return (self.random() + self.random() + self.random() + self.random() - 2) * 1.7320508

    def skewed(self, median: float, spread: float) -> float:
        """Take a median and the deviation of the logarithm; return a positive number, a few far above the median."""
        return median * growth(spread * self.bell())

    def count(self, mean: float) -> int:
        """Take a mean; return a whole number that scatters about it nearly as Poisson's do."""
        tries = int(mean * 6) + 6
        share = mean / tries
        return sum(self.random() < share for _ in range(tries))

    def wait(self, mean: float) -> int:
        """Take a mean in days; return an exponential waiting time in whole days, at least 1.

        Von Neumann's way, by comparisons alone: the first of a falling run of odd length, plus the runs given up before.
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
        """Take choices and their weights; return one choice."""
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
