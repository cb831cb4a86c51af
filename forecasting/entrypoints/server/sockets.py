"""The socket that a server listens on, and how many connections the system lets it have."""

from __future__ import annotations

import os
import resource
import socket
from contextlib import suppress
from typing import Final

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.server.authorities import LAST_PORT

DEAF_SECONDS: Final = 60.0
"""For which a client may take nothing of its answer, or be gone without a word."""
MOST_DESCRIPTORS: Final = 65_536
"""Open files and connections that the server asks the system for."""
BACKLOG: Final = 2048
"""Connections that wait in the system until they are taken."""


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens at an address, with the options that its connections take over.

    Raises:
        SettingsError: Nothing can listen there, e.g. since another program does.
    """
    family, both = (socket.AF_INET6, socket.has_dualstack_ipv6()) if ":" in host else (socket.AF_INET, False)
    try:
        if not 0 <= port <= LAST_PORT:
            raise OSError(None, f"ports go up to {LAST_PORT:,}")
        taken = socket.create_server((host, port), family=family, dualstack_ipv6=both, backlog=BACKLOG)
    except OSError as error:
        what = os.strerror(error.errno) if error.errno is not None and error.errno > 0 else error.strerror
        raise SettingsError(f"Nothing can listen on {host}, port {port}: {what}. Choose another --host or --port.") from error
    set_options(taken)
    return taken


def set_options(listening: socket.socket) -> None:
    """What every connection of a socket takes over: answers go out at once, in 0.3 ms instead of 44, and a client that vanished is found out."""
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, seconds in (("TCP_KEEPIDLE", DEAF_SECONDS), ("TCP_KEEPINTVL", DEAF_SECONDS / 4), ("TCP_USER_TIMEOUT", DEAF_SECONDS * 1000)):
        if hasattr(socket, option):  # Linux has them all
            listening.setsockopt(socket.IPPROTO_TCP, getattr(socket, option), int(seconds))


def raise_descriptors() -> int:
    """Raises how many descriptors this process may have, as far as the system lets it; how many those are."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST_DESCRIPTORS if hard == resource.RLIM_INFINITY else min(hard, MOST_DESCRIPTORS)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return MOST_DESCRIPTORS if soft == resource.RLIM_INFINITY else soft
    with suppress(OSError, ValueError):  # as some systems refuse what they say they allow
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft
