"""Schedules in time zones of their own: no moment is lost and none comes twice, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from forecasting.core import time_zones
from forecasting.core.errors import SettingsError
from forecasting.jobs.cron import Cron
from forecasting.jobs.timetable import Timetable

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "UTC")
START, DAYS = datetime(2026, 1, 1, tzinfo=UTC), 365
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
names, minutes = st.sampled_from(ZONES), st.integers(0, 1439)
moments = st.datetimes(datetime(2026, 1, 2), datetime(2026, 12, 30)).map(lambda when: when.replace(tzinfo=UTC, microsecond=0))
near_changes = st.sampled_from(
    [datetime(2026, 3, 29, 1), datetime(2026, 10, 25, 1), datetime(2026, 3, 8, 7), datetime(2026, 11, 1, 6), datetime(2026, 4, 4, 15)]
).flatmap(lambda change: st.integers(-200, 200).map(lambda minutes: change.replace(tzinfo=UTC) + minutes * MINUTE))
quick = settings(max_examples=25, derandomize=True, deadline=None)


def daily(minute, zone):
    return Cron(f"{minute % 60} {minute // 60} * * *", ZoneInfo(zone))


@quick
@given(minutes, names, moments | near_changes)
@example(150, "Europe/Berlin", datetime(2026, 3, 29, 0, 30, tzinfo=UTC))
@example(150, "Europe/Berlin", datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
@example(135, "Australia/Lord_Howe", datetime(2026, 10, 3, 15, tzinfo=UTC))
@example(105, "Australia/Lord_Howe", datetime(2026, 4, 4, 14, 50, tzinfo=UTC))
def test_a_daily_moment_comes_once_on_every_day_of_its_zone(minute, zone, now):
    cron = Timetable((daily(minute, zone),))
    coming = cron.coming(now, 5)
    days = [moment.date() for moment in coming]
    assert days == [days[0] + n * DAY for n in range(5)]
    for moment in coming:
        late = moment.hour * 60 + moment.minute - minute
        assert late == 0 or 0 < late <= 60, "a minute that the clock skips comes when it has jumped"


@quick
@given(st.lists(st.tuples(minutes, names), min_size=1, max_size=4, unique=True), moments | near_changes)
def test_several_schedules_are_their_moments_together_each_once(plans, now):
    crons = tuple(daily(*plan) for plan in plans)
    table, end = Timetable(crons), now + 3 * DAY
    expected = set()
    for cron in crons:
        at = cron.next(now)
        while at <= end:
            expected.add(at)
            at = cron.next(at)
    walked, at = [], table.next(now)
    while at <= end:
        walked.append(at)
        at = table.next(at)
    assert walked == sorted(expected)
    for moment in walked:
        assert table.last(moment) == table.last(moment + timedelta(seconds=59)) == moment
        assert any(cron.last(moment) == moment and table.local(moment).tzinfo == cron.zone for cron in crons)


@quick
@given(minutes, names, moments | near_changes, st.integers(0, 4 * 1440))
def test_what_was_missed_is_one_moment_and_the_last_one(minute, zone, down, minutes_down):
    table = Timetable((daily(minute, zone),))
    up = down + minutes_down * MINUTE
    last = table.last(up)
    missed = last > table.last(down)
    assert missed == (table.next(down) <= up)
    assert table.next(up) > up >= last


def test_half_an_hour_of_lord_howe_and_the_half_hour_of_kolkata():
    table = Timetable((daily(135, "Australia/Lord_Howe"), daily(135, "Asia/Kolkata")))
    coming = table.coming(datetime(2026, 10, 3, 12, tzinfo=UTC), 3)
    assert [f"{moment:%d %H:%M %z}" for moment in coming] == ["04 02:30 +1100", "04 02:15 +0530", "05 02:15 +1100"]


def test_a_timetable_is_known_by_its_expressions_and_zones():
    assert Timetable((Cron("0 3 * * *"),)).expression == "0 3 * * *"
    two = Timetable((Cron("0  3 * * *", ZoneInfo("Europe/Berlin")), Cron("0 12 * * 1", ZoneInfo("UTC"))))
    assert two.expression == "0 3 * * * Europe/Berlin; 0 12 * * 1 UTC"


@pytest.mark.parametrize("name", ["Berlin", "", "../etc/passwd", "Mars/Olympus", "x" * 500, "CET-1CEST,M3.5.0,M10.5.0/3"])
def test_what_is_no_zone_is_named(name):
    with pytest.raises(SettingsError, match=r"is not a time zone\. Write its IANA name, e\.g\. Europe/Berlin") as caught:
        time_zones.zone(name)
    assert len(str(caught.value)) < 300


def test_zones_to_choose_from_are_places_and_utc():
    known = time_zones.names()
    assert {*ZONES} <= {*known}
    assert known == sorted(known)
    assert not [name for name in known if name.startswith("Etc/")]
    assert time_zones.zone(" america/NEW_york ").key == "America/New_York"
