"""A webhook as Standard Webhooks has it: signed, to a checked address, and never led elsewhere."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import json
import socket
import ssl
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import SplitResult, urlsplit

from forecasting.core import alerts
from forecasting.core.alert_variables import WEBHOOK_PRIVATE, WEBHOOK_SECRET, WEBHOOKS
from forecasting.core.errors import SettingsError
from forecasting.services.alerts import public_addresses
from forecasting.services.alerts.delivery import MAX_SECONDS, SECONDS, NotDelivered, ended_after, hang_up
from forecasting.services.alerts.message import Outgoing
from forecasting.services.alerts.public_addresses import Resolve

PREFIX: Final = "whsec_"
MIN_SECRET_BYTES: Final = 24


def keys(environment: Mapping[str, str]) -> list[bytes]:
    """The secrets to sign with, more than one while one takes the place of another; raises NotDelivered."""
    stated = environment.get(WEBHOOK_SECRET, "").split()
    if not stated:
        raise NotDelivered(f"{WEBHOOK_SECRET} is not set on the server: webhooks are signed with it.")
    return [_key(text) for text in stated]


def signature(secrets: list[bytes], message: str, timestamp: int, body: bytes) -> str:
    """The header `webhook-signature`: for each secret its version and the HMAC-SHA256 of id, time and body, with spaces between.

    Example:
        >>> signature([base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")], "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
        'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{message}.{timestamp}.".encode() + body
    digests = (base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode() for secret in secrets)
    return " ".join(f"v1,{digest}" for digest in digests)


def send(
    address: str,
    message: Outgoing,
    now: datetime,
    environment: Mapping[str, str],
    *,
    resolve: Resolve = public_addresses.resolve,
    seconds: float = MAX_SECONDS,
) -> None:
    """Posts a message; any answer of 2xx is that it arrived. Nothing of its body is read.

    Raises:
        NotDelivered: It was not sent, or not taken, and why.
        OSError: The network failed.
    """
    body, moment = json.dumps(message.payload, ensure_ascii=False).encode(), int(now.timestamp())
    headers = {
        "content-type": "application/json",
        "user-agent": "Shelfcast",
        "webhook-id": message.id,
        "webhook-timestamp": str(moment),
        "webhook-signature": signature(keys(environment), message.id, moment, body),
    }
    connection = _connection(address, allow_private=_allows_private(environment), resolve=resolve)
    parts = urlsplit(address)
    try:
        with ended_after(seconds, lambda: hang_up(connection.sock)):
            connection.request("POST", (parts.path or "/") + (f"?{parts.query}" if parts.query else ""), body, headers)
            status = connection.getresponse().status
    except http.client.HTTPException as error:
        raise NotDelivered(f"No answer that could be read: {type(error).__name__}.") from error
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise NotDelivered(f"It answered {status}{'; redirects are not followed' if 300 <= status < 400 else ''}.")


class _To(http.client.HTTPConnection):
    """A connection to addresses that were checked, whatever its host's name means by now; with TLS it is that name which has to prove itself."""

    def __init__(self, host: str, port: int, addresses: list[str], context: ssl.SSLContext | None) -> None:
        super().__init__(host, port, timeout=SECONDS)
        self._addresses, self._context = addresses, context
        if context is not None:
            self.default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        """Connects to the first of the addresses that answers; all of them together have the time of one answer."""
        plain = self._first()
        plain.settimeout(SECONDS)
        self.sock = plain if self._context is None else self._context.wrap_socket(plain, server_hostname=self.host)

    def _first(self) -> socket.socket:
        failure = OSError("there is no address")
        for address in self._addresses:
            try:
                return socket.create_connection((address, self.port), timeout=SECONDS / len(self._addresses))
            except OSError as error:
                failure = error
        raise failure


def _connection(address: str, *, allow_private: bool, resolve: Resolve) -> _To:
    parts = _parts(address)
    is_secure = parts.scheme == "https"
    if not (is_secure or allow_private):
        raise NotDelivered(f"The address begins with http:, so that anybody on the way could read it. Use https:, or set {WEBHOOK_PRIVATE}=1.")
    host, port = str(parts.hostname), parts.port or (443 if is_secure else 80)
    addresses = public_addresses.checked(host, port, allow_private=allow_private, resolve=resolve)
    return _To(host, port, addresses, ssl.create_default_context() if is_secure else None)


def _parts(address: str) -> SplitResult:
    """The parts of an address; the environment's are checked here for the first time, and are not to be shown."""
    try:
        alerts.check_webhook(address)
    except SettingsError as error:
        raise NotDelivered(f"{WEBHOOKS} holds something that is not the address of a webhook, or holds a login.") from error
    return urlsplit(address)


def _allows_private(environment: Mapping[str, str]) -> bool:
    return environment.get(WEBHOOK_PRIVATE, "").strip().casefold() in ("1", "true", "yes", "on")


def _key(text: str) -> bytes:
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotDelivered(f"{WEBHOOK_SECRET} is {PREFIX} and then Base64, and what is set is not.") from error
    if not text.startswith(PREFIX) or len(key) < MIN_SECRET_BYTES:
        raise NotDelivered(f"{WEBHOOK_SECRET} begins with {PREFIX}, and then comes Base64 of at least {MIN_SECRET_BYTES} bytes.")
    return key
