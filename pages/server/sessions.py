"""What sessions of pages leave behind: those that nobody has open any more, and garbage."""

from __future__ import annotations

import asyncio
import gc
import logging
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
    """Searches for garbage, as long as it runs."""
    while True:
        await asyncio.sleep(COLLECT_SECONDS)
        gc.collect()


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
