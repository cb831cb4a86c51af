"""Orders where sales come by the week or the month: from the proposal to the shelf that moves on, in whole steps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import past_ensembles
import pytest
from order_shops import ANNA, HANSEN, Clock
from shop_workspaces import merge

from forecasting.core import schema
from forecasting.inventory.book.order import Order
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.services import cache, order_proposals, ordering, orders, stock_counts, suppliers
from forecasting.services.cache import Live
from forecasting.storage import stock_states
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

LEVEL = 40.0
STEPS = 84
MORNING = datetime(2026, 8, 3, 9, tzinfo=UTC)
"""A Monday."""
SHOPS = {
    "week": pd.date_range(end="2026-07-27", periods=STEPS, freq="W-MON"),
    "month": pd.date_range(end="2026-07-31", periods=STEPS, freq="ME"),
    "month by its first day": pd.date_range(end="2026-07-01", periods=STEPS, freq="MS"),
}
SAYS = {
    "week": "Sales are weekly, so quantities cover whole weeks: order days, delivery days and cut-off say only when to order.",
    "month": "Sales are monthly, so quantities cover whole months: order days, delivery days and cut-off say only when to order.",
}


class Shop:
    """A shop of two products that sell 40 a week or month, of which 20 breads were counted this morning."""

    def __init__(self, home: Path, monkeypatch: pytest.MonkeyPatch, dates: pd.DatetimeIndex) -> None:
        for module in (orders, order_proposals, stock_states):
            monkeypatch.setattr(module, "datetime", Clock)
        monkeypatch.setattr(Clock, "moment", MORNING)
        monkeypatch.setattr(ordering, "today", lambda: pd.Timestamp(Clock.moment.date()))
        self.ws, self.ensemble = Workspace(home), _ensemble(dates)
        monkeypatch.setattr(cache, "live", lambda _: Live(1, self.ensemble))
        hansen = replace(HANSEN, cut_off=time(10))
        suppliers.save(self.ws, Sourcing((hansen,), (Source(supplier="Hansen", product_id="s0", unit_cost=2.0, multiple=6),)), "Anna")
        typed = pd.DataFrame([{"product_id": "s0", "on_hand": 20, "price": 3.0}])
        ordering.save_stock(self.ws, ordering.check_typed_stock(typed, self.ensemble), self.ensemble, "typed")

    def propose(self, moment: datetime) -> Order | None:
        Clock.moment = moment
        return next(iter(order_proposals.propose(self.ws, "Anna", supplier="Hansen")), None)

    def shelf(self) -> tuple[float, float]:
        row = ordering.given_stock(self.ws, self.ensemble).table.iloc[0]
        return float(row["on_hand"]), float(row["on_order"])


def _ensemble(dates: pd.DatetimeIndex) -> Ensemble:
    y, blend = past_ensembles.noisy(2, 14, 5, level=LEVEL, noise=4.0)
    made: Any = past_ensembles.ensemble(np.round(y), blend, dates=dates)
    return replace(made, yhat={name: np.full_like(made.line, LEVEL) for name in made.yhat}, bands=np.full_like(made.bands, LEVEL))


@pytest.fixture(params=SHOPS)
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    yield Shop(tmp_path / "shop", monkeypatch, SHOPS[request.param])
    cache.forget()


def test_an_order_covers_whole_steps_and_the_shelf_moves_on_by_what_came_and_was_sold(shop: Shop) -> None:
    panel = shop.ensemble.panel
    order = shop.propose(MORNING)
    assert order is not None
    assert 2 * LEVEL - 20 <= order.units <= 3 * LEVEL - 20
    assert order.note == SAYS[panel.period.name]
    orders.approve(shop.ws, order.id, ANNA)
    placed = orders.place(shop.ws, order.id, ANNA)
    assert (placed.order_date.isoformat(), placed.due.isoformat(), shop.shelf()) == ("2026-08-03", "2026-08-04", (20, order.units))
    assert shop.propose(MORNING + timedelta(hours=2)) is None
    Clock.moment = MORNING + timedelta(days=1)
    assert orders.receive(shop.ws, order.id, ANNA).state == "received"
    assert shop.shelf() == (20 + order.units, 0)
    assert shop.propose(MORNING + timedelta(days=2)) is None

    after = panel.ahead(1)
    merge(shop.ws, pd.DataFrame({schema.DATE: [*panel.dates, *after], schema.PRODUCT: "s0", schema.SALES: LEVEL}), "sales.csv")
    end = panel.period.begin(panel.ahead(2))[1]
    share = (end - pd.Timestamp(MORNING.date())) / (end - panel.period.begin(after)[0])
    left, _ = shop.shelf()
    assert left == 20 + order.units - round(LEVEL * share)
    assert ordering.start(shop.ensemble, cache.stock(shop.ws), stock_counts.sales_to(shop.ws)) == panel.period.days
    following = shop.propose(datetime.combine(end.date(), time(9), UTC))
    assert following is not None
    assert left + following.units == pytest.approx(20 + order.units, abs=6)
