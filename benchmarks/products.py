"""How quick the Products page is on the server, with many series.

Usage: python benchmarks/products.py [--series 10000] [--stores 1] [--days 730] [--repeat 5]

Makes an ensemble of invented series in memory, half of them with counted stock, and prints seconds of the server, by the clock and of the
processor: for the table of all products worked out anew (once a version, warmed at the start), for the page's script, and for its rerun after a
search.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from forecasting.analysis import forecast_view
from forecasting.core import schema
from forecasting.core.panel import Panel
from forecasting.inventory.policy import Policy
from forecasting.inventory.stock import state
from forecasting.inventory.stock.state import GivenStock
from forecasting.models import registry
from forecasting.services import ordering
from forecasting.services import products as products_service
from forecasting.training.backtest import Backtest
from forecasting.training.bands.days import day_bands
from forecasting.training.bands.quantiles import Errors
from forecasting.training.ensemble import Ensemble
from pages.components.inventory import session
from pages.components.shared import live_version

HORIZON, CUTOFFS = 28, 6
STEPS = 28
SEARCHES = ("prod", "product 12", "no such product", "", "category 3")


def main() -> None:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=10_000)
    parser.add_argument("--stores", type=int, default=1)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    ensemble = invented(args.series, args.days, args.stores)
    orders = ordering.recommend(ensemble, counted(args.series), Policy(), {})
    products = len(products_service.products_table(ensemble, {}, STEPS, orders))
    print(f"{args.series:,} series of {args.days:,} days, {products:,} products in {args.stores} stores each")
    show("table without stock", [seconds(lambda: products_service.products_table(ensemble, {}, STEPS, None)) for _ in range(args.repeat)])
    tables = [seconds(lambda: products_service.products_table(ensemble, {}, STEPS, orders)) for _ in range(args.repeat)]
    show("table with stock", tables)
    pages(ensemble, products_service.products_table(ensemble, {}, STEPS, orders), args.repeat)


def invented(n: int, days: int, in_stores: int) -> Ensemble:
    """An ensemble of n series that nobody trained: sales, forecasts and past forecasts are drawn."""
    random = np.random.default_rng(0)
    level = random.gamma(1.0, 10.0, n)[:, None]
    sales = random.poisson(level, (n, days)).astype(float)
    dates = pd.date_range(end="2026-11-21", periods=days).as_unit("us")
    names = [f"Product {row // in_stores:05}" for row in range(n)]
    stores = [f"Store {row % in_stores}" for row in range(n)]
    ids = [f"{name}|{store}" for name, store in zip(names, stores, strict=True)]
    categories = [f"Category {row // in_stores % 40}" for row in range(n)]
    series = pd.DataFrame({schema.UNIQUE_ID: ids, schema.PRODUCT: names, schema.STORE: stores, schema.CATEGORY: categories})
    price = np.tile(random.uniform(1, 20, (n, 1)), (1, days))
    blend = np.tile(level, (1, HORIZON)) * random.uniform(0.8, 1.2, (n, HORIZON))
    cuts = [days - HORIZON * back for back in range(CUTOFFS, 0, -1)]
    y = np.stack([sales[:, cut : cut + HORIZON] for cut in cuts])
    f = np.broadcast_to(level[None], y.shape) * random.uniform(0.8, 1.2, y.shape)
    shares = {f"{name}_share": 1.0 / len(registry.names()) for name in registry.names()}
    facts = {schema.MODEL: schema.BLEND, schema.REASON: "", schema.WHY: "", schema.NOTES: "", "wape": 0.2, **shares}
    names_of_models = (*registry.names(), schema.BLEND)
    return Ensemble(
        panel=Panel(series, dates, sales, {schema.PRICE: price}),
        yhat=dict.fromkeys(names_of_models, blend),
        bands=day_bands(Errors(y, f), blend, silent=np.zeros(n, dtype=bool)),
        past=Backtest(dates[[cut - 1 for cut in cuts]], y, dict.fromkeys(names_of_models, f)),
        health=pd.DataFrame({schema.UNIQUE_ID: ids, **facts}),
        models={},
    )


def counted(n: int) -> GivenStock:
    """Stock of every second series."""
    rows = np.arange(0, n, 2)
    return GivenStock.nothing(n).changed(state.ON_HAND, np.random.default_rng(1).uniform(0, 300, len(rows)), rows)


def pages(ensemble: Ensemble, table: pd.DataFrame, repeat: int) -> None:
    """The page's script with the table at hand, and its reruns after searches."""
    manifest = {"version": 1, "sales_to": "2026-11-21", "period": "day", "sales_version": 1}
    answers = {
        (live_version, "live_manifest"): manifest,
        (live_version, "loaded"): ensemble,
        (session, "products_of"): table,
        (session, "saved"): (None, ""),
    }
    for (module, name), answer in answers.items():
        mock.patch.object(module, name, return_value=answer).start()
    first, again = [], []
    for _ in range(repeat):
        app = AppTest.from_file(str(ROOT / "pages" / "products.py"), default_timeout=120)
        first.append(seconds(lambda app=app: app.run()))
        assert not app.exception, app.exception
        for text in SEARCHES:
            app.text_input(key="search").set_value(text)
            again.append(seconds(lambda app=app: app.run()))
    show("first page", first)
    show("search", again)
    show("options of the filters", [seconds(lambda: forecast_view.options(ensemble, {}, (schema.CATEGORY, schema.STORE))) for _ in range(repeat)])


def seconds(run: Callable[[], object]) -> tuple[float, float]:
    """How long it takes by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - clock, time.process_time() - processor


def show(name: str, taken: list[tuple[float, float]]) -> None:
    """Prints the median and the longest of both."""
    clock, processor = np.array(taken).T
    print(
        f"{name}: clock {np.median(clock):.3f} s, longest {clock.max():.3f} s;"
        f" processor {np.median(processor):.3f} s, longest {processor.max():.3f} s ({len(taken)})",
        flush=True,
    )


if __name__ == "__main__":
    main()
