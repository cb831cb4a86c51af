"""What brings messages to receivers: each try is claimed by one server, sent beside others, and what came of it written down."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Future, as_completed
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from forecasting.services.alerts import delivery
from forecasting.services.alerts.history import History
from forecasting.services.alerts.message import Outgoing
from forecasting.services.alerts.receivers import Receiver, Send
from forecasting.storage import disk_full
from forecasting.storage.alert_lines import Attempt, Digest, Line, Notice
from forecasting.storage.alert_record import AlertRecord

logger = logging.getLogger("shelfcast")

NOTE_CHARACTERS: Final = 300
MOST_TRIES: Final = 20
"""How many are sent beside each other; the rest waits for the next look."""
RECORD: Final = "the record of alerts"


@dataclass(frozen=True, slots=True)
class Errand:
    """A message for a receiver.

    Args:
        message: Its line in the record.
        receiver: Who gets it.
        words: Gives what is sent; called where it is sent, so that what it raises is said of this one alone.
    """

    message: Digest | Notice
    receiver: Receiver
    words: Callable[[], Outgoing]


Errands = Callable[[History, datetime], Sequence[Errand]]


@dataclass(frozen=True, kw_only=True)
class Courier:
    """Sends what is due to those who have not got it, once, however many servers share the record.

    Each try is claimed by a line of the record, under its lock, before it is sent, so that nobody else tries at the same moment. A server that is
    killed between try and outcome leaves the try behind: another follows after the pause, with the same id, by which the receiver knows a second
    copy. Nobody holds the lock while the network is waited for.

    Args:
        record: The record.
        send: What sends a message to a receiver.
        clock: The time, in UTC.
        seconds: How long a receiver may take.
    """

    record: AlertRecord
    send: Send
    clock: Callable[[], datetime]
    seconds: float = delivery.MAX_SECONDS

    def history(self) -> History:
        """What was told until now."""
        return History.of(self.record.lines())

    def write(self, lines: Callable[[History], Sequence[Line]]) -> None:
        """Adds lines that follow from what the record says, while nobody else writes; raises what the record, its lock and its disk raise."""
        with disk_full.disk_full_as_error(RECORD), self.record.alone():
            self.record.append(*lines(self.history()))

    def deliver(self, errands: Errands) -> None:
        """Sends what is due, all of it at once, and waits until each receiver has answered or has had its time."""
        tries = {delivery.begun(partial(self._sent, errand, attempt.when)): (errand.receiver, attempt) for errand, attempt in self._claimed(errands)}
        waiting = set(tries)
        with suppress(TimeoutError):
            for future in as_completed(tries, self.seconds):
                waiting.discard(future)
                self._keep(*tries[future], future)
        for future in waiting:
            self._keep(*tries[future], future)

    def _sent(self, errand: Errand, when: datetime) -> None:
        self.send(errand.receiver, errand.words(), when)

    def _claimed(self, errands: Errands) -> list[tuple[Errand, Attempt]]:
        now = self.clock()
        tries = self._due(errands, self.history(), now)
        if tries:
            with disk_full.disk_full_as_error(RECORD), self.record.alone():
                tries = self._due(errands, self.history(), now)
                self.record.append(*(attempt for _, attempt in tries))
        return tries

    @staticmethod
    def _due(errands: Errands, history: History, now: datetime) -> list[tuple[Errand, Attempt]]:
        numbered = ((each, history.next_try(each.message, each.receiver.id, now)) for each in errands(history, now))
        due = [(each, Attempt(now, each.message.id, each.receiver.id, number)) for each, number in numbered if number is not None]
        return due[:MOST_TRIES]

    def _keep(self, receiver: Receiver, attempt: Attempt, future: Future[None]) -> None:
        """Writes down what came of a try."""
        note = self._refusal(receiver, future)
        if note:
            logger.warning("An alert did not reach %s (try %d): %s", receiver.place, attempt.number, note)
        outcome = replace(attempt, when=self.clock(), arrived=not note, note=note)
        self.write(lambda _: [outcome])

    def _refusal(self, receiver: Receiver, future: Future[None]) -> str:
        try:
            return delivery.refusal(future, self.seconds)[:NOTE_CHARACTERS]
        except Exception as error:
            logger.exception("An alert met an unexpected error on its way to %s", receiver.place)
            return f"An unexpected error ({type(error).__name__}); the log of the server has it whole."
