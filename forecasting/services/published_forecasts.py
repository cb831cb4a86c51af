"""What each version forecast, kept for grading: written at its publish, made from the version where an earlier release published it."""

from __future__ import annotations

import logging
from collections.abc import Iterable

import pandas as pd

from forecasting.analysis.monitoring.published import published_frame
from forecasting.core.errors import NotFound, ShelfcastError, VersionDamaged
from forecasting.jobs.cron import LOCAL
from forecasting.services import versions
from forecasting.storage.published import Published
from forecasting.storage.versions.spans import spans
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace
from forecasting.training.ensemble import Ensemble
from forecasting.training.ensemble_files import FORECAST_FILE

logger = logging.getLogger("shelfcast")


def keep(ws: Workspace, number: int, ensemble: Ensemble) -> None:
    """Writes what a version forecasts; no failure here takes its publish back, since it can be made later."""
    try:
        Published(ws.published).write(number, *published_frame(ensemble, number))
    except Exception:
        logger.exception("What version %d forecasts was not kept for grading", number)


def keep_all(ws: Workspace, numbers: Iterable[int]) -> None:
    """Has every one of the versions that have a forecast keep it for grading; no failure here keeps old versions from going."""
    store = Versions(ws.versions)
    for number in Published(ws.published).missing(numbers):
        if (store.path(number) / FORECAST_FILE).exists():
            try:
                remake(ws, number)
            except ShelfcastError as error:
                logger.warning("What version %d forecast was not kept for grading: %s", number, error)


def remake(ws: Workspace, number: int) -> None:
    """Makes what a version forecast from its saved forecast; raises NotFound, VersionDamaged, NotWritable or DiskFull."""
    Published(ws.published).write(number, *published_frame(versions.load(ws, number), number))


def can_be_remade(ws: Workspace, number: int) -> bool:
    """Whether a version is there and whole, so that what it forecast can be made anew."""
    try:
        Versions(ws.versions).folder(number)
    except ShelfcastError:
        return False
    return True


def trim(ws: Workspace, pruned: Iterable[int]) -> None:
    """Of versions that were pruned, leaves the days that they can be graded by: up to where they served last, or the next version's sales ended."""
    for number in pruned:
        last = _last_day(ws, number)
        if last is not None:
            Published(ws.published).trim(number, last)


def _last_day(ws: Workspace, number: int) -> pd.Timestamp | None:
    """The last day that a version can be asked for; None where that is not known."""
    store = Versions(ws.versions)
    ends = [span.until for span in spans(store.moves()) if span.version == number]
    if any(end is None for end in ends):
        return None
    served = [pd.Timestamp(end.astimezone(LOCAL).date()) for end in ends if end is not None]
    following = [other for other in store.numbers() if other > number]
    try:
        known = store.manifest(following[0]).get("sales_to") if following else None
    except (NotFound, VersionDamaged):
        return None
    return max([*served, *([pd.Timestamp(known)] if known else [])], default=None)
