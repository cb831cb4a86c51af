"""Totals that are forecast themselves, and the parts scaled to them where that was more accurate in the past.

Adding up products is coherent but adds up their noise too; a store's total may be easier to forecast than its products. Where the backtest says
so beyond noise, each total moves towards its own forecast by a learned weight, and its parts share the difference in proportion to their
forecasts: minimum trace reconciliation (Wickramasuriya, Athanasopoulos & Hyndman 2019) of one grouping, with variances in proportion to the
forecasts and the weight of the two forecasts of a total from their past errors.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray, share, t_quantile
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.settings import ProphetSettings
from forecasting.core.stages import BACKTEST_TOTALS
from forecasting.models.prophet.model import ProphetModel
from forecasting.training import pair_weights
from forecasting.training.backtest import Backtest

EVERYTHING = "all"
MOST_TOTALS = 40
"""A grouping with more totals is left out: it is nearly as fine as the series themselves."""
FARTHEST = 2.0
"""A part is scaled by at most so much, up or down."""


InSums = Callable[[FloatArray, np.ndarray], FloatArray]
"""Past forecasts of the series at some positions, shape (K, r, h) -> what counts where they are added up."""


def _as_they_are(f: FloatArray, _: np.ndarray) -> FloatArray:
    return f


@dataclass(frozen=True, eq=False)
class Grouping:
    """One way to add up n series.

    Args:
        name: `all`, or the column whose values are the groups.
        codes: Group of each series, shape (n,), in [0, count).
        count: Groups.
    """

    name: str
    codes: np.ndarray
    count: int

    def add_up(self, values: FloatArray) -> FloatArray:
        """Totals of `values` (..., n, h), missing ones counting as nothing, shape (..., count, h)."""
        totals = np.zeros((*values.shape[:-2], self.count, values.shape[-1]))
        np.add.at(np.moveaxis(totals, -2, 0), self.codes, np.moveaxis(np.nan_to_num(values), -2, 0))
        return totals


@dataclass(frozen=True, eq=False)
class Direct:
    """Forecasts of a grouping's totals themselves: `past` of shape (K, count, h) and `ahead` of shape (count, h), in units; NaN where none."""

    grouping: Grouping
    past: FloatArray
    ahead: FloatArray


@dataclass(frozen=True, eq=False)
class Reconciled:
    """Series scaled so that their totals lie nearer to the totals' own forecasts.

    Args:
        name: The grouping that does it.
        weight: How far the totals moved towards their own forecasts, in (0, 1].
        saved: Share of the totals' past error that it saves.
        past: The blend and what was expected, by name, at each cutoff, shape (K, n, h), by weights learned from the others.
        ahead: The same now, shape (n, h).
    """

    name: str
    weight: float
    saved: float
    past: Mapping[str, FloatArray]
    ahead: Mapping[str, FloatArray]

    def facts(self) -> dict[str, str | float]:
        """What the manifest says of it."""
        return {"totals": self.name, "weight": round(self.weight, 3), "saved": round(self.saved, 3)}


def groupings(panel: Panel) -> list[Grouping]:
    """All series together, and each filter column that groups them."""
    n = len(panel)
    if n < 2:
        return []
    groupings = [Grouping(EVERYTHING, np.zeros(n, dtype=np.int64), 1)]
    for name in (column for column in schema.FILTERS if column in panel.series):
        codes, labels = pd.factorize(panel.series[name], sort=True)
        if 2 <= len(labels) <= min(n // 2, MOST_TOTALS):
            groupings.append(Grouping(name, codes, len(labels)))
    return groupings


def added_up(panel: Panel, grouping: Grouping) -> Panel:
    """The panel of a grouping's totals: sales added up (NaN on days on which no series has a row), drivers averaged."""
    drivers = {}
    for name, values in panel.drivers.items():
        count = grouping.add_up(np.isfinite(values).astype(float))
        drivers[name] = share(grouping.add_up(values), count)
    rows = grouping.add_up(np.isfinite(panel.sales).astype(float))
    sales = np.where(rows > 0, grouping.add_up(panel.sales), np.nan)
    names = pd.DataFrame({schema.UNIQUE_ID: [f"{grouping.name} {number}" for number in range(grouping.count)]})
    return replace(panel, series=names, sales=sales, drivers=drivers)


def forecast(
    panel: Panel, past: Sequence[Panel], horizons: tuple[int, int], settings: ProphetSettings, on_progress: OnProgress = ignore
) -> list[Direct]:
    """Prophet's own forecasts of every grouping's totals, at each cutoff and now.

    Args:
        panel: All sales, as the models see them.
        past: What was known at each cutoff.
        horizons: Periods ahead that are judged, and that are forecast now.
        settings: Prophet's.
        on_progress: Told of stage `BACKTEST_TOTALS`.
    """
    chosen = groupings(panel) if len(past) >= pair_weights.FEWEST_CUTOFFS else []
    if not chosen:
        return []
    fits = [*((known, horizons[0]) for known in past), (panel, horizons[1])]
    yhat = []
    for number, (known, ahead) in enumerate(fits, start=1):
        whole = _joined([added_up(known, grouping) for grouping in chosen])
        yhat.append(ProphetModel(settings).fit(whole, horizon=ahead).predict(whole, ahead))
        on_progress(Progress(BACKTEST_TOTALS, number, len(fits)))
    ends = np.cumsum([grouping.count for grouping in chosen])
    places = [slice(end - grouping.count, end) for grouping, end in zip(chosen, ends, strict=True)]
    return [
        Direct(grouping, np.array([values[place] for values in yhat[:-1]]), yhat[-1][place]) for grouping, place in zip(chosen, places, strict=True)
    ]


def _joined(panels: list[Panel]) -> Panel:
    """One panel of all their series, which lie on the same days."""
    drivers = {name: np.concatenate([panel.drivers[name] for panel in panels]) for name in panels[0].drivers}
    series = pd.concat([panel.series for panel in panels], ignore_index=True)
    return replace(panels[0], series=series, sales=np.concatenate([panel.sales for panel in panels]), drivers=drivers)


def reconcile(past: Backtest, ahead: Mapping[str, FloatArray], direct: list[Direct], in_sums: InSums = _as_they_are) -> Reconciled | None:
    """The grouping that saves most of its totals' past error; None where adding up is as good, or series would become worse.

    Totals are of what is expected; the line is scaled as that is.

    Args:
        past: With the blend among its models, and what was expected where that differs.
        ahead: The same now by name, shape (n, h), in units.
        direct: What `forecast` gave.
        in_sums: What past forecasts count as where they are added up, see `Ensemble.in_sums`.
    """
    tried = [scaled for scaled in (_scaled(past, ahead, one, in_sums) for one in direct) if scaled is not None]
    return max(tried, key=lambda scaled: scaled.saved, default=None)


def _scaled(past: Backtest, ahead: Mapping[str, FloatArray], direct: Direct, in_sums: InSums) -> Reconciled | None:
    grouping, served = direct.grouping, [name for name in (schema.BLEND, schema.EXPECTED) if name in past.yhat]
    line, expected = past.yhat[schema.BLEND], in_sums(past.yhat[served[-1]], np.arange(past.y.shape[1]))
    sold, added = grouping.add_up(past.y), grouping.add_up(expected)
    sold = np.where(grouping.add_up(np.isfinite(past.y).astype(float)) > 0, sold, np.nan)
    weight = _weight(sold, added, direct.past)
    if weight < 0.05:
        return None
    factor = np.empty_like(line)
    for cut in range(len(sold)):
        others = np.arange(len(sold)) != cut
        learned = _weight(sold[others], added[others], direct.past[others])
        factor[cut] = _factor(added[cut], direct.past[cut], learned)[grouping.codes]
    before, after = (_misses(sold, values) for values in (added, grouping.add_up(factor * expected)))
    if not _better(before, after) or _misses(past.y, factor * line).sum() > _misses(past.y, line).sum():
        return None
    now = _factor(grouping.add_up(ahead[served[-1]]), direct.ahead, weight)[grouping.codes]
    scaled = [{name: values[name] * by for name in served} for values, by in ((past.yhat, factor), (ahead, now))]
    return Reconciled(grouping.name, weight, float(1 - after.sum() / before.sum()), *scaled)


def _weight(sold: FloatArray, added: FloatArray, own: FloatArray) -> float:
    """How far totals should move from the sum of their parts to their own forecasts, in [0, 1]; 0 without evidence."""
    return float(pair_weights.learn_pair(sold, own, added, 0.0).first.mean())


def _factor(added: FloatArray, own: FloatArray, weight: float) -> FloatArray:
    """By what parts are scaled so that their totals move by `weight` towards their own forecasts; shape (count, h)."""
    wanted = np.where(np.isfinite(own), added + weight * (own - added), added)
    return np.clip(np.divide(wanted, added, out=np.ones_like(added), where=added > 0), 1 / FARTHEST, FARTHEST)


def _misses(sold: FloatArray, forecasts: FloatArray) -> FloatArray:
    """Sum of absolute errors of each cutoff, shape (K,)."""
    return np.nansum(np.abs(forecasts - sold), axis=(1, 2))


def _better(before: FloatArray, after: FloatArray) -> bool:
    """Whether errors of K cutoffs fell by more than chance explains (one-sided paired t test, 5 %)."""
    gain = before - after
    spread = gain.std(ddof=1) / np.sqrt(len(gain))
    return bool(gain.mean() > t_quantile(0.95, len(gain) - 1) * spread)
