"""A digest to a chat, or wherever else Apprise leads; Apprise is an extra that need not be installed."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Final, Protocol, cast

from forecasting.core.alert_variables import APPRISE
from forecasting.services.alerts.delivery import NotDelivered
from forecasting.services.alerts.message import Message

LIBRARY: Final = "apprise"


class Notifier(Protocol):
    """What is needed of `apprise.Apprise`."""

    def add(self, servers: str) -> bool:
        """Takes an address; whether it can be used."""
        ...

    def notify(self, body: str, title: str) -> bool | None:
        """Sends; whether all took it."""
        ...


def addresses(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The addresses that the environment names, each once; they hold secrets: slack://..., tgram://..."""
    return tuple(dict.fromkeys(environment.get(APPRISE, "").split()))


def scheme(address: str) -> str:
    """All of an address that may be shown: its kind."""
    return address.partition("://")[0][:20] if "://" in address else "chat"


def send(message: Message, address: str) -> None:
    """Sends a digest; raises NotDelivered."""
    notifier = _notifier()
    if not notifier.add(address):
        raise NotDelivered(f"{APPRISE} has an address of the kind {scheme(address)} that Apprise cannot use.")
    if not notifier.notify(body=message.text, title=message.subject):
        raise NotDelivered(f"{scheme(address)} did not take it; the log of the server may say why.")


def _notifier() -> Notifier:
    try:
        library: Any = import_module(LIBRARY)
    except ImportError as error:
        raise NotDelivered("Apprise is not installed on the server: pip install 'shelfcast[alerts]'.") from error
    return cast("Notifier", library.Apprise())
