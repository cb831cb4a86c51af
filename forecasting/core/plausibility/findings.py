"""What a person should look at before an upload is saved: large values, near names, changed categories, a shift of the level."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import formatting, outsizes, schema
from forecasting.core.plausibility.large_values import Large, large_values
from forecasting.core.plausibility.level_shift import LevelShift, level_shift
from forecasting.core.plausibility.mends import MendedCategory, MendedName, MendedValue
from forecasting.core.plausibility.near_names import near_names
from forecasting.core.plausibility.past import Past
from forecasting.core.plausibility.rows import Rows, Runs

SHOWN: Final = 3
"""Findings that a note names, at most."""


@dataclass(frozen=True, slots=True)
class LargeValue:
    """A value far beyond what its series ever sold.

    Args:
        keys: The values of the key columns that the sales have, in the order of `schema.KEYS`; empty texts where they have none.
        day: Whose sales they are.
        units: How many.
        usual: How many are usual.
        weekday: "Wednesday" where that is the usual of a weekday; empty where it is that of all days.
        is_outsized: Whether the file itself shows it, so that it was said already.
    """

    keys: tuple[str, ...]
    day: date
    units: float
    usual: float
    weekday: str = ""
    is_outsized: bool = False

    @property
    def replacement(self) -> float:
        """The usual units, as a whole number where the value is one."""
        whole = self.units == round(self.units) and self.usual >= 1
        return float(round(self.usual)) if whole else round(self.usual, 3)

    def mended(self, units: float | None) -> MendedValue:
        """Other units in its place; None leaves the row out."""
        return MendedValue(self.keys, self.day, self.units, units)

    def __str__(self) -> str:
        whose = f" of {' in '.join(key for key in self.keys if key)}" if any(self.keys) else ""
        usual = f"the usual {self.weekday}" if self.weekday else "the usual"
        return f"{self.units:,.10g} on {formatting.date(pd.Timestamp(self.day))}, {_times(self.units / self.usual)} times {usual}{whose}"


@dataclass(frozen=True, slots=True)
class NearName:
    """A new name that is nearly a saved one.

    Args:
        key: The key column.
        new: The name in the upload.
        saved: The one in the saved sales.
    """

    key: str
    new: str
    saved: str

    def mended(self) -> MendedName:
        """The saved name in its place."""
        return MendedName(self.key, self.new, self.saved)

    def __str__(self) -> str:
        return f'"{self.new}": did you mean "{self.saved}"?'


@dataclass(frozen=True, slots=True)
class NewCategory:
    """A product whose category is another one than in the saved sales."""

    product: str
    before: str
    after: str

    def mended(self) -> MendedCategory:
        """The saved category in its place."""
        return MendedCategory(self.product, self.after, self.before)

    def __str__(self) -> str:
        return f"{self.product} from {self.before} to {self.after}"


@dataclass(frozen=True, slots=True)
class Findings:
    """All that was found in an upload.

    Args:
        values: In the order of the rows.
        names: By key column, then in the order of the upload.
        categories: In the order of the products.
        level: None where the level is as before. The values are those beside a shifted level.
    """

    values: tuple[LargeValue, ...] = ()
    names: tuple[NearName, ...] = ()
    categories: tuple[NewCategory, ...] = ()
    level: LevelShift | None = None

    def __len__(self) -> int:
        """How many there are."""
        return len(self.values) + len(self.names) + len(self.categories) + (self.level is not None)

    @property
    def notes(self) -> tuple[str, ...]:
        """A sentence for each kind of which there is any, but for the level, which is a question."""
        values = [value for value in self.values if not value.is_outsized]
        kinds: tuple[tuple[str, Sequence[object], str], ...] = (
            (f"{formatting.count(len(values), 'value')} far beyond what was ever sold", values, "Correct what is a mistake."),
            (f"{formatting.count(len(self.names), 'new name')} nearly as a saved one", self.names, "Each has forecasts of its own."),
            (f"{formatting.count(len(self.categories), 'product')} in another category than before", self.categories, "The new one counts."),
        )
        return tuple(f"{head}: {_listed(each)} {what_follows}" for head, each, what_follows in kinds if each)


NOTHING: Final = Findings()


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the saved sales beside an upload.

    Args:
        keys: Their series, one row each, in the order of their keys.
        past: What they sold.
        categories: Product -> its last known category; empty where the sales have no categories.
        price: Tells what a unit cost, over all of them; NaN where there are no prices.
    """

    keys: pd.DataFrame
    past: Past
    categories: Mapping[str, str]
    price: Callable[[], float]


def findings(known: Known, upload: pd.DataFrame, series: np.ndarray) -> Findings:
    """What to look at in an upload beside the saved sales.

    Args:
        known: The saved sales.
        upload: Those of the upload, in columns of the schema, sorted by series, then the day.
        series: The number of each of its rows' series, as `known` has them, in the order of their keys' texts.
    """
    if upload.empty:
        return NOTHING
    given = Rows.of(upload, series)
    level = level_shift(known.past, given, known.price)
    scaled = given if level is None else Rows(given.units / level.times, given.series, given.days)
    values = _values(upload, given, large_values(known.past, scaled), 1.0 if level is None else level.times)
    return Findings(values, _names(known.keys, upload), _categories(known.categories, upload, series), level)


def _values(upload: pd.DataFrame, given: Rows, large: Large, times: float) -> tuple[LargeValue, ...]:
    if not len(large.places):
        return ()
    rows, all_units = upload.iloc[large.places], given.units
    outsized = np.isin(large.places, outsizes.outsized(all_units, given.series, all_units, given.series)[0]).tolist()
    keys = zip(*(rows[key].fillna("") if key in rows else [""] * len(rows) for key in schema.KEYS), strict=True)
    days = rows[schema.DATE]
    weekdays = np.where(large.of_weekday, days.dt.day_name(), "").tolist()
    units = rows[schema.SALES].tolist()
    return tuple(map(LargeValue, keys, days.dt.date, units, (large.usual * times).tolist(), weekdays, outsized))


def _names(saved: pd.DataFrame, upload: pd.DataFrame) -> tuple[NearName, ...]:
    shared = [key for key in schema.KEYS if key in saved and key in upload]
    distinct = {key: [frame[key].dropna().unique().tolist() for frame in (upload, saved)] for key in shared}
    return tuple(NearName(key, new, old) for key, names in distinct.items() for new, old in near_names(*names).items())


def _categories(before: Mapping[str, str], upload: pd.DataFrame, series: np.ndarray) -> tuple[NewCategory, ...]:
    """Products whose last known category is another one than the last saved one."""
    if not before or not all(name in upload for name in (schema.PRODUCT, schema.CATEGORY)):
        return ()
    after = last_categories(upload.iloc[_last_known(upload, series)])
    return tuple(NewCategory(name, before[name], after[name]) for name in after if name in before and before[name] != after[name])


def _last_known(sales: pd.DataFrame, series: np.ndarray) -> np.ndarray:
    """The last row of each series that has a product and a category, for those that have one, ascending."""
    known = np.where(sales[schema.CATEGORY].notna().to_numpy() & sales[schema.PRODUCT].notna().to_numpy(), np.arange(len(sales)), -1)
    last = np.maximum.reduceat(known, Runs.of(series).starts)
    return np.sort(last[last >= 0])


def last_categories(rows: pd.DataFrame) -> dict[str, str]:
    """Product -> the category of its last row, of several on one day of the last one; each row has both and a date."""
    rows = rows.iloc[np.argsort(rows[schema.DATE].to_numpy(), kind="stable")]
    return dict(zip(rows[schema.PRODUCT], rows[schema.CATEGORY], strict=True))


def _times(ratio: float) -> str:
    return f"{ratio:,.0f}" if ratio >= 10 else f"{ratio:.1f}"


def _listed(each: Sequence[object]) -> str:
    more = f"; and {len(each) - SHOWN:,} more" if len(each) > SHOWN else ""
    text = "; ".join(str(one) for one in each[:SHOWN]) + more
    return text if text.endswith("?") else f"{text}."
