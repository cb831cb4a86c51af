"""Moments that a cron expression names, in a time zone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, tzinfo

from cronsim import CronSim, CronSimError

from forecasting.core.errors import SettingsError

MAX_CHARACTERS = 200
"""Characters of an expression at most."""


class LocalTime(tzinfo):
    """The machine's time zone with its summer time, wherever it is set; `datetime.astimezone()` knows today's offset only."""

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """The offset from UTC at a local time."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().utcoffset()

    def dst(self, dt: datetime | None) -> None:  # noqa: ARG002
        """None: unknown, and not needed."""
        return

    def tzname(self, dt: datetime | None) -> str | None:
        """The name of the zone at a local time: "CET"."""
        return None if dt is None else dt.replace(tzinfo=None).astimezone().tzname()

    def fromutc(self, dt: datetime) -> datetime:
        """A moment in UTC as local time; `fold` is 1 in the second pass of an hour that comes twice."""
        return datetime.fromtimestamp(dt.replace(tzinfo=UTC).timestamp()).replace(tzinfo=self)


LOCAL = LocalTime()


class Cron:
    """A cron expression of five fields: minute, hour, day of the month, month, day of the week.

    As in Debian, a moment that summer time skips comes when the clock has jumped, and a moment that comes twice counts the first time;
    expressions with `*` as their minute or hour simply go on.

    Args:
        expression: E.g. "0 3 * * *".
        zone: The time zone of the expression.

    Raises:
        SettingsError: It is not such an expression, or it names no moment at all.

    Example:
        >>> Cron("0 3 * * *", UTC).next(datetime(2028, 2, 28, 3, 0, tzinfo=UTC))
        datetime.datetime(2028, 2, 29, 3, 0, tzinfo=datetime.timezone.utc)
    """

    def __init__(self, expression: str, zone: tzinfo = LOCAL) -> None:
        self.expression = " ".join(expression.split())
        self.zone = zone
        _check(self.expression)

    def __str__(self) -> str:
        name = getattr(self.zone, "key", "")
        return f"{self.expression} {name}".rstrip()

    def last(self, now: datetime) -> datetime:
        """The last moment that is not after `now`, in UTC."""
        second = now.astimezone(UTC).replace(microsecond=0)
        latest = next(self._moments(second + timedelta(seconds=1), back=True))
        # in an hour's second pass, looking back misses moments late in the first one
        for moment in self._moments(latest):
            if moment > now:
                break
            latest = moment
        return latest

    def next(self, now: datetime) -> datetime:
        """The first moment after `now`, in UTC."""
        return next(moment for moment in self._moments(self.last(now)) if moment > now)

    def local(self, moment: datetime) -> datetime:
        """A moment on the clock of the expression."""
        return moment.astimezone(self.zone)

    def _moments(self, start: datetime, *, back: bool = False) -> Iterator[datetime]:
        for moment in CronSim(self.expression, start.astimezone(self.zone), reverse=back):
            yield moment.astimezone(UTC)


def _check(expression: str) -> None:
    """Raises SettingsError unless the expression names a moment in the fifty years from 2000 on, in which every recurring date comes up."""
    fault = (
        f'{expression[:MAX_CHARACTERS]!r} is not a schedule. Write five fields: minute, hour, day, month, weekday; "0 3 * * *" is every day at 03:00.'
    )
    if len(expression.split()) != 5 or len(expression) > MAX_CHARACTERS:
        raise SettingsError(fault)
    try:
        first = next(CronSim(expression, datetime(2000, 1, 1)), None)
    except CronSimError as error:
        raise SettingsError(f"{fault} ({error}.)") from error
    if first is None:
        raise SettingsError(f'{expression!r} names a day that never comes. "0 3 * * *" is every day at 03:00.')
