"""A small shop: its sales, and a workspace in which it has a published version."""

from __future__ import annotations

import numpy as np
import pandas as pd

from forecasting.core.settings import LstmSettings, Settings, TreesSettings
from forecasting.intake.answers import LEVEL, Answers
from forecasting.services import ordering, retraining, versions
from forecasting.services import sales as sales_service
from forecasting.services.jobs import outcome
from forecasting.storage.workspace import Workspace

LAST = pd.Timestamp(2026, 6, 30)
ANY_LEVEL = Answers(accept=frozenset({LEVEL}))
QUICK = Settings(horizon=14, cutoffs=3, lstm=LstmSettings(epochs=4, windows_per_epoch=2048, units=16), trees=TreesSettings(trees=20, rows=2_000))

QUICKEST = Settings(horizon=7, cutoffs=3, lstm=LstmSettings(epochs=2, windows_per_epoch=256, units=8), trees=TreesSettings(trees=3, rows=500))
"""For tests that retrain again and again; every stage takes part."""


def sales(days: int = 420, seed: int = 0) -> pd.DataFrame:
    """Four products in two regions with a week and promotions; a product with 5 days of history, and one that stopped."""
    random = np.random.default_rng(seed)
    dates = pd.date_range(end=LAST, periods=days, freq="D")
    week = np.array([0.8, 0.8, 0.9, 1.0, 1.2, 1.5, 0.8])[dates.day_of_week]
    parts = []
    for product, category, level in (("Bread", "Food", 40), ("Cake", "Food", 15), ("Soap", "Care", 8), ("Tea", "Drinks", 25)):
        for region in ("North", "South"):
            promo = np.repeat(random.random(days // 7 + 1) < 0.1, 7)[:days]
            sold = random.poisson(level * week * (1 + 0.5 * promo))
            columns = {"date": dates, "product_id": product, "region": region, "category": category, "promo": promo.astype(int), "sales": sold}
            parts.append(pd.DataFrame(columns))
    new = parts[0].tail(5).assign(product_id="New bun", sales=[3, 4, 3, 5, 9])
    gone = parts[2].head(200).assign(product_id="Old pie")
    return pd.concat([*parts, new, gone], ignore_index=True)


def merge(ws: Workspace, frame: pd.DataFrame, name: str = "sales.csv") -> None:
    """Uploads a frame as a CSV, whatever its level."""
    content = frame.to_csv(index=False, date_format="%Y-%m-%d").encode()
    table = sales_service.inspect(content, name, alone=True)
    sales_service.merge(ws, content, name, sales_service.check(table, sales_service.guess(table), ANY_LEVEL))


def retrain(ws: Workspace, settings: Settings = QUICK) -> dict:
    """Trains in a process of its own, as ever; the manifest."""
    return outcome(ws, retraining.start_retrain(ws, settings, retraining.RetrainOptions(leave_a_core=False)), lambda _: None)


def count(ws, text):
    """Saves the stock in a file of this text, and returns the first version, whose series it is about."""
    ensemble = versions.load(ws, 1)
    table = sales_service.inspect(text.encode(), "stock.csv")
    ordering.save_stock(ws, ordering.check_stock(table, ordering.guess_stock(table), ensemble), ensemble, "stock.csv")
    return ensemble
