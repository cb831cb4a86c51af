"""Where alerts come from: each source looks at a workspace and says what is open now."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from forecasting.core import formatting
from forecasting.core.alerts import Alert, AlertSettings, Kind
from forecasting.core.errors import NotFound, NothingPublished, ShelfcastError, VersionDamaged, VersionUnavailable
from forecasting.services import jobs, monitoring, saved_sales, shadow, versions
from forecasting.services.alerts import stale_sales
from forecasting.storage.sales.table import Dataset
from forecasting.storage.versions import gate_facts
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

logger = logging.getLogger("shelfcast")
Source = Callable[[Workspace, datetime], Iterable[Alert]]


@dataclass(frozen=True, slots=True)
class Open:
    """What is open at a moment.

    Args:
        alerts: All of it, a kind after the other.
        unknown: Kinds of which nobody can say, since their source failed; a source that failed is an alert itself.
    """

    alerts: tuple[Alert, ...]
    unknown: frozenset[str] = frozenset()


def look(ws: Workspace, chosen: AlertSettings, now: datetime, sources: Mapping[Kind, Source] | None = None) -> Open:
    """What is open now, of the kinds that a shop chose; a source that cannot look does not keep others from it."""
    alerts: list[Alert] = []
    unknown: set[str] = set()
    for kind in chosen.kinds:
        try:
            alerts += list((sources or SOURCES)[kind](ws, now))
        except NothingPublished:
            continue
        except ShelfcastError as error:
            unknown.add(kind)
            alerts.append(Alert(kind, f"{kind}:unknown", f"Shelfcast could not look at this: {error}"))
        except Exception as error:
            logger.exception("The alerts of the kind %s met an unexpected error", kind)
            unknown.add(kind)
            text = f"Shelfcast could not look at this: an unexpected error ({type(error).__name__}). The log of the server has it whole."
            alerts.append(Alert(kind, f"{kind}:unknown", text))
    return Open(tuple(alerts), frozenset(unknown))


def findings(ws: Workspace, now: datetime) -> Iterator[Alert]:  # noqa: ARG001
    """Alarms of the monitor that nobody said to know of; uploads that stopped are a source of their own."""
    for finding in monitoring.monitor(ws).alarms:
        if finding.what != "uploads":
            yield Alert("findings", f"finding:{finding.id}", finding.text, None if finding.since is None else _start(finding.since))


def retrains(ws: Workspace, now: datetime) -> Iterator[Alert]:  # noqa: ARG001
    """That the newest retrain failed, and that the newest version waits since the gate held it."""
    store = Versions(ws.versions)
    newest = max(store.all_numbers(), default=0)
    ended = next((job for job in jobs.jobs(ws) if job.state in ("done", "failed")), None)
    if ended is not None and ended.state == "failed":
        text = f"Retrain {ended.number} failed: {ended.reason} The live forecast still serves; retrain again."
        yield Alert("retrains", f"retrain:failed:after {newest}", text, ended.ended)  # as long as no new version came
    yield from _held(store, newest)


def _held(store: Versions, newest: int) -> Iterator[Alert]:
    try:
        facts: dict[str, Any] = store.manifest(newest) if newest else {}
    except (NotFound, VersionDamaged, VersionUnavailable):  # a damaged one is told as damage
        return
    served = {move.to for move in store.moves() if move}
    if gate_facts.is_held(facts) and newest not in served:
        reason = str(facts[gate_facts.GATE].get("reason", "")).strip()
        text = f"Version {newest} waits for a person. {reason} Serve it or keep the live one, on the page Versions."
        yield Alert("retrains", f"retrain:held:{newest}", text, datetime.fromisoformat(facts["published"]).astimezone(UTC))


def late_uploads(ws: Workspace, now: datetime) -> Iterator[Alert]:
    """That uploads stopped."""
    if saved_sales.saved(ws) is None:
        return
    moments = [each.when.astimezone(UTC) for each in Dataset(ws).since_start() if not each.undone and each.kind == "upload"]
    late = stale_sales.overdue(_clock(moments), _clock([now])[0]) if moments else None
    if late is not None:
        last = max(moments)
        text = (
            f"No sales were uploaded for {formatting.count(late[0], 'day')}; usually one comes within {formatting.count(late[1], 'day')}. "
            "Upload the newest sales, or look whether the program that does so still runs."
        )
        yield Alert("stale_sales", f"sales:stale:{last:%Y-%m-%d}", text, last)


def damage(ws: Workspace, now: datetime) -> Iterator[Alert]:  # noqa: ARG001
    """Versions that would serve first but are damaged, or cannot be read."""
    serving = versions.serving(ws)
    instead = "No other version can serve." if serving.version is None else f"Version {serving.version} serves in its place."
    for refusal in serving.refused:
        yield Alert("damage", f"damage:version:{refusal.version}", f"{refusal} {instead}")


def better_version(ws: Workspace, now: datetime) -> Iterator[Alert]:  # noqa: ARG001
    """That another version turns out better than the one that serves."""
    for grade in shadow.grades(ws):
        if grade.is_advised:
            yield Alert("shadow", f"shadow:{grade.live}:{grade.other}", f"{grade.sentence} Choose on the page Versions which one serves.")


SOURCES: Final[Mapping[Kind, Source]] = {
    "findings": findings,
    "retrains": retrains,
    "stale_sales": late_uploads,
    "damage": damage,
    "shadow": better_version,
}
"""Kind -> what looks for alerts of it."""


def _start(day: pd.Timestamp) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _clock(moments: list[datetime]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex([pd.Timestamp(moment).tz_convert("UTC").tz_localize(None) for moment in moments])
