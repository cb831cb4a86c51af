"""Products that are planned and not sold yet: what they are expected to sell, from earlier launches; the next retrain forecasts them."""

from __future__ import annotations

from datetime import date
from difflib import get_close_matches
from threading import Condition
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.core import panel as panels
from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.storage.planned_launches import PlannedLaunch
from forecasting.storage.product_links import Link, LinkState, ProductLinks
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace
from forecasting.training.cold_start import twins
from forecasting.training.succession import with_successors

__all__ = ["NO_LAUNCHES", "Launched", "Outlook", "PlannedLaunch", "cancel", "forget", "launches", "outlook", "plan", "planned"]
NO_LAUNCHES = (
    "These sales show no earlier launch: no product began 28 days or more after the first one and has been sold for 28 days since."
    " Without one there is nothing to follow."
)


class Launched(NamedTuple):
    """An earlier launch.

    Args:
        product: Its name.
        first: The day of its first sale.
        units: What it sold in its first 28 days (4 weeks, 1 month).
        price: The median price in these; None if it is not known.
        category: Empty if it is not known.
    """

    product: str
    first: date
    units: float
    price: float | None
    category: str


class Outlook(NamedTuple):
    """What a planned product is expected to sell in its first 28 days (4 weeks, 1 month).

    Args:
        launch: The plan.
        units: What is expected; None where no earlier launch is known.
        lower_80: Four in five such expectations lay above it and below the next; None where too few launches are known to say.
        upper_80: The upper end, likewise.
        twins: The launches that it is expected to follow, the nearest first.
    """

    launch: PlannedLaunch
    units: float | None
    lower_80: float | None
    upper_80: float | None
    twins: tuple[Launched, ...]


class _Known(NamedTuple):
    """What the saved sales say of launches."""

    launches: twins.Launches
    listed: tuple[Launched, ...]
    sold: frozenset[str]


def plan(ws: Workspace, launch: PlannedLaunch) -> Outlook:
    """Plans a product, or changes its plan, and returns what it is expected to sell; the next retrain forecasts it from its first day on.

    Raises:
        InputError: It has no name, it was sold already, the price is not above 0, or there is no such launch to follow.
        LinksDamaged: What was planned before cannot be read.
        TryAgain: Somebody else is saving.
    """
    state = ProductLinks(ws).load()
    _check(launch, _saved(ws, state))
    ProductLinks(ws).plan(launch)
    return outlook(ws, launch)


def cancel(ws: Workspace, product: str) -> LinkState:
    """Takes a plan back; raises InputError if there is none, and what `plan` raises."""
    return ProductLinks(ws).cancel(product)


def outlook(ws: Workspace, launch: PlannedLaunch) -> Outlook:
    """What a product would sell, planned or not; raises InputError where there are no sales of products, LinksDamaged and SalesDamaged."""
    known = _saved(ws, ProductLinks(ws).load())
    like = launch.like if launch.like in known.launches.products else ""
    expected = twins.expect(known.launches, np.nan if launch.price is None else launch.price, launch.category, like=like)
    if expected is None:
        return Outlook(launch, None, None, None, ())
    lower, upper = (None if np.isnan(end) else end for end in (expected.lower_80, expected.upper_80))
    return Outlook(launch, expected.units, lower, upper, tuple(known.listed[int(place)] for place in expected.twins))


def planned(ws: Workspace) -> list[Outlook]:
    """All that is planned and not sold yet, by day; raises LinksDamaged and SalesDamaged."""
    state = ProductLinks(ws).load()
    if not state.launches:
        return []
    sold = _saved(ws, state).sold
    return [outlook(ws, launch) for launch in state.launches if launch.product not in sold]


def launches(ws: Workspace) -> tuple[Launched, ...]:
    """All earlier launches that a product can follow, the latest first; none where there are no sales of products."""
    try:
        return _saved(ws, ProductLinks(ws).load()).listed
    except InputError:
        return ()


def _check(launch: PlannedLaunch, known: _Known) -> None:
    """Raises InputError, see `plan`."""
    if not launch.product.strip():
        raise InputError("The planned product has no name.")
    if launch.product in known.sold:
        raise InputError(f"{launch.product} has been sold already: its own sales say more than a plan. Plan products that are not sold yet.")
    if launch.price is not None and not launch.price > 0:
        raise InputError(f"A price must be above 0. Received {launch.price:g}.")
    names = known.launches.products
    if not names:
        raise InputError(NO_LAUNCHES)
    if launch.like and launch.like not in names:
        near = get_close_matches(launch.like, names, n=3) or list(names[:3])
        raise InputError(f"There is no earlier launch of {launch.like[:80]!r} to follow. Launches are, for example, {', '.join(near)}.")


def _saved(ws: Workspace, state: LinkState) -> _Known:
    dataset = Dataset(ws)
    version = dataset.version
    if version is None:
        raise InputError("There are no sales yet. Upload a file with a date and the units sold.")
    return _known(ws, version, state.links)


@cached(LRUCache(2), condition=Condition())
def _known(ws: Workspace, version: int, links: tuple[Link, ...]) -> _Known:
    sales = with_successors(Dataset(ws).read(version), links)
    if schema.PRODUCT not in sales:
        raise InputError("These sales have no products, so that none can be planned.")
    panel = panels.from_sales(sales)
    known = twins.launches(panel)
    sold = frozenset(sales.loc[sales[schema.SALES].notna(), schema.PRODUCT].unique().tolist())
    return _Known(known, tuple(_launched(known, place, panel.dates) for place in range(len(known))), sold)


def _launched(known: twins.Launches, place: int, dates: pd.DatetimeIndex) -> Launched:
    price = float(known.price[place])
    first = dates[int(known.starts[place])].date()
    return Launched(known.products[place], first, float(known.sums[place]), None if np.isnan(price) else price, str(known.category[place]))


def forget() -> None:
    """Keeps nothing any more."""
    kept: Any = _known
    kept.cache_clear()
