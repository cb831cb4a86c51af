"""Which days a series is closed on, and which are holidays."""

from __future__ import annotations

import re
from functools import cache

import holidays
import numpy as np
import pandas as pd
from holidays.registry import COUNTRIES

from forecasting.core import caches, schema
from forecasting.core.arrays import BoolArray
from forecasting.core.errors import SettingsError
from forecasting.core.panel import Panel
from forecasting.core.period import DAY

_RECENT_WEEKS = 8
_MIN_OCCURRENCES = 4
_MAX_PROBABILITY = 0.001
_MOST = 0.5


def closed_weekdays(panel: Panel) -> BoolArray:
    """Weekdays on which a series no longer sells, Monday first, shape (n, 7).

    Looks at the 8 weeks up to the series' own last row, from its first sale on. A weekday counts as closed if it occurred at least 4 times, never
    sold, and chance does not explain that: a series that sells on a share p of the days of its selling weekdays would miss c such days with a
    probability of (1 - p)^c; it must be below 0.1 %. So a sparse series, for which a weekday without sales proves nothing, is never closed.
    Weeks and months have no weekday, and are never closed for one.
    """
    return caches.once(panel, _closed_weekdays, panel)


def _closed_weekdays(panel: Panel) -> BoolArray:
    if panel.period != DAY:
        return np.zeros((len(panel), 7), dtype=bool)
    last = _last_row(panel.sales)
    columns = last[:, None] - np.arange(7 * _RECENT_WEEKS)
    seen = (columns >= 0) & (columns >= _first_sale(panel.sales)[:, None])
    sold = seen & (np.take_along_axis(panel.sales, np.maximum(columns, 0), axis=1) > 0)
    back = (panel.dates.day_of_week.to_numpy()[last][:, None] - np.arange(7)) % 7
    occurrences, sales = (np.take_along_axis(days.reshape(-1, _RECENT_WEEKS, 7).sum(axis=1), back, axis=1) for days in (seen, sold))
    selling = np.where(sales > 0, occurrences, 0).sum(axis=1, keepdims=True)
    share = sales.sum(axis=1, keepdims=True) / np.maximum(selling, 1)
    return (occurrences >= _MIN_OCCURRENCES) & (sales == 0) & ((1.0 - share) ** occurrences < _MAX_PROBABILITY)


def closed_ahead(panel: Panel, horizon: int) -> BoolArray:
    """Whether nothing can be sold on a day ahead, shape (n, horizon): `open` is given as 0, or is not given and the weekday is closed."""
    closed = closed_weekdays(panel)[:, panel.ahead(horizon).day_of_week]
    if schema.OPEN not in panel.drivers:
        return closed
    d = len(panel.dates)
    given = panel.drivers[schema.OPEN][:, d : d + horizon]
    plan = np.full(closed.shape, np.nan)
    plan[:, : given.shape[1]] = given
    return np.where(np.isnan(plan), closed, plan <= 0)


def closings(panel: Panel, horizon: int) -> pd.DatetimeIndex:
    """Days, past and ahead, on which half of the series or more are closed, as `open` says, on a weekday on which they sell: often holidays."""
    dates = panel.period.ahead(panel.dates[0], len(panel.dates) + horizon, start=0)
    given = panel.drivers.get(schema.OPEN, np.empty((len(panel), 0)))[:, : len(dates)]
    dates = dates[: given.shape[1]]
    usual = closed_weekdays(panel)[:, dates.day_of_week]
    known, closed = (np.isfinite(given) & ~usual).sum(axis=0), ((given <= 0) & ~usual).sum(axis=0)
    return dates[(closed > 0) & (closed >= _MOST * known)]


def selling_days(panel: Panel) -> BoolArray:
    """Whether a past day shows what a series sells, shape (n, d): it has a row, `open` is not 0, and the weekday is not closed."""
    selling = np.isfinite(panel.sales) & ~closed_weekdays(panel)[:, panel.dates.day_of_week]
    if schema.OPEN in panel.drivers:
        selling &= ~(panel.drivers[schema.OPEN][:, : len(panel.dates)] <= 0)
    return selling


def countries() -> dict[str, str]:
    """ISO 3166 code -> name of every country whose holidays are known, by name."""
    names = {codes[1]: re.sub(r"(?<=[a-z])(?=[A-Z])", " ", codes[0]) for codes in COUNTRIES.values()}
    return dict(sorted(names.items(), key=lambda item: item[1]))


def regions(country: str) -> dict[str, str]:
    """ISO 3166-2 code -> name of every region of a country that has holidays of its own, by name; raises SettingsError.

    Example:
        >>> regions("GB")
        {'GB-ENG': 'England', 'GB-NIR': 'Northern Ireland', 'GB-SCT': 'Scotland', 'GB-WLS': 'Wales'}
    """
    check_country(country)
    known = holidays.country_holidays(country)
    names: dict[str, str] = {}
    for name, code in known.subdivisions_aliases.items():
        names.setdefault(code, name)  # the first name is the usual one
    return dict(sorted(((f"{country}-{code}", names.get(code, code)) for code in known.subdivisions), key=lambda item: item[1]))


def country_name(country: str) -> str:
    """The name of a country, and of its region where one is named; raises SettingsError.

    Example:
        >>> country_name("DE"), country_name("DE-HE")
        ('Germany', 'Germany, Hessen')
    """
    check_country(country)
    code, dash, _ = country.partition("-")
    return countries()[code] + (f", {regions(code)[country]}" if dash else "")


def check_country(country: str) -> None:
    """Raises SettingsError unless holidays are known for a country, and for its region where one is named."""
    code, dash, _ = country.partition("-")
    if code not in _codes():
        raise SettingsError(f"There are no holidays for country {country!r}. Choose an ISO 3166 code such as DE or US, or none.")
    if dash and country not in regions(code):
        known = ", ".join(regions(code)) or "none"
        raise SettingsError(f"{countries()[code]} has no region {country!r} with holidays of its own. Its regions are: {known}.")


def holidays_of(country: str, years: tuple[int, ...]) -> dict[pd.Timestamp, tuple[str, ...]]:
    """Date -> names of its holidays, in English where the country has English names, sorted by date.

    Args:
        country: ISO 3166 code of a country, or of one of its regions: "DE", "DE-BY".
        years: Which.

    Raises:
        SettingsError: No holidays are known for the country.
    """
    check_country(country)
    code, _, region = country.partition("-")
    calendar = holidays.country_holidays(code, subdiv=region or None, years=years, expand=False, language="en_US")
    return {pd.Timestamp(day): tuple(sorted(calendar.get_list(day))) for day in sorted(calendar)}


def next_holidays(country: str, day: pd.Timestamp, most: int = 3) -> list[tuple[pd.Timestamp, str]]:
    """The first holidays from a day on, each with its name; raises SettingsError.

    Example:
        >>> [f"{name}, {day:%d %b}" for day, name in next_holidays("DE", pd.Timestamp("2026-12-20"))]
        ['Christmas Day, 25 Dec', 'Second Day of Christmas, 26 Dec', "New Year's Day, 01 Jan"]
    """
    named = holidays_of(country, (day.year, day.year + 1))
    return [(holiday, " and ".join(names)) for holiday, names in named.items() if holiday >= day.normalize()][:most]


@cache
def _codes() -> frozenset[str]:
    return frozenset(countries())


def _last_row(sales: np.ndarray) -> np.ndarray:
    """Column of each series' last row, shape (n,); the first column where it has none."""
    known = np.isfinite(sales)
    return np.where(known.any(axis=1), sales.shape[1] - 1 - np.argmax(known[:, ::-1], axis=1), 0)


def _first_sale(sales: np.ndarray) -> np.ndarray:
    """Column of each series' first sale, shape (n,); beyond the end where it has none."""
    sold = sales > 0
    return np.where(sold.any(axis=1), np.argmax(sold, axis=1), sales.shape[1])
