"""Which process of the server gets a connection, by the head of its first request."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Final

from forecasting.entrypoints.server.process_role import PROGRAMS

COOKIE: Final = "shelfcast-process"
"""Names the process that has a browser's sessions, the files that it uploads and those that it may download."""
LONGEST_HEAD: Final = 65_536
"""Bytes of a head that are looked at."""
_END: Final = b"\r\n\r\n"
_PROGRAM: Final = re.compile(rb"[A-Z]+ (?:[a-z]+://[^/ ]*)?(?:/[^/?# ]+)*?/api[/? ]")
_CHOSEN: Final = re.compile(rb"^cookie:(?:[^\r\n]*;)?[ \t]*" + COOKIE.encode() + rb"=(\d{1,3})[ \t]*(?:[;\r]|$)", re.IGNORECASE | re.MULTILINE)


def is_whole(head: bytes) -> bool:
    """Whether bytes hold the whole head of a request, or as much of it as is looked at."""
    return _END in head or len(head) >= LONGEST_HEAD


def asks_as_program(head: bytes) -> bool:
    """Whether a request is for the API, below whatever address the server lives at.

    Example:
        >>> [asks_as_program(head) for head in (b"GET /api/forecast HTTP/1.1", b"GET /shop/api/ HTTP/1.1", b"GET /forecast?x=/api/ HTTP/1.1")]
        [True, True, False]
    """
    return _PROGRAM.match(head) is not None


def chosen(head: bytes) -> int | None:
    """The process that a browser's cookie names.

    Example:
        >>> chosen(b"GET / HTTP/1.1\\r\\nCookie: theme=dark; shelfcast-process=2\\r\\n\\r\\n"), chosen(b"GET / HTTP/1.1\\r\\n\\r\\n")
        (2, None)
    """
    found = _CHOSEN.search(head.partition(_END)[0])
    return None if found is None else int(found[1])


@dataclass
class ConnectionRoutes:
    """Spreads browsers over the processes that draw pages; one that came before goes where it was.

    Args:
        turns: Numbers that newcomers draw.
    """

    turns: Iterator[int] = field(default_factory=count)

    def process_for(self, head: bytes, running: Collection[int]) -> int | None:
        """The process that gets a connection, None as long as none runs that could.

        Args:
            head: Of its first request; what there is of it where it has not come whole.
            running: The processes that run, in any order.
        """
        pages = sorted(set(running) - {PROGRAMS})
        if asks_as_program(head) or not pages:
            return PROGRAMS if PROGRAMS in running else None
        before = chosen(head)
        return before if before in pages else pages[next(self.turns) % len(pages)]
