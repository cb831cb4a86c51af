"""The digest of a day: claimed by one server, sent to each receiver, and tried again where one does not answer."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import partial
from typing import Final

from forecasting.core import notation, time_zones
from forecasting.core.alerts import AlertSettings
from forecasting.core.errors import InputError
from forecasting.core.notation import PLAIN, Notation
from forecasting.core.shop_settings import TIMEZONE
from forecasting.jobs.cron import LOCAL
from forecasting.services.alerts import delivery, receivers, sources
from forecasting.services.alerts.courier import RECORD, Courier, Errand
from forecasting.services.alerts.history import History
from forecasting.services.alerts.message import Message
from forecasting.services.alerts.receivers import Receiver, Send
from forecasting.services.alerts.sources import Open
from forecasting.storage import disk_full
from forecasting.storage.alert_lines import Digest, Named
from forecasting.storage.alert_record import AlertRecord
from forecasting.storage.workspace import Workspace

DAY: Final = timedelta(days=1)
TRIAL_PAUSE: Final = timedelta(seconds=10)
SPARE_LINES: Final = 500
"""How many lines that say nothing any more the record may have before it is shortened."""

Look = Callable[[Workspace, AlertSettings, datetime], Open]


@dataclass(frozen=True, kw_only=True)
class Post:
    """Tells what is new, once a day, however many servers share the workspace.

    A day is claimed by a line of the record, under its lock, before anything is sent.

    Args:
        ws: The workspace.
        settings: What a shop chose.
        environment: Secrets and receivers that only the server knows.
        look: What is open now.
        send: What sends a message to a receiver; None for the real one.
        clock: The time, in UTC.
        seconds: How long a receiver may take.
        notation: How numbers and dates are written in what is told.
    """

    ws: Workspace
    settings: AlertSettings
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    look: Look = sources.look
    send: Send | None = None
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    seconds: float = delivery.MAX_SECONDS
    notation: Notation = PLAIN

    @property
    def receivers(self) -> tuple[Receiver, ...]:
        """Who is told."""
        return receivers.chosen(self.settings, self.environment)

    @property
    def courier(self) -> Courier:
        """What brings messages to them."""
        send = self.send or receivers.sender(self.environment)
        return Courier(record=AlertRecord(self.ws.alerts), send=send, clock=self.clock, seconds=self.seconds)

    @property
    def zone(self) -> tzinfo:
        """The time zone of the shop: as chosen, else the environment's, else the machine's own. Raises SettingsError."""
        named = self.settings.timezone or self.environment.get(TIMEZONE, "").strip()
        return time_zones.zone(named) if named else LOCAL

    @property
    def history(self) -> History:
        """What was told until now."""
        return self.courier.history()

    def due(self, now: datetime) -> datetime:
        """The last moment at which a digest was to be sent, on the clock of the shop."""
        local = now.astimezone(self.zone)
        today = local.replace(hour=self.settings.hour, minute=0, second=0, microsecond=0, fold=0)
        return today if today <= local else today - DAY

    def check(self) -> None:
        """One look: claims a day that is due, and sends what somebody has to get. Raises what the record and its lock raise."""
        if self.receivers:
            self.welcome()
            self.claim()
            self.deliver()

    def welcome(self) -> None:
        """Notes who is told from now on, so that nobody gets what is older."""
        if any(each.id not in self.history.named for each in self.receivers):
            now = self.clock()
            self.courier.write(lambda history: [Named(now, each.id) for each in self.receivers if each.id not in history.named])

    def claim(self) -> Digest | None:
        """Claims the day that is due; None where somebody has. The first time, days up to now count as told, so that nothing is sent at once."""
        now = self.clock()
        day, today = self.due(now).date(), now.astimezone(self.zone).date()
        before = self.history.day(today)
        if before is not None and before >= day:
            return None
        found = self._open(now) if before is not None else Open(())
        record = self.courier.record
        with disk_full.disk_full_as_error(RECORD), record.alone():
            history = self.history
            if history.day(today) != before:
                return None
            self._shorten(record, now, today)
            digest = _digest(found, history, Digest(now, _id(), day))
            record.append(digest)
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
        found = self._open(now)
        trial = Digest(now, _id(), now.astimezone(self.zone).date(), found.alerts, tuple(alert.key for alert in found.alerts), is_trial=True)
        self.courier.write(lambda _: [trial])
        return trial

    def deliver(self) -> None:
        """Sends digests that are due to those who have not got them."""
        with notation.using(self.notation):
            self.courier.deliver(self._errands)

    def _errands(self, history: History, now: datetime) -> Sequence[Errand]:
        return [
            Errand(digest, receiver, partial(Message, digest))
            for digest in history.to_send(now)
            for receiver in self.receivers
            if digest.is_trial or history.named.get(receiver.id, now) <= digest.when
        ]

    @staticmethod
    def _shorten(record: AlertRecord, now: datetime, today: date) -> None:
        """Leaves out what says nothing any more, once there is much of it; a damaged record stays as it is, so that a check finds it."""
        lines = record.lines()
        if None not in lines and len(lines) - len(short := History.of(lines).shortened(now, today)) > SPARE_LINES:
            record.replace(short)

    def _open(self, now: datetime) -> Open:
        """What is open now, in the shop's notation."""
        with notation.using(self.notation):
            return self.look(self.ws, self.settings, now)


def _digest(found: Open, history: History, blank: Digest) -> Digest:
    """What is new of what is open. Of a kind that could not be looked at, what was told stays told."""
    told = history.told
    unknown = sorted(key for key, kind in told.items() if kind in found.unknown)
    standing = dict.fromkeys([*(alert.key for alert in found.alerts), *unknown])
    return replace(blank, alerts=tuple(alert for alert in found.alerts if alert.key not in told), open=tuple(standing))


def _id() -> str:
    return f"msg_{secrets.token_hex(12)}"
