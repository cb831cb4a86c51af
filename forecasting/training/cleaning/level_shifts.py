"""Level shifts: a series sold steadily and, since some day, steadily sells much more or much less."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from forecasting.core import calendar, schema
from forecasting.core.arrays import FloatArray, added_up, median, nanmean
from forecasting.core.panel import Panel

MIN_FACTOR_UP, MAX_FACTOR_DOWN = 1.6, 0.6
"""Factors beyond which a change of level counts."""
_MAX_FACTOR, _MIN_FACTOR = 10.0, 0.05
"""Factors beyond which the product has a new life rather than a new level."""
_NEAR_WEEKS = 4
"""Weeks on either side by which a break differs from a slow change."""
_MIN_WEEKS_BEFORE = 8
"""Weeks with sales that a break needs before it."""
_MIN_WEEKS_UNPROVEN = 8
"""Weeks that a break needs after it where neither a year before nor other series can show that it is no season."""
_MIN_PEERS = 5
_MIN_STANDARD_ERRORS = 5.0
"""Standard errors by which a break must exceed the noise from week to week."""
_OFTEN = 0.5
_PROMO = 0.25
_PRICE = 0.10
_LAST_YEAR = 52
_KNOWN = 0.9


@dataclass(frozen=True)
class LevelShift:
    """A series sells `factor` times as much since column `start`.

    Args:
        row: Row of the panel.
        start: First column of the new level.
        factor: New level over old level.
    """

    row: int
    start: int
    factor: float


@dataclass(frozen=True, eq=False)
class _Weeks:
    """Levels week by week, the last week ending with the panel; in panels of weeks or months, levels of each column.

    Args:
        log: Shape (n, w), logarithm of the sales a day, the weekdays' shape taken out; NaN where too few days are known or nothing was sold.
        first: Column where the first week starts.
        length: Columns of a week.
        year: Weeks of a year.
    """

    log: FloatArray
    first: int
    length: int
    year: int

    def around(self, row: int, week: int) -> FloatArray:
        """The levels of a series to judge a break by, shape (w,): relative to the year before, where that is known around the break."""
        log = self.log[row]
        year = self.year
        if week < 2 * year or len(log) - week > year:
            return log
        against = log - np.concatenate([np.full(year, np.nan), log[:-year]])
        return against if np.isfinite(against[week - year :]).mean() >= _KNOWN else log


def find_level_shifts(panel: Panel) -> list[LevelShift]:
    """The strongest break of each series that has one.

    A break exceeds the noise of weekly levels (5 standard errors) and a factor of 0.6 or 1.6, and it is sudden (4 weeks against 4). Nearly
    every week agrees: weeks after the break lie beyond the middle of the two levels, the 8 weeks before it (and the level of the year before
    as a whole) on the other side. It is no break if the same weeks did so a year before or, in the first year, if the other series do; 8 weeks
    after it are needed where neither is known. Nor is it one if promotions, another price or closed days explain it. Series that sell on fewer
    than half of their days have none.
    """
    weekly, values = _weeks(panel)
    count = weekly.log.shape[1]
    if count < _MIN_WEEKS_BEFORE + _NEAR_WEEKS:
        return []
    step, noise = _steps(weekly.log), _noise(weekly.log)
    large = np.abs(step) >= np.maximum(_log_least(step), _MIN_STANDARD_ERRORS * noise[:, None] * np.sqrt(np.pi / _NEAR_WEEKS))
    large[:, :_MIN_WEEKS_BEFORE], large[:, count - _NEAR_WEEKS + 1 :] = False, False
    large &= _often(panel)[:, None]
    season, proven = _season(step, weekly.year)
    breaks = []
    for row in np.flatnonzero(large.any(axis=1)):
        weeks = [int(week) for week in np.flatnonzero(large[row]) if _lasting(weekly.around(int(row), int(week)), int(week))]
        weeks = [week for week in weeks if proven[row, week] or count - week >= _MIN_WEEKS_UNPROVEN]
        own = step[row] - season[row]
        weeks = [week for week in weeks if own[week] * step[row, week] > 0 and abs(own[week]) >= _log_least(own[week])]
        if weeks:
            breaks.append(_measured(int(row), max(weeks, key=lambda week: abs(own[week])), weekly, season[row], values[row]))
    return [each for each in breaks if _believable(each.factor) and not _explained(panel, each)]


def _log_least(step: FloatArray) -> FloatArray:
    """The smallest logarithm of a step that counts, by its direction."""
    return np.where(step > 0, np.log(MIN_FACTOR_UP), -np.log(MAX_FACTOR_DOWN))


def _believable(factor: float) -> bool:
    return MIN_FACTOR_UP <= factor <= _MAX_FACTOR or _MIN_FACTOR <= factor <= MAX_FACTOR_DOWN


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
    four = np.lib.stride_tricks.sliding_window_view(log, _NEAR_WEEKS, axis=1)
    middle = np.where(np.isfinite(four).sum(axis=2) >= _NEAR_WEEKS - 1, median(four), np.nan)
    step = np.full((n, w), np.nan)
    step[:, _NEAR_WEEKS : w - _NEAR_WEEKS + 1] = middle[:, _NEAR_WEEKS:] - middle[:, :-_NEAR_WEEKS]
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
    """The step of the season at each week, shape (n, w), and whether it is known: from a year before, else from the median of the other series."""
    before = np.full(step.shape, np.nan)
    before[:, year:] = step[:, : max(step.shape[1] - year, 0)]
    others = np.broadcast_to(median(step.T), step.shape)
    enough = np.isfinite(step).sum(axis=0) > _MIN_PEERS
    season = np.where(np.isfinite(before), before, np.where(enough, others, 0.0))
    return season, np.isfinite(before) | enough


def _lasting(log: FloatArray, week: int) -> bool:
    """Whether a series lies on one side of the middle ever since a week, and on the other side in the 8 weeks before it and the year before."""
    after, before = log[week:], log[week - _MIN_WEEKS_BEFORE : week]
    high, low = np.nanmedian(after[:_NEAR_WEEKS]), np.nanmedian(before[-_NEAR_WEEKS:])
    sign = np.sign(high - low)
    beyond, short = ((sign * (part - (high + low) / 2))[np.isfinite(part)] for part in (after, before))
    year = log[max(week - _LAST_YEAR, 0) : week]
    agreement = np.mean(sign * (year[np.isfinite(year)] - (high + low) / 2) < 0)
    misses = int((beyond[_NEAR_WEEKS:] <= 0).sum())
    return bool((beyond[:_NEAR_WEEKS] > 0).all() and misses <= 0.1 * len(beyond) and (short >= 0).sum() <= 1 and agreement >= 0.9)


def _measured(row: int, week: int, weekly: _Weeks, season: FloatArray, values: FloatArray) -> LevelShift:
    """The break, its factor over up to 8 weeks on either side without the season, and its start on the day that separates the levels best."""
    log = weekly.log[row]
    after, before = log[week : week + _MIN_WEEKS_BEFORE], log[week - _MIN_WEEKS_BEFORE : week]
    high, low = float(np.nanmedian(after)), float(np.nanmedian(before))
    around = np.arange(max(week - 1, 0) * weekly.length, (week + 1) * weekly.length) + weekly.first
    day = values[around]
    far = np.nan_to_num(np.abs(day - np.exp(low))) - np.nan_to_num(np.abs(day - np.exp(high)))
    start = int(np.argmin(added_up(far)))
    return LevelShift(row, int(around[0]) + start, float(np.exp(high - low - season[week])))


def _explained(panel: Panel, shift: LevelShift) -> bool:
    """Whether promotions or the price changed as well within 4 weeks of the break."""
    reach, start = _NEAR_WEEKS * panel.period.cycle, shift.start
    for name, limit in ((schema.PROMO, _PROMO), (schema.PRICE, _PRICE)):
        if name in panel.drivers:
            values = panel.drivers[name][shift.row, : len(panel.dates)]
            before, after = (part[np.isfinite(part)] for part in (values[max(start - reach, 0) : start], values[start : start + reach]))
            if len(before) and len(after):
                change = abs(after.mean() - before.mean())
                if change > limit * (abs(before.mean()) if name == schema.PRICE else 1.0):
                    return True
    return False
