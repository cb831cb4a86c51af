"""Alerts of a shop as pages, HTTP, the command line and the server have them."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from forecasting.core.errors import ShelfcastError
from forecasting.services import schedule, shop_settings
from forecasting.services.alerts import history as record
from forecasting.services.alerts import sources
from forecasting.services.alerts.order_post import OrderPost
from forecasting.services.alerts.post import DAY, Post
from forecasting.services.alerts.receivers import Receiver
from forecasting.storage.workspace import Workspace

SERVER_ENDED = "The server ended before it was answered."
logger = logging.getLogger("shelfcast")


def run(ws: Workspace, stop: threading.Event) -> None:
    """Looks until it is stopped, whether a digest is due or a receiver is to be tried again; no error ends it."""
    schedule.look_until(stop, lambda: look(ws), "The alerts")


def look(ws: Workspace) -> None:
    """One look: sends a digest that is due, and tells of orders that were placed; neither keeps the other from it. Raises what they raise."""
    of = post(ws)
    try:
        of.check()
    finally:
        OrderPost(of).check()


def post(ws: Workspace, environment: Mapping[str, str] | None = None) -> Post:
    """What tells as the settings say now; raises StateDamaged."""
    chosen = shop_settings.state(ws).values
    return Post(ws=ws, settings=chosen.alerts, environment=os.environ if environment is None else environment, notation=chosen.notation)


def facts(ws: Workspace) -> dict[str, Any]:
    """What is open, who is told, how each did last, and when the next digest is sent; raises StateDamaged."""
    of, now = post(ws), datetime.now(UTC)
    history = of.history
    found = sources.look(ws, of.settings, now)
    alerts = [{**alert.to_json(), "told": alert.key in history.told} for alert in found.alerts]
    return {"alerts": alerts, "receivers": receivers(of), "next": (of.due(now) + DAY).isoformat() if of.receivers else None}


def receivers(of: Post) -> list[dict[str, Any]]:
    """Who is told, each with `state`, `when` and `note` of the last try."""
    history, now = of.history, datetime.now(UTC)
    return [_receiver(each, history, now) for each in of.receivers]


def unreached(ws: Workspace) -> list[dict[str, Any]]:
    """Receivers whom the last message did not reach, each with `way`, `name` (of a webhook its host), `when` and `note`; raises StateDamaged."""
    of, now = post(ws), datetime.now(UTC)
    outcomes = ((each, of.history.outcome(each.id, now)) for each in of.receivers)
    failed = ((each, last) for each, last in outcomes if last is not None and not last.arrived)
    return [{"way": each.way, "name": each.place, "when": last.when, "note": last.note or SERVER_ENDED} for each, last in failed]


def try_now(ws: Workspace) -> list[dict[str, Any]]:
    """Sends what is open now to everybody, as a try, and waits for the answers; the receivers. Raises InputError without any."""
    of = post(ws)
    of.start_trial()
    of.deliver()
    return receivers(of)


def try_soon(ws: Workspace) -> list[dict[str, Any]]:
    """As `try_now`, but waits for nobody: a thread sends it, or the next look of a server; nothing is done without receivers."""
    of = post(ws)
    if not of.receivers:
        return []
    of.start_trial()
    threading.Thread(target=_deliver, args=(of,), name="alerts try", daemon=True).start()
    return receivers(of)


def _deliver(of: Post) -> None:
    try:
        of.deliver()
    except ShelfcastError as error:
        logger.warning("The alerts that somebody tried were not sent: %s", error)
    except Exception:
        logger.exception("The alerts that somebody tried were not sent")


def _receiver(of: Receiver, history: record.History, now: datetime) -> dict[str, Any]:
    last = history.last(of.id)
    when = None if last is None else last.when.isoformat()
    return {"way": of.way, "name": of.name, "state": record.state(last, now), "when": when, "note": "" if last is None else last.note}
