"""Sales in which products that were replaced have handed their history on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from graphlib import TopologicalSorter
from typing import Protocol

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


def with_successors(sales: pd.DataFrame, links: Iterable[Succession]) -> pd.DataFrame:
    """The sales with each link's rows of the old product before its day under the name of the new one.

    Where both have a row for one series and day, units are added up, and what else is known of the day is the new one's, where it says anything.
    What the old one sells from that day on stays its own.

    Args:
        sales: Columns of `schema.COLUMNS`, one row a series and day; left as they are.
        links: In any order; a product that was replaced twice hands on what it was handed.
    """
    if schema.PRODUCT not in sales:
        return sales
    product, moved = sales[schema.PRODUCT].astype(object), pd.Series(False, index=sales.index)
    for link in _each_before_what_follows_it(links):
        mine = (product == link.old) & (sales[schema.DATE] < pd.Timestamp(link.day))
        product, moved = product.where(~mine, link.new), moved | mine
    if not moved.any():
        return sales
    renamed = sales.assign(**{schema.PRODUCT: product.astype(sales[schema.PRODUCT].dtype)})
    return _added_up(pd.concat([renamed[moved], renamed[~moved]]))


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
