"""What the record says: what was told, what is still to be sent, and how each receiver did last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Final, Literal

from forecasting.storage.alert_record import Attempt, Digest, Line

PAUSES: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))
"""Between one try and the next; after the last one a receiver is left alone until there is another digest."""
TRIAL_LASTS: Final = timedelta(minutes=10)
"""How long what a person tries is worth sending."""
LONGEST: Final = timedelta(minutes=1)
"""After so long a try without an outcome is one that a server left behind."""
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

    @property
    def trial(self) -> Digest | None:
        """The last one that a person tried; None before the first."""
        return next((line for line in reversed(self.lines) if isinstance(line, Digest) and line.is_trial), None)

    @cached_property
    def attempts(self) -> tuple[Attempt, ...]:
        """Tries and their outcomes, in order."""
        return tuple(line for line in self.lines if isinstance(line, Attempt))

    def day(self, today: date) -> date | None:
        """The last day that was told; None before the first. One that is still to come is a clock's that was wrong, and does not count."""
        return max((digest.day for digest in self.digests if digest.day <= today), default=None)

    @cached_property
    def told(self) -> frozenset[str]:
        """Keys of alerts that somebody was told of, and that have been open ever since."""
        arrived = {attempt.digest for attempt in self.attempts if attempt.arrived}
        told: frozenset[str] = frozenset()
        for digest in self.digests:
            told &= frozenset(digest.open)
            if digest.id in arrived:
                told |= {alert.key for alert in digest.alerts}
        return told

    def to_send(self, now: datetime) -> tuple[Digest, ...]:
        """Digests that somebody may still have to get: the newest one, and what a person tries."""
        trials = (line for line in self.lines if isinstance(line, Digest) and line.is_trial and now - line.when < TRIAL_LASTS)
        return (*(digest for digest in self.digests[-1:] if digest.alerts), *trials)

    def next_try(self, digest: Digest, receiver: str, now: datetime) -> int | None:
        """The number of the try that is due of a digest to a receiver; None where it has arrived, or none is due yet, or none any more."""
        tries = [attempt for attempt in self.attempts if (attempt.digest, attempt.receiver) == (digest.id, receiver)]
        if not tries:
            return 1
        last = tries[-1]
        if any(attempt.arrived for attempt in tries) or digest.is_trial or last.number > len(PAUSES):
            return None
        return last.number + 1 if now - last.when >= PAUSES[last.number - 1] else None

    def last(self, receiver: str) -> Attempt | None:
        """The last try to reach a receiver, or what came of it; None before the first."""
        return next((attempt for attempt in reversed(self.attempts) if attempt.receiver == receiver), None)


def state(last: Attempt | None, now: datetime) -> State:
    """How a receiver did at its last try."""
    if last is None:
        return "never"
    if last.arrived is None:
        return "sending" if now - last.when < LONGEST else "no answer"
    return "arrived" if last.arrived else "no answer"
