"""How long Shelfcast's Prophet takes for all series of a file, beside stock Prophet one series after the other; and how good it is.

Usage: python benchmarks/against_prophet.py SALES HORIZON [key=value ...]

The last HORIZON days are cut off and scored. Stock Prophet fits and predicts 20 series with its defaults, scaled up to all. Further arguments
are Prophet's settings, e.g. mode=multiplicative country=DE.
"""

from __future__ import annotations

import logging
import sys
import time
import warnings
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent.parent))

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel, from_sales
from forecasting.core.settings import ProphetSettings
from forecasting.models.prophet.model import ProphetModel
from forecasting.models.seasonal_naive import SeasonalNaive
from forecasting.training import metrics

STOCK = 20


def read(path: str, horizon: int) -> tuple[Panel, FloatArray]:
    """The past of every series that has one, and what was sold on the days after it."""
    texts = {name: "str" for name in (*schema.KEYS, *schema.ATTRIBUTES)}
    panel = from_sales(pd.read_csv(path, parse_dates=["date"], dtype=texts))
    days = len(panel.dates) - horizon
    known = np.isfinite(panel.sales[:, :days]).any(axis=1)
    return panel.cut(days).select(known), panel.sales[known, days:]


def ours(past: Panel, sold: FloatArray, settings: ProphetSettings) -> float:
    """Seconds to fit and predict all series."""
    horizon = sold.shape[1]
    model, started = ProphetModel(settings), time.perf_counter()
    model.fit(past, horizon=horizon)
    fitted = time.perf_counter()
    yhat = model.predict(past, horizon)
    ended = time.perf_counter()
    naive = SeasonalNaive().fit(past, horizon=horizon).predict(past, horizon)
    either = np.where(np.isnan(yhat), naive, yhat)
    print(f"{len(past)} series of {len(past.dates)} days, {horizon} ahead")
    print(f"Shelfcast's Prophet: fit {fitted - started:.1f} s, predict {ended - fitted:.3f} s")
    for name, forecast in (("Prophet, else seasonal naive", either), ("seasonal naive", naive)):
        print(f"  {name}: WAPE {100 * metrics.wape(sold, forecast):.2f} %, bias {100 * metrics.bias_share(sold, forecast):+.1f} %")
    kinds = Counter("".join("#" if letter.isdigit() else letter for letter in reason) for reason in model.unmodelled_.values())
    print(f"  without a Prophet forecast: {len(model.unmodelled_)}")
    for kind, count in kinds.most_common():
        print(f"    {count} x {kind}")
    return ended - started


def stock(past: Panel, horizon: int, settings: ProphetSettings) -> float:
    """Seconds for all series, from those that some of them take."""
    from prophet import Prophet

    long_enough = np.flatnonzero(np.isfinite(past.sales).sum(axis=1) >= 14)
    rows = np.random.default_rng(0).choice(long_enough, min(STOCK, len(long_enough)), replace=False)
    started = time.perf_counter()
    for row in rows:
        model = Prophet(growth=settings.growth, seasonality_mode=settings.mode)
        model.fit(pd.DataFrame({"ds": past.dates, "y": past.sales[row]}).dropna())
        model.predict(pd.DataFrame({"ds": past.ahead(horizon)}))
    return (time.perf_counter() - started) * len(past) / len(rows)


def main(path: str, horizon: str, *choices: str) -> None:
    logging.getLogger("cmdstanpy").disabled = True
    logging.getLogger("prophet").disabled = True
    warnings.simplefilter("ignore", DeprecationWarning)
    settings = ProphetSettings(**dict(choice.split("=") for choice in choices))  # type: ignore[arg-type]
    past, sold = read(path, int(horizon))
    all_ours = ours(past, sold, settings)
    all_stock = stock(past, int(horizon), settings)
    print(f"stock Prophet, one after the other, scaled up from {STOCK} series: {all_stock:.0f} s; {all_stock / all_ours:.0f} times as long")


if __name__ == "__main__":
    main(*sys.argv[1:])
