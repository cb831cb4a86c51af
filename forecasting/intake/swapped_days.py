"""Dates of which a spreadsheet swapped the day and the month where it could, and left the others as text."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core.errors import AmbiguousDates
from forecasting.intake.answers import Answers
from forecasting.intake.calendars import Days, days_of
from forecasting.intake.date_order import long

KIND: Final = "dates"
MAX_SWAPPABLE_DAY: Final = 12
MIN_DAYS: Final = 3
"""Distinct days of each kind of cell from which their days of the month tell something."""
MIN_TIMES_WIDER: Final = 2
"""How many times further the swapped days wander from row to row from which they are right as they are."""
_CELL: Final = r"^\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2}:\d{2})?$"
_TEXT: Final = r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<y>\d{4})"


def as_meant(texts: pa.Array, days: Days, *, column: str, answers: Answers) -> tuple[Days, tuple[str, ...]]:
    """The days with day and month swapped back where a person said so, and a note about it.

    A spreadsheet that expects the month first reads 03/04/2026 as 4 March and leaves 13/04/2026 as text. Then its real dates have days of the
    month up to 12 and its texts the others, as in a file where nothing was swapped; the order of the rows tells the two apart.

    Args:
        texts: Distinct texts in the order of the file.
        days: Their days.
        column: The name of their column.
        answers: What a person said of the file.

    Raises:
        AmbiguousDates: They may have been swapped, and nobody said whether.
    """
    cells = compute.match_substring_regex(texts, _CELL).to_numpy(zero_copy_only=False) & ~np.isnat(days)
    fields = compute.extract_regex(texts, _TEXT)
    others = fields.is_valid().to_numpy(zero_copy_only=False) & ~np.isnat(days)
    if not _are_split(days, cells, others):
        return days, ()
    swapped = np.where(cells, _swapped(days), days)
    both = cells | others
    as_is, back = (float(np.abs(np.diff(read[both]).astype(int)).sum()) for read in (days, swapped))
    if back > MIN_TIMES_WIDER * as_is or KIND in answers.accept:
        return days, ()
    order = "day" if int(fields.field("a").filter(pa.array(others))[0].as_py()) > MAX_SWAPPABLE_DAY else "month"
    example = int(np.flatnonzero(cells & (swapped != days))[0])
    if answers.date_order == order:
        count = int((cells & (swapped != days)).sum())
        return swapped, (
            f"Day and month of {count:,} dates in {column} were swapped back: {texts[example].as_py()} is {long(swapped[example].item())}.",
        )
    back_choice = (order, f"Swap them back: {_ways(texts, swapped, example)}", {"date_order": order})
    as_is_choice = ("as they are", f"Leave them: {_ways(texts, days, example)}", {"accept": [KIND]})
    raise AmbiguousDates(
        f"A spreadsheet seems to have swapped day and month in {column}: its real dates have only days 1 to 12 of a month, its texts only the "
        f"others. Which is right?",
        column=column,
        examples=[str(texts[example].as_py())],
        choices=[back_choice, as_is_choice] if back <= as_is else [as_is_choice, back_choice],
    )


def _are_split(days: Days, cells: np.ndarray, others: np.ndarray) -> bool:
    """Whether real dates have only days of the month up to 12, and texts only the others."""
    of_month = (days - days.astype("datetime64[M]")).astype(int) + 1
    if cells.sum() < MIN_DAYS or others.sum() < MIN_DAYS:
        return False
    swaps = days[cells] != _swapped(days)[cells]
    return bool(swaps.any() and (of_month[cells] <= MAX_SWAPPABLE_DAY).all() and (of_month[others] > MAX_SWAPPABLE_DAY).all())


def _swapped(days: Days) -> Days:
    months = days.astype("datetime64[M]")
    year, month, day = months.astype("datetime64[Y]").astype(int) + 1970, months.astype(int) % 12 + 1, (days - months).astype(int) + 1
    return days_of(year, day, month, ~np.isnat(days) & (day <= MAX_SWAPPABLE_DAY))


def _ways(texts: pa.Array, days: Days, example: int) -> str:
    """What the sales and one of the dates are in a reading."""
    given = days[~np.isnat(days)]
    first, last, day = given.min().item(), given.max().item(), days[example].item()
    return f"sales from {long(first)} to {long(last)}, and {texts[example].as_py()} is {long(day)}"
