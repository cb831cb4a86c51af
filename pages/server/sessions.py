"""What sessions of pages leave behind: those that nobody has open any more, and garbage."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import logging
from collections.abc import Callable
from functools import partial
from typing import Final

from streamlit import runtime
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

SWEEP_SECONDS: Final = 30.0
COLLECT_SECONDS: Final = 60.0
"""Between two searches for garbage beside Python's own. Streamlit would search everything after each run of a page and of a fragment, 20 times a
second with 30 open pages, and for a tenth of a second or more nothing else runs: `.streamlit/config.toml` has it leave that to us."""
logger = logging.getLogger("shelfcast")


async def sweep() -> None:
    """Ends sessions that nobody came back to, as long as it runs.

    Streamlit keeps up to 128 of them for those who come back within `server.disconnectedSessionTTL` (2 minutes), but looks at the clock only when
    the next one is left: until then each holds its data and three descriptors.
    """
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        try:
            end_left()
        except Exception:
            logger.exception("Sessions that were left could not be ended.")


async def collect() -> None:
    """Searches for garbage and gives memory back, as long as it runs."""
    give_back = memory_returner()
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()
        await asyncio.to_thread(give_back)


def memory_returner() -> Callable[[], object]:
    """What has the C library give free memory back to the system, which glibc does of itself only at the end of its heap; elsewhere nothing."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return partial(trim, 0) if trim is not None else lambda: None


def end_left() -> int:
    """Ends the sessions that were left too long ago; how many."""
    manager = runtime.get_instance()._session_mgr
    storage = manager._session_storage if isinstance(manager, WebsocketSessionManager) else None
    if not isinstance(storage, MemorySessionStorage):
        return 0
    left = storage._cache.expire()  # type: ignore[attr-defined]
    for _, info in left:
        info.session.shutdown()
    return len(left)
