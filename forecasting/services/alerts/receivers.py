"""Who is told: the receivers that a shop chose, and those that only the environment knows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from forecasting.core.alerts import AlertSettings
from forecasting.services.alerts import chat, email, webhook
from forecasting.services.alerts.message import Message

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


Send = Callable[[Receiver, Message, datetime], None]


def chosen(settings: AlertSettings, environment: Mapping[str, str]) -> tuple[Receiver, ...]:
    """All receivers, in a fixed order."""
    chats = chat.addresses(environment)
    kinds = [chat.scheme(each) for each in chats]
    numbered = [f"{kind} {1 + kinds[:at].count(kind)}" if kinds.count(kind) > 1 else kind for at, kind in enumerate(kinds)]
    return (
        *(Receiver("webhook", address, address) for address in settings.webhooks),
        *(Receiver("email", mailbox, mailbox) for mailbox in settings.emails),
        *(Receiver("chat", address, name) for address, name in zip(chats, numbered, strict=True)),
    )


def sender(environment: Mapping[str, str]) -> Send:
    """What sends a message to a receiver, with the secrets of an environment; it raises NotDelivered or OSError."""

    def send(receiver: Receiver, message: Message, now: datetime) -> None:
        if receiver.way == "webhook":
            webhook.send(receiver.address, message.payload, message.digest.id, now, environment)
        elif receiver.way == "email":
            email.send(message, receiver.address, environment)
        else:
            chat.send(message, receiver.address)

    return send
