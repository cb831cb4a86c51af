"""Handing messages to receivers within a time, however dead one of them is."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Final

from forecasting.core.errors import ShelfcastError

SECONDS: Final = 10.0
"""How long a receiver may take for one answer on the network."""
MAX_SECONDS: Final = 30.0
"""How long it may take for everything."""


class NotDelivered(ShelfcastError):
    """A receiver did not take a message; the text says why."""


def begun(send: Callable[[], None]) -> Future[None]:
    """What comes of a sending that a thread of its own has begun; one that hangs is left behind, and keeps no process from its end."""
    future: Future[None] = Future()
    context = copy_context()  # whoever sends writes as whoever began it

    def run() -> None:
        try:
            context.run(send)
        except BaseException as error:  # noqa: BLE001 - the future raises it where somebody asks
            future.set_exception(error)
        else:
            future.set_result(None)

    threading.Thread(target=run, name="alert", daemon=True).start()
    return future


@contextmanager
def ended_after(seconds: float, end: Callable[[], object]) -> Iterator[None]:
    """Calls `end` if the block takes longer, so that nothing trickles for ever; a connection that ends raises in the block."""
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def hang_up(connection: socket.socket | None) -> None:
    """Ends a connection that another thread waits on; nothing where there is none any more."""
    if connection is not None:
        with suppress(OSError):
            socket.socket.shutdown(connection, socket.SHUT_RDWR)  # below TLS, whose own end would wait for the other side


def refusal(future: Future[None], seconds: float) -> str:
    """Why a message did not arrive; empty where it did. Raises what was unexpected.

    Args:
        future: What `begun` gave; it has ended, or had its time.
        seconds: That time.
    """
    if not future.done():
        return f"No answer within {seconds:g} seconds."
    try:
        future.result()
    except NotDelivered as error:
        return str(error)
    except OSError as error:
        return f"No answer: {error}."
    return ""
