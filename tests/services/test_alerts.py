"""What is new is told once a day, once however many servers there are, and again only after it has ended."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pandas as pd
import pytest
import shop_workspaces as shops
from patience import PATIENCE
from weekly_sales import monthly, weekly

from forecasting.analysis.monitoring.findings import Finding
from forecasting.core.alerts import KINDS, Alert, AlertSettings
from forecasting.core.errors import InputError, NothingPublished, SalesDamaged, VersionDamaged
from forecasting.core.shop_settings import ShopSettings
from forecasting.services import jobs, monitoring, saved_sales, shadow, shop_settings, versions
from forecasting.services.alerts import post, sources, stale_sales, watch
from forecasting.services.alerts.delivery import NotDelivered
from forecasting.services.alerts.history import PAUSES
from forecasting.services.alerts.post import Post
from forecasting.services.alerts.sources import Open
from forecasting.services.verification.verify import verify
from forecasting.storage import sealed_json
from forecasting.storage.alert_lines import Attempt, Digest, Named, Notice, Standing, from_line, to_line
from forecasting.storage.alert_record import AlertRecord
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.versions.served_in_place import Serving
from forecasting.storage.versions.store import Versions
from pages.components.overview import needs
from pages.components.shared import markdown

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
HELD = Alert("retrains", "retrain:held:2", "Version 2 waits for a person.", NOON)
LATE = Alert("stale_sales", "sales:stale:2026-02-20", "No sales were uploaded for 10 days.")
CHOSEN = AlertSettings(hour=7, timezone="UTC", emails=("anna@example.com", "till@example.com"))


class Shop:
    """A shop whose clock, alerts and receivers a test sets."""

    def __init__(self, ws, settings=CHOSEN):
        self.ws, self.now, self.open, self.unknown, self.sent, self.dead = ws, NOON, [], frozenset(), [], set()
        self.post = Post(
            ws=ws, settings=settings, environment={}, look=lambda *_: Open(tuple(self.open), self.unknown), send=self._send, clock=lambda: self.now
        )

    def _send(self, receiver, message, *_):
        if receiver.name in self.dead:
            raise NotDelivered("It answered 500.")
        self.sent.append((receiver.name, [alert.key for alert in message.digest.alerts], message.digest.id))

    def told(self, *alerts, unknown=()):
        """What is told on the next day, where this is open."""
        self.now, self.open, self.unknown, self.sent = self.now + DAY, list(alerts), frozenset(unknown), []
        self.post.check()
        return sorted({key for _, keys, _ in self.sent for key in keys})


@pytest.fixture
def of(home):
    """A shop whose alerts were switched on a day ago."""
    of = Shop(home)
    of.open = [HELD]
    of.post.check()
    assert of.sent == []  # the day on which somebody is named is not made up for
    return of


def test_what_is_new_is_told_to_everybody_and_then_quiet_until_it_comes_again(of):
    assert of.told(HELD) == [HELD.key]
    assert sorted(name for name, _, _ in of.sent) == ["anna@example.com", "till@example.com"]
    assert of.told(HELD, LATE) == [LATE.key]
    assert of.told(HELD, LATE) == []
    assert of.told(LATE) == []
    assert of.told(HELD, LATE) == [HELD.key]


def test_what_could_not_be_looked_at_has_not_ended(of):
    assert of.told(HELD) == [HELD.key]
    assert of.told(unknown=["retrains"]) == []
    assert of.told(HELD) == []


def test_the_moment_is_the_chosen_hour_of_the_shop(home):
    of = Shop(home, AlertSettings(hour=7, timezone="Asia/Kolkata", emails=("anna@example.com",)))
    of.now = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 06:30
    of.open = [HELD]
    of.post.check()
    of.now = datetime(2026, 3, 2, 1, 29, tzinfo=UTC)
    of.post.check()
    assert of.sent == []
    of.now = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)
    of.post.check()
    of.post.check()
    assert len(of.sent) == 1


def test_a_server_that_was_off_at_the_hour_makes_up_for_the_last_day_alone(of):
    of.now += timedelta(days=3)
    assert of.told(HELD) == [HELD.key]
    assert len(of.post.history.digests) == 2


def test_a_clock_that_ran_ahead_does_not_silence_a_shop(of):
    AlertRecord(of.ws.alerts).append(Digest(NOON, "msg_1", date(2126, 1, 1)))
    assert of.told(HELD) == [HELD.key]


def test_servers_that_share_a_workspace_send_one_digest(of):
    of.now, of.open = of.now + DAY, [HELD]
    start = threading.Barrier(8)

    def serve():
        start.wait(PATIENCE)
        of.post.check()

    servers = [threading.Thread(target=serve) for _ in range(8)]
    for server in servers:
        server.start()
    for server in servers:
        server.join(PATIENCE)
    assert sorted(name for name, _, _ in of.sent) == ["anna@example.com", "till@example.com"]
    assert len(of.post.history.digests) == 2


def test_who_is_named_later_gets_nothing_that_is_older(of):
    assert of.told(HELD) == [HELD.key]
    later = replace(of.post, settings=AlertSettings(hour=7, timezone="UTC", emails=(*CHOSEN.emails, "new@example.com")))
    of.now += timedelta(minutes=1)
    later.check()
    assert "new@example.com" not in {name for name, _, _ in of.sent}
    of.now, of.open = of.now + DAY, [HELD, LATE]
    later.check()
    assert ("new@example.com", [LATE.key]) in [(name, keys) for name, keys, _ in of.sent]


def test_who_refuses_is_tried_again_with_growing_pauses_and_then_left_alone(of):
    of.dead = {"till@example.com"}
    assert of.told(HELD) == [HELD.key]
    [(_, _, digest)] = of.sent
    for pause in PAUSES:
        of.now += pause - timedelta(seconds=1)
        of.post.check()
        of.now += timedelta(seconds=1)
        of.post.check()
    [last] = [each for each in watch.receivers(of.post) if each["name"] == "till@example.com"]
    assert (last["state"], last["note"]) == ("no answer", "It answered 500.")
    tries = [each for each in of.post.history.attempts if each.arrived is False]
    assert [each.number for each in tries] == [1, 2, 3, 4, 5]
    of.now, of.dead = of.now + timedelta(hours=3), set()
    of.post.check()
    assert [name for name, _, _ in of.sent] == ["anna@example.com"]
    assert of.told(LATE, HELD) == [LATE.key]
    assert digest not in {each for _, _, each in of.sent}


def test_who_was_not_reached_is_said_on_the_first_page_until_something_arrives(of, monkeypatch):
    monkeypatch.setattr(watch, "post", lambda *_: of.post)
    assert needs.unreached(of.ws) == []
    of.dead = {"till@example.com"}
    of.told(HELD)
    [need] = needs.unreached(of.ws)
    assert need.fact == f"Alerts did not reach {markdown.plain('till@example.com')}"
    assert need.detail.startswith("It answered 500")
    of.dead = set()
    of.post.start_trial()
    of.post.deliver()
    assert needs.unreached(of.ws) == []


def test_settings_that_cannot_be_read_are_said_on_the_first_page(home):
    shop_settings.save(home, ShopSettings(), "Anna")
    for path in home.settings.rglob("*.json"):
        path.write_bytes(b"{")
    [need] = needs.unreached(home)
    assert need.fact == "The settings cannot be read"


def test_a_receiver_that_comes_back_gets_the_same_digest_once(of):
    of.dead = {"till@example.com"}
    of.told(HELD)
    of.dead = set()
    for _ in range(3):
        of.now += timedelta(minutes=2)
        of.post.check()
    assert [name for name, _, _ in of.sent] == ["anna@example.com", "till@example.com"]
    assert len({digest for _, _, digest in of.sent}) == 1


def test_what_nobody_got_is_told_on_the_next_day(of):
    of.dead = {"anna@example.com", "till@example.com"}
    assert of.told(HELD) == []
    of.dead = set()
    assert of.told(HELD) == [HELD.key]
    assert of.told(HELD) == []


def test_a_receiver_that_never_answers_holds_up_nobody(home):
    release, got = threading.Event(), threading.Event()

    def send(receiver, message, now):
        if receiver.name == "dead@example.com":
            release.wait(PATIENCE)
        else:
            got.set()

    chosen = AlertSettings(timezone="UTC", emails=("dead@example.com", "anna@example.com"))
    post = Post(ws=home, settings=chosen, environment={}, look=lambda *_: Open((HELD,)), send=send, clock=lambda: NOON, seconds=0.2)
    try:
        post.start_trial()
        post.deliver()
        assert got.wait(PATIENCE)
        [dead] = [each for each in post.history.attempts if each.receiver == post.receivers[0].id and each.arrived is not None]
        assert (dead.arrived, dead.note) == (False, "No answer within 0.2 seconds.")
    finally:
        release.set()


def test_a_fault_on_the_way_is_logged_whole_and_never_shown(home, caplog):
    def send(receiver, message, now):
        raise ZeroDivisionError("secret")

    post = Post(ws=home, settings=CHOSEN, environment={}, look=lambda *_: Open(()), send=send, clock=lambda: NOON)
    post.start_trial()
    post.deliver()
    assert {each.note for each in post.history.attempts if each.note} == {
        "An unexpected error (ZeroDivisionError); the log of the server has it whole."
    }
    assert "secret" in caplog.text


def test_a_try_is_sent_at_once_and_once_and_tells_nothing(of):
    of.open, of.dead = [HELD], {"till@example.com"}
    of.post.start_trial()
    for _ in range(3):
        of.post.deliver()
        of.now += timedelta(minutes=2)
    assert [(name, keys) for name, keys, _ in of.sent] == [("anna@example.com", [HELD.key])]
    assert len([each for each in of.post.history.attempts if each.arrived is None]) == 2
    assert of.told(HELD) == [HELD.key]


def test_two_tries_at_once_are_one(of):
    first = of.post.start_trial()
    of.now += timedelta(seconds=5)
    assert of.post.start_trial().id == first.id
    of.now += timedelta(seconds=5)
    assert of.post.start_trial().id != first.id


def test_without_a_receiver_nothing_is_written_and_a_try_says_what_to_do(home):
    of = Shop(home, AlertSettings())
    of.post.check()
    assert not home.alerts.exists()
    with pytest.raises(InputError, match="Nobody is told"):
        of.post.start_trial()


# The record


@pytest.mark.parametrize(
    "entry",
    [
        Digest(NOON, "msg_1", date(2026, 3, 2), (HELD, LATE), (HELD.key,)),
        Digest(NOON, "msg_2", date(2026, 3, 2), is_trial=True),
        Notice(NOON, "msg_3", "0012", NOON),
        Named(NOON, "email:1"),
        Standing(NOON, date(2026, 3, 2), {HELD.key: HELD.kind}),
        Attempt(NOON, "msg_1", "email:1", 2),
        Attempt(NOON, "msg_1", "email:1", 2, arrived=False, note="Straße"),
    ],
)
def test_a_line_says_what_was_written_and_nothing_once_it_was_changed(entry):
    line = to_line(entry)
    assert from_line(line) == entry
    assert from_line(line.replace(b"2026", b"2025", 1)) is None
    assert from_line(b"[]\n") is None


def test_a_torn_line_is_left_out_and_goes_before_the_next_one(home):
    record = AlertRecord(home.alerts)
    home.alerts.parent.mkdir(parents=True)
    home.alerts.write_bytes(to_line(Digest(NOON, "msg_1", date(2026, 3, 2))) + b'{"when": "20')
    assert [line.id for line in record.lines()] == ["msg_1"]
    record.append(Attempt(NOON, "msg_1", "email:1", 1))
    assert len(record.lines()) == 2
    assert None not in record.lines()


def test_a_long_record_is_shortened_and_says_the_same(of, monkeypatch):
    of.dead = {"till@example.com"}
    for number in range(13):
        of.told(HELD, *([LATE] if number % 2 else []))
        of.post.start_trial()
    of.post.courier.write(lambda _: [Notice(of.now, "msg_9", "0012", of.now - DAY)])
    before = of.post.history
    monkeypatch.setattr(post, "SPARE_LINES", 10)
    assert of.told(HELD, LATE) == [LATE.key]
    after = of.post.history
    assert len(after.lines) < len(before.lines) / 2
    assert after.told == {HELD.key: HELD.kind, LATE.key: LATE.kind}
    assert (after.named, after.notices) == (before.named, before.notices)
    assert [each["state"] for each in watch.receivers(of.post)] == ["arrived", "no answer"]
    assert verify(of.ws).is_whole
    assert of.told(HELD, LATE) == []


def test_a_damaged_record_is_not_shortened_so_that_a_check_finds_it(of, monkeypatch):
    monkeypatch.setattr(post, "SPARE_LINES", 0)
    of.told(HELD)
    of.ws.alerts.write_bytes(b"damaged\n" + of.ws.alerts.read_bytes())
    of.told(HELD, LATE)
    assert not verify(of.ws).is_whole


def test_a_damaged_record_is_found_and_put_aside(of):
    of.told(HELD)
    assert verify(of.ws).is_whole
    of.ws.alerts.write_bytes(of.ws.alerts.read_bytes().replace(b"waits", b"comes"))
    assert [finding.path for finding in verify(of.ws).findings] == ["artifacts/alerts.jsonl"]
    assert of.told(HELD, LATE) == [HELD.key, LATE.key]  # what cannot be read is told once more rather than never
    assert verify(of.ws, repair=True).is_whole
    assert not of.ws.alerts.exists()


# Sources


def alerts_of(kind, ws, now=NOON):
    return list(sources.SOURCES[kind](ws, now))


def test_every_kind_has_a_source_and_a_setting():
    assert set(sources.SOURCES) == set(KINDS) == set(AlertSettings().kinds)


def test_alarms_that_nobody_knows_of_are_alerts(home, monkeypatch):
    since = pd.Timestamp(2026, 2, 20)
    lost = Finding(level="group", what="rows", key={"store": "North"}, since=since, size=3.0, loudness="alarm", fact="Store North has no rows")
    late = Finding(level="file", what="uploads", key={}, since=since, size=9.0, loudness="alarm", fact="No sales were uploaded")
    monkeypatch.setattr(monitoring, "monitor", lambda *_: SimpleNamespace(alarms=(lost, late)))
    wanted = Alert("findings", "finding:group:rows:store=North", "Store North has no rows.", datetime(2026, 2, 20, tzinfo=UTC))
    assert alerts_of("findings", home) == [wanted]


def ended(ws, number, status, **facts):
    folder = ws.jobs / f"{number:04d}"
    folder.mkdir(parents=True)
    sealed_json.write(folder / "request.json", {})
    sealed_json.write(folder / "result.json", {"status": status, "ended": NOON.isoformat(), **facts})


def test_failed_retrains_are_one_alert_until_one_succeeds(home):
    assert alerts_of("retrains", home) == []
    ended(home, 1, "success")
    assert alerts_of("retrains", home) == []
    ended(home, 2, "failed", reason="No memory was left.")
    [first] = alerts_of("retrains", home)
    assert first.text == "Retrain 2 failed: No memory was left. The live forecast still serves; retrain again."
    ended(home, 3, "failed", reason="No memory was left.")
    ended(home, 4, "cancelled")
    [second] = alerts_of("retrains", home)
    assert second.key == first.key
    assert second.text.startswith("Retrain 3 failed")
    ended(home, 5, "success")
    assert alerts_of("retrains", home) == []
    assert jobs.job(home).state == "done"


def test_a_held_version_is_an_alert_until_it_serves_or_another_one_comes(home):
    store = Versions(home.versions)

    def publish(**gate):
        return store.publish(lambda *_: {"sales_version": 1, "gate": gate})

    publish(held=False)
    held = publish(held=True, reason="Held: 12 % worse.")
    [alert] = alerts_of("retrains", home)
    assert (alert.key, alert.since is not None) == (f"retrain:held:{held}", True)
    assert "Held: 12 % worse." in alert.text
    publish(challenger=True)
    assert alerts_of("retrains", home) == []
    again = publish(held=True, reason="Held.")
    assert [each.key for each in alerts_of("retrains", home)] == [f"retrain:held:{again}"]
    store.set_live(again)
    assert alerts_of("retrains", home) == []


def test_damage_says_what_serves_in_its_place(home, monkeypatch):
    monkeypatch.setattr(versions, "serving", lambda *_: Serving(3, (VersionDamaged(4, "lstm.npz"),)))
    [alert] = alerts_of("damage", home)
    assert alert.key == "damage:version:4"
    assert alert.text.endswith("Version 3 serves in its place.")


def test_the_advice_to_serve_another_version_is_an_alert(home, monkeypatch):
    graded = [SimpleNamespace(live=3, other=other, is_advised=other == 2, sentence="Going back to version 2 is better.") for other in (1, 2)]
    monkeypatch.setattr(shadow, "grades", lambda *_: graded)
    assert [each.key for each in alerts_of("shadow", home)] == ["shadow:3:2"]


def stale(uploads, now):
    days = pd.DatetimeIndex(pd.to_datetime(uploads))
    return stale_sales.overdue(days, pd.Timestamp(now))


def test_uploads_are_late_by_their_own_past():
    daily = pd.date_range("2026-01-01", periods=30, freq="D")
    assert stale(daily, "2026-01-31") is None
    assert stale(daily, "2026-02-01") == (2, 1)
    working = pd.bdate_range("2026-01-01", periods=30)
    assert stale(working, working[-1] + pd.Timedelta(days=3)) is None
    weekly = pd.date_range("2026-01-05", periods=12, freq="W-MON")
    assert stale(weekly, weekly[-1] + pd.Timedelta(days=7)) is None
    assert stale(weekly, weekly[-1] + pd.Timedelta(days=8)) == (8, 7)
    monthly = pd.date_range("2025-01-01", periods=12, freq="MS")
    assert stale(monthly, monthly[-1] + pd.Timedelta(days=31)) is None
    assert stale(monthly, monthly[-1] + pd.Timedelta(days=33)) == (33, 31)


def test_few_uploads_say_little_and_two_nothing():
    assert stale(["2026-01-01", "2026-01-02"], "2026-12-31") is None
    assert stale(["2026-01-01", "2026-01-02", "2026-01-03"], "2026-01-10") is None
    assert stale(["2026-01-01", "2026-01-02", "2026-01-03"], "2026-01-11") == (8, 7)


def test_late_sales_are_another_alert_after_each_upload(home, monkeypatch):
    monkeypatch.setattr(saved_sales, "saved", lambda *_: object())
    uploads = [Upload("sales.csv", "0", datetime(2026, 2, day, 23, tzinfo=UTC), version=day) for day in range(1, 11)]
    monkeypatch.setattr(Dataset, "since_start", lambda *_: [*uploads, Upload("sample.csv", "1", NOON, kind="sample")])
    [alert] = alerts_of("stale_sales", home)
    assert (alert.key, alert.since) == ("sales:stale:2026-02-10", datetime(2026, 2, 10, 23, tzinfo=UTC))
    assert alert.text.startswith("No sales were uploaded for 20 days; usually one comes within 1 day.")
    uploads.append(Upload("sales.csv", "2", datetime(2026, 2, 20, tzinfo=UTC), version=20))
    assert [each.key for each in alerts_of("stale_sales", home, NOON + DAY)] == ["sales:stale:2026-02-20"]


@pytest.mark.parametrize(("sold", "days"), [(weekly(30), 7), (monthly(12), 31)], ids=["week", "month"])
def test_files_of_weeks_and_months_are_late_by_their_own_steps(home, monkeypatch, sold, days):
    shops.merge(home, sold)
    moments = [each.to_pydatetime().replace(tzinfo=UTC) + timedelta(hours=9) for each in sold["date"].drop_duplicates()]
    monkeypatch.setattr(Dataset, "since_start", lambda *_: [Upload("sales.csv", "0", each, version=1) for each in moments])
    assert sources.look(home, AlertSettings(), moments[-1] + timedelta(days=days)) == Open(())
    [late] = sources.look(home, AlertSettings(), moments[-1] + timedelta(days=days + 1)).alerts
    assert late.text.startswith(f"No sales were uploaded for {days + 1} days; usually one comes within {days} days.")


def test_a_source_that_fails_is_an_alert_and_keeps_no_other_from_looking(home):
    def damaged(ws, now):
        raise SalesDamaged("a.parquet is missing. Put it back.", file="a.parquet")

    def untrained(ws, now):
        raise NothingPublished("No model has been trained yet.")

    given = {"findings": untrained, "stale_sales": damaged, "retrains": lambda *_: [HELD]}

    def faulty(ws, now):
        raise ZeroDivisionError("secret")

    chosen = AlertSettings(shadow=False)
    found = sources.look(home, chosen, NOON, given | {"damage": faulty})
    assert [alert.key for alert in found.alerts] == [HELD.key, "stale_sales:unknown", "damage:unknown"]
    assert found.unknown == {"stale_sales", "damage"}
    assert "ZeroDivisionError" in found.alerts[-1].text
    assert "secret" not in found.alerts[-1].text


def test_an_empty_shop_has_no_alerts(home):
    assert sources.look(home, AlertSettings(), NOON) == Open(())
