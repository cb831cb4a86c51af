"""Forecasts as CSV, safe to open in a spreadsheet."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd

from forecasting import formulas, schema
from forecasting.ensemble import Ensemble
from forecasting.view import chosen_rows, total_curves

DECIMALS = 3
CURVES = (schema.PROPHET, schema.LSTM, schema.BLEND)


def forecast_table(made: Ensemble, filters: Mapping[str, str], days: int, *, total: bool = False) -> pd.DataFrame:
    """The forecast as people exchange it.

    Args:
        made: What is served.
        filters: Column -> value.
        days: Days ahead: weeks or months where the sales come so.
        total: One row a day for the sum of all chosen series, instead of one row a series and day.

    Returns:
        `date`, the key and category columns that exist (only the filters' where `total`), `prophet`, `lstm`, `forecast`, the bands and
        `model`; units a day, rounded to 3 decimals; empty where a model has no forecast.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist, or more days than the version forecasts.
    """
    return pd.DataFrame(forecast_columns(made, filters, chosen_rows(made, filters, days), days, total=total))


def forecast_columns(made: Ensemble, filters: Mapping[str, str], rows: np.ndarray, days: int, *, total: bool) -> dict[str, np.ndarray]:
    """The columns of that table, of the series at `rows`, which the filters choose."""
    return _total(made, filters, rows, days) if total else _by_series(made, rows, days)


def _by_series(made: Ensemble, rows: np.ndarray, days: int) -> dict[str, np.ndarray]:
    named: dict[str, np.ndarray] = {schema.DATE: np.tile(made.panel.ahead(days).to_numpy(), len(rows))}
    named |= {name: np.repeat(labels[rows], days) for name, labels in made.labels.items()}
    curves = {schema.FORECAST if name == schema.BLEND else name: made.yhat[name][rows, :days] for name in CURVES}
    curves |= {name: made.bands[rows, position, :days] for position, name in enumerate(schema.BANDS)}
    named |= {name: values.ravel().round(DECIMALS) for name, values in curves.items()}
    return named | {schema.MODEL: np.repeat(made.behind[rows], days)}


def _total(made: Ensemble, filters: Mapping[str, str], rows: np.ndarray, days: int) -> dict[str, np.ndarray]:
    curves = total_curves(made, rows, days)
    curves[schema.FORECAST] = curves.pop(schema.BLEND)
    behind = np.unique(made.behind[rows])
    named: dict[str, np.ndarray] = {schema.DATE: made.panel.ahead(days).to_numpy()}
    named |= {name: np.full(days, filters[name], object) for name in schema.FILTERS if name in filters}
    named |= {name: curves[name].round(DECIMALS) for name in (schema.PROPHET, schema.LSTM, schema.FORECAST, *schema.BANDS)}
    return named | {schema.MODEL: np.full(days, behind[0] if len(behind) == 1 else schema.BLEND, object)}


def to_csv(table: pd.DataFrame) -> bytes:
    """The table as UTF-8 CSV with ISO dates; a text that a spreadsheet would run as a formula gets a leading apostrophe.

    Names of columns are texts too. What UTF-8 cannot write (half a surrogate pair) stands there as an escape.
    """
    texts = {str(name): neutralised(table[name]) for name in table.select_dtypes(include=["object", "str", "category"])}
    safe = table.assign(**texts).rename(columns=lambda name: formulas.harmless(str(name)))
    returns = any(_has_return(column) for column in (*texts.values(), pd.Series(safe.columns, dtype=object)))
    quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
    return safe.to_csv(index=False, date_format="%Y-%m-%d", lineterminator="\n", quoting=quoting).encode(errors="backslashreplace")


def neutralised(texts: pd.Series) -> pd.Series:
    """The texts, with an apostrophe where a spreadsheet would run them; what is no text stays as it is.

    Example:
        >>> neutralised(pd.Series(["Bread", "=1+1"])).tolist()
        ['Bread', "'=1+1"]
    """
    if isinstance(texts.dtype, pd.CategoricalDtype):
        return neutralised(texts.astype(object))
    made = {text: formulas.harmless(text) for text in set(filter(_is_text, texts.tolist()))}
    if all(text == safe for text, safe in made.items()):
        return texts
    return pd.Series([made[cell] if isinstance(cell, str) else cell for cell in texts.tolist()], index=texts.index, name=texts.name, dtype=object)


def _has_return(texts: pd.Series) -> bool:
    """Whether a text holds a carriage return, which spreadsheets take for the end of a row; Python's writer puts no quotation marks around it."""
    return any("\r" in text for text in set(filter(_is_text, texts.tolist())))


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str)
