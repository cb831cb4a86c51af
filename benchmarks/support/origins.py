"""Bands judged from every past day that had enough cutoffs before it.

One window of days proves nothing: its coverage swings by many points. So each cutoff of a long backtest takes its turn as the last known day:
shares and bands are learned from the cutoffs before it alone, and judged on what was sold after it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import NamedTuple, cast

import numpy as np
import pandas as pd

from benchmarks.support import point_scores
from benchmarks.support.band_scores import COLUMNS, Answers, Bands, Conformal, Learned, Sampled, Served, judge, limits_of, sets_of, sold_of
from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.progress import OnProgress, ignore
from forecasting.core.settings import Settings
from forecasting.models import registry
from forecasting.models.base import Model
from forecasting.training import backtest, cutoff_fits, metrics, pipeline, reconciliation
from forecasting.training.backtest import Backtest, BacktestPlan
from forecasting.training.bands.quantiles import Errors
from forecasting.training.cleaning.clean import clean
from forecasting.training.ensemble import Ensemble
from forecasting.training.fitted import Fitted
from forecasting.training.reconciliation import Direct

EARLIER = 4
"""Cutoffs that an origin has before it, at least."""
MOST = 12
SUMMED = ("bias", "rmsse", "wape_7", "wape_14")
"""Columns of `point_scores` by which an expectation is judged."""


class Draws(NamedTuple):
    """Drawn futures of some series: their positions, shape (m,), ascending, and units, shape (m, s, h)."""

    rows: np.ndarray
    values: FloatArray


def cutoffs(days: int, horizon: int, most: int = MOST) -> tuple[int, ...]:
    """Days known at each cutoff: one horizon apart, the last one a horizon before the end, as many as leave enough to learn from.

    Example:
        >>> cutoffs(208, 28)
        (68, 96, 124, 152, 180)
    """
    reserve = max(backtest.MIN_CUTOFFS["day"], int(backtest.LEARNING_SHARE * days))
    count = (days - reserve) // horizon
    if count <= EARLIER:
        count = min((days - backtest.MIN_CUTOFFS["day"]) // horizon, EARLIER + 1)
    return tuple(days - horizon * back for back in range(min(count, most), 0, -1))


@dataclass(frozen=True, eq=False)
class Record:
    """A long backtest, of which every stretch can be taken for the backtest of a day past.

    Args:
        panel: All sales; drivers count as known ahead.
        cuts: Days known at each of K cutoffs.
        known: What models could learn from at each.
        past: What each model forecast at each, without the blend.
        direct: Forecasts of totals themselves at each.
    """

    panel: Panel
    cuts: tuple[int, ...]
    known: tuple[Panel, ...]
    past: Backtest
    direct: list[Direct]


def record(panel: Panel, settings: Settings, on_progress: OnProgress = ignore) -> Record:
    """Forecasts from as many cutoffs as the history has."""
    cuts = cutoffs(len(panel.dates), settings.horizon)
    at = backtest.origins(planned(panel), BacktestPlan(cuts, settings.horizon))
    fitted = cutoff_fits.fit(pipeline.makers(settings), registry.lasting(), at, on_progress)
    return completed(panel, cuts, fitted.backtest(), settings)


def completed(panel: Panel, cuts: tuple[int, ...], past: Backtest, settings: Settings) -> Record:
    """The record of a backtest of these cutoffs: what was known then, and forecasts of totals."""
    known = backtest.origins(planned(panel), BacktestPlan(cuts, past.horizon)).known
    direct = reconciliation.forecast(known[-1], known, (past.horizon, past.horizon), settings.prophet) if len(cuts) > EARLIER else []
    return Record(planned(panel), cuts, known, past, direct)


def planned(panel: Panel) -> Panel:
    """The same panel, with one more day of drivers: so a cut keeps them, as if they had been uploaded ahead."""
    drivers = {name: np.concatenate([values, values[:, -1:]], axis=1) for name, values in panel.drivers.items()}
    return replace(panel, drivers=drivers)


class Origin(NamedTuple):
    """A past day: how many days were known, what would have been served, and what was sold after it, shape (n, h)."""

    days: int
    ensemble: Ensemble
    y: FloatArray


def replay(whole: Record, settings: Settings) -> Iterator[Origin]:
    """Every cutoff with at least four before it, served by what as many cutoffs before it say as a retrain takes, and by nothing else."""
    past = whole.past
    for origin in range(EARLIER, len(whole.cuts)):
        before = slice(max(0, origin - max(EARLIER, settings.cutoffs)), origin)
        of = {name: past.yhat[name][before] for name in registry.names()}
        earlier = Backtest(past.cutoffs[before], past.y[before], of, {name: values[before] for name, values in past.means.items()})
        models = {name: cast(Model, SimpleNamespace(unmodelled_={})) for name in registry.names()}
        panel = whole.panel.cut(whole.cuts[origin])
        means = {name: values[origin] for name, values in past.means.items()}
        fitted = Fitted(clean(panel), models, {name: past.yhat[name][origin] for name in registry.names()}, means=means)
        made = pipeline.assemble(panel, fitted, earlier, whole.known[before], registry.beside(settings), country=settings.prophet.country)
        made = pipeline.with_totals(made, [Direct(one.grouping, one.past[before], one.past[origin]) for one in whole.direct])
        yield Origin(whole.cuts[origin], made, past.y[origin])


def judged(origins: Iterable[Origin], draws: Mapping[int, Draws] | None = None) -> pd.DataFrame:
    """Every kind of bands, judged at every origin.

    Args:
        origins: What would have been served.
        draws: Days known -> Prophet's own futures, for a comparison with its bands.

    Returns:
        Columns `origin, bands, target`, those of `band_scores.COLUMNS`, and `ours_80`, `ours_95`: the served bands' interval score on the same
        targets.
    """
    parts = [judged_once(made, y, (draws or {}).get(days)).assign(origin=f"{made.panel.last:%Y-%m-%d}") for days, made, y in origins]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["bands", "target", *COLUMNS, "ours_80", "ours_95", "origin"])


def judged_once(made: Ensemble, y: FloatArray, draws: Draws | None = None) -> pd.DataFrame:
    """The same of one ensemble and the sales (n, h) after its last day."""
    closed = (made.yhat[schema.BLEND][:, : y.shape[1]] == 0) & ~(y > 0)
    known, errors = np.isfinite(y) | closed, made.errors
    forecasts = {name: np.where(known, values[:, : y.shape[1]], np.nan) for name, values in made.yhat.items()}
    sets = sets_of(made.panel.series, np.arange(len(y)))
    ours = Served(made, forecasts.get(schema.EXPECTED, forecasts[schema.BLEND]))
    naive = Learned(Errors(made.past.y, made.past.yhat[schema.SEASONAL_NAIVE]), forecasts[schema.SEASONAL_NAIVE])
    conformal = Conformal(errors, forecasts[schema.BLEND])
    parts = _compared({"Shelfcast": ours, "seasonal naive, same way": naive, "split conformal": conformal}, ours, sold_of(y, closed, sets), sets)
    if draws is not None:
        own, drawn = Sampled(draws.rows, draws.values, known), sets_of(made.panel.series, draws.rows)
        parts += _compared({"Prophet's own": own}, ours, sold_of(y, closed, drawn), drawn)
    return pd.concat(parts, ignore_index=True)


def _compared(kinds: Mapping[str, Bands], ours: Bands, sold: Answers, sets: list[np.ndarray]) -> list[pd.DataFrame]:
    """Each kind's scores, and ours wherever that kind has limits."""
    horizon = sold["days"][0].shape[-1]
    served = limits_of(ours, horizon, sets)
    parts = []
    for name, kind in kinds.items():
        limits = served if kind is ours else limits_of(kind, horizon, sets)
        same = judge(served, sold, where=limits)
        parts.append(judge(limits, sold).assign(bands=name, ours_80=same["score_80"], ours_95=same["score_95"]))
    return parts


def summary(table: pd.DataFrame) -> pd.DataFrame:
    """One row a kind of bands and target: means over origins; `ours_80`, `ours_95` become our score as a share of theirs."""
    means = table.drop(columns="origin").groupby(["bands", "target"], sort=False).mean()
    for level in (80, 95):
        means[f"ours_{level}"] /= means[f"score_{level}"]
    return means.reset_index()


def accuracy(origins: Iterable[Origin]) -> pd.DataFrame:
    """WAPE of each model and of the line, in percent, and what `SUMMED` says of line and expected sales; one row an origin."""
    rows = []
    for _, made, y in origins:
        days = {name: 100 * float(metrics.wape(y, made.yhat[name])) for name in (*registry.names(), schema.BLEND)}
        summed = {"line": point_scores.scores(made.panel.sales, y, made.line), "expected": point_scores.scores(made.panel.sales, y, made.expected)}
        both = {f"{column}, {name}": scores[column] for column in SUMMED for name, scores in summed.items()}
        rows.append({"origin": f"{made.panel.last:%Y-%m-%d}", **days, **both})
    return pd.DataFrame(rows)
