"""Real servers that share a workspace: one digest and one notice of an order, also where the one that sends is killed."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from fake_jobs import until
from live_server import served
from patience import PATIENCE
from placed_orders import placed
from saved_shops import unpacked

from forecasting.core.alert_variables import WEBHOOK_PRIVATE, WEBHOOK_SECRET
from forecasting.core.alerts import AlertSettings
from forecasting.core.shop_settings import ShopSettings
from forecasting.services import shop_settings
from forecasting.services.alerts import watch, webhook
from forecasting.storage import sealed_json
from forecasting.storage.alert_lines import Attempt, Digest, Named
from forecasting.storage.alert_record import AlertRecord

SECRET = f"whsec_{base64.b64encode(bytes(range(32))).decode()}"
ENVIRONMENT = {WEBHOOK_SECRET: SECRET, WEBHOOK_PRIVATE: "1", "FORECASTING_TIMEZONE": "UTC"}


class Receiver(ThreadingHTTPServer):
    """A program that keeps what it gets, and lets digests wait as long as a test wants."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.got, self.answers = [], threading.Event()

    def of(self, kind):
        """What it got of a kind: id and port of the sender."""
        return [(identity, port) for what, identity, port in list(self.got) if what == kind]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        identity, moment = self.headers["webhook-id"], int(self.headers["webhook-timestamp"])
        assert self.headers["webhook-signature"] == webhook.signature(webhook.keys(ENVIRONMENT), identity, moment, body)
        kind = json.loads(body)["type"]
        self.server.got.append((kind, identity, self.client_address[1]))
        if kind == "alerts.digest":
            self.server.answers.wait(PATIENCE)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    with Receiver() as receiver:
        thread = threading.Thread(target=receiver.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield receiver
        receiver.answers.set()
        receiver.shutdown()
        thread.join()


@pytest.fixture
def ws(tmp_path, receiver):
    """A shop whose digest is due, with something to tell, and with an order that was placed just now."""
    ws = unpacked("shop_4", tmp_path)
    chosen = AlertSettings(hour=0, timezone="UTC", webhooks=(f"http://127.0.0.1:{receiver.server_port}/",))
    shop_settings.save(ws, ShopSettings(alerts=chosen), "Anna")
    now = datetime.now(UTC)
    ago = now - timedelta(days=2)
    AlertRecord(ws.alerts).append(Named(ago, watch.post(ws).receivers[0].id), Digest(ago, "msg_0", ago.date()))
    folder = ws.jobs / "0099"
    folder.mkdir(parents=True)
    sealed_json.write(folder / "request.json", {})
    sealed_json.write(folder / "result.json", {"status": "failed", "ended": now.isoformat(), "reason": "No memory was left."})
    placed(ws, "0001", now)
    return ws


def sends_from(process, port):
    """Whether a process holds the connection from a port."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[1].rpartition(":")[2], 16) == port:
            links = (path.readlink() for path in Path(f"/proc/{process.pid}/fd").iterdir() if path.is_symlink())
            if f"socket:[{fields[9]}]" in map(str, links):
                return True
    return False


def a_minute_later(ws):
    """Has the tries of the record be older than the first pause, so that the test need not wait."""
    record = AlertRecord(ws.alerts)
    with record.alone():
        record.replace(replace(line, when=line.when - timedelta(minutes=2)) if isinstance(line, Attempt) else line for line in record.lines())


def test_two_servers_send_one_digest_and_one_notice_and_a_killed_one_leaves_nothing_unsent(ws, receiver, tmp_path):
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        starting = [pool.submit(stack.enter_context, served(ws.home, log=tmp_path / f"log {number}", **ENVIRONMENT)) for number in range(2)]
        processes = [each.result(PATIENCE)[1] for each in starting]
        until(lambda: receiver.of("alerts.digest"))
        [(digest, port)] = receiver.of("alerts.digest")
        [sender] = [process for process in processes if sends_from(process, port)]
        sender.kill()
        sender.wait(PATIENCE)
        until(lambda: receiver.of("order.placed"))  # by the other one, which looked for a digest first, and found it claimed
        history = watch.post(ws).history
        assert [each.number for each in history.attempts if each.message == digest] == [1]
        a_minute_later(ws)
        receiver.answers.set()
        until(lambda: any(each.arrived for each in watch.post(ws).history.attempts if each.message == digest))
        assert {identity for identity, _ in receiver.of("alerts.digest")} == {digest}
        assert len({identity for identity, _ in receiver.of("order.placed")}) == 1
        assert len(watch.post(ws).history.digests) == 2
    assert "Traceback" not in "".join((tmp_path / f"log {number}").read_text() for number in range(2))
    assert SECRET not in "".join(path.read_text(errors="replace") for path in (ws.alerts, *tmp_path.glob("log *")))
