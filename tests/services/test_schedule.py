"""Retrains on a schedule: at most one a moment, whoever looks and whatever happens in between."""

from __future__ import annotations

import logging
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import shop_workspaces as shops
from fake_jobs import jobs_in

from forecasting.core.errors import TryAgain
from forecasting.core.settings import Settings
from forecasting.jobs import schedule_state
from forecasting.jobs.cron import Cron
from forecasting.jobs.timetable import Timetable
from forecasting.services import product_links, sales, versions
from forecasting.services.schedule import LOOK_SECONDS, Schedule
from forecasting.storage.locks import exclusive
from forecasting.storage.versions.store import Versions

THREE = datetime(2026, 11, 26, 3, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
NIGHTLY = Timetable((Cron("0 3 * * *", UTC),))


class Starts:
    """Counts what is started; answers as it is told to."""

    def __init__(self):
        self.chosen, self.error = [], None

    def __call__(self, _, chosen):
        if self.error is not None:
            raise self.error
        self.chosen.append(chosen)
        return len(self.chosen)

    def __len__(self):
        return len(self.chosen)


@pytest.fixture
def starts():
    return Starts()


@pytest.fixture
def selling(home):
    """A workspace with sales that no version has learned."""
    shops.merge(home, shops.sales(30))
    return home


@pytest.fixture
def told():
    return []


@pytest.fixture
def schedule(selling, starts, told):
    """Switched on at noon before the first night."""
    made = Schedule(ws=selling, timetable=NIGHTLY, start=starts, tell=told.append, clock=lambda: THREE)
    made.check(THREE - 15 * timedelta(hours=1))
    return made


@pytest.fixture
def toiling(selling):
    """Starts jobs that do nothing for long; none of them outlives the test."""
    with jobs_in(selling.jobs) as jobs:
        yield jobs


def learn(ws, version=None, settings=None):
    """Publishes a version that learned the sales as they are."""
    version = sales.uploads(ws)[0].version if version is None else version
    facts = {"sales_version": version, "settings": (settings or Settings()).to_dict()}
    return Versions(ws.versions).publish(lambda _: facts)


def test_switching_a_schedule_on_does_not_retrain_at_once(selling, starts, told):
    schedule = Schedule(ws=selling, timetable=NIGHTLY, start=starts, tell=told.append)
    made = schedule.check(THREE + MINUTE)
    assert (made.due, made.outcome, len(starts)) == (THREE, "set", 0)
    assert told == ["The schedule '0 3 * * *' is on from 2026-11-27 03:00 UTC."]
    assert schedule.check(THREE + DAY - MINUTE) == made
    assert len(told) == 1


def test_a_moment_retrains_once(schedule, starts, told):
    assert schedule.check(THREE - timedelta(microseconds=1)).outcome == "set"
    made = schedule.check(THREE)
    assert (made.due, made.outcome, made.job) == (THREE, "started", 1)
    assert told[1:] == ["2026-11-26 03:00 UTC: Job 1 was started."]
    for hours in range(24):
        assert schedule.check(THREE + timedelta(hours=hours, seconds=15)) == made
    assert schedule.check(THREE + DAY).job == 2
    assert len(starts) == 2


def test_it_trains_what_the_live_version_was_trained_with_or_what_it_is_told(schedule, starts, selling):
    live = Settings(horizon=21)
    learn(selling, version=0, settings=live)
    schedule.check(THREE)
    told = Schedule(ws=selling, timetable=NIGHTLY, start=starts, choose=lambda _: Settings(horizon=7))
    told.check(THREE + DAY)
    assert starts.chosen == [live, Settings(horizon=7)]


def test_unchanged_sales_are_not_learned_again(schedule, starts, selling, told):
    learn(selling)
    assert schedule.check(THREE).outcome == "unchanged"
    assert told[-1] == "2026-11-26 03:00 UTC: The sales have not changed since they were learned: nothing was retrained."
    more = shops.sales(30)
    shops.merge(selling, more.assign(sales=more["sales"] + 1), "more.csv")
    assert schedule.check(THREE + DAY).outcome == "started"
    sales.undo(selling)
    assert schedule.check(THREE + 2 * DAY).outcome == "started"


def test_changed_links_between_products_are_learned_as_changed_sales_are(schedule, starts, selling):
    learn(selling)
    product_links.replace(selling, "Soap", "Soap bar")
    assert schedule.check(THREE).outcome == "started"
    product_links.undo(selling)
    assert schedule.check(THREE + DAY).outcome == "unchanged"


def test_a_person_who_went_back_to_an_older_version_keeps_it_until_the_sales_change(schedule, starts, selling):
    older = learn(selling, version=0)
    newest = learn(selling)
    versions.set_live(selling, older)
    assert schedule.check(THREE).outcome == "unchanged"
    versions.set_live(selling, newest)
    (Versions(selling.versions).folder(newest) / "manifest.json").write_text("{")
    assert schedule.check(THREE + DAY).outcome == "started"


def test_without_sales_nothing_is_trained_and_no_sample_is_loaded(home, starts):
    schedule = Schedule(ws=home, timetable=NIGHTLY, start=starts)
    schedule.check(THREE - DAY)
    assert schedule.check(THREE).outcome == "no sales"
    assert len(starts) == 0
    assert not sales.has_sales(home)


def test_of_the_moments_that_passed_while_nothing_ran_the_last_is_made_up_for(schedule, starts, selling):
    later = Schedule(ws=selling, timetable=NIGHTLY, start=starts)
    made = later.check(THREE + 5 * DAY + timedelta(hours=7))
    assert (made.due, made.outcome) == (THREE + 5 * DAY, "started")
    assert later.check(THREE + 5 * DAY + timedelta(hours=8)) == made
    assert len(starts) == 1


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (datetime(2026, 10, 25, 1, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # 02:30 comes twice
        (datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)),  # 02:30 never comes
    ],
)
def test_the_night_of_a_clock_change_retrains_once_however_many_servers_look(selling, starts, change, expected):
    berlin = Timetable((Cron("30 2 * * *", ZoneInfo("Europe/Berlin")), Cron("30 2 * * 0", ZoneInfo("Europe/Berlin"))))
    servers = [Schedule(ws=selling, timetable=berlin, start=starts) for _ in range(2)]
    dues = set()
    for minutes in range(-180, 180, 15):
        dues |= {server.check(change + minutes * MINUTE).due for server in servers}
    assert len(starts) == 1
    assert max(dues) == expected


def test_an_expression_of_every_minute_retrains_once_a_minute(selling, starts):
    schedule = Schedule(ws=selling, timetable=Timetable((Cron("* * * * *", UTC),)), start=starts)
    for second in range(0, 300, int(LOOK_SECONDS)):
        schedule.check(THREE + timedelta(seconds=second))
    assert len(starts) == 4


def test_a_clock_that_jumps_back_waits_until_it_has_caught_up(schedule, starts, caplog):
    made = schedule.check(THREE + 30 * DAY)
    for back in (timedelta(minutes=10), DAY, 29 * DAY, 400 * DAY):
        assert schedule.check(THREE + 30 * DAY - back) == made
    assert len(starts) == 1
    warned = [record.message for record in caplog.records if "A clock was wrong" in record.message]
    assert len(warned) == 1
    assert "schedule.json tells of 2026-12-26 03:00 UTC" in warned[0]
    assert schedule.check(THREE + 31 * DAY).outcome == "started"
    assert len(starts) == 2


def test_a_clock_that_jumps_forward_retrains_once(schedule, starts):
    schedule.check(THREE)
    schedule.check(THREE + 3650 * DAY)
    schedule.check(THREE + 3650 * DAY + MINUTE)
    assert len(starts) == 2


def test_another_expression_begins_anew_and_says_so(schedule, starts, selling, told, caplog):
    noon = Schedule(ws=selling, timetable=Timetable((Cron("0 12 * * *", UTC),)), start=starts, tell=told.append)
    assert noon.check(THREE + DAY).outcome == "set"
    assert "was '0 3 * * *' and is '0 12 * * *' now" in caplog.text
    assert told[-1] == "The schedule '0 12 * * *' is on from 2026-11-27 12:00 UTC."
    assert noon.check(THREE + DAY + timedelta(hours=9)).outcome == "started"
    assert len(starts) == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"expression": "0 3 * * *"}',
        '{"expression": "0 3 * * *", "due": "2026-11-25T03:00:00", "outcome": "started", "text": "", "job": 1, "at": "2026-11-25T03:00:00"}',
        '{"expression": "0 3 * * *", "due": "2026-11-25T03:00:00Z", "outcome": "odd", "text": "", "job": 1, "at": "2026-11-25T03:00:00Z"}',
        '{"expression": "0 3 * * *", "due": 7, "outcome": "started", "text": "", "job": 1, "at": "2026-11-25T03:00:00Z"}',
        "\udcff",
    ],
)
def test_a_broken_record_counts_as_none_and_is_logged(schedule, starts, selling, text, caplog):
    selling.schedule.write_bytes(text.encode(errors="surrogateescape"))
    assert schedule.check(THREE).outcome == "set"
    assert "schedule.json is broken" in caplog.text
    assert len(starts) == 0
    assert schedule.check(THREE + DAY).outcome == "started"


def test_a_record_is_read_as_it_was_written(selling):
    made = schedule_state.ScheduleState(expression="0 3 * * *", due=THREE, outcome="waiting", text="Ä", job=3, at=THREE + timedelta(microseconds=5))
    selling.schedule.parent.mkdir(parents=True, exist_ok=True)
    schedule_state.write(selling.schedule, made)
    assert schedule_state.read(selling.schedule) == made


# A retrain runs already


def test_a_retrain_that_runs_is_waited_for_once(selling, toiling, told):
    schedule = Schedule(ws=selling, timetable=NIGHTLY, tell=told.append)
    schedule.check(THREE - DAY)
    first = toiling.start({"task": "sleep"}, home=selling.home)
    made = schedule.check(THREE)
    assert (made.outcome, made.job) == ("waiting", first)
    assert "A retraining was running already (job 1). Another follows" in told[-1]
    assert schedule.check(THREE + MINUTE) == made
    assert len(told) == 2
    toiling.cancel(first)
    starts = Starts()
    schedule.start = starts
    assert schedule.check(THREE + 2 * MINUTE).outcome == "started"
    assert schedule.check(THREE + 3 * MINUTE).outcome == "started"
    assert len(starts) == 1


def test_a_retrain_that_ran_and_learned_the_sales_makes_another_needless(selling, toiling):
    schedule = Schedule(ws=selling, timetable=NIGHTLY)
    schedule.check(THREE - DAY)
    first = toiling.start({"task": "sleep"}, home=selling.home)
    schedule.check(THREE)
    learn(selling)
    toiling.cancel(first)
    assert schedule.check(THREE + MINUTE).outcome == "unchanged"
    assert toiling.latest() == first


def test_the_next_moment_while_one_is_waiting_still_makes_one(selling, toiling):
    schedule = Schedule(ws=selling, timetable=NIGHTLY)
    schedule.check(THREE - DAY)
    first = toiling.start({"task": "sleep"}, home=selling.home)
    assert [schedule.check(THREE + n * DAY).outcome for n in range(3)] == ["waiting"] * 3
    toiling.cancel(first)
    schedule.start = starts = Starts()
    for minutes in range(5):
        schedule.check(THREE + 2 * DAY + minutes * MINUTE)
    assert len(starts) == 1


# Errors


def test_a_refusal_is_told_and_not_repeated_before_the_next_moment(schedule, starts, told):
    starts.error = TryAgain("Somebody else is changing jobs.")
    assert schedule.check(THREE).outcome == "refused"
    assert told[-1] == "2026-11-26 03:00 UTC: Somebody else is changing jobs."
    starts.error = None
    assert schedule.check(THREE + MINUTE).outcome == "refused"
    assert schedule.check(THREE + DAY).outcome == "started"


def test_an_unexpected_error_is_raised_kept_and_not_repeated_before_the_next_moment(schedule, starts, told):
    starts.error = ZeroDivisionError("by zero")
    with pytest.raises(ZeroDivisionError):
        schedule.check(THREE)
    starts.error = None
    assert schedule.check(THREE + MINUTE).outcome == "failed"
    assert told[-1] == "2026-11-26 03:00 UTC: An unexpected error (ZeroDivisionError); the log has it whole."
    assert schedule.check(THREE + DAY).outcome == "started"


class Looks(threading.Event):
    """Instead of waiting, moves a clock by a day, and does what is to be done after that look; stops after some looks."""

    def __init__(self, looks):
        super().__init__()
        self.now, self.looks, self.after, self.waited = THREE, looks, {}, []

    def wait(self, timeout=None):
        self.waited.append(timeout)
        self.now += DAY
        self.after.get(len(self.waited), bool)()
        if len(self.waited) == self.looks:
            self.set()


def test_it_looks_until_it_is_stopped_and_no_error_ends_it(selling, starts, caplog):
    stop = Looks(4)
    schedule = Schedule(ws=selling, timetable=NIGHTLY, start=starts, clock=lambda: stop.now)
    starts.error = ZeroDivisionError("by zero")
    stop.after[2] = lambda: setattr(starts, "error", None)
    with caplog.at_level(logging.INFO, "shelfcast"):
        schedule.run(stop)
    assert len(starts) == 2
    assert stop.waited == [LOOK_SECONDS] * 4
    assert [record.message for record in caplog.records if record.exc_info] == ["The schedule met an unexpected error and goes on."]
    assert "2026-11-28 03:00 UTC: Job 1 was started." in caplog.text


def test_a_lock_that_is_held_too_long_is_logged_in_a_line(selling, starts, caplog, monkeypatch):
    monkeypatch.setattr("forecasting.services.schedule.exclusive", lambda path: exclusive(path, timeout=0.01))
    schedule = Schedule(ws=selling, timetable=NIGHTLY, start=starts)
    with exclusive(selling.schedule.with_name("schedule.lock")):
        schedule.run(Looks(1))
    assert [(record.levelname, record.exc_info) for record in caplog.records] == [("WARNING", None)]
    assert "Somebody else is changing" in caplog.text


def test_the_next_moment_is_known_without_looking(schedule, selling):
    assert schedule.next() == THREE + DAY
    assert schedule.next(THREE - MINUTE) == THREE
