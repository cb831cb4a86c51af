"""What the record says: what was told, what is still to be sent, and how each receiver did last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final, Literal

from forecasting.storage.alert_lines import Attempt, Digest, Line, Named, Notice, Standing

PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Between one try and the next; after the last one a receiver is left alone until there is something else to tell."""
TRIAL_LASTS: Final = timedelta(minutes=10)
"""How long what a person tries is worth sending."""
LONGEST: Final = timedelta(minutes=1)
"""After so long a try without an outcome is one that a server left behind."""
NOTICE_LASTS: Final = timedelta(days=30)
"""How long it is worth telling that an order was placed, where no server ran meanwhile."""
State = Literal["never", "sending", "arrived", "no answer"]


@dataclass(frozen=True)
class History:
    """The lines of the record, those that can be read.

    Args:
        lines: In order.
    """

    lines: tuple[Line, ...]

    @classmethod
    def of(cls, lines: Iterable[Line | None]) -> History:
        """What whole lines say."""
        return cls(tuple(line for line in lines if line is not None))

    @cached_property
    def digests(self) -> tuple[Digest, ...]:
        """Those of days, in order."""
        return tuple(line for line in self.lines if isinstance(line, Digest) and not line.is_trial)

    @cached_property
    def notices(self) -> Mapping[tuple[str, datetime], Notice]:
        """Order and the moment when it was placed -> that it is told."""
        return {(line.order, line.placed): line for line in self.lines if isinstance(line, Notice)}

    @cached_property
    def named(self) -> Mapping[str, datetime]:
        """Receiver -> since when it is told."""
        return {line.receiver: line.when for line in reversed(self.lines) if isinstance(line, Named)}

    @property
    def trial(self) -> Digest | None:
        """The last one that a person tried; None before the first."""
        return next((line for line in reversed(self.lines) if isinstance(line, Digest) and line.is_trial), None)

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """Tries and their outcomes, in order."""
        return tuple(line for line in self.lines if isinstance(line, Attempt))

    @cached_property
    def tries(self) -> Mapping[tuple[str, str], tuple[Attempt, ...]]:
        """Message and receiver -> tries to bring the one to the other, and their outcomes, in order."""
        of: dict[tuple[str, str], tuple[Attempt, ...]] = defaultdict(tuple)
        for attempt in self.attempts:
            of[attempt.message, attempt.receiver] += (attempt,)
        return of

    def day(self, today: date) -> date | None:
        """The last day that was told; None before the first. One that is still to come is a clock's that was wrong, and does not count."""
        days = [*(line.day for line in self.digests), *(line.day for line in self.lines if isinstance(line, Standing))]
        return max((day for day in days if day <= today), default=None)

    @cached_property
    def told(self) -> Mapping[str, str]:
        """Key -> kind of alerts that somebody was told of, and that have been open ever since."""
        arrived = {attempt.message for attempt in self.attempts if attempt.arrived}
        told: dict[str, str] = {}
        for line in self.lines:
            if isinstance(line, Standing):
                told = dict(line.told)
            if isinstance(line, Digest) and not line.is_trial:
                told = {key: kind for key, kind in told.items() if key in line.open}
                told |= {alert.key: alert.kind for alert in line.alerts} if line.id in arrived else {}
        return told

    def to_send(self, now: datetime) -> tuple[Digest, ...]:
        """Digests that somebody may still have to get: the newest one, and what a person tries."""
        trials = (line for line in self.lines if isinstance(line, Digest) and line.is_trial and now - line.when < TRIAL_LASTS)
        return (*(digest for digest in self.digests[-1:] if digest.alerts), *trials)

    def next_try(self, message: Digest | Notice, receiver: str, now: datetime) -> int | None:
        """The number of the try that is due of a message to a receiver; None where it has arrived, or none is due yet, or none any more."""
        tries = self.tries.get((message.id, receiver), ())
        if not tries:
            return 1
        last, is_trial = tries[-1], isinstance(message, Digest) and message.is_trial
        if is_trial or any(attempt.arrived for attempt in tries) or last.number > len(PAUSES):
            return None
        return last.number + 1 if now - last.when >= PAUSES[last.number - 1] else None

    def last(self, receiver: str) -> Attempt | None:
        """The last try to reach a receiver, or what came of it; None before the first."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.receiver == receiver), None)

    def outcome(self, receiver: str, now: datetime) -> Attempt | None:
        """What came of the last try that has an outcome, or that a server left behind; None before the first."""
        ended = (each for each in reversed(self.attempts) if each.receiver == receiver and (each.arrived is not None or now - each.when >= LONGEST))
        return next(ended, None)

    def shortened(self, now: datetime, today: date) -> tuple[Line, ...]:
        """The lines that still count, in order: they say the same of what was told and of what is still to be sent."""
        day = self.day(today)
        if day is None:
            return self.lines
        messages = {line.id for line in self.lines if isinstance(line, Digest | Notice) and _lasts(line, now)} | {
            digest.id for digest in self.digests[-1:]
        }
        last = {attempt.receiver: attempt for attempt in self.attempts}
        return (Standing(now, day, self.told), *(line for line in self.lines if _counts(line, messages, last)))


def state(last: Attempt | None, now: datetime) -> State:
    """How a receiver did at its last try."""
    if last is None:
        return "never"
    if last.arrived is None:
        return "sending" if now - last.when < LONGEST else "no answer"
    return "arrived" if last.arrived else "no answer"


def _lasts(message: Digest | Notice, now: datetime) -> bool:
    """Whether a message, besides the newest digest, may still be sent, or claimed a second time; by whatever clock."""
    if isinstance(message, Notice):
        return now - message.placed < 2 * NOTICE_LASTS
    return message.is_trial and now - message.when < 2 * TRIAL_LASTS


def _counts(line: Line, messages: set[str], last: Mapping[str, Attempt]) -> bool:
    match line:
        case Digest() | Notice():
            return line.id in messages
        case Attempt():
            return line.message in messages or last[line.receiver] is line
        case Named():
            return True
        case Standing():
            return False
