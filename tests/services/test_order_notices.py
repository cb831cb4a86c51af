"""Webhooks are told of each order that was placed: once, as it was then, and nobody waits for them."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from patience import PATIENCE
from placed_orders import happened, placed, proposal

from forecasting.core.alerts import AlertSettings
from forecasting.core.errors import OrdersDamaged
from forecasting.services.alerts.delivery import NotDelivered
from forecasting.services.alerts.order_post import OrderPost
from forecasting.services.alerts.post import Post
from forecasting.services.alerts.sources import Open
from forecasting.storage.alert_lines import Attempt

NOON = datetime(2026, 8, 3, 12, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
CHOSEN = AlertSettings(timezone="UTC", webhooks=("https://a.example/", "https://b.example/"), emails=("anna@example.com",))


class Shop:
    """A shop whose clock and receivers a test sets, and whose orders it places."""

    def __init__(self, ws, settings=CHOSEN):
        self.ws, self.now, self.sent, self.dead = ws, NOON, [], set()
        post = Post(ws=ws, settings=settings, environment={}, look=lambda *_: Open(()), send=self._send, clock=lambda: self.now)
        self.orders = OrderPost(post)

    def _send(self, receiver, message, *_):
        if receiver.name in self.dead:
            raise NotDelivered("It answered 500.")
        self.sent.append((receiver.name, message.id, message.payload))

    def happens(self, kind, identity, **said):
        happened(self.ws, kind, identity, self.now, **said)

    def places(self, *identities):
        for identity in identities:
            placed(self.ws, identity, self.now)

    def told(self, after=MINUTE):
        """Who is told of which order at the next look."""
        self.now, self.sent = self.now + after, []
        self.orders.check()
        return sorted((name, payload["data"]["number"]) for name, _, payload in self.sent)


@pytest.fixture
def shop(home):
    """A shop that placed an order before anybody was to be told, and then named two webhooks."""
    shop = Shop(home)
    shop.places("0001")
    assert shop.told() == []
    return shop


def test_each_webhook_gets_a_placed_order_once_with_its_lines(shop):
    shop.places("0002")
    shop.happens("proposed", "0003", proposal=proposal("0003"))
    assert shop.told() == [("https://a.example/", "0002"), ("https://b.example/", "0002")]
    payload = shop.sent[0][2]
    assert (payload["type"], payload["timestamp"]) == ("order.placed", "2026-08-03T12:01:00.000+00:00")
    said = payload["data"]
    assert (said["supplier"]["name"], said["state"], said["placed_by"], said["due"]) == ("Hansen", "placed", "Anna", "2026-08-04")
    assert [(line["product_id"], line["quantity"], line["value"]) for line in said["lines"]] == [("Bread", 12, 24.0)]
    assert shop.told() == []


def test_what_came_of_an_order_since_is_not_told_with_it(shop):
    shop.places("0002")
    shop.happens("received", "0002", quantities={"Bread": 5}, day=date(2026, 8, 3))
    shop.happens("cancelled", "0002")
    shop.told()
    assert {payload["data"]["state"] for _, _, payload in shop.sent} == {"placed"}
    assert {payload["data"]["lines"][0]["quantity"] for _, _, payload in shop.sent} == {12}


def test_servers_that_share_a_workspace_tell_of_an_order_once(shop):
    shop.places(*(f"{number:04d}" for number in range(2, 6)))
    start = threading.Barrier(8)

    def serve():
        start.wait(PATIENCE)
        shop.orders.check()

    servers = [threading.Thread(target=serve) for _ in range(8)]
    for server in servers:
        server.start()
    for server in servers:
        server.join(PATIENCE)
    told = [(name, payload["data"]["number"]) for name, _, payload in shop.sent]
    assert len(told) == len(set(told)) == 8


def test_a_dead_webhook_is_tried_again_and_holds_up_no_other(shop):
    shop.dead = {"https://a.example/"}
    shop.places("0002")
    assert shop.told() == [("https://b.example/", "0002")]
    [(_, first, _)] = shop.sent
    shop.dead = set()
    assert shop.told() == [("https://a.example/", "0002")]
    assert shop.sent[0][1] == first
    assert shop.told(3 * DAY) == []


def test_an_order_that_a_killed_server_was_telling_of_is_told_with_the_same_id(shop):
    shop.places("0002")
    post = shop.orders.post
    post.courier.write(shop.orders._untold)
    [notice] = [each for each in post.history.notices.values() if each.order == "0002"]
    post.courier.write(lambda _: [Attempt(shop.now, notice.id, each.id, 1) for each in shop.orders.webhooks])
    assert shop.told(MINUTE / 2) == []
    assert shop.told() == [("https://a.example/", "0002"), ("https://b.example/", "0002")]
    assert {identity for _, identity, _ in shop.sent} == {notice.id}


def test_many_orders_are_told_in_turns(shop):
    shop.places(*(f"{number:04d}" for number in range(2, 32)))
    told = [len(shop.told()) for _ in range(4)]
    assert told == [20, 20, 20, 0]


def test_nobody_is_told_where_a_shop_does_not_want_it(home):
    shop = Shop(home, AlertSettings(webhooks=CHOSEN.webhooks, orders=False))
    shop.told()
    shop.places("0001")
    assert shop.told() == []
    assert not home.alerts.exists()


def test_an_order_of_long_ago_is_no_news(shop):
    shop.places("0002")
    assert shop.told(31 * DAY) == []


def test_a_damaged_book_is_said_and_a_notice_of_it_fails_alone(shop):
    shop.places("0002")
    shop.orders.post.courier.write(shop.orders._untold)
    path = next(shop.ws.orders.glob("*.jsonl"))
    path.write_bytes(path.read_bytes().replace(b"Hansen", b"Jensen"))
    with pytest.raises(OrdersDamaged):
        shop.told()
