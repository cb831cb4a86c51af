"""What a person should know of a shop without looking, and which of it is told to whom, when."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from forecasting.core import time_zones
from forecasting.core.errors import SettingsError
from forecasting.core.settings import require

Kind = Literal["findings", "retrains", "stale_sales", "damage", "shadow"]
KINDS: Final[dict[Kind, str]] = {
    "findings": "Sales differ from the forecast beyond chance",
    "retrains": "A retrain failed, or its forecast was held",
    "stale_sales": "No sales were uploaded for longer than usual",
    "damage": "A forecast is not whole, or cannot be read",
    "shadow": "The forecast before turns out better",
}
"""Kind of an alert -> when it speaks, for a person."""
ORDERS: Final = "orders"
SWITCHES: Final = (*KINDS, ORDERS)
"""What is told or not."""
MAX_RECEIVERS: Final = 10
MAX_ADDRESS: Final = 2000
MAX_MAILBOX: Final = 254
LAST_HOUR: Final = 23
_MAILBOX: Final = re.compile(r"[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+@[^\s@<>,;:\"\\()\[\]\x00-\x1f\x7f]+")


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing that a person should know of.

    Args:
        kind: Where it comes from.
        key: What tells it apart from others, the same as long as it lasts, another one when it comes again.
        text: What it is and what to do, for a person.
        since: When it began, in UTC; None where that is not known.
    """

    kind: str
    key: str
    text: str
    since: datetime | None = None

    def to_json(self) -> dict[str, Any]:
        """Its members as plain values."""
        return {"kind": self.kind, "key": self.key, "text": self.text, "since": None if self.since is None else self.since.isoformat()}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Alert:
        """The alert that `to_json` wrote; raises KeyError, TypeError or ValueError."""
        since = values["since"]
        return cls(str(values["kind"]), str(values["key"]), str(values["text"]), None if since is None else datetime.fromisoformat(since))


@dataclass(frozen=True, kw_only=True)
class AlertSettings:
    """Which alerts are told, to whom, and when. Whatever is secret comes from the environment.

    Args:
        findings: Whether alarms of the monitor are told.
        retrains: Whether failed and held retrains are.
        stale_sales: Whether uploads that stopped are.
        damage: Whether versions that cannot serve are.
        shadow: Whether the advice to serve another version is.
        orders: Whether webhooks are told of each order that is placed, soon after.
        hour: The hour of the day at which a digest is sent, 0 to 23.
        timezone: The IANA name of that hour's time zone; empty for the server's.
        webhooks: Addresses that get it as a signed webhook.
        emails: Mailboxes that get it as an e-mail.
    """

    findings: bool = True
    retrains: bool = True
    stale_sales: bool = True
    damage: bool = True
    shadow: bool = True
    orders: bool = True
    hour: int = 7
    timezone: str = ""
    webhooks: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in SWITCHES:
            require(isinstance(getattr(self, name), bool), f"alerts.{name} is true or false, not {getattr(self, name)!r}.")
        hour: object = self.hour
        require(type(hour) is int and 0 <= self.hour <= LAST_HOUR, f"alerts.hour is an hour of the day, 0 to {LAST_HOUR}, not {hour!r}.")
        object.__setattr__(self, "timezone", time_zones.zone(self.timezone).key if self.timezone.strip() else "")
        object.__setattr__(self, "webhooks", _each_once("webhooks", self.webhooks))
        object.__setattr__(self, "emails", _each_once("emails", self.emails))
        for address in self.webhooks:
            check_webhook(address)
        for mailbox in self.emails:
            require(len(mailbox) <= MAX_MAILBOX and _MAILBOX.fullmatch(mailbox) is not None, f"{mailbox[:80]!r} is not an e-mail address.")

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """The kinds that are told."""
        return tuple(kind for kind in KINDS if getattr(self, kind))

    @classmethod
    def names(cls) -> tuple[str, ...]:
        """Names of all of them."""
        return tuple(each.name for each in fields(cls))


def _each_once(name: str, texts: Any) -> tuple[str, ...]:
    if isinstance(texts, str) or not all(isinstance(text, str) for text in texts):
        raise SettingsError(f"alerts.{name} is a list of texts, not {texts!r}.")
    listed = tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))
    require(len(listed) <= MAX_RECEIVERS, f"alerts.{name} holds at most {MAX_RECEIVERS} receivers, not {len(listed)}.")
    return listed


def check_webhook(address: str) -> None:
    """Refuses what is no address of a receiver, and one that holds a password, which would be shown to everybody; raises SettingsError."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError as error:
        raise SettingsError(f"{address[:80]!r} is not the address of a webhook: {error}.") from error
    plain = address.isascii() and address.isprintable() and " " not in address and len(address) <= MAX_ADDRESS
    if parts.scheme not in ("https", "http") or not host or not plain:
        raise SettingsError(f"{address[:80]!r} is not the address of a webhook. Write one like https://example.com/hooks/shelfcast.")
    require("@" not in parts.netloc, "The address of a webhook must not hold a login: everybody who uses the shop can read it.")
