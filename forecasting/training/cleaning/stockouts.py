"""Weeks without a single sale in a series that sells on most days: out of stock or not for sale, not a lack of demand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core.arrays import FloatArray, added_up
from forecasting.core.panel import Panel

_MIN_WEEKS = 4
"""Weeks of a run at least."""
_MAX_WEEKS = 26
"""Weeks of a run at most; a longer one is a season or another life of the product."""
_WEEKS_AROUND = 8
"""Weeks before and after a run that show how often the series sells."""
_MIN_SHARE_OF_DAYS = 0.5
_MAX_SHARE_IN_SEASON = 0.2


@dataclass(frozen=True)
class Stockout:
    """A run of days without sales, from column `start` up to but without column `stop`.

    Args:
        row: Row of the panel.
        start: First column.
        stop: Column after the last.
        often: Share of the days around it that have sales, in (0, 1].
    """

    row: int
    start: int
    stop: int
    often: float


def find_stockouts(panel: Panel) -> list[Stockout]:
    """Runs of 4 to 26 weeks of zeros between sales, in series that sell on at least half of the days of the 8 weeks before and after.

    A run is left as it is where the same days of the year before or after sold hardly anything either: that is its season. A run that
    lasts until the end is left too: the product may have ended.
    """
    cycle, sold, known = panel.period.cycle, panel.sales > 0, np.isfinite(panel.sales)
    row, column = np.nonzero(sold)
    length = np.diff(column) - 1
    long = np.flatnonzero((np.diff(row) == 0) & (length >= _MIN_WEEKS * cycle) & (length <= _MAX_WEEKS * cycle))
    sums = (added_up(sold), added_up(known))
    runs = ((int(row[at]), int(column[at]) + 1, int(column[at + 1])) for at in long)
    shortages = [Stockout(*run, often=_often(*run, sums, cycle)) for run in runs if (panel.sales[run[0], run[1] : run[2]] == 0).sum() >= 2 * cycle]
    return [shortage for shortage in shortages if shortage.often >= _MIN_SHARE_OF_DAYS and not _seasonal(shortage, sums, panel.period.year)]


def _often(row: int, start: int, stop: int, sums: tuple[FloatArray, FloatArray], cycle: int) -> float:
    """The smaller of the shares of days with sales before and after a run; 0 where too few days are known."""
    last, reach = sums[0].shape[1] - 1, _WEEKS_AROUND * cycle
    sides = ((max(start - reach, 0), start), (stop, min(stop + reach, last)))
    fewest = max(2 * cycle, _MIN_WEEKS)
    shares = []
    for first, end in sides:
        sold, known = (values[row, end] - values[row, first] for values in sums)
        shares.append(sold / known if known >= fewest else 0.0)
    return float(min(shares))


def _seasonal(run: Stockout, sums: tuple[FloatArray, FloatArray], year: int) -> bool:
    """Whether the same days of a year before or after, as far as they are known, sold on at most 20 % of the days."""
    last = sums[0].shape[1] - 1
    for shift in (-year, year):
        first, end = (int(np.clip(at + shift, 0, last)) for at in (run.start, run.stop))
        sold, known = (values[run.row, end] - values[run.row, first] for values in sums)
        if known >= (run.stop - run.start) / 2 and sold <= _MAX_SHARE_IN_SEASON * known:
            return True
    return False
