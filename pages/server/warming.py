"""What a server works out before anybody asks: what pages show first, at its start and whenever another version serves."""

from __future__ import annotations

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any, Final

from forecasting.core.errors import ShelfcastError
from forecasting.entrypoints.server.process_role import ProcessRole
from pages.server import first_page

logger = logging.getLogger("shelfcast")
ONLY: Final = ProcessRole()
QUIET_SECONDS: Final = 5.0
"""After the start, until it is sure that nobody waits for a first page."""
DRAWING_SECONDS: Final = 4.0
"""After the first page's script has ended, in which its visitor's browser still fetches what draws the charts."""
LOOK_SECONDS: Final = 2.0
"""Between two looks at which version serves."""
Ready = Callable[[], Any]
"""Makes what programs ask, where nobody has asked yet."""


def run(ready: Ready, stop: threading.Event, role: ProcessRole = ONLY, *, ahead: bool = True) -> None:
    """Warms a server at its start, then again whenever another version serves; until it is told to stop.

    Without `ahead` nothing is worked out before somebody asks: only the first training of an empty workspace is started, and the API made.
    """
    version = warm(ready, stop, role, ahead=ahead)
    while ahead and not stop.wait(LOOK_SECONDS):
        version = follow(version, stop, role)


def warm(ready: Ready, stop: threading.Event, role: ProcessRole = ONLY, *, ahead: bool = True) -> int | None:
    """Loads what the first page needs, starts the first training of an empty workspace, then the rest, and spares all of it from collections; of
    these what the process is for. The version that served.

    The rest waits until a browser has drawn a page, or for a few seconds without a visitor: a thread beside it would take its time. A server that is
    told to stop does not wait for it.
    """
    version = None
    try:
        with _spared_from_collections():
            version = _first(role, ahead=ahead)
        if role.draws_pages and first_page.wait(QUIET_SECONDS):
            stop.wait(DRAWING_SECONDS)
        if stop.is_set():
            return version
        if version is not None and ahead:
            _rest(version, stop, role)
        if role.answers_programs:
            ready()
    except Exception:
        logger.exception("The warm start stopped.")
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    return version


def follow(version: int | None, stop: threading.Event, role: ProcessRole) -> int | None:
    """The version that serves now; where it is another one, its answers are worked out."""
    try:
        now = _serving()
    except ShelfcastError:  # pages say so
        return version
    if now is None or now == version:
        return now
    try:
        _rest(now, stop, role)
    except Exception:
        logger.exception("The answers of version %d were not worked out ahead.", now)
    return now


@contextmanager
def _spared_from_collections() -> Iterator[None]:
    """No search for garbage while libraries are loaded, nor among them afterwards: Streamlit searches everything at the end of each script."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _first(role: ProcessRole, *, ahead: bool) -> int | None:
    """Loads what the first page needs; the version that serves, if any."""
    from forecasting.services import retraining, workspaces

    if role.answers_programs:
        retraining.first_start(workspaces.workspace())
    version = _serving()
    if version is not None and role.draws_pages and ahead:
        _first_page(version)
    return version


def _serving() -> int | None:
    from forecasting.services import versions, workspaces

    return versions.serving(workspaces.workspace()).version


def _first_page(version: int) -> None:
    """What the first page draws, so that its libraries are loaded too."""
    from pages.components.overview import answers

    answers.first(version)


def _rest(version: int, stop: threading.Event, role: ProcessRole) -> None:
    """What pages and programs ask of a version as long as it serves, one answer after the other, each in a moment in which no page is drawn."""
    for answer in _answers(version, role):
        first_page.undisturbed(stop)
        if stop.is_set() or _serving() != version:
            return
        with suppress(ShelfcastError):  # whoever asks is told
            answer()


def _answers(version: int, role: ProcessRole) -> list[Callable[[], object]]:
    """Works out an answer each; pages first, as they are visited."""
    from forecasting.services import cache, workspaces
    from pages.components.accuracy import backtest
    from pages.components.forecast import moves
    from pages.components.inventory import policy
    from pages.components.overview import answers

    def lines(version: int) -> None:
        cache.order_lines(ws, version, cache.stock(ws))

    ws = workspaces.workspace()
    of_pages = (answers.warm_up, moves.warm_up, backtest.warm_up) if role.draws_pages else ()
    of_programs = (lines,) if role.answers_programs else ()
    return [partial(answer, version) for answer in (*of_pages, policy.warm_up, *of_programs)]
