"""Hosts and origins that requests name, read strictly: what is no host or no origin is None, never an error."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
LAST_PORT: Final = 65_535
_AUTHORITY: Final = re.compile(r"(?P<name>[a-z0-9_.-]{1,253}|\[[0-9a-f:.]+\])(?::(?P<port>\d{1,5}))?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Authority:
    """A host and a port, as an address names them.

    Args:
        host: A name or an address, in small letters; one of IPv6 without its brackets.
        port: In [1, 65535]; None for the scheme's own.
    """

    host: str
    port: int | None = None


def authority(text: str) -> Authority | None:
    """What a `Host` header names, None if it is neither a name nor an address.

    Example:
        >>> authority("Shop.example:8501"), authority("[::1]")
        (Authority(host='shop.example', port=8501), Authority(host='::1', port=None))
        >>> authority("[::1"), authority("shop.example:99999"), authority("anna@shop.example")
        (None, None, None)
    """
    parts = _AUTHORITY.fullmatch(text)
    if parts is None:
        return None
    name, port = parts["name"].lower(), int(parts["port"] or 0)
    if parts["port"] is not None and not 0 < port <= LAST_PORT:
        return None
    if name.startswith("["):
        name = name[1:-1]
        if not _is_address(name):
            return None
    return Authority(name, port or None)


def is_origin(text: str) -> bool:
    """Whether a text is an origin, as browsers write one: a scheme of the web, a host, and a port unless it is the scheme's own.

    Example:
        >>> is_origin("https://shop.example"), is_origin("https://shop.example/path"), is_origin("*")
        (True, False, False)
    """
    scheme, _, rest = text.partition("://")
    return scheme in DEFAULT_PORTS and authority(rest) is not None


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an `Origin` header names the very host and port that a `Host` header does.

    Example:
        >>> is_same_origin("https://shop.example", "shop.example:443"), is_same_origin("http://localhost:9999", "localhost:8501")
        (True, False)
    """
    scheme, _, rest = origin.partition("://")
    default, there, here = DEFAULT_PORTS.get(scheme), authority(rest), authority(host)
    if default is None or there is None or here is None:
        return False
    return (there.host, there.port or default) == (here.host, here.port or default)


def _is_address(text: str) -> bool:
    try:
        return ip_address(text).version == 6
    except ValueError:
        return False
