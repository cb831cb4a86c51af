"""Who is told: the receivers that a shop chose, and those that only the environment knows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from urllib.parse import urlsplit

from forecasting.core.alert_variables import WEBHOOKS
from forecasting.core.alerts import AlertSettings
from forecasting.services.alerts import chat, email, webhook
from forecasting.services.alerts.delivery import NotDelivered
from forecasting.services.alerts.message import Message, Outgoing

Way = Literal["webhook", "email", "chat"]


@dataclass(frozen=True, slots=True)
class Receiver:
    """Somebody, or some program, who is told.

    Args:
        way: How.
        address: Where; it may hold a secret where the environment names it.
        name: What may be shown of that.
    """

    way: Way
    address: str = field(repr=False)
    name: str

    @property
    def id(self) -> str:
        """What the record calls it."""
        return f"{self.way}:{hashlib.sha256(self.address.encode()).hexdigest()[:16]}"

    @property
    def place(self) -> str:
        """What the log calls it: of a webhook its host alone, since the rest may be a secret."""
        return host(self.address) if self.way == "webhook" else self.name


Send = Callable[[Receiver, Outgoing, datetime], None]


def chosen(settings: AlertSettings, environment: Mapping[str, str]) -> tuple[Receiver, ...]:
    """All receivers, in a fixed order; those that the environment names are known by their kind or host alone."""
    chats, secret = chat.addresses(environment), tuple(dict.fromkeys(environment.get(WEBHOOKS, "").split()))
    return (
        *(Receiver("webhook", address, address) for address in settings.webhooks),
        *(Receiver("webhook", address, name) for address, name in zip(secret, _numbered(map(host, secret)), strict=True)),
        *(Receiver("email", mailbox, mailbox) for mailbox in settings.emails),
        *(Receiver("chat", address, name) for address, name in zip(chats, _numbered(map(chat.scheme, chats)), strict=True)),
    )


def host(address: str) -> str:
    """The host of a webhook's address."""
    try:
        return urlsplit(address).hostname or "webhook"
    except ValueError:
        return "webhook"


def sender(environment: Mapping[str, str]) -> Send:
    """What sends a message to a receiver, with the secrets of an environment; it raises NotDelivered or OSError."""

    def send(receiver: Receiver, message: Outgoing, now: datetime) -> None:
        if receiver.way == "webhook":
            webhook.send(receiver.address, message, now, environment)
        elif not isinstance(message, Message):
            raise NotDelivered("Only webhooks can be told of this.")
        elif receiver.way == "email":
            email.send(message, receiver.address, environment)
        else:
            chat.send(message, receiver.address)

    return send


def _numbered(names: Iterable[str]) -> list[str]:
    """Names, with a number behind each that is there several times."""
    listed = list(names)
    return [f"{name} {1 + listed[:at].count(name)}" if listed.count(name) > 1 else name for at, name in enumerate(listed)]
