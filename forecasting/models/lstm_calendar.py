"""Calendar channels of the network: what is known of any day, past or ahead."""

from __future__ import annotations

import numpy as np

from forecasting.models.lstm_layout import Float32Array, Layout

_EASTER_DAYS = (-2, -1, 0, 1, 39, 49, 50)
"""Days after Easter Sunday that shops feel: Good Friday to Whit Monday."""
_FIXED_DAYS = ((12, 24), (12, 25), (12, 26), (12, 31), (1, 1), (5, 1), (11, 1))
_YEAR_WAVES = (1, 2, 3)


def calendar(first: np.datetime64, days: int, layout: Layout) -> Float32Array:
    """Channels of `days` days from `first` on, shape (days, channels), each in [-1, 1]."""
    dates = first.astype("datetime64[D]") + np.arange(days)
    blocks = [np.eye(7)[weekday(dates)]]
    if layout.year_waves:
        angle = 2 * np.pi * (dates - dates.astype("datetime64[Y]").astype("datetime64[D]")).astype(float)[:, None] * _YEAR_WAVES / 365.25
        blocks += [np.sin(angle), np.cos(angle)]
    if layout.month_day:
        angle = 2 * np.pi * (month_day(dates)[:, None] - 1) / 31
        blocks += [np.sin(angle), np.cos(angle)]
    if layout.year_ago:
        blocks.append(_events(dates))
    return np.concatenate(blocks, axis=1).astype(np.float32)


def weekday(dates: np.ndarray) -> np.ndarray:
    """0 for Monday to 6."""
    number: np.ndarray = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    return number


def month_day(dates: np.ndarray) -> np.ndarray:
    """Day of the month, from 1."""
    day: np.ndarray = (dates - dates.astype("datetime64[M]").astype("datetime64[D]")).astype(np.int64) + 1
    return day


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
    sundays: np.ndarray = march.astype("datetime64[D]") + shift
    return sundays


def _events(dates: np.ndarray) -> np.ndarray:
    """One flag a day around Easter, then one a fixed date."""
    years = dates.astype("datetime64[Y]")
    month = (dates.astype("datetime64[M]") - years.astype("datetime64[M]")).astype(np.int64) + 1
    after = (dates - easter(years.astype(np.int64) + 1970)).astype(np.int64)
    day = month_day(dates)
    moving = [after == offset for offset in _EASTER_DAYS]
    fixed = [(month == m) & (day == d) for m, d in _FIXED_DAYS]
    return np.stack([*moving, *fixed], axis=1).astype(float)
