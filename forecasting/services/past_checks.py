"""What orders need of a version whatever is on the shelves: worked out when it is published, on the terms that hold then."""

from __future__ import annotations

import logging
from pathlib import Path
from threading import Condition
from typing import Final

import numpy as np
from cachetools import LRUCache, cached

from forecasting.core import caches
from forecasting.core.errors import ShelfcastError
from forecasting.inventory.levels import order_levels
from forecasting.inventory.policy import Policy
from forecasting.inventory.simulation import counted_past, policy_check
from forecasting.inventory.simulation.counted_past import CountedPast
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock, Stock
from forecasting.services import kept_answers, ordering, supplier_terms
from forecasting.storage.workspace import Workspace
from forecasting.training import learned_bands
from forecasting.training.ensemble import Ensemble

logger = logging.getLogger("shelfcast")
MOST_WINDOWS: Final = 40
"""Sums over so many different numbers of days whose bands are kept for orders, at most: lead times that vary much have more."""


def write(trained: Ensemble, folder: Path, given: GivenStock) -> None:
    """Works out the past check on these terms, and the bands of all sums that orders and first pages ask for; writes both into a version's folder."""
    shelves = state.complete(given, Policy(), trained.panel, trained.horizon)
    counted_past.write(count(trained, shelves), folder)
    windows = order_windows(shelves, trained.past.horizon)
    learned_bands.write(trained, {*windows, *_shown_windows(trained)}, windows, folder)


def terms(ws: Workspace, trained: Ensemble) -> GivenStock:
    """The stock and terms that hold now; of a shop that saved nothing where what was saved of stock or suppliers cannot be read."""
    try:
        return supplier_terms.with_terms(ws, ordering.given_stock(ws, trained), trained, Policy())
    except ShelfcastError as problem:
        logger.warning("The past check is worked out on the usual terms: %s", problem)
        return GivenStock.nothing(len(trained.panel))


def count(trained: Ensemble, shelves: Stock) -> CountedPast:
    """What the past check counts of all series of an ensemble on these terms, ordered up to a level."""
    rows = np.arange(len(trained.panel))
    levels = order_levels.levels(trained, shelves, Policy(), rows, np.full(len(rows), "A"))
    sums = policy_check.past_sums(trained, shelves, rows, levels)
    return CountedPast(
        promise=counted_past.promise_digest(levels.p, shelves.lead, levels.cover),
        terms=counted_past.terms_digest(shelves, levels, Policy().rule),
        columns={counted_past.QUANTILE: levels.quantile, **{str(name): sums[name].to_numpy() for name in sums}},
    )


def order_windows(shelves: Stock, judged: int) -> set[int]:
    """Over how many steps demand is summed on these terms: lead times that occur, alone and with a review period after them."""
    kinds = np.unique(np.column_stack([shelves.lead > 0, np.minimum(shelves.review, shelves.life)]), axis=0)
    leads = {(int(lead), int(kind[-1])) for kind in kinds for lead in np.flatnonzero(kind[:-1])}
    spans = {lead for lead, _ in leads} | {lead + cover for lead, cover in leads}
    windows = {span for span in spans if 0 < span <= judged}
    return windows if len(windows) <= MOST_WINDOWS else set()


def _shown_windows(trained: Ensemble) -> set[int]:
    """Over how many steps one series is summed where nobody chose: each alone, a short season, four of them, and all that are forecast."""
    cycle = trained.panel.period.cycle
    return {window for window in (1, cycle, 4 * cycle, trained.horizon) if window <= trained.past.horizon}


@caches.of_live
@cached(LRUCache(2), condition=Condition())
def counted(ws: Workspace, version: int) -> CountedPast | None:
    """The past check of a version as it was published; None where it keeps none."""
    return kept_answers.read(ws, version, counted_past.read)


def forget() -> None:
    """Keeps nothing any more."""
    counted.cache_clear()
