"""Levels that broke: a series that sold steadily, and since some day steadily sells much more or much less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray, added_up, median, nanmean
from forecasting.core.panel import Panel

LARGE, SMALL = 1.6, 0.6
"""Factors beyond which a change of level counts."""
_LARGEST, _SMALLEST = 10.0, 0.05
"""Factors beyond which it is another life of the product rather than another level."""
_NEAR = 4
"""Weeks on either side that tell a break from a slow change."""
_BEFORE = 8
"""Weeks before a break, at least."""
_UNPROVEN = 8
"""Weeks after it, at least, where neither a year before nor other series can show that it is no season."""
_PEERS = 5
_NOISE = 5.0
"""How many standard errors a break lies beyond the noise from week to week."""
_OFTEN = 0.5
_PROMO = 0.25
_PRICE = 0.10
_LAST_YEAR = 52
_KNOWN = 0.9


@dataclass(frozen=True)
class Break:
    """A series sells `factor` times as much since column `start`.

    Args:
        row: Of the panel.
        start: First column of the new level.
        factor: New level over old level.
    """

    row: int
    start: int
    factor: float


@dataclass(frozen=True, eq=False)
class _Weeks:
    """Levels week by week, counted so that the last one ends with the panel; where columns are weeks or months, these.

    Args:
        log: Shape (n, w), logarithm of the sales a day, the weekdays' shape taken out; NaN where too few days are known or nothing was sold.
        first: Column where the first of them starts.
        length: Columns of one.
        year: Weeks of a year.
    """

    log: FloatArray
    first: int
    length: int
    year: int

    def around(self, row: int, week: int) -> FloatArray:
        """The levels of a series to judge a break by, shape (w,): against the year before, where that is known around the break."""
        log = self.log[row]
        year = self.year
        if week < 2 * year or len(log) - week > year:
            return log
        against = log - np.concatenate([np.full(year, np.nan), log[:-year]])
        return against if np.isfinite(against[week - year :]).mean() >= _KNOWN else log


def find(panel: Panel) -> list[Break]:
    """The strongest break of each series that has one.

    The weekly levels before and after it are told apart by noise (5 standard errors), by a factor beyond 0.6 and 1.6, at once (4 weeks against
    4), and by nearly every week: all since then lie beyond the middle of the two levels, the 8 weeks before it (and the level of the year
    before as a whole) on the other side. It must not be what the same weeks did a year before, or, in the first year, what the other series
    do; it needs 8 weeks where neither can be asked. Promotions, another price and closed days explain it away. Series that sell on fewer
    than half of their days have none.
    """
    weekly, values = _weeks(panel)
    count = weekly.log.shape[1]
    if count < _BEFORE + _NEAR:
        return []
    step, noise = _steps(weekly.log), _noise(weekly.log)
    large = np.abs(step) >= np.maximum(_log_least(step), _NOISE * noise[:, None] * np.sqrt(np.pi / _NEAR))
    large[:, :_BEFORE], large[:, count - _NEAR + 1 :] = False, False
    large &= _often(panel)[:, None]
    season, proven = _season(step, weekly.year)
    found = []
    for row in np.flatnonzero(large.any(axis=1)):
        weeks = [int(week) for week in np.flatnonzero(large[row]) if _lasting(weekly.around(int(row), int(week)), int(week))]
        weeks = [week for week in weeks if proven[row, week] or count - week >= _UNPROVEN]
        own = step[row] - season[row]
        weeks = [week for week in weeks if own[week] * step[row, week] > 0 and abs(own[week]) >= _log_least(own[week])]
        if weeks:
            found.append(_measured(int(row), max(weeks, key=lambda week: abs(own[week])), weekly, season[row], values[row]))
    return [each for each in found if _believable(each.factor) and not _explained(panel, each)]


def _log_least(step: FloatArray) -> FloatArray:
    """The smallest size of a step that counts, by its direction."""
    return np.where(step > 0, np.log(LARGE), -np.log(SMALL))


def _believable(factor: float) -> bool:
    return LARGE <= factor <= _LARGEST or _SMALLEST <= factor <= SMALL


def _weeks(panel: Panel) -> tuple[_Weeks, FloatArray]:
    """The weekly levels, and each day's sales over the share of its weekday, shape (n, d)."""
    length, d = panel.period.cycle, len(panel.dates)
    sales = np.where(calendar.selling_days(panel), panel.sales, np.nan)
    first = d % length
    shaped = sales[:, first:].reshape(len(sales), -1, length)
    known = np.isfinite(shaped)
    by_weekday = np.nan_to_num(nanmean(shaped, axis=1))
    usual = by_weekday.sum(axis=1, keepdims=True) / np.maximum((by_weekday > 0).sum(axis=1, keepdims=True), 1)
    shape = by_weekday / np.where(usual > 0, usual, 1.0)
    expected = (known * shape[:, None, :]).sum(axis=2)
    total = np.where(known, shaped, 0.0).sum(axis=2)
    clear = (expected >= 0.4 * shape.sum(axis=1, keepdims=True)) & (total > 0)
    log = np.full(total.shape, np.nan)
    np.log(total / np.where(clear, expected, 1.0), out=log, where=clear)
    of_day = shape[:, (np.arange(d) - first) % length]
    values = np.where(of_day > 0.2, sales / np.where(of_day > 0.2, of_day, 1.0), np.nan)
    return _Weeks(log, first, length, panel.period.year // length), values


def _steps(log: FloatArray) -> FloatArray:
    """Median of the 4 weeks from each week on less that of the 4 weeks before it, shape (n, w); NaN where fewer than 3 of either are known."""
    n, w = log.shape
    four = np.lib.stride_tricks.sliding_window_view(log, _NEAR, axis=1)
    middle = np.where(np.isfinite(four).sum(axis=2) >= _NEAR - 1, median(four), np.nan)
    step = np.full((n, w), np.nan)
    step[:, _NEAR : w - _NEAR + 1] = middle[:, _NEAR:] - middle[:, :-_NEAR]
    return step


def _noise(log: FloatArray) -> FloatArray:
    """Standard deviation of a week around its level, shape (n,), from the median change of one week to the next; NaN where none is known."""
    return median(np.abs(np.diff(log, axis=1))) / (0.6745 * np.sqrt(2.0))


def _often(panel: Panel) -> np.ndarray:
    """Series that sell on at least half of the days that they have from their first sale on, shape (n,)."""
    sold = panel.sales > 0
    known = np.isfinite(panel.sales) & sold.cumsum(axis=1).astype(bool)
    return sold.sum(axis=1) >= _OFTEN * np.maximum(known.sum(axis=1), 1)


def _season(step: FloatArray, year: int) -> tuple[FloatArray, np.ndarray]:
    """What the season did at each week, shape (n, w), and whether that is known: a year before, else in the median of the other series."""
    before = np.full(step.shape, np.nan)
    before[:, year:] = step[:, : max(step.shape[1] - year, 0)]
    others = np.broadcast_to(median(step.T), step.shape)
    enough = np.isfinite(step).sum(axis=0) > _PEERS
    season = np.where(np.isfinite(before), before, np.where(enough, others, 0.0))
    return season, np.isfinite(before) | enough


def _lasting(log: FloatArray, week: int) -> bool:
    """Whether one series lies on one side of the middle ever since a week, and on the other side in the 8 weeks before it and the year before."""
    after, before = log[week:], log[week - _BEFORE : week]
    high, low = np.nanmedian(after[:_NEAR]), np.nanmedian(before[-_NEAR:])
    sign = np.sign(high - low)
    beyond, short = ((sign * (part - (high + low) / 2))[np.isfinite(part)] for part in (after, before))
    year = log[max(week - _LAST_YEAR, 0) : week]
    kept = np.mean(sign * (year[np.isfinite(year)] - (high + low) / 2) < 0)
    misses = int((beyond[_NEAR:] <= 0).sum())
    return bool((beyond[:_NEAR] > 0).all() and misses <= 0.1 * len(beyond) and (short >= 0).sum() <= 1 and kept >= 0.9)


def _measured(row: int, week: int, weekly: _Weeks, season: FloatArray, values: FloatArray) -> Break:
    """The break with its factor over up to 8 weeks on either side, less the season, and with the day that parts the levels best."""
    log = weekly.log[row]
    after, before = log[week : week + _BEFORE], log[week - _BEFORE : week]
    high, low = float(np.nanmedian(after)), float(np.nanmedian(before))
    around = np.arange(max(week - 1, 0) * weekly.length, (week + 1) * weekly.length) + weekly.first
    day = values[around]
    far = np.nan_to_num(np.abs(day - np.exp(low))) - np.nan_to_num(np.abs(day - np.exp(high)))
    start = int(np.argmin(added_up(far)))
    return Break(row, int(around[0]) + start, float(np.exp(high - low - season[week])))


def _explained(panel: Panel, found: Break) -> bool:
    """Whether promotions or the price changed as well within 4 weeks of the break."""
    reach, start = _NEAR * panel.period.cycle, found.start
    for name, limit in ((schema.PROMO, _PROMO), (schema.PRICE, _PRICE)):
        if name in panel.drivers:
            values = panel.drivers[name][found.row, : len(panel.dates)]
            before, after = (part[np.isfinite(part)] for part in (values[max(start - reach, 0) : start], values[start : start + reach]))
            if len(before) and len(after):
                change = abs(after.mean() - before.mean())
                if change > limit * (abs(before.mean()) if name == schema.PRICE else 1.0):
                    return True
    return False
