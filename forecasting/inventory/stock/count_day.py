"""The day on which somebody counted shelves, where that is another moment than the one of saving."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from typing import NamedTuple

import numpy as np
import pandas as pd

from forecasting.core.errors import InputError

OPENING, CLOSING = time(4), time(20)
"""Hours that stand for the two: so far from midnight that they are of the same day in summer and in winter time."""


@dataclass(frozen=True, slots=True)
class CountDay:
    """When shelves were counted.

    Args:
        day: By the clock in the shop.
        is_opening: Whether that was before the sales and deliveries of the day; otherwise it was after them, at closing.
    """

    day: date
    is_opening: bool = False

    def check(self, today: date) -> None:
        """Raises InputError for a day that is still ahead."""
        if self.day > today:
            raise InputError(f"Shelves cannot have been counted on {self.day}, which is still ahead. Write the day on which they were counted.")

    def moment(self, zone: tzinfo | None) -> np.datetime64:
        """The hour that stands for it in the shop's zone, in UTC."""
        clock = datetime.combine(self.day, OPENING if self.is_opening else CLOSING)
        known = clock.astimezone() if zone is None else clock.replace(tzinfo=zone)
        return np.datetime64(known.astimezone(UTC).replace(tzinfo=None), "us")

    @property
    def sales_from(self) -> np.datetime64:
        """The first day whose sales came after it, `datetime64[D]`."""
        return np.datetime64(self.day, "D") + np.timedelta64(0 if self.is_opening else 1, "D")


class CountedNow(NamedTuple):
    """What a state that is saved says of the shelves that were counted for it.

    Args:
        sales_to: The last day whose sales are saved; None for none.
        day: When they were counted; None for now.
        zone: Of the shop.
    """

    sales_to: pd.Timestamp | None
    day: CountDay | None = None
    zone: tzinfo | None = None

    @property
    def dates(self) -> tuple[np.datetime64, np.datetime64, np.datetime64]:
        """When they were counted, in UTC; the last day whose sales were saved; the first one whose sales came after: NaT where nothing says it."""
        never = np.datetime64("NaT", "us")
        known = never if self.sales_to is None else np.datetime64(self.sales_to, "us")
        if self.day is None:
            return never, known, never
        return self.day.moment(self.zone), known, self.day.sales_from.astype("datetime64[us]")
