"""Where a webhook may go: to addresses of the open Internet, and to nothing of this machine or its network unless the environment allows it."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any, Final

from forecasting.core.alert_variables import WEBHOOK_PRIVATE
from forecasting.services.alerts.delivery import NotDelivered

Resolve = Callable[[str, int], list[str]]
_UNICAST: Final = IPv6Network("2000::/3")
"""The only range of IPv6 that is given out for hosts of the open Internet."""
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
"""IPv6 addresses whose last 32 bits are one of IPv4 (RFC 6052)."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses of a host, as the system gives them; raises NotDelivered."""
    try:
        answers: list[Any] = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotDelivered(f"The name {host} has no address: {error}.") from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


def checked(host: str, port: int, *, allow_private: bool, resolve: Resolve = resolve) -> list[str]:
    """The addresses of a host to connect to, and to no others: the name is not looked up again.

    Raises:
        NotDelivered: It has none, or one of them is not of the open Internet.
    """
    addresses = resolve(host, port)
    for address in addresses:
        if not (allow_private or is_public(address)):
            raise NotDelivered(
                f"{host} is {address}, which is not on the open Internet. A webhook goes there only where {WEBHOOK_PRIVATE}=1 allows it."
            )
    return addresses


def is_public(text: str) -> bool:
    """Whether an address is one of a host of the open Internet, and so is every IPv4 address inside of it.

    Example:
        >>> [is_public(each) for each in ("93.184.215.14", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1", "fe80::1%eth0")]
        [True, False, False, False, False]
    """
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return _is_open(address)
    inside = _inside(address)
    if address in _TRANSLATED:
        return all(map(_is_open, inside))
    return address.scope_id is None and address in _UNICAST and _is_open(address) and all(map(_is_open, inside))


def _is_open(address: IPv4Address | IPv6Address) -> bool:
    return address.is_global and not (address.is_multicast or address.is_reserved)


def _inside(address: IPv6Address) -> list[IPv4Address]:
    """The IPv4 addresses that an IPv6 address stands for, by translation or a tunnel."""
    pairs = address.teredo or ()
    translated = IPv4Address(int(address) & 0xFFFFFFFF) if address in _TRANSLATED else None
    return [each for each in (address.ipv4_mapped, address.sixtofour, translated, *pairs) if each is not None]
