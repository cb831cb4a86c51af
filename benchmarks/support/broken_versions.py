"""Versions of a shop made within a second by the mean of each weekday, and what may be wrong with one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from benchmarks.support.demand_shapes import START, WEEK
from forecasting.analysis.champion.pair import Pair
from forecasting.core import schema
from forecasting.core.arrays import FloatArray, nanmean
from forecasting.core.panel import Panel
from forecasting.models import registry
from forecasting.training.backtest import Backtest
from forecasting.training.ensemble import Ensemble

HORIZON: Final = 28
CUTOFFS: Final = 6
WEEKS: Final = 8
"""Of which a forecast is the mean."""


def shop(random: np.random.Generator, n: int, days: int = 600) -> Panel:
    """Products of four stores and five categories whose levels wander, with a week."""
    levels = random.lognormal(2.5, 1.0, n)[:, None] * np.exp(np.cumsum(random.normal(0, 0.01, (n, days)), axis=1))
    sales = random.poisson(levels * WEEK[np.arange(days) % 7]).astype(float)
    names = [f"p{row:03d}" for row in range(n)]
    columns = {
        schema.PRODUCT: names,
        schema.STORE: [f"store {row % 4}" for row in range(n)],
        schema.CATEGORY: [f"kind {row % 5}" for row in range(n)],
    }
    return Panel(pd.DataFrame({schema.UNIQUE_ID: names, **columns}), pd.date_range(START, periods=days).as_unit("us"), sales, {})


def version(known: Panel) -> Ensemble:
    """What a shop's version forecasts and forecast, each weekday's mean of eight weeks."""
    cuts = [known.cut(len(known.dates) - HORIZON * back) for back in range(CUTOFFS, 0, -1)]
    after = [known.sales[:, len(cut.dates) : len(cut.dates) + HORIZON] for cut in cuts]
    line, naive = np.stack([_mean(cut, WEEKS) for cut in cuts]), np.stack([_mean(cut, 1) for cut in cuts])
    yhat = {**dict.fromkeys(registry.names(), line), schema.SEASONAL_NAIVE: naive, schema.BLEND: line}
    ahead = _mean(known, WEEKS)
    facts = {schema.MODEL: schema.BLEND, schema.REASON: "", **{f"{name}_share": 0.5 for name in registry.names()}}
    return Ensemble(
        panel=known,
        yhat=dict.fromkeys(yhat, ahead),
        bands=np.stack([ahead * share for share in (0.8, 1.2, 0.7, 1.3)], axis=1),
        past=Backtest(pd.DatetimeIndex([cut.last for cut in cuts]), np.stack(after), yhat),
        health=pd.DataFrame({schema.UNIQUE_ID: known.unique_ids, **facts}),
        models={},
    )


def _mean(known: Panel, weeks: int) -> FloatArray:
    recent = known.sales[:, -7 * weeks :].reshape(len(known), weeks, 7)
    return np.tile(np.nan_to_num(nanmean(recent, axis=1)), HORIZON // 7)


def _bent(pair: Pair, factor: FloatArray | float) -> Pair:
    yhat = {name: values * factor for name, values in pair.challenger.yhat.items()}
    return replace(pair, challenger=replace(pair.challenger, yhat=yhat))


def _of_past(pair: Pair, f: FloatArray) -> Pair:
    past = pair.challenger.past
    return replace(pair, challenger=replace(pair.challenger, past=Backtest(past.cutoffs, past.y, {**past.yhat, schema.BLEND: f})))


def _group(pair: Pair, random: np.random.Generator) -> FloatArray | None:
    """The rows of one store, region or category with at least a fiftieth of the sales, as a column of bool; None without groups."""
    labels = next((pair.champion.labels[name] for name in (schema.STORE, schema.REGION, schema.CATEGORY) if name in pair.champion.labels), None)
    if labels is None or len(set(labels)) < 2:
        return None
    sold = pd.Series(pair.recent[0]).groupby(labels).sum()
    large = sold.index[sold >= 0.02 * sold.sum()]
    chosen: FloatArray = (labels == random.choice(large))[:, None].astype(float)
    return chosen


def _store_times(factor: float) -> Callable[[Pair, np.random.Generator], Pair | None]:
    def bend(pair: Pair, random: np.random.Generator) -> Pair | None:
        chosen = _group(pair, random)
        return None if chosen is None else _bent(pair, 1 + (factor - 1) * chosen)

    return bend


def _dead(pair: Pair, random: np.random.Generator) -> Pair:
    """A twentieth of the series, drawn from those that sell."""
    sells = np.flatnonzero(pair.recent[1] > 0)
    factor = np.ones((len(pair.challenger.panel), 1))
    factor[random.choice(sells, max(len(sells) // 20, 1), replace=False)] = 0.0
    return _bent(pair, factor)


def _flat(pair: Pair, _: np.random.Generator) -> Pair:
    line = pair.challenger.line
    return replace(
        pair, challenger=replace(pair.challenger, yhat=dict.fromkeys(pair.challenger.yhat, np.full(line.shape, line.mean(axis=1)[:, None])))
    )


def _worse_than_naive(pair: Pair, random: np.random.Generator) -> Pair:
    f = pair.challenger.errors.f
    return _of_past(pair, f * random.choice([0.2, 1.9], f.shape))


def _narrow(pair: Pair, _: np.random.Generator) -> Pair:
    line = pair.challenger.line[:, None]
    return replace(pair, challenger=replace(pair.challenger, bands=line + 0.2 * (pair.challenger.bands - line)))


def _without_bands(pair: Pair, random: np.random.Generator) -> Pair:
    """Series with a fiftieth of the sales, or a little more, have none."""
    order = random.permutation(len(pair.challenger.panel))
    running = np.cumsum(pair.recent[1][order])
    lost = order[: int(np.searchsorted(running, 0.02 * running[-1])) + 1]
    bands = pair.challenger.bands.copy()
    bands[lost] = np.nan
    return replace(pair, challenger=replace(pair.challenger, bands=bands))


def _without_rows(pair: Pair, _: np.random.Generator) -> Pair:
    return replace(pair, rows=(pair.rows[0], int(0.95 * pair.rows[0])))


def _no_number(pair: Pair, random: np.random.Generator) -> Pair:
    line = pair.challenger.line.copy()
    line[random.integers(len(line)), random.integers(HORIZON)] = random.choice([np.nan, np.inf, -1.0])
    return replace(pair, challenger=replace(pair.challenger, yhat=dict.fromkeys(pair.challenger.yhat, line)))


def _too_large(pair: Pair, random: np.random.Generator) -> Pair:
    line = pair.challenger.line.copy()
    row = random.choice(np.flatnonzero(pair.recent[1] > 0))
    line[row] = 100 * np.nanmax(pair.challenger.panel.sales[row])
    return replace(pair, challenger=replace(pair.challenger, yhat=dict.fromkeys(pair.challenger.yhat, line)))


KINDS: Final[dict[str, Callable[[Pair, np.random.Generator], Pair | None]]] = {
    "x 1.3": lambda pair, _: _bent(pair, 1.3),
    "x 0.7": lambda pair, _: _bent(pair, 0.7),
    "x 2": lambda pair, _: _bent(pair, 2.0),
    "one store x 3": _store_times(3.0),
    "one store missing": _store_times(0.0),
    "5 % of the series dead": _dead,
    "no weekdays": _flat,
    "worse than the naive": _worse_than_naive,
    "ranges too narrow": _narrow,
    "ranges lost": _without_bands,
    "rows lost": _without_rows,
    "no number": _no_number,
    "far too large": _too_large,
}
"""What may be wrong with a version; None where a shop cannot have it."""
