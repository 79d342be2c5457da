"""What one refresh can be told, by the command line and by Dagster alike."""

import re
from dataclasses import dataclass
from datetime import date

from orchestration.errors import WinbackError


@dataclass(frozen=True)
class Request:
    """What is asked of a refresh.

    Attributes:
        as_of: the last date to count, YYYY-MM-DD; empty or None for the last one over in every business's zone.
        full: derive everything anew from the landed rows.
        reland: forget the landed rows, and land what the landing holds now.
        allow_future: count to a date that is not over, if it is given.
    """

    as_of: str | None = None
    full: bool = False
    reland: bool = False
    allow_future: bool = False

    @property
    def as_of_date(self) -> date | None:
        """The last date to count, or None.

        Raises:
            WinbackError: it is no date.
        """
        if not self.as_of:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.as_of):  # fromisoformat alone reads week dates as well
                raise ValueError
            return date.fromisoformat(self.as_of)
        except ValueError:
            raise WinbackError(f"The as-of date is '{self.as_of}': give a date of the calendar as YYYY-MM-DD, such as 2026-06-30.") from None
