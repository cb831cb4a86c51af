"""A saved shop with a supplier, on a Monday morning, and a clock that a test sets."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from saved_shops import unpacked

from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.services import cache, order_proposals, ordering, orders, supplier_terms, suppliers
from forecasting.services.orders import Wish
from forecasting.storage import stock_states
from forecasting.storage.stock_states import SavedStock
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

MONDAY = datetime(2026, 8, 3, 9, tzinfo=UTC)
DAY = timedelta(days=1)
ANNA = Wish(by="Anna")
HANSEN = Supplier(name="Hansen", order_days=frozenset({0, 2, 4}), delivery_days=frozenset({1, 3, 5}), lead_time=1)
BREAD = Source(supplier="Hansen", product_id="Bread", unit_cost=2.0, multiple=6)


class Clock(datetime):
    """A clock that a test sets."""

    moment = MONDAY

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]  # noqa: ARG003
        return cls.moment


def shop_on_monday(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A shop on a Monday morning, three days after its last sales, with one supplier of bread."""
    monkeypatch.setattr(Clock, "moment", MONDAY)
    for module in (orders, order_proposals, stock_states, supplier_terms):
        monkeypatch.setattr(module, "datetime", Clock)
    ws = unpacked("shop_4", tmp_path)
    suppliers.save(ws, Sourcing((HANSEN,), (BREAD,)), "Anna")
    count(ws, 20)
    return ws


def count(ws: Workspace, bread: float, **terms: float) -> None:
    _, ensemble = cache.live(ws)
    typed = pd.DataFrame([{"product_id": "Bread", "on_hand": bread, "price": 3.0, **terms}])
    ordering.save_stock(ws, ordering.check_typed_stock(typed, ensemble), ensemble, "typed")


class Shelf:
    """A shelf of bread that is counted by a test, without a state on disk for each count: what the order book knows since then is added as ever.

    Args:
        patch: What ends with the test.
    """

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._saved = SavedStock(pd.DataFrame(), "typed", 0, MONDAY)
        self.count(20)
        patch.setattr(cache, "stock", lambda _: self._saved)
        patch.setattr(ordering, "given_stock", self._given)

    def count(self, bread: float) -> None:
        """Counts so many, by the clock."""
        self._bread, self._saved = bread, replace(self._saved, number=self._saved.number + 1, moment=Clock.moment)

    def _given(self, ws: Workspace, ensemble: Ensemble) -> GivenStock:
        given = GivenStock.nothing(len(ensemble.panel))
        return ordering.with_orders(ws, given.changed(state.ON_HAND, self._bread, np.array([0])), ensemble, self._saved.moment)
