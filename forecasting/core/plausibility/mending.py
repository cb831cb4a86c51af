"""The sales of an upload as a person mended them, and what was mended in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import formatting, row_keys, schema
from forecasting.core.errors import InputError
from forecasting.core.plausibility.mends import MendedCategory, MendedName, MendedValue, Mends

SHOWN: Final = 10
"""Mends of a kind that a note names, at most."""
WHATS: Final = {schema.PRODUCT: "product", schema.REGION: "region", schema.STORE: "store"}


def mended(sales: pd.DataFrame, mends: Mends) -> pd.DataFrame:
    """Sales with other names, categories and values; the units of two rows that become one by a name are added up.

    Args:
        sales: Columns of the schema, one row per key and day, sorted by them.
        mends: What to mend.

    Raises:
        InputError: There is no such name, category or value: these are other sales than those that a person looked at.
    """
    sales = joined(renamed(sales, mends.names)) if mends.names else sales
    sales = _in_their_categories(sales, mends.categories) if mends.categories else sales
    return _with_values(sales, mends.values) if mends.values else sales


def renamed(frame: pd.DataFrame, names: Sequence[MendedName]) -> pd.DataFrame:
    """Rows with the saved names in place of others; rows of one key may follow, see `joined`. Raises InputError where a name is not there."""
    for key in dict.fromkeys(each.key for each in names):
        saved = {each.before: each.after for each in names if each.key == key}
        known = frame[key] if key in frame else pd.Series(dtype="str")
        _require(sorted(saved.keys() - set(known.unique())), f"no {WHATS[key]}")
        frame = frame.assign(**{key: known.map(saved).fillna(known).astype("str")})
    return frame


def joined(sales: pd.DataFrame) -> pd.DataFrame:
    """One row per key and day, sorted by them: units are added up, and of other columns the last value counts."""
    sales = row_keys.in_order(sales)
    codes = row_keys.row_codes(row_keys.series_codes([sales]), [row_keys.days(sales)])[0]
    if row_keys.is_increasing(codes):
        return sales
    groups = sales.groupby(codes, sort=True)
    return groups.last().assign(**{schema.SALES: groups[schema.SALES].sum(min_count=1)})[sales.columns].reset_index(drop=True)


def _in_their_categories(sales: pd.DataFrame, categories: Iterable[MendedCategory]) -> pd.DataFrame:
    _require([name for name in (schema.PRODUCT, schema.CATEGORY) if name not in sales], "no column")
    column = sales[schema.CATEGORY].copy()
    for each in categories:
        moved = (sales[schema.PRODUCT] == each.product) & (column == each.before)
        _require([] if moved.any() else [f"{each.product} in {each.before}"], "no")
        column[moved] = each.after
    return sales.assign(**{schema.CATEGORY: column})


def _with_values(sales: pd.DataFrame, values: Sequence[MendedValue]) -> pd.DataFrame:
    places = _places(sales, values)
    units = sales[schema.SALES].to_numpy(dtype=float, copy=True)
    wrong = [each for each, place in zip(values, places.tolist(), strict=True) if place < 0 or units[place] != each.before]
    _require([_value(each) for each in wrong], "no row with")
    units[places] = [np.nan if each.after is None else each.after for each in values]
    kept = np.ones(len(sales), dtype=bool)
    kept[places] = [each.after is not None for each in values]
    return sales.assign(**{schema.SALES: units})[kept].reset_index(drop=True)


def _places(sales: pd.DataFrame, values: Sequence[MendedValue]) -> np.ndarray:
    """The row of each value, shape (n,); -1 where there is none."""
    keys = {key: [each.keys[place] or None for each in values] for place, key in enumerate(schema.KEYS) if key in sales}
    wanted = pd.DataFrame({**keys, schema.DATE: pd.to_datetime([each.day for each in values])})
    series = row_keys.series_codes([sales, wanted])
    rows, sought = row_keys.row_codes(series, [row_keys.days(sales), row_keys.days(wanted)])
    return np.asarray(pd.Index(rows).get_indexer(sought))


def _require(missing: Sequence[str], what: str) -> None:
    if missing:
        raise InputError(f"What was mended does not fit this file: it has {what} {formatting.listing(list(missing))}.")


def notes(mends: Mends) -> tuple[str, ...]:
    """What was mended, a sentence a kind."""
    return tuple(f"{_counted(noun, len(texts))} mended: {_listed(texts)}." for noun, texts in _kinds(mends).items() if texts)


def sentences(mends: Mends) -> list[str]:
    """What was mended, each in words of its own."""
    return [text for texts in _kinds(mends).values() for text in texts]


def _kinds(mends: Mends) -> dict[str, list[str]]:
    return {
        "name": [f'"{each.before}" is "{each.after}"' for each in mends.names],
        "category": [f"{each.product} stays in {each.after}, not {each.before}" for each in mends.categories],
        "value": [_mended_value(each) for each in mends.values],
    }


def _mended_value(mend: MendedValue) -> str:
    return f"{_value(mend)} left out" if mend.after is None else f"{mend.after:,.10g} in place of {_value(mend)}"


def _value(mend: MendedValue) -> str:
    whose = f" of {' in '.join(key for key in mend.keys if key)}" if any(mend.keys) else ""
    return f"{mend.before:,.10g} on {formatting.date(pd.Timestamp(mend.day))}{whose}"


def _counted(noun: str, number: int) -> str:
    return formatting.count(number, noun, "categories" if noun == "category" else "")


def _listed(texts: Sequence[str]) -> str:
    return "; ".join(texts[:SHOWN]) + (f"; and {len(texts) - SHOWN:,} more" if len(texts) > SHOWN else "")
