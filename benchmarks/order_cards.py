"""How quick proposals to suppliers are: cards of all, and again after a change.

Usage: python benchmarks/order_cards.py [--series 10000] [--suppliers 40] [--page]

Puts a forecast of so many series, drawn and not trained, behind the services, with suppliers that have order days, minimum values, freight steps and
price breaks, and a saved stock. Prints seconds of the wall and of the processor: of the first proposals, of the same asked again, after a quantity
was changed, after an order was placed, after a supplier's minimum was raised, and after a delivery came; with `--page`, of the cards that the page
Orders asks for (`services.order_cards`) in the place of the proposals alone, and of the lines of one supplier that it lists below them.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TypeVar
from unittest import mock

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[0] = str(ROOT)  # in place of this folder, whose pages.py would stand in for the dashboard's pages
sys.path.insert(1, str(ROOT / "tests" / "support"))

import past_ensembles

from forecasting.inventory.stock.state import GivenStock
from forecasting.inventory.suppliers.price_breaks import PriceBreaks
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Freight, Minimum, Supplier
from forecasting.services import cache, order_cards, order_proposals, ordering, orders, suppliers, versions
from forecasting.services.orders import Wish
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble

T = TypeVar("T")
ME = "benchmark"
FIRST, AGAIN = 3.0, 1.0
"""Seconds that the cards may take, at first and after a change."""


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--suppliers", type=int, default=40)
    parser.add_argument("--page", action="store_true", help="what the page Orders asks for, not the proposals alone")
    args = parser.parse_args()
    ensemble, serving = forecast(args.series), SimpleNamespace(version=1)
    with (
        tempfile.TemporaryDirectory() as folder,
        mock.patch.object(cache, "live", return_value=cache.Live(1, ensemble)),
        mock.patch.object(versions, "serving", return_value=serving),
    ):
        ws = Workspace(Path(folder))
        suppliers.save(ws, sourcing(args.series, args.suppliers), ME)
        ordering.StockStore(ws).save(ordering.stock_table(counted(args.series), ensemble), "drawn")
        cards(ws, page if args.page else propose)


def forecast(n: int) -> Ensemble:
    """A forecast of n products, and its past, with errors of Poisson sales."""
    random = np.random.default_rng(0)
    level = random.lognormal(1.5, 1, n)[None, :, None]
    sold = random.poisson(level, (12, n, 28)).astype(float)
    return past_ensembles.ensemble(
        sold, np.broadcast_to(level, sold.shape).copy(), before=random.poisson(level[0], (n, 120)), health={"wape": np.full(n, 0.5)}
    )


def sourcing(series: int, count: int) -> Sourcing:
    """Suppliers with minimum values, freight steps and price breaks, and a source a product."""
    listed = tuple(
        Supplier(
            name=f"Supplier {row:02d}",
            order_days=frozenset({row % 5, (row + 2) % 5}),
            delivery_days=frozenset(range(6)),
            lead_time=1 + row % 4,
            minimum=Minimum(value=500.0 * (1 + row % 5)),
            freight=Freight(cost=40.0, free_from=4_000.0),
        )
        for row in range(count)
    )
    tiers = PriceBreaks((0.0, 48.0, 240.0), (2.0, 1.8, 1.6))
    sources = (
        Source(supplier=listed[row % count].name, product_id=f"s{row}", multiple=6, price_breaks=tiers if row % 3 == 0 else None, unit_cost=2.0)
        for row in range(series)
    )
    return Sourcing(listed, tuple(sources))


def counted(n: int) -> GivenStock:
    """Shelves with some stock, at a price."""
    random = np.random.default_rng(1)
    return GivenStock.nothing(n).changed("on_hand", random.integers(0, 40, n).astype(float)).changed("price", 3.0)


def cards(ws: Workspace, ask: Callable[[Workspace], int]) -> None:
    """Times proposals, at first and after changes."""
    timed("first answer", lambda: ask(ws), FIRST)
    timed("asked again", lambda: ask(ws), AGAIN)
    if ask is page:
        timed("and the lines of one", lambda: lines(ws), FIRST)
    first, second = orders.listed(ws, "proposed")[:2]
    line = first.lines[0]
    timed("a quantity changed", lambda: orders.change(ws, first.id, Wish(by=ME, quantities={line.unique_id: 6.0}, reason="benchmark")), AGAIN)
    timed("and all cards", lambda: ask(ws), AGAIN)
    timed("an order placed", lambda: orders.place(ws, second.id, Wish(by=ME)), AGAIN)
    timed("and all cards", lambda: ask(ws), AGAIN)
    before = suppliers.sourcing(ws)
    dearer = Supplier.from_dict({**before.suppliers[3].to_dict(), "minimum": {"value": 900.0}})
    timed("a minimum raised", lambda: suppliers.save(ws, before.with_supplier(dearer), ME), AGAIN)
    timed("and its card", lambda: propose(ws, dearer.name), AGAIN)
    timed("and all cards", lambda: ask(ws), AGAIN)
    if ask is page:
        timed("and the lines of one", lambda: lines(ws), AGAIN)
    timed("a delivery came", lambda: orders.receive(ws, second.id, Wish(by=ME)), AGAIN)
    timed("and all cards", lambda: ask(ws), AGAIN)


def page(ws: Workspace) -> int:
    """The lines of the cards that the page shows."""
    return sum(len(card.order.lines) for card in order_cards.to_order(ws, ME).cards if card.order is not None)


def lines(ws: Workspace) -> int:
    """The lines of the first card with their risks and their past check, as the page lists them below the cards."""
    shown = order_cards.to_order(ws, ME)
    turn, order = next((card.turn, card.order) for card in shown.cards if card.order is not None)
    return len(shown.proposals.orders(turn, order).table)


def propose(ws: Workspace, supplier: str | None = None) -> int:
    """The lines of the cards."""
    proposed = order_proposals.propose(ws, ME, supplier=supplier, moment=datetime.now(UTC))
    return sum(len(each.lines) for each in proposed)


def timed(name: str, act: Callable[[], T], limit: float) -> T:
    """What `act` gives; prints how long it took, and whether that is within its limit."""
    wall, used = time.perf_counter(), time.process_time()
    result = act()
    wall, used = time.perf_counter() - wall, time.process_time() - used
    lines = f"{result:,} lines" if isinstance(result, int) else ""
    print(f"{name:20} {wall:6.2f} s, processor {used:6.2f} s{'' if used <= limit else f', over {limit:g} s'} {lines}")
    return result


if __name__ == "__main__":
    main()
