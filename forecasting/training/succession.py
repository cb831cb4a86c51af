"""Sales in which products that were replaced have handed their history on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from graphlib import TopologicalSorter
from typing import Protocol

import numpy as np
import pandas as pd

from forecasting.core import schema


class Succession(Protocol):
    """One product replaces another from a day on."""

    @property
    def old(self) -> str: ...
    @property
    def new(self) -> str: ...
    @property
    def day(self) -> date: ...
    @property
    def factor(self) -> float: ...


def with_successors(sales: pd.DataFrame, links: Iterable[Succession]) -> pd.DataFrame:
    """The sales with each link's rows of the old product before its day under the name of the new one.

    Where both have a row for one series and day, units are added up, and what else is known of the day is the new one's, where it says anything.
    What the old one sells from that day on stays its own. A link's factor says how many units of the new one stand for each old one: units are
    multiplied by it, prices divided.

    Args:
        sales: Columns of `schema.COLUMNS`, one row a series and day; left as they are.
        links: In any order; a product that was replaced twice hands on what it was handed.
    """
    if schema.PRODUCT not in sales:
        return sales
    product, moved, factor = sales[schema.PRODUCT].astype(object), pd.Series(False, index=sales.index), pd.Series(1.0, index=sales.index)
    for link in _each_before_what_follows_it(links):
        mine = (product == link.old) & (sales[schema.DATE] < pd.Timestamp(link.day))
        product, moved, factor = product.where(~mine, link.new), moved | mine, factor.where(~mine, factor * link.factor)
    if not moved.any():
        return sales
    renamed = _rescaled(sales.assign(**{schema.PRODUCT: product.astype(sales[schema.PRODUCT].dtype)}), factor)
    return _added_up(pd.concat([renamed[moved], renamed[~moved]]))


def _rescaled(sales: pd.DataFrame, factor: pd.Series) -> pd.DataFrame:
    """The sales in units that are so many for each one, with the price of one of them."""
    if (factor == 1).all():
        return sales
    units = sales[schema.SALES].astype(float) * factor
    known = (factor != 1) & units.notna()
    units[known] = _still_whole(sales[known], units[known])
    prices = {schema.PRICE: sales[schema.PRICE] / factor} if schema.PRICE in sales else {}
    return sales.assign(**{schema.SALES: units}, **prices)


def _still_whole(sales: pd.DataFrame, units: pd.Series) -> pd.Series:
    """The units of these rows, in whole ones for a series that was sold in whole ones: its sum up to any day is off by half a unit at most."""
    keys = [sales[name] for name in schema.KEYS if name in sales]
    days = sales[schema.DATE].sort_values(kind="stable").index
    running = units[days].groupby([key[days] for key in keys], dropna=False, observed=True).cumsum()
    rounded = np.floor(running + 0.5)
    steps = rounded - rounded.groupby([key[days] for key in keys], dropna=False, observed=True).shift(fill_value=0.0)
    whole = (sales[schema.SALES] % 1 == 0).groupby(keys, dropna=False, observed=True).transform("all")
    return units.where(~whole, steps)


def _each_before_what_follows_it(links: Iterable[Succession]) -> list[Succession]:
    """The links, those of a product after all that lead to it, whatever their days: it hands on what it was handed."""
    by_old = {link.old: link for link in links}
    order = TopologicalSorter({old: () for old in by_old})
    for link in by_old.values():
        order.add(link.new, link.old)
    return [by_old[name] for name in order.static_order() if name in by_old]


def _added_up(sales: pd.DataFrame) -> pd.DataFrame:
    """One row a series and day, in the order of the days: units added up, of all else the last value that is known."""
    keys = [schema.DATE, *(name for name in schema.KEYS if name in sales)]
    twice = sales.duplicated(keys, keep=False)
    columns = {name: "last" for name in sales if name not in (*keys, schema.SALES)}
    grouped = sales[twice].groupby(keys, dropna=False, sort=False, observed=True)
    met = grouped.agg(columns) if columns else grouped.first()[[]]
    met[schema.SALES] = grouped[schema.SALES].sum(min_count=1)
    whole = pd.concat([sales[~twice], met.reset_index()[list(sales.columns)].astype(sales.dtypes.to_dict())])
    return whole.sort_values(keys, kind="stable").reset_index(drop=True)
