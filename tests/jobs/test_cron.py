"""Cron expressions by the clock on the wall, which jumps twice a year."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forecasting.core.errors import SettingsError
from forecasting.jobs.cron import LOCAL, Cron

BERLIN, NEW_YORK, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York"), ZoneInfo("Australia/Lord_Howe")
CHANGES = (
    (BERLIN, datetime(2026, 3, 29, 1, tzinfo=UTC)),
    (BERLIN, datetime(2026, 10, 25, 1, tzinfo=UTC)),
    (NEW_YORK, datetime(2027, 3, 14, 7, tzinfo=UTC)),
    (NEW_YORK, datetime(2027, 11, 7, 6, tzinfo=UTC)),
    (LORD_HOWE, datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
    (LORD_HOWE, datetime(2027, 4, 3, 15, tzinfo=UTC)),
)
"""When a clock jumps: forward, back, forward, ..."""
MINUTE = timedelta(minutes=1)


@pytest.fixture
def stands_in(monkeypatch):
    """Moves this machine to another zone, by any text that TZ may hold."""

    def move(zone):
        monkeypatch.setenv("TZ", zone)
        time.tzset()

    yield move
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def in_berlin(stands_in):
    """This machine stands in Berlin."""
    stands_in("Europe/Berlin")


def moments(zone, change, minutes, hours):
    """What an expression with these minutes and hours names near a change, found one minute after the other; in UTC, in order.

    With hours, it counts on the clock of the wall: once if that hour comes twice, and at the end of the jump if it never comes.
    Without hours every real minute that shows it counts.
    """
    if hours is None:
        real = (change + n * MINUTE for n in range(-4320, 4320))
        return [moment for moment in real if moment.astimezone(zone).minute in minutes]
    found, wall = set(), change.astimezone(zone).replace(tzinfo=None, fold=0)
    for shown in (wall + n * MINUTE for n in range(-4320, 4320)):
        if shown.minute in minutes and shown.hour in hours:
            moment = shown.replace(tzinfo=zone).astimezone(UTC)
            skipped = moment.astimezone(zone).replace(tzinfo=None) != shown
            found.add(change if skipped else moment)
    return sorted(found)


@pytest.mark.parametrize(("zone", "change"), CHANGES, ids=lambda value: str(value)[:16])
@pytest.mark.parametrize(
    ("expression", "minutes", "hours"),
    [
        ("0 3 * * *", {0}, {3}),
        ("30 2 * * *", {30}, {2}),
        ("10,45 1-2 * * *", {10, 45}, {1, 2}),
        ("*/15 * * * *", {0, 15, 30, 45}, None),
        ("* * * * *", set(range(60)), None),
        ("20 * * * *", {20}, None),
    ],
)
def test_the_last_and_the_next_moment_around_a_change_of_the_clock(zone, change, expression, minutes, hours):
    expected, cron, seeded = moments(zone, change, minutes, hours), Cron(expression, zone), random.Random(expression)
    for _ in range(60):
        now = change + timedelta(seconds=seeded.randint(-2 * 86400, 2 * 86400), microseconds=seeded.choice([0, 1, 999_999]))
        assert cron.last(now) == max(moment for moment in expected if moment <= now), now
        assert cron.next(now) == min(moment for moment in expected if moment > now), now


def test_an_hour_that_comes_twice_counts_once_and_one_that_never_comes_is_made_up_for():
    cron = Cron("30 2 * * *", BERLIN)
    first, second = (datetime(2026, 10, 25, 2, 45, tzinfo=BERLIN, fold=fold) for fold in (0, 1))
    assert cron.last(first) == cron.last(second) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert cron.last(datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=1)) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert cron.next(datetime(2026, 3, 28, 12, tzinfo=BERLIN)) == datetime(2026, 3, 29, 3, 0, tzinfo=BERLIN)


def test_a_leap_day_comes_every_four_years_and_not_in_2100():
    cron = Cron("0 3 29 2 *", UTC)
    assert cron.last(datetime(2028, 2, 29, 2, 59, 59, tzinfo=UTC)) == datetime(2024, 2, 29, 3, tzinfo=UTC)
    assert cron.last(datetime(2028, 2, 29, 3, tzinfo=UTC)) == datetime(2028, 2, 29, 3, tzinfo=UTC)
    assert cron.next(datetime(2096, 3, 1, tzinfo=UTC)) == datetime(2104, 2, 29, 3, tzinfo=UTC)


def test_a_moment_lasts_from_its_second_until_the_next():
    cron, three = Cron("0 3 * * *", UTC), datetime(2026, 11, 26, 3, tzinfo=UTC)
    assert cron.last(three) == cron.last(three + timedelta(microseconds=1)) == cron.last(three + timedelta(hours=23, minutes=59)) == three
    assert cron.last(three - timedelta(microseconds=1)) == three - timedelta(days=1)
    assert cron.next(three - timedelta(microseconds=1)) == three
    assert cron.next(three) == three + timedelta(days=1)


def test_the_machine_s_clock_is_meant_unless_another_is_named(in_berlin):
    for month in (1, 7):
        now = datetime(2026, month, 15, 12, tzinfo=UTC)
        assert Cron("0 3 * * *").last(now) == datetime(2026, month, 15, 3, tzinfo=BERLIN)
    assert datetime(2026, 7, 15, 12, tzinfo=LOCAL).tzname() == "CEST"


@pytest.mark.parametrize("zone", ["Europe/Berlin", ":Europe/Berlin", "CET-1CEST,M3.5.0,M10.5.0/3"])
def test_a_zone_counts_whether_the_machine_has_its_name_or_its_rule(stands_in, zone):
    stands_in(zone)
    for now, shown in ((datetime(2026, 1, 15, 2, tzinfo=UTC), "03:00 CET"), (datetime(2026, 7, 15, 1, tzinfo=UTC), "03:00 CEST")):
        assert f"{now.astimezone(LOCAL):%H:%M %Z}" == shown
        assert Cron("0 3 * * *").last(now) == now


def test_a_machine_that_moves_takes_its_schedule_along(stands_in):
    cron, now = Cron("0 3 * * *"), datetime(2026, 7, 15, 12, tzinfo=UTC)
    stands_in("Europe/Berlin")
    assert cron.last(now) == datetime(2026, 7, 15, 1, tzinfo=UTC)
    stands_in("America/New_York")
    assert cron.last(now) == datetime(2026, 7, 15, 7, tzinfo=UTC)


def test_the_machine_s_clock_is_the_zone_s_through_all_its_changes(in_berlin):
    start, seeded = datetime(2026, 1, 1, tzinfo=UTC), random.Random(0)
    changes = [change for zone, change in CHANGES if zone == BERLIN]
    near = [change + timedelta(minutes=minutes) for change in changes for minutes in range(-130, 130)]
    for now in [*near, *(start + timedelta(minutes=seeded.randrange(525_600)) for _ in range(300))]:
        here, there = now.astimezone(LOCAL), now.astimezone(BERLIN)
        assert (here.replace(tzinfo=None), here.fold, here.utcoffset()) == (there.replace(tzinfo=None), there.fold, there.utcoffset())
        assert here.astimezone(UTC) == now
        for expression in ("30 2 * * *", "*/7 * * * *"):
            assert Cron(expression).last(now) == Cron(expression, BERLIN).last(now)


def test_a_day_that_never_comes_is_said_so():
    with pytest.raises(SettingsError, match="names a day that never comes"):
        Cron("0 0 */31 * 2#5")


@pytest.mark.parametrize("expression", ["", "tomorrow", "0 3 * *", "0 0 3 * * *", "60 3 * * *", "0 3 31 2 *", "0 3 * * 8", "*/0 3 * * *", "9" * 5000])
def test_a_bad_expression_says_what_a_good_one_looks_like(expression):
    with pytest.raises(SettingsError, match=r'is not a schedule\. Write five fields: .*"0 3 \* \* \*" is every day at 03:00') as caught:
        Cron(expression)
    assert len(str(caught.value)) < 400


@given(st.lists(st.text("0123456789*/,-#LWsunMON ٣", min_size=1, max_size=6), min_size=5, max_size=5))
def test_anything_typed_is_a_schedule_or_refused(fields):
    try:
        cron = Cron(" ".join(fields), UTC)
    except SettingsError:
        return
    now = datetime(2026, 11, 25, 10, 9, tzinfo=UTC)
    assert cron.last(now) <= now < cron.next(now)
    assert cron.last(cron.next(now)) == cron.next(now)


def test_blanks_do_not_make_another_expression():
    assert str(Cron("  0  3 * *\t* ")) == "0 3 * * *"
