"""The digest of a day: claimed by one server, sent to each receiver, and tried again where one does not answer."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import Future, as_completed
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from forecasting.core import time_zones
from forecasting.core.alerts import AlertSettings
from forecasting.core.errors import InputError
from forecasting.core.shop_settings import TIMEZONE
from forecasting.jobs.cron import LOCAL
from forecasting.services.alerts import delivery, receivers, sources
from forecasting.services.alerts.history import History
from forecasting.services.alerts.message import Message
from forecasting.services.alerts.receivers import Receiver, Send
from forecasting.services.alerts.sources import Open
from forecasting.storage import disk_full
from forecasting.storage.alert_record import AlertRecord, Attempt, Digest
from forecasting.storage.workspace import Workspace

logger = logging.getLogger("shelfcast")

NOTE_CHARACTERS: Final = 300
DAY: Final = timedelta(days=1)
TRIAL_PAUSE: Final = timedelta(seconds=10)

Look = Callable[[Workspace, AlertSettings, datetime], Open]


@dataclass(frozen=True, kw_only=True)
class Post:
    """Sends what is new, once a day, however many servers share the workspace.

    A day is claimed by a line of the record, under its lock, before anything is sent; so is each try to reach a receiver, so that nobody else tries
    at the same moment. A server that is killed between try and outcome leaves the try behind: another follows after the pause, with the same id, by
    which the receiver knows a second copy. Nobody holds the lock while the network is waited for.

    Args:
        ws: The workspace.
        settings: What a shop chose.
        environment: Secrets and receivers that only the server knows.
        look: What is open now.
        send: What sends a message to a receiver; None for the real one.
        clock: The time, in UTC.
        seconds: How long a receiver may take.
    """

    ws: Workspace
    settings: AlertSettings
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    look: Look = sources.look
    send: Send | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    seconds: float = delivery.MAX_SECONDS

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Who is told."""
        return receivers.chosen(self.settings, self.environment)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the shop: as chosen, else the environment's, else the machine's own. Raises SettingsError."""
        named = self.settings.timezone or self.environment.get(TIMEZONE, "").strip()
        return time_zones.zone(named) if named else LOCAL

    @property
    def history(self) -> History:
        """What was told until now."""
        return History.of(self._record.lines())

    def due(self, now: datetime) -> datetime:
        """The last moment at which a digest was to be sent, on the clock of the shop."""
        local = now.astimezone(self.zone)
        today = local.replace(hour=self.settings.hour, minute=0, second=0, microsecond=0, fold=0)
        return today if today <= local else today - DAY

    def check(self) -> None:
        """One look: claims a day that is due, and sends what somebody has to get. Raises what the record and its lock raise."""
        if self.receivers:
            self.claim()
            self.deliver()

    def claim(self) -> Digest | None:
        """Claims the day that is due; None where somebody has. The first time, days up to now count as told, so that nothing is sent at once."""
        now = self.clock()
        day, today = self.due(now).date(), now.astimezone(self.zone).date()
        before = self.history.day(today)
        if before is not None and before >= day:
            return None
        found = self.look(self.ws, self.settings, now) if before is not None else Open(())
        with disk_full.disk_full_as_error("the record of alerts"), self._record.alone():
            history = self.history
            if history.day(today) != before:
                return None
            digest = _digest(found, history, now, Digest(now, _id(), day))
            self._record.append(digest)
        return digest

    def start_trial(self) -> Digest:
        """Claims a digest of what is open now, told or not, to try whether it arrives; `deliver` sends it.

        One that somebody tried a moment ago is the same, so that nobody is flooded. Raises InputError without a receiver.
        """
        if not self.receivers:
            raise InputError("Nobody is told of alerts yet. Add a webhook or an e-mail address, e.g. settings --set alerts.emails=me@example.com.")
        now, last = self.clock(), self.history.trial
        if last is not None and timedelta(0) <= now - last.when < TRIAL_PAUSE:
            return last
        found = self.look(self.ws, self.settings, now)
        trial = Digest(now, _id(), now.astimezone(self.zone).date(), found.alerts, tuple(alert.key for alert in found.alerts), is_trial=True)
        with disk_full.disk_full_as_error("the record of alerts"), self._record.alone():
            self._record.append(trial)
        return trial

    def deliver(self) -> None:
        """Sends what is due to those who have not got it, to all at once, and waits until each has answered or has had its time."""
        send = self.send or receivers.sender(self.environment)
        tries = {
            delivery.begun(partial(send, receiver, Message(digest), attempt.when)): (receiver, attempt)
            for digest, receiver, attempt in self._claimed_tries()
        }
        waiting = set(tries)
        with suppress(TimeoutError):
            for future in as_completed(tries, self.seconds):
                waiting.discard(future)
                self._keep(*tries[future], future)
        for future in waiting:
            self._keep(*tries[future], future)

    @property
    def _record(self) -> AlertRecord:
        return AlertRecord(self.ws.alerts)

    def _claimed_tries(self) -> list[tuple[Digest, Receiver, Attempt]]:
        now = self.clock()
        if not self._due_tries(now):
            return []
        with disk_full.disk_full_as_error("the record of alerts"), self._record.alone():
            tries = self._due_tries(now)
            self._record.append(*(attempt for _, _, attempt in tries))
        return tries

    def _due_tries(self, now: datetime) -> list[tuple[Digest, Receiver, Attempt]]:
        history, tries = self.history, []
        for digest in history.to_send(now):
            for receiver in self.receivers:
                number = history.next_try(digest, receiver.id, now)
                if number is not None:
                    tries.append((digest, receiver, Attempt(now, digest.id, receiver.id, number)))
        return tries

    def _keep(self, receiver: Receiver, attempt: Attempt, future: Future[None]) -> None:
        """Writes down what came of a try."""
        note = self._refusal(receiver, future)
        if note:
            logger.warning("An alert did not reach %s (try %d): %s", receiver.name, attempt.number, note)
        outcome = replace(attempt, when=self.clock(), arrived=not note, note=note)
        with disk_full.disk_full_as_error("the record of alerts"), self._record.alone():
            self._record.append(outcome)

    def _refusal(self, receiver: Receiver, future: Future[None]) -> str:
        try:
            return delivery.refusal(future, self.seconds)[:NOTE_CHARACTERS]
        except Exception as error:
            logger.exception("An alert met an unexpected error on its way to %s", receiver.name)
            return f"An unexpected error ({type(error).__name__}); the log of the server has it whole."


def _digest(found: Open, history: History, now: datetime, blank: Digest) -> Digest:
    """What is new of what is open. Of a kind that could not be looked at, what was told stays told."""
    told = history.told
    unknown = {key for key in told if any(_is_of(key, kind, history) for kind in found.unknown)}
    standing = dict.fromkeys([*(alert.key for alert in found.alerts), *sorted(unknown)])
    return replace(blank, when=now, alerts=tuple(alert for alert in found.alerts if alert.key not in told), open=tuple(standing))


def _is_of(key: str, kind: str, history: History) -> bool:
    return any(alert.key == key and alert.kind == kind for digest in history.digests for alert in digest.alerts)


def _id() -> str:
    return f"msg_{secrets.token_hex(12)}"
