"""Is the forecast that served keeping its promise? Graded anew when the sales, or what served, changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Condition
from typing import Any, Final

import numpy as np
import pandas as pd
from cachetools import LRUCache, cached

from forecasting.analysis.monitoring import calibration, grading, published, rows, usual_scores, weekly
from forecasting.analysis.monitoring.calibration import Calibration
from forecasting.analysis.monitoring.findings import Finding, ordered
from forecasting.analysis.monitoring.grading import Graded, Past
from forecasting.analysis.monitoring.look import look
from forecasting.analysis.monitoring.monitor import Monitor
from forecasting.analysis.monitoring.rows import History
from forecasting.analysis.monitoring.spreads import smallest_change
from forecasting.analysis.monitoring.subject import SeriesKeys, Subject
from forecasting.analysis.monitoring.usual_scores import UsualScores
from forecasting.core import caches, formatting, schema
from forecasting.core.arrays import BoolArray, share
from forecasting.core.errors import NotFound, NothingPublished
from forecasting.core.period import DAY
from forecasting.services import accuracy, cache, graded_days, kept_answers, saved_sales, versions
from forecasting.storage.sales import log
from forecasting.storage.versions.moves import LOCAL
from forecasting.storage.versions.remarks import Remarks
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training import metrics
from forecasting.training.ensemble import Ensemble

HISTORY_STEPS: Final = 400
PRICE_DAYS: Final = 7 * 57
SILENT_DAYS: Final = 28
"""Days for which a finding that somebody knows of is silent, as long as it lasts."""


def monitor(ws: Workspace) -> Monitor:
    """What became of the forecast that served, up to the newest saved sales.

    Raises:
        NothingPublished: There is no version.
        VersionDamaged: None that is whole can be loaded.
        SalesDamaged: The sales cannot be read.
    """
    live = versions.serving(ws).version
    if live is None:
        raise NothingPublished("No model has been trained yet. Upload sales and retrain.")
    found = _monitor(ws, live, log.newest(ws.sales), len(Versions(ws.versions).moves()))
    every = [*found.look.findings, *_late(ws)]
    return replace(found, findings=tuple(ordered([replace(each, acknowledged=_is_known(ws, each)) for each in every])))


def findings(ws: Workspace) -> list[Finding]:
    """What differs from what was promised, the most important first; raises what `monitor` raises."""
    return list(monitor(ws).findings)


def acknowledge(ws: Workspace, finding: str, by: str = LOCAL) -> None:
    """Has a finding be silent until it ends and comes again, or for 28 days.

    Args:
        ws: Where.
        finding: Its id.
        by: Who knows of it.

    Raises:
        NotFound: There is no such finding now.
        TryAgain: Somebody else was publishing for too long.
    """
    now = monitor(ws)
    if finding not in {each.id for each in now.findings}:
        raise NotFound(f"There is no finding {finding[:80]!r} now. `monitor --json` lists those that there are, with their ids.")
    Remarks(ws.versions).add(now.version, "acknowledge", finding, by)


def forget() -> None:
    """Keeps nothing any more."""
    for cached_function in (_monitor, _calibrated):
        one: Any = cached_function
        one.cache_clear()


@caches.of_live
@cached(LRUCache(2), condition=Condition())
def _monitor(ws: Workspace, live: int, sales: int, moves: int) -> Monitor:  # noqa: ARG001
    ensemble, manifest = cache.ensemble(ws, live), versions.manifest(ws, live)
    now = graded_days.sales_now(ws, ensemble, manifest)
    graded, known = graded_days.graded(ws, ensemble, now), _calibrated(ws, live)
    dates = now.dates[-HISTORY_STEPS:]
    active = ~ensemble.silent & (np.nan_to_num(ensemble.expected).sum(axis=1) > 0)
    subject = Subject(
        graded=graded,
        history=History(dates, now.period, np.isfinite(now.sales[:, -HISTORY_STEPS:]), graded_days.holidays_near(now, ensemble.country, dates)),
        keys=SeriesKeys(ensemble.panel.series[ensemble.panel.keys]),
        active=active,
        prices=now.drivers[schema.PRICE][:, : len(now.dates)][:, -PRICE_DAYS:] if schema.PRICE in now.drivers and now.period == DAY else None,
    )
    found = look(subject, known)
    inside = known.past.outside
    weeks = _past_weeks(known.past, grading.LOOK[now.period.name])
    return Monitor(
        version=live,
        graded=graded,
        promised=float(metrics.wape(known.past.y, known.past.line)) if known.past.cutoffs else float("nan"),
        promised_coverage=float(share(np.asarray((inside == 0).sum()), np.asarray((inside >= 0).sum()))),
        usual_weeks=(float(np.quantile(weeks, 0.05)), float(np.quantile(weeks, 0.95))) if len(weeks) else (float("nan"), float("nan")),
        smallest=_smallest(known, graded),
        look=found,
        findings=found.findings,
    )


@caches.of_live
@cached(LRUCache(1), condition=Condition())
def _calibrated(ws: Workspace, live: int) -> Calibration:
    """What a version's past says is usual."""
    ensemble = cache.ensemble(ws, live)
    cutoffs, h, period = ensemble.past.cutoffs, ensemble.past.horizon, ensemble.panel.period
    days = [period.ahead(day, h) for day in cutoffs]
    held = accuracy.judged(ws, live, ensemble).held(schema.BLEND)
    past = Past(
        y=ensemble.errors.y,
        line=ensemble.errors.f,
        expected=ensemble.in_sums(ensemble.expected_errors.f, np.arange(len(ensemble.panel))),
        outside=np.where(held < 0, -1, 1 - held),
        ordinary=_ordinary(ensemble),
        starts=pd.DatetimeIndex([each[0] for each in days]),
    )
    usual = kept_answers.read(ws, live, usual_scores.read)
    return calibration.calibrate(past, usual or usual_of(ensemble), ensemble.labels, period)


def usual_of(ensemble: Ensemble) -> UsualScores:
    """What is usual of the scores of an ensemble's past days."""
    scored = caches.once(ensemble, published.past_scores, ensemble)
    return usual_scores.learn(None if scored is None else scored.past, _ordinary(ensemble), len(ensemble.panel), ensemble.panel.period)


def _ordinary(ensemble: Ensemble) -> BoolArray:
    """Whether a step after a past cutoff is no holiday and not beside one, shape (K, h)."""
    cutoffs, h, period = ensemble.past.cutoffs, ensemble.past.horizon, ensemble.panel.period
    days = [graded_days.holidays_near(ensemble.panel, ensemble.country, period.ahead(day, h)) for day in cutoffs]
    return np.array(days, dtype=bool).reshape(len(cutoffs), h)


def _past_weeks(past: Past, look_steps: int) -> list[float]:
    """The error of each week of past cutoffs."""
    weeks = past.y.shape[2] // look_steps
    parts = [slice(week * look_steps, (week + 1) * look_steps) for week in range(weeks)]
    errors = [float(metrics.wape(past.y[cut, :, part], past.line[cut, :, part])) for cut in range(past.cutoffs) for part in parts]
    return [error for error in errors if np.isfinite(error)]


def _smallest(known: Calibration, graded: Graded) -> tuple[tuple[Mapping[str, str], float], ...]:
    """The smallest change that four weeks show, of the file and of its five largest groups."""
    if known.spreads is None:
        return ()
    look_steps, past = grading.LOOK[graded.period.name], known.past
    week = np.nanmean(np.nan_to_num(past.expected), axis=(0, 2)) * look_steps
    file = smallest_change(known.spreads[0], week.sum(keepdims=True), weekly.ALPHA, graded.period)
    listed: list[tuple[Mapping[str, str], float]] = [({}, float(file[0]))]
    if len(known.groups):
        units = known.groups.sums(week[:, None])[:, 0]
        changes = smallest_change(known.spreads[1], units, weekly.ALPHA / len(known.groups), graded.period)
        listed += [(known.groups.keys[place], float(changes[place])) for place in np.argsort(-units)[:5]]
    return tuple(listed)


def _late(ws: Workspace) -> list[Finding]:
    """That uploads stopped, where they come so regularly that it shows."""
    saved = saved_sales.saved(ws)
    if saved is None:
        return []
    uploads = [each.when for each in saved.lineage.uploads.values() if not each.undone and each.kind == "upload"]
    now = pd.Timestamp(datetime.now(UTC)).tz_localize(None)
    overdue = rows.upload_overdue(pd.DatetimeIndex([pd.Timestamp(each).tz_convert("UTC").tz_localize(None) for each in uploads]), now)
    if overdue is None:
        return []
    age, usual = overdue
    since = now.normalize() - pd.Timedelta(days=age)
    return [
        Finding(
            level="file",
            what="uploads",
            key={},
            since=since,
            size=float(age),
            loudness="alarm",
            fact=f"No sales were uploaded for {formatting.count(age, 'day')}",
            detail=f"Usually {formatting.count(usual, 'day')} or fewer lie between two uploads.",
            advice="Upload the newest sales, or look whether the program that does so still runs.",
        )
    ]


def _is_known(ws: Workspace, finding: Finding) -> bool:
    """Whether somebody said to know of a finding in the last 28 days, and it has not begun anew since."""
    newest = datetime.now(UTC) - timedelta(days=SILENT_DAYS)
    said = [
        each.when for each in Remarks(ws.versions).every() if each and each.kind == "acknowledge" and each.text == finding.id and each.when >= newest
    ]
    if not said or finding.since is None:
        return bool(said)
    return finding.since <= pd.Timestamp(max(said)).tz_convert("UTC").tz_localize(None)
