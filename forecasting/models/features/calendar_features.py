"""Calendar channels of the network, known for any day, past or ahead."""

from __future__ import annotations

import numpy as np

from forecasting.core.period import DAY, MONTH, WEEK
from forecasting.models.features.inputs import Float32Array, NetworkInputs

_EASTER_DAYS = (-2, -1, 0, 1, 39, 49, 50)
"""Days after Easter Sunday that move sales: Good Friday to Whit Monday."""
_FIXED_DAYS = ((12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (5, 1), (11, 1))
_YEAR_WAVES = (1, 2, 3)
_DAYS_OF = {DAY.name: 1, WEEK.name: 7, MONTH.name: 28}
"""Period -> days from the date of a step on whose events belong to it; 28 of a month, whose last days have none but New Year's Eve."""


def calendar(first: np.datetime64, start: int, days: int, layout: NetworkInputs) -> Float32Array:
    """Channels of `days` days, from `start` days after `first` on; shape (days, channels), each in [-1, 1]."""
    day = dates(first, days, layout, start=start)
    blocks = [np.eye(7)[weekday(day)]] if layout.spans.cycle == 7 else [np.zeros((days, 0))]
    if layout.year_waves:
        angle = 2 * np.pi * (day - day.astype("datetime64[Y]").astype("datetime64[D]")).astype(float)[:, None] * _YEAR_WAVES / 365.25
        blocks += [np.sin(angle), np.cos(angle)]
    if layout.month_day:
        angle = 2 * np.pi * (month_day(day)[:, None] - 1) / 31
        blocks += [np.sin(angle), np.cos(angle)]
    if layout.year_ago:
        inside = [_events(day + later) for later in range(_DAYS_OF[layout.period])]
        blocks.append(np.max(inside, axis=0))
    return np.concatenate(blocks, axis=1).astype(np.float32)


def dates(first: np.datetime64, days: int, layout: NetworkInputs, *, start: int = 0) -> np.ndarray:
    """The dates of `days` steps of the file, from `start` steps after `first` on; months as their first day."""
    step = start + np.arange(days)
    if layout.period == MONTH.name:
        return (first.astype("datetime64[M]") + step).astype("datetime64[D]")
    return first.astype("datetime64[D]") + step * _DAYS_OF[layout.period]


def steps(first: np.datetime64, later: np.datetime64, layout: NetworkInputs) -> int:
    """The number of steps of the file from one date to a later one."""
    if layout.period == MONTH.name:
        return int((later.astype("datetime64[M]") - first.astype("datetime64[M]")).astype(np.int64))
    return int((later.astype("datetime64[D]") - first.astype("datetime64[D]")).astype(np.int64)) // _DAYS_OF[layout.period]


def weekday(dates: np.ndarray) -> np.ndarray:
    """The weekday of each date, 0 for Monday to 6 for Sunday."""
    return (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7


def month_day(dates: np.ndarray) -> np.ndarray:
    """Day of the month, from 1."""
    return (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1


def easter(year: np.ndarray) -> np.ndarray:
    """Easter Sunday of each year, by Butcher's rule (Meeus, Astronomical Algorithms, chapter 8).

    Example:
        >>> easter(np.array([2024, 2025]))
        array(['2024-03-31', '2025-04-20'], dtype='datetime64[D]')
    """
    century, moon = year // 100, year % 19
    epact = (19 * moon + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    sunday = (32 + 2 * (century % 4) + 2 * (year % 100 // 4) - epact - year % 100 % 4) % 7
    shift = epact + sunday - 7 * ((moon + 11 * epact + 22 * sunday) // 451) + 21
    march = (year - 1970).astype("datetime64[Y]").astype("datetime64[M]") + 2
    return march.astype("datetime64[D]") + shift


def _events(dates: np.ndarray) -> np.ndarray:
    """Flags of each date: one for each day around Easter, then one for each fixed date."""
    years = dates.astype("datetime64[Y]")
    month = (dates.astype("datetime64[M]") - years.astype("datetime64[M]")).astype(np.int64) + 1
    after = (dates - easter(years.astype(np.int64) + 1970)).astype(np.int64)
    day = month_day(dates)
    moving = [after == offset for offset in _EASTER_DAYS]
    fixed = [(month == m) & (day == d) for m, d in _FIXED_DAYS]
    return np.stack([*moving, *fixed], axis=1).astype(float)
