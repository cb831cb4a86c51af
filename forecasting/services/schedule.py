"""Retrains on a schedule: once a moment, however many servers share the workspace, and only if the sales changed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial

from forecasting.core.errors import JobRunning, ShelfcastError
from forecasting.core.settings import Settings
from forecasting.jobs import schedule_state
from forecasting.jobs.runner import Jobs
from forecasting.jobs.schedule_state import ScheduleState
from forecasting.jobs.timetable import Timetable
from forecasting.services import product_changes, retraining, versions
from forecasting.services.retraining import RetrainOptions
from forecasting.storage.locks import exclusive
from forecasting.storage.product_links import LinkState, ProductLinks
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

logger = logging.getLogger("shelfcast")

LOOK_SECONDS = 15.0
UNCHANGED = "The sales have not changed since they were learned: nothing was retrained."
BY = "schedule"
"""Who wanted a retrain, for the record of what served, where a schedule did."""
AHEAD = timedelta(days=1)
"""Clocks of servers differ by less; what lies further ahead was written by a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What a schedule will do, and what it did last, for a person.

    Args:
        every: The cron expression, with the name of its time zone where it has one of its own; several are parted by semicolons.
        coming: Its next three moments, each on the clock of its expression.
        last: What came of its last moment; empty before the first.
    """

    every: str
    coming: tuple[datetime, ...]
    last: str

    @property
    def next(self) -> datetime:
        """Its next moment."""
        return self.coming[0]


def planned(ws: Workspace, timetable: Timetable | None) -> Planned | None:
    """What a schedule is about to do; None without a schedule."""
    if timetable is None:
        return None
    last = schedule_state.read(ws.schedule)
    known = last is not None and last.expression == timetable.expression and last.outcome != "set"
    return Planned(timetable.expression, tuple(timetable.coming(datetime.now(UTC))), last.text if last is not None and known else "")


def switch_on(ws: Workspace, timetable: Timetable) -> None:
    """The moments up to now count as done, so that a schedule that was off for a while has nothing to make up for; raises TryAgain."""
    schedule, now = Schedule(ws=ws, timetable=timetable), datetime.now(UTC)
    with exclusive(ws.schedule.with_name("schedule.lock")):
        schedule.begin(timetable.last(now), now)


def look_until(stop: threading.Event, look: Callable[[], object], who: str = "The schedule") -> None:
    """Looks again and again until it is stopped; no error ends it, and each is logged as that of `who`, once as long as it lasts."""
    said = ""
    while not stop.is_set():
        try:
            look()
            said = ""
        except ShelfcastError as error:
            if str(error) != said:
                logger.warning("%s could not look: %s", who, error)
            said = str(error)
        except Exception:
            logger.exception("%s met an unexpected error and goes on.", who)
        stop.wait(LOOK_SECONDS)


@dataclass(kw_only=True)
class Schedule:
    """Retrains at the moments of a timetable.

    A moment is claimed in a file of the workspace, under a lock that is held until it is known what came of it. Whoever comes later, or has a
    slower clock, finds it done; a clock that jumped back waits until it has caught up. Of the moments that passed while nothing ran, the
    last one is made up for. A holder that was killed between claim and start leaves its claim behind with the number of the newest job: the
    next one to look starts the retrain if there is no newer job, else takes that one for its result. So no moment is lost, and none has two
    retrains; only if the kill fell between making the job's folder and starting its process is the failed job all that came of it.

    Args:
        ws: The workspace.
        timetable: When.
        choose: What to train, asked at every start; the choices behind the live version by default.
        start: Starts a retrain and returns its job's number.
        tell: Gets a line for a person whenever something came of a moment, here or in another process.
        clock: The time, in UTC.
    """

    ws: Workspace
    timetable: Timetable
    choose: Callable[[Workspace], Settings] = versions.settings
    start: Callable[[Workspace, Settings], int] = field(default=partial(retraining.start_retrain, options=RetrainOptions(by=BY, trigger="schedule")))
    tell: Callable[[str], None] = logger.info
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    _known: ScheduleState | None = field(default=None, init=False)
    _doubted: ScheduleState | None = field(default=None, init=False)

    def run(self, stop: threading.Event) -> None:
        """Looks until it is stopped; no error ends it."""
        look_until(stop, self.check)

    def next(self, now: datetime | None = None) -> datetime:
        """The first moment after now, in UTC."""
        return self.timetable.next(now or self.clock())

    def shown(self, moment: datetime) -> str:
        """A moment on the schedule's clock: "2026-11-26 03:00 CET"."""
        return f"{self.timetable.local(moment):%Y-%m-%d %H:%M %Z}"

    def check(self, now: datetime | None = None) -> ScheduleState:
        """One look: acts if a moment is due that nobody has acted on; what came of the last one.

        Raises:
            TryAgain: Another process has been acting for ten seconds.
        """
        now = now or self.clock()
        path = self.ws.schedule
        with exclusive(path.with_name("schedule.lock")):
            before = schedule_state.read(path)
            after = self._look(before, now)
        if after != (self._known or before):
            self.tell(after.text if after.outcome == "set" else f"{self.shown(after.due)}: {after.text}")
        self._known = after
        return after

    def _look(self, last: ScheduleState | None, now: datetime) -> ScheduleState:
        due, jobs = self.timetable.last(now), Jobs(self.ws.jobs)
        if last is None or last.expression != self.timetable.expression:
            self._warn_of_another(last)
            return self.begin(due, now)
        if due > last.due:
            return self._act(ScheduleState(expression=last.expression, due=due, outcome="claimed", job=jobs.latest(), at=now))
        if last.outcome == "claimed":
            return self._recover(last, jobs.latest())
        if last.outcome == "waiting" and jobs.running() is None:
            return self._act(replace(last, outcome="claimed", text="", job=jobs.latest(), at=now))
        if last.due - now > AHEAD:
            self._doubt(last)
        return last

    def begin(self, due: datetime, now: datetime) -> ScheduleState:
        """The moments up to now count as done, so that switching a schedule on does not retrain at once; under the lock."""
        text = f"The schedule {self.timetable.expression!r} is on from {self.shown(self.timetable.next(now))}."
        return self._keep(ScheduleState(expression=self.timetable.expression, due=due, outcome="set", text=text, at=now))

    def _warn_of_another(self, last: ScheduleState | None) -> None:
        if last is not None:
            logger.warning(
                "The schedule was %r and is %r now. Servers that share a workspace need the same one, else none of them retrains.",
                last.expression,
                self.timetable.expression,
            )

    def _recover(self, claim: ScheduleState, newest: int | None) -> ScheduleState:
        """What a holder left behind that ended, by force, before it knew what came of its claim."""
        if newest is not None and newest > (claim.job or 0):
            return self._keep(_started(claim, newest))
        return self._act(claim)

    def _act(self, claim: ScheduleState) -> ScheduleState:
        """Claims before it starts: whatever happens in between, nobody starts a second one."""
        self._keep(claim)
        try:
            outcome = self._retrain(claim)
        except Exception as error:
            self._keep(replace(claim, outcome="failed", text=f"An unexpected error ({type(error).__name__}); the log has it whole.", job=None))
            raise
        return self._keep(outcome)

    def _retrain(self, claim: ScheduleState) -> ScheduleState:
        version = Dataset(self.ws).version
        if version is None:
            return replace(claim, outcome="no sales", text="There are no sales yet: nothing was retrained.", job=None)
        try:
            if _key(version, ProductLinks(self.ws).load()) in _learned(self.ws):
                return replace(claim, outcome="unchanged", text=UNCHANGED, job=None)
            return _started(claim, self.start(self.ws, self.choose(self.ws)))
        except JobRunning as running:
            text = (
                f"A retraining was running already (job {running.job}). Another follows when it has ended, if the sales differ from what it learned."
            )
            return replace(claim, outcome="waiting", text=text, job=running.job)
        except ShelfcastError as error:
            return replace(claim, outcome="refused", text=str(error), job=None)

    def _keep(self, state: ScheduleState) -> ScheduleState:
        schedule_state.write(self.ws.schedule, state)
        return state

    def _doubt(self, last: ScheduleState) -> None:
        if last == self._doubted:
            return
        self._doubted = last
        text = "A clock was wrong: %s tells of %s. Nothing is retrained on schedule until then; delete the file to begin anew now."
        logger.warning(text, self.ws.schedule, self.shown(last.due))


def _started(claim: ScheduleState, job: int) -> ScheduleState:
    return replace(claim, outcome="started", text=f"Job {job} was started.", job=job)


def _learned(ws: Workspace) -> set[tuple[object, ...]]:
    """The versions of the sales, each with what was said of products, that the live version and those after it learned.

    A person who went back to an older one keeps it.
    """
    serving = versions.serving(ws)
    if serving.version is None:
        return set()
    damaged = {damage.version for damage in serving.refused}
    whole = (version for version in versions.versions(ws) if "damaged" not in version)
    later = [version for version in whole if version["version"] >= serving.version and version["version"] not in damaged]
    return {_key(version["sales_version"], product_changes.learned(version)) for version in later}


def _key(sales_version: int, said: LinkState) -> tuple[object, ...]:
    return sales_version, said.links, said.launches
