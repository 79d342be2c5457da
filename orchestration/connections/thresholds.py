"""The days of silence after which a new business's customers count as dormant and as former, by what its purchases show."""

from dataclasses import dataclass
from pathlib import Path

import duckdb

ADVICE = "threshold_advice"
LEAST_BACK = 0.8
MOST_FALSE_ALARMS = 0.1


@dataclass(frozen=True)
class Thresholds:
    """A choice of D and F.

    Attributes:
        dormant_after_days: D; None if the purchases do not show one.
        former_after_days: F; None likewise.
        back_share: of those who buy again within F days, the share who do so within D.
        false_alarm_rate: of customers silent for F days, the share who come back within a year.
    """

    dormant_after_days: int | None = None
    former_after_days: int | None = None
    back_share: float | None = None
    false_alarm_rate: float | None = None


def proposed_thresholds(warehouse: Path, business_id: str, *, can_cancel: bool) -> Thresholds:
    """Choose D and F from `threshold_advice`.

    F is the least number of days after which at most a tenth come back by themselves within a year. Where customers cannot cancel, and there is no such
    number, it is the one after which the fewest do. D is the least number of days, fewer than F, within which four fifths of those who buy again
    within F days have done so.

    Args:
        warehouse: a DuckDB file that has the table.
        business_id: the business.
        can_cancel: whether customers can leave otherwise than by silence.

    Returns:
        The choice; nothing if nobody has bought twice, the history is too short or no number of days that was tried is enough for F, and no D if F is the least of them.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tried = connection.execute(
            f"select days, silent_share, false_alarm_rate from winback.{ADVICE} where business_id = ? order by days", [business_id]
        ).fetchall()
    # Where the history is too short to follow anybody for so long, the share and the rate are null.
    known = [(days, share, rate) for days, share, rate in tried if rate is not None and share < 1]
    chosen = next((each for each in known if each[2] <= MOST_FALSE_ALARMS), None) or min(() if can_cancel else known, key=lambda each: each[2], default=None)
    if chosen is None:
        return Thresholds()
    former, silent, false_alarms = chosen
    back = ((days, (1 - share) / (1 - silent)) for days, share, _ in tried if days < former)
    dormant, back_share = next(((days, share) for days, share in back if share >= LEAST_BACK), (None, None))
    return Thresholds(dormant, former, back_share, false_alarms)
