"""Products that replace others: links are made and undone; the next retrain learns from the joined history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from threading import Condition
from typing import Any

import pandas as pd
from cachetools import LRUCache, cached

from forecasting.analysis.replacements import Replacement, replacements
from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.services import product_changes, versions
from forecasting.storage.product_links import Link, LinkState, ProductLinks
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

LEAST_FACTOR, MOST_FACTOR = 0.001, 1000.0
NEXT = "It takes effect with the next retrain; saved sales do not change."


def links(ws: Workspace) -> LinkState:
    """The links that hold; raises LinksDamaged."""
    return ProductLinks(ws).load()


def replace(ws: Workspace, old: str, new: str, day: date | None = None, factor: float = 1.0) -> LinkState:
    """From a day on, a product stands for another and has its history.

    Args:
        ws: Where.
        old: The product that was sold before.
        new: The product that replaces it; need not have been sold yet.
        day: From which day on; without one, the day after the old one's last row.
        factor: Units of the new one that stand for one of the old, in [0.001, 1000].

    Raises:
        InputError: There is no such product, it has no sales before the day, the factor is out of range, or it would hand its history on to itself.
        LinksDamaged: The links before cannot be read.
        TryAgain: Somebody else is saving them.
    """
    if not new.strip():
        raise InputError("The new product has no name. Say which product replaces the old one.")
    if not LEAST_FACTOR <= factor <= MOST_FACTOR:
        span = f"{LEAST_FACTOR:g} to {MOST_FACTOR:,.0f}"
        raise InputError(f"One {old} can count as {span} of {new.strip()}, not as {factor:g}. Say how many new ones stand for one old one.")
    rows = _rows_of(ws, old)
    first = rows.min().date()
    if day is not None and day <= first:
        raise InputError(f"{old} was first sold on {first}: a link from {day} on would hand nothing on. Choose a later day, or none.")
    return ProductLinks(ws).add(Link(old, new.strip(), day or rows.max().date() + timedelta(days=1), factor))


def separate(ws: Workspace, old: str) -> LinkState:
    """Ends a product's link, whenever it was made; raises what `replace` raises."""
    return ProductLinks(ws).remove(old)


def undo(ws: Workspace) -> LinkState:
    """Takes the last change of links back, and returns it; raises what `replace` raises."""
    return ProductLinks(ws).undo()


def waiting(ws: Workspace) -> bool:
    """Whether links were changed since the live version was trained; raises LinksDamaged."""
    live = versions.serving(ws).version
    return unlearned(ws, {} if live is None else versions.manifest(ws, live))


def unlearned(ws: Workspace, manifest: Mapping[str, Any]) -> bool:
    """Whether other links hold than those that a version was trained with, by its manifest; raises LinksDamaged."""
    return not product_changes.same(links(ws), product_changes.learned(manifest))


def likely(ws: Workspace) -> list[Replacement]:
    """Pairs of products that look like one and are not linked; raises LinksDamaged and SalesDamaged."""
    dataset = Dataset(ws)
    if dataset.version is None:
        return []
    linked = {name for link in links(ws).links for name in (link.old, link.new)}
    return [pair for pair in _likely(ws, dataset.version) if not linked & {pair.old, pair.new}]


@cached(LRUCache(2), condition=Condition())
def _likely(ws: Workspace, version: int) -> list[Replacement]:
    return replacements(Dataset(ws).read(version))


def forget() -> None:
    """Keeps nothing any more."""
    kept: Any = _likely
    kept.cache_clear()


def _rows_of(ws: Workspace, product: str) -> pd.Series:
    """The days of a product's rows; raises InputError, with the names that come nearest, if it has none."""
    dataset = Dataset(ws)
    if dataset.version is None:
        raise InputError("There are no sales yet. Upload a file with a date and the units sold.")
    sales = dataset.read()
    if schema.PRODUCT not in sales:
        raise InputError("These sales have no products, so that none can replace another.")
    rows = sales.loc[sales[schema.PRODUCT] == product, schema.DATE]
    if rows.empty:
        near = _near(product, sales[schema.PRODUCT].dropna().unique().tolist())
        raise InputError(f"There is no product {product[:80]!r} in the sales.{near}")
    return rows


def _near(name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    found = get_close_matches(name, names, n=3)
    return f" Did you mean {' or '.join(found)}?" if found else ""
