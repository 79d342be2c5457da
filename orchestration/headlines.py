"""The three headline rates: where each is published, what it counts, and its denominator; by month, for a business's total."""

from dataclasses import dataclass
from datetime import date

import yaml

from orchestration.settings import DBT_PROJECT
from orchestration.warehouses import Reader


@dataclass(frozen=True)
class Headline:
    """A headline rate.

    Attributes:
        rate: its column, which is also its name.
        table: the public table with that column.
        count: the numerator, in columns of the table.
        pool: the denominator, in columns of the table.
    """

    rate: str
    table: str
    count: str
    pool: str


RATES = {"win_back_rate": "fct_win_back", "reactivation_rate": "fct_reactivation", "retention_rate": "fct_retention"}


def headline(rate: str) -> Headline:
    """Read from the catalogue, at the rate's column, what it counts: no formula is repeated here.

    Args:
        rate: its name.

    Returns:
        The rate.
    """
    table = RATES[rate]
    (path,) = DBT_PROJECT.glob(f"models/*/{table}.yml")
    (model,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    (said,) = (column["config"]["meta"] for column in model["columns"] if column["name"] == rate)
    return Headline(rate, table, said["numerator"], said["denominator"])


HEADLINES = tuple(headline(rate) for rate in RATES)

MONTHS = """
    select business_id, period_start, is_warm, {count}, {pool}, {rate}, {rate}_low, {rate}_high
    from winback.{table}
    where period_grain = 'month' and segment = 'all' and is_complete
    order by business_id, period_start
"""


@dataclass(frozen=True)
class Month:
    """A headline rate of one business and one complete month.

    Attributes:
        start: the first day of the month.
        is_warm: whether the history is long enough for the rate to be meaningful.
        count: the customers counted.
        pool: the customers in the denominator.
        rate: the share; None if the pool is empty.
        low: the lower bound of its 95 % interval.
        high: the upper bound.
    """

    start: date
    is_warm: bool
    count: int
    pool: int
    rate: float | None
    low: float | None
    high: float | None


def months_of(reader: Reader, headline: Headline) -> dict[str, list[Month]]:
    """Read a headline rate for all complete months.

    Args:
        reader: reads the published tables.
        headline: the rate.

    Returns:
        The months of each business that has any, in order.
    """
    months: dict[str, list[Month]] = {}
    for business, *figures in reader.rows(MONTHS.format(**vars(headline))):
        months.setdefault(business, []).append(Month(*figures))
    return months
