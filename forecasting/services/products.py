"""All products with their classes, stock and flags: the table that is searched, sorted and filtered."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd

from forecasting.analysis import forecast_view, product_groups, products
from forecasting.analysis.product_groups import ProductGroups
from forecasting.core import schema, spreadsheets
from forecasting.core.arrays import FloatArray
from forecasting.inventory.orders import abc_xyz
from forecasting.inventory.orders.recommend import OVERSTOCK, Orders
from forecasting.inventory.stock import state
from forecasting.training.ensemble import Ensemble

RUNS_OUT, TOO_MUCH = "runs_out", "overstock"
FLAGS: Final = (RUNS_OUT, TOO_MUCH, products.BELOW, products.ABOVE, products.YOUNG, products.NEW, products.PROMOTED, products.GONE)
"""Columns of bool, the most urgent first; those of the stock are there only where something was counted."""
STOCK, COVER, CLASS, SEARCH = "stock", "cover", "class", "search"


def products_table(ensemble: Ensemble, filters: Mapping[str, str], steps: int, orders: Orders | None) -> pd.DataFrame:
    """The table of `analysis.products` of the series that the filters choose, and what the stock says.

    Args:
        ensemble: What is served.
        filters: Column -> value.
        steps: Days (weeks, months) ahead, and back.
        orders: What to order of all series; None where no stock was counted.

    Returns:
        Its columns, and `class`: A, B, C by the value of a year's sales and X, Y, Z by error; `stock`, units on the shelves that were counted;
        `cover`, days until the first of them is empty, up to as many as are forecast; `runs_out` (one is expected to empty before an order
        of today arrives) and `overstock`; and `search`, the text to look in. `stock` and `cover` are NaN where no shelf was counted.

    Raises:
        NotFound: The filters choose nothing.
        InputError: A column that does not exist.
    """
    of = product_groups.groups(ensemble.panel, forecast_view.chosen_rows(ensemble, filters, steps))
    table = products.products(ensemble, of, steps, _prices(orders, of.rows))
    classes = zip(abc_xyz.abc(table[products.VALUE].to_numpy()), abc_xyz.xyz(table[products.MISS].to_numpy()), strict=True)
    table[CLASS] = ["".join(pair) for pair in classes]
    table[SEARCH] = _texts(table)
    return table if orders is None else pd.concat([table, _stock(ensemble, of, orders)], axis=1)


def matching(table: pd.DataFrame, text: str) -> pd.DataFrame:
    """The rows in which every word of a text occurs, whatever its case and accents: "creme brul" finds "Crème brûlée"."""
    found = np.ones(len(table), dtype=bool)
    for word in folded(text).split():
        found &= table[SEARCH].str.contains(word, regex=False).to_numpy(dtype=bool)
    return table[found]


def folded(text: str) -> str:
    """A text without case and accents, to compare with another.

    Example:
        >>> folded("Crème BRÛLÉE")
        'creme brulee'
    """
    if text.isascii():
        return text.lower()
    return "".join(sign for sign in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(sign))


def flags_of(table: pd.DataFrame) -> list[str]:
    """The flags that a table can have, the most urgent first."""
    return [flag for flag in FLAGS if flag in table]


def products_csv(table: pd.DataFrame) -> bytes:
    """Rows of the table as CSV, safe to open in a spreadsheet; flags as one column of words."""
    flags = flags_of(table)
    named = [" ".join(flag for flag, there in zip(flags, row, strict=True) if there) for row in table[flags].to_numpy()]
    columns = [name for name in table if name not in (*flags, products.SPARK, products.VALUE, SEARCH)]
    numbers = dict.fromkeys(table[columns].select_dtypes("number"), 3)
    return spreadsheets.to_csv(table[columns].round(numbers).assign(flags=named))


def _prices(orders: Orders | None, rows: np.ndarray) -> FloatArray:
    return np.full(len(rows), np.nan) if orders is None else orders.stock[state.PRICE][rows]


def _stock(ensemble: Ensemble, of: ProductGroups, orders: Orders) -> pd.DataFrame:
    """What the shelves of each product hold; `orders` are of all series, in their order."""
    lines = orders.table.iloc[of.rows]
    counted = lines["counted"].to_numpy(dtype=bool)
    cover = np.minimum(lines["days_of_cover"].to_numpy(), ensemble.horizon * ensemble.panel.period.days)
    on_hand = np.where(counted, lines[state.ON_HAND].to_numpy(), 0.0)
    columns = {
        STOCK: np.where(of.any(counted), of.sums(on_hand), np.nan),
        COVER: of.least(cover),
        RUNS_OUT: of.any(lines["runs_out"].to_numpy(dtype=bool)),
        TOO_MUCH: of.any(counted & (lines["state"] == OVERSTOCK).to_numpy() & ~ensemble.silent[of.rows]),
    }
    return pd.DataFrame(columns)


def _texts(table: pd.DataFrame) -> list[str]:
    names = [products.PRODUCT, *([schema.CATEGORY] if schema.CATEGORY in table else [])]
    return [folded(" ".join(texts)) for texts in table[names].itertuples(index=False)]
