"""Webhooks are signed, go only where they may, and follow nobody; e-mails and chats say the same."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import smtplib
import socket
import ssl
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from types import SimpleNamespace

import pytest
from patience import PATIENCE

from forecasting.core.alert_variables import (
    APPRISE,
    SMTP_FROM,
    SMTP_HOST,
    SMTP_PASSWORD,
    SMTP_PORT,
    SMTP_SECURITY,
    SMTP_USER,
    WEBHOOK_PRIVATE,
    WEBHOOK_SECRET,
    WEBHOOKS,
)
from forecasting.core.alerts import Alert, AlertSettings
from forecasting.jobs import environment
from forecasting.services.alerts import chat, email, public_addresses, receivers, webhook
from forecasting.services.alerts.delivery import NotDelivered
from forecasting.services.alerts.message import Message
from forecasting.storage.alert_lines import Digest

NOW = datetime(2026, 3, 2, 7, tzinfo=UTC)
KEY = bytes(range(32))
SECRET = f"whsec_{base64.b64encode(KEY).decode()}"
HERE = {WEBHOOK_SECRET: SECRET, WEBHOOK_PRIVATE: "1"}
ALERTS = (
    Alert("retrains", "retrain:held:2", "Version 2 waits for a person. <b>12 % worse</b>", NOW),
    Alert("stale_sales", "sales:stale:2026-02-20", "No sales were uploaded\nfor 10 days."),
)
MESSAGE = Message(Digest(NOW, "msg_1", date(2026, 3, 2), ALERTS, (*(alert.key for alert in ALERTS), "damage:version:1")))


class Receiver(HTTPServer):
    """A program of this machine that keeps what it gets, and answers a status that a test sets."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.got = 204, []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        self.server.got.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(self.server.status)
        self.send_header("location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Receiver() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def post(address, variables=HERE, **options):
    webhook.send(address, MESSAGE, NOW, variables, **options)


def test_a_webhook_is_signed_as_standard_webhooks_are(server):
    post(f"http://127.0.0.1:{server.server_port}/hooks?shop=1")
    [(path, headers, body)] = server.got
    assert (path, headers["webhook-id"], headers["webhook-timestamp"]) == ("/hooks?shop=1", "msg_1", str(int(NOW.timestamp())))
    wanted = hmac.new(KEY, f"msg_1.{int(NOW.timestamp())}.".encode() + body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(wanted).decode()}"
    sent = json.loads(body)
    assert (sent["type"], sent["data"]["day"], sent["data"]["still_open"]) == ("alerts.digest", "2026-03-02", 1)
    assert sent["data"]["alerts"][0] == ALERTS[0].to_json()


def test_two_secrets_sign_while_one_takes_the_place_of_another():
    secrets = webhook.keys({WEBHOOK_SECRET: f"{SECRET} {SECRET}"})
    assert webhook.signature(secrets, "msg_1", 1, b"{}").split(" ")[0] == webhook.signature([KEY], "msg_1", 1, b"{}")


@pytest.mark.parametrize("stated", ["", "whsec_", "whsec_AAAA", "secret", "whsec_!", base64.b64encode(KEY).decode()])
def test_a_secret_that_is_none_is_named_and_never_shown(stated):
    with pytest.raises(NotDelivered, match=WEBHOOK_SECRET) as refused:
        webhook.keys({WEBHOOK_SECRET: stated})
    assert not stated or stated in (webhook.PREFIX, "secret") or stated not in str(refused.value)


@pytest.mark.parametrize("status", [301, 307, 400, 500])
def test_only_2xx_is_that_it_arrived_and_no_redirect_is_followed(server, status):
    server.status = status
    with pytest.raises(NotDelivered, match=f"answered {status}"):
        post(f"http://127.0.0.1:{server.server_port}/")
    assert len(server.got) == 1


@pytest.mark.parametrize("begun", [b"", b"HTTP/1.1 2"])
def test_an_answer_that_never_ends_is_ended(begun):
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:

        def trickle():
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.sendall(begun)
                for _ in range(int(PATIENCE) * 20):
                    connection.sendall(b"0")
                    time.sleep(0.05)

        pool.submit(trickle)
        with pytest.raises((NotDelivered, OSError)):
            post(f"http://127.0.0.1:{listening.getsockname()[1]}/", seconds=0.2)


def test_nothing_of_the_body_of_an_answer_is_waited_for():
    with socket.create_server(("127.0.0.1", 0)) as listening, ThreadPoolExecutor(1) as pool:

        def answer():
            connection, _ = listening.accept()
            connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n")
            with connection:
                while connection.recv(65536):
                    pass

        done = pool.submit(answer)
        post(f"http://127.0.0.1:{listening.getsockname()[1]}/")
        done.result(PATIENCE)


def test_nobody_there_and_a_name_without_an_address_are_said():
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ConnectionRefusedError):
        post(f"http://127.0.0.1:{port}/")
    with pytest.raises(NotDelivered, match=r"hooks\.invalid has no address"):
        post("https://hooks.invalid/")


PRIVATE = [
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "192.0.2.1", "198.18.0.1", "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12::1", "fec0::1", "ff02::1", "2001:db8::1",
    "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::127.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2002:a00:1::1", "2001::1", "100::1",
    "not an address",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_addresses_of_no_open_host_are_refused(address):
    assert not public_addresses.is_public(address)
    with pytest.raises(NotDelivered, match="not on the open Internet"):
        public_addresses.checked("hooks.example", 443, allow_private=False, resolve=lambda *_: ["93.184.215.14", address])
    assert public_addresses.checked("hooks.example", 443, allow_private=True, resolve=lambda *_: [address]) == [address]


@pytest.mark.parametrize("address", ["93.184.215.14", "1.1.1.1", "2606:4700::1111", "64:ff9b::1.1.1.1"])
def test_addresses_of_the_open_internet_are_let_through(address):
    assert public_addresses.is_public(address)


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_no_way_to_write_this_machine_is_let_through(server, host):
    with pytest.raises(NotDelivered):
        post(f"https://{host}:{server.server_port}/", {WEBHOOK_SECRET: SECRET})
    assert server.got == []


def test_a_name_is_looked_up_once_so_that_it_cannot_change_its_mind(server, monkeypatch):
    answers = [["127.0.0.1"], ["10.0.0.1"]]
    names = []

    def wrap_socket(plain, *, server_hostname):
        names.append(server_hostname)
        return plain

    monkeypatch.setattr(ssl, "create_default_context", lambda: SimpleNamespace(wrap_socket=wrap_socket))
    post(f"https://hooks.example:{server.server_port}/", resolve=lambda *_: answers.pop(0))
    [(_, headers, _)] = server.got
    assert (headers["Host"], names, len(answers)) == (f"hooks.example:{server.server_port}", ["hooks.example"], 1)


def test_the_usual_port_is_left_out_of_the_host():
    connection = webhook._connection("https://hooks.example/", allow_private=True, resolve=lambda *_: ["127.0.0.1"])
    assert (connection.port, connection.default_port) == (443, 443)


def test_without_tls_nothing_leaves_the_network():
    with pytest.raises(NotDelivered, match="Use https:"):
        post("http://hooks.example/", {WEBHOOK_SECRET: SECRET}, resolve=lambda *_: ["93.184.215.14"])


# E-mail


class Server:
    """What `smtplib.SMTP` does, remembered."""

    def __init__(self, host, port, **_):
        self.calls, self.letters = [(host, port)], []
        Server.last = self

    def starttls(self, **_):
        self.calls.append("starttls")

    def login(self, user, password):
        if password == "wrong":
            raise smtplib.SMTPAuthenticationError(535, b"Bad credentials")
        self.calls.append((user, password))

    def send_message(self, letter):
        self.letters.append(letter)

    def quit(self):
        raise smtplib.SMTPServerDisconnected("gone")  # after it took the letter

    def close(self):
        self.calls.append("closed")


MAIL = {SMTP_HOST: "mail.example", SMTP_USER: "shop@example.com", SMTP_PASSWORD: "secret"}


def test_an_e_mail_says_it_in_words_and_as_a_page(monkeypatch):
    monkeypatch.setattr(smtplib, "SMTP", Server)
    email.send(MESSAGE, "anna@example.com", MAIL)
    assert Server.last.calls == [("mail.example", 587), "starttls", ("shop@example.com", "secret")]
    [letter] = Server.last.letters
    assert (letter["From"], letter["To"], letter["Subject"]) == ("shop@example.com", "anna@example.com", "Shelfcast: 2 new alerts")
    assert letter["Message-ID"] == "<msg_1@example.com>"
    text, html = (part.get_content() for part in letter.iter_parts())
    assert "- No sales were uploaded for 10 days." in text
    assert "Told before and still open: 1." in text
    assert "&lt;b&gt;12 % worse&lt;/b&gt;" in html
    assert "http" not in html


def test_a_mail_server_with_tls_from_the_start_and_one_without_a_login(monkeypatch):
    monkeypatch.setattr(smtplib, "SMTP_SSL", Server)
    email.send(MESSAGE, "anna@example.com", {**MAIL, SMTP_SECURITY: "TLS", SMTP_FROM: "Shop <shop@example.org>", SMTP_USER: ""})
    assert Server.last.calls == [("mail.example", 465)]
    assert Server.last.letters[0]["From"] == "Shop <shop@example.org>"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({SMTP_HOST: ""}, SMTP_HOST),
        ({SMTP_USER: ""}, SMTP_FROM),
        ({SMTP_PORT: "smtp"}, "whole number"),
        ({SMTP_SECURITY: "ssl"}, "starttls, tls or none"),
        ({SMTP_PASSWORD: "wrong"}, "535 Bad credentials"),
    ],
)
def test_what_keeps_an_e_mail_from_being_sent_is_named(monkeypatch, changed, says):
    monkeypatch.setattr(smtplib, "SMTP", Server)
    with pytest.raises(NotDelivered, match=says):
        email.send(MESSAGE, "anna@example.com", MAIL | changed)


def test_a_try_says_that_it_is_one():
    trial = Message(Digest(NOW, "msg_2", date(2026, 3, 2), is_trial=True))
    assert trial.subject == "Shelfcast: a test"
    assert trial.text.endswith("\n\nYou asked whether alerts arrive: they do. Nothing is open now.\n")


# Chat


def apprise(monkeypatch, *, added=True, arrived=True):
    calls = []
    notifier = SimpleNamespace(add=lambda address: calls.append(address) or added, notify=lambda **what: calls.append(what) or arrived)
    monkeypatch.setitem(sys.modules, chat.LIBRARY, SimpleNamespace(Apprise=lambda: notifier))
    return calls


def test_a_chat_gets_it_through_apprise(monkeypatch):
    calls = apprise(monkeypatch)
    chat.send(MESSAGE, "slack://a/b/c")
    assert calls == ["slack://a/b/c", {"body": MESSAGE.text, "title": "Shelfcast: 2 new alerts"}]


def test_a_chat_that_cannot_be_used_or_refuses_is_named_by_its_kind_alone(monkeypatch):
    for options, says in (({"added": False}, "cannot use"), ({"arrived": False}, "did not take it")):
        apprise(monkeypatch, **options)
        with pytest.raises(NotDelivered, match=says) as refused:
            chat.send(MESSAGE, "slack://secret/b/c")
        assert "secret" not in str(refused.value)


def test_without_apprise_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, chat.LIBRARY, None)
    with pytest.raises(NotDelivered, match=r"shelfcast\[alerts\]"):
        chat.send(MESSAGE, "slack://a/b/c")


# Receivers


def test_everybody_is_named_without_secrets_and_has_an_id_of_its_own():
    chosen = AlertSettings(emails=("anna@example.com",), webhooks=("https://hooks.example/shop",))
    listed = receivers.chosen(chosen, {APPRISE: "slack://a/b/c tgram://d slack://e slack://e"})
    assert [each.name for each in listed] == ["https://hooks.example/shop", "anna@example.com", "slack 1", "tgram", "slack 2"]
    assert len({each.id for each in listed}) == len(listed)
    assert "slack://" not in repr(listed)


def test_an_address_that_is_a_secret_is_known_by_its_host_alone():
    listed = receivers.chosen(
        AlertSettings(webhooks=("https://hooks.example/shop?key=a",)), {WEBHOOKS: "https://hooks.example/b https://hooks.example/c"}
    )
    assert [each.name for each in listed] == ["https://hooks.example/shop?key=a", "hooks.example 1", "hooks.example 2"]
    assert {each.place for each in listed} == {"hooks.example"}
    for wrong in ("https://anna:secret@hooks.example/", "ftp://hooks.example/secret", "https://[secret"):
        with pytest.raises(NotDelivered, match=WEBHOOKS) as refused:
            post(wrong)
        assert "secret" not in str(refused.value)
        assert "secret" not in receivers.host(wrong)


def test_each_way_sends_by_its_own_means(monkeypatch):
    calls = []
    monkeypatch.setattr(webhook, "send", lambda *_: calls.append("webhook"))
    monkeypatch.setattr(email, "send", lambda *_: calls.append("email"))
    monkeypatch.setattr(chat, "send", lambda *_: calls.append("chat"))
    for way in ("webhook", "email", "chat"):
        receivers.sender({})(receivers.Receiver(way, "somewhere", "somewhere"), MESSAGE, NOW)
    assert calls == ["webhook", "email", "chat"]


def test_no_other_process_is_handed_a_secret(monkeypatch):
    for name in (WEBHOOK_SECRET, WEBHOOKS, SMTP_PASSWORD, APPRISE):
        monkeypatch.setenv(name, "secret")
    assert "secret" not in environment.variables().values()
