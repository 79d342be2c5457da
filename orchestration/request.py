"""The options of one refresh, for the command line and for Dagster."""

import re
from dataclasses import dataclass
from datetime import date

from orchestration.errors import WinbackError


@dataclass(frozen=True)
class Request:
    """The options of a refresh.

    Attributes:
        as_of: the last date to count, YYYY-MM-DD; empty or None for the last one that has ended in every business's time zone.
        full: derive everything from scratch from the landed rows.
        reland: drop the landed rows, and load what the landing holds now.
        allow_future: accept an `as_of` date that has not ended.
    """

    as_of: str | None = None
    full: bool = False
    reland: bool = False
    allow_future: bool = False

    @property
    def as_of_date(self) -> date | None:
        """Return the last date to count, or None.

        Raises:
            WinbackError: it is not a date.
        """
        if not self.as_of:
            return None
        try:
            if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", self.as_of):  # fromisoformat also reads week dates
                raise ValueError
            return date.fromisoformat(self.as_of)
        except ValueError:
            raise WinbackError(f"The as-of date is '{self.as_of}': give a date of the calendar as YYYY-MM-DD, such as 2026-06-30.") from None
