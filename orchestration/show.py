"""The three headline rates of each business's latest complete month, as a table for the terminal."""

from rich.table import Table

from orchestration.headlines import HEADLINES, Month, months_of
from orchestration.warehouses import Warehouse


def headline_table(warehouse: Warehouse) -> Table:
    """Build the table of headline rates.

    Args:
        warehouse: has the published rates.

    Returns:
        A table to print: each rate with its 95 % interval and its pool.

    Raises:
        WinbackError: nothing is published, or the tables cannot be read.
    """
    with warehouse.reader() as reader:
        businesses = reader.rows("select business_id, name from winback.dim_business order by business_id")
        months = [months_of(reader, headline) for headline in HEADLINES]
    table = Table(title="Latest complete month, with 95 % intervals", caption_justify="left")
    for column in ("Business", "Month", "Win-back rate", "Reactivation rate", "Retention rate"):
        table.add_column(column)
    for business, name in businesses:
        latest = [of_rate[business][-1] for of_rate in months if business in of_rate]
        if not latest:
            table.add_row(name, "none yet", "", "", "")
            continue
        if not latest[0].is_warm:
            table.caption = "* history still short: old exits and old customers are unseen"
        table.add_row(name, f"{latest[0].start:%Y-%m}{'' if latest[0].is_warm else ' *'}", *map(_rate, latest))
    return table


def _rate(month: Month) -> str:
    if month.rate is None:
        return "–\nnobody in the pool"
    return f"{month.rate:.1%} ({month.low:.1%}–{month.high:.1%})\n{month.count:,} of {month.pool:,}"
