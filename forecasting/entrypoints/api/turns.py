"""Turns at changing one part of the workspace."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from forecasting.core.errors import TryAgain


class Turns:
    """Turns of requests at changing one part of the workspace each: those of one part come one by one, in order.

    Waiting for a turn takes neither a thread nor a slot for work, and ends.

    Args:
        seconds: For how long a request waits at most, for its turn and for those who change the same part in another process.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._locks: defaultdict[str, anyio.Lock] = defaultdict(anyio.Lock)

    @asynccontextmanager
    async def turn(self, part: str) -> AsyncIterator[float]:
        """A turn at changing a part; gives the seconds that are left to wait for others.

        Raises:
            TryAgain: It did not come in time.
        """
        end = anyio.current_time() + self._seconds
        with anyio.move_on_at(end) as waiting:
            await self._locks[part].acquire()
        if waiting.cancelled_caught:
            raise TryAgain(
                f"Others are changing the {part} at this moment: the turn of this change did not come within {self._seconds:g} s. Nothing of it was"
                " saved; try again in a moment."
            )
        try:
            yield max(end - anyio.current_time(), 0)
        finally:
            self._locks[part].release()
