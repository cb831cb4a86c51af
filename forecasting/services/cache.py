"""What this process keeps of the version that serves, once for all who ask: pages, HTTP and their threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from threading import Condition
from typing import Any, NamedTuple

import pandas as pd
from cachetools import LRUCache, TTLCache, cached

from forecasting.core import caches, json_values
from forecasting.core.errors import NothingPublished, VersionDamaged, VersionUnavailable
from forecasting.inventory.orders.recommend import Orders
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock.state import GivenStock
from forecasting.services import (
    accuracy,
    change_explanation,
    change_split,
    changed_orders,
    last_week,
    order_book,
    ordering,
    past_checks,
    planned_products,
    product_links,
    saved_sales,
    shadow,
    sold_panel,
    stock_counts,
    supplier_terms,
    suppliers,
    versions,
    views,
    what_ifs,
)
from forecasting.services import products as products_service
from forecasting.services.forecasts import Plan
from forecasting.services.supplier_terms import SupplierTerms
from forecasting.storage.stock_states import SavedStock
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

ORDERS_SECONDS = 1800.0
Basis = tuple[int, int, int, SupplierTerms | None]
"""The number of the stock saved last, 0 for none, how often something of the order book moved, the version of the sales, -1 for none, and the terms
of the suppliers; None where nobody named any."""


class Live(NamedTuple):
    """The version that serves.

    Args:
        version: Its number.
        ensemble: What it forecasts.
    """

    version: int
    ensemble: Ensemble


def live(ws: Workspace) -> Live:
    """The version that serves now; one whose files were damaged meanwhile is passed over.

    Raises:
        NothingPublished: There is none.
        VersionDamaged: None that is whole can be loaded.
        VersionUnavailable: None can be read now.
    """
    try:
        return _live(ws)
    except (VersionDamaged, VersionUnavailable):
        versions.forget_serving()
        return _live(ws)


def _live(ws: Workspace) -> Live:
    serving = versions.serving(ws)
    if serving.version is None and serving.refused:
        raise serving.refused[0]
    if serving.version is None:
        raise NothingPublished("No model has been trained yet. Upload sales and retrain.")
    return Live(serving.version, ensemble(ws, serving.version))


@cached(LRUCache(1), condition=Condition())
def ensemble(ws: Workspace, version: int) -> Ensemble:
    """A version's ensemble, which nobody changes; another version frees the one before. Raises NotFound or VersionDamaged."""
    caches.forget_live(__package__)
    return versions.load(ws, version)


def _emptied(function: Any) -> None:
    """Has a cached function keep nothing any more."""
    function.cache_clear()


def stock(ws: Workspace) -> SavedStock | None:
    """The stock saved last, read once for each of its states; None if there is none. Raises StockDamaged."""
    return _stock(ws, ordering.stock_number(ws))


@cached(LRUCache(2), condition=Condition())
def _stock(ws: Workspace, number: int) -> SavedStock | None:  # noqa: ARG001
    return ordering.saved_stock(ws)


def orders(ws: Workspace, version: int, saved: SavedStock | None, policy: Policy, filters: Mapping[str, str], *, plan: Plan | None = None) -> Orders:
    """What to order of the series that the filters choose, by the stock saved last, on the terms of the suppliers, and under a plan.

    Raises NotFound and InputError.
    """
    return _orders(ws, version, _basis(ws, saved, policy), policy, tuple(sorted(filters.items())), plan=plan)


@caches.of_live
@cached(TTLCache(caches.SERIES, ORDERS_SECONDS, getsizeof=lambda orders: caches.size(len(orders.ensemble.panel))), condition=Condition())
def _orders(ws: Workspace, version: int, basis: Basis, policy: Policy, filters: tuple[tuple[str, str], ...], *, plan: Plan | None) -> Orders:
    served = ensemble(ws, version) if plan is None else plan.apply(ensemble(ws, version))
    counted = None if plan else past_checks.counted(ws, version)
    return ordering.recommend(served, _given(ws, version, basis), policy, dict(filters), counted=counted)


def given(ws: Workspace, version: int, saved: SavedStock | None) -> GivenStock:
    """Stock of a version's series as it was saved last, with the terms of the suppliers.

    Raises:
        StockDamaged, OrdersDamaged, StateDamaged: What was saved cannot be read.
        InputError: A supplier is closed for as long as anybody plans.
    """
    return _given(ws, version, _basis(ws, saved, _usual(ws, version, saved)))


def order_lines(ws: Workspace, version: int, saved: SavedStock | None) -> Sequence[bytes]:
    """What to order of every series on the usual terms: a JSON object a series, in the order of the version's."""
    policy = _usual(ws, version, saved)
    return _order_lines(ws, version, _basis(ws, saved, policy), policy)


def _usual(ws: Workspace, version: int, saved: SavedStock | None) -> Policy:
    return Policy(start=ordering.start(ensemble(ws, version), saved, stock_counts.sales_to(ws)))


@caches.of_live
@cached(LRUCache(1), condition=Condition())
def _order_lines(ws: Workspace, version: int, basis: Basis, policy: Policy) -> Sequence[bytes]:
    orders = _orders(ws, version, basis, policy, (), plan=None)
    table = ordering.orders_table(orders, version)
    return json_values.TableRows(table.set_index(orders.urgent().index).sort_index())


@caches.of_live
@cached(LRUCache(2), condition=Condition())
def _given(ws: Workspace, version: int, basis: Basis) -> GivenStock:
    served, terms = ensemble(ws, version), basis[-1]
    given = ordering.given_stock(ws, served)
    return given if terms is None else terms.applied(given, served)


def stock_table(ws: Workspace, version: int) -> pd.DataFrame:
    """The stock of a version's series as a person types it, which nobody changes; raises StockDamaged and OrdersDamaged."""
    return _stock_table(ws, version, stock_counts.basis(ws))


@caches.of_live
@cached(LRUCache(1), condition=Condition())
def _stock_table(ws: Workspace, version: int, basis: tuple[int, int, int]) -> pd.DataFrame:  # noqa: ARG001
    served = ensemble(ws, version)
    return ordering.stock_table(ordering.given_stock(ws, served), served)


def products(ws: Workspace, version: int, saved: SavedStock | None, policy: Policy, filters: Mapping[str, str], *, steps: int) -> pd.DataFrame:
    """All products that the filters choose, over so many steps, which nobody changes; raises NotFound and InputError."""
    return _products(ws, version, _basis(ws, saved, policy), policy, tuple(sorted(filters.items())), steps=steps)


def _basis(ws: Workspace, saved: SavedStock | None, policy: Policy) -> Basis:
    terms = supplier_terms.terms(ws, policy) if suppliers.number(ws) else None
    named = None if terms is None or not terms.sourcing.suppliers else terms
    return (0 if saved is None else saved.number), order_book.moves(ws), stock_counts.sales_version(ws), named


@caches.of_live
@cached(TTLCache(caches.SERIES, ORDERS_SECONDS, getsizeof=lambda products: caches.size(len(products))), condition=Condition())
def _products(ws: Workspace, version: int, basis: Basis, policy: Policy, filters: tuple[tuple[str, str], ...], *, steps: int) -> pd.DataFrame:
    every = _orders(ws, version, basis, policy, (), plan=None) if basis[0] else None
    return products_service.products_table(ensemble(ws, version), dict(filters), steps, every)


def forget() -> None:
    """Keeps nothing any more."""
    for cached_function in (ensemble, _stock, _orders, _order_lines, _given, _stock_table, _products):
        _emptied(cached_function)
    order_book.forget()
    saved_sales.forget()
    stock_counts.forget()
    supplier_terms.forget()
    last_week.forget()
    product_links.forget()
    planned_products.forget()
    change_explanation.forget()
    past_checks.forget()
    change_split.forget()
    changed_orders.forget()
    shadow.forget()
    sold_panel.forget()
    views.forget()
    what_ifs.forget()
    accuracy.forget()
