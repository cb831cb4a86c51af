"""The context of a request: the workspace, and threads for work beside the event loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.storage.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")
QUICK, HEAVY = 16, 2


@dataclass(frozen=True, eq=False)
class Context:
    """The surroundings of one request.

    Args:
        ws: The workspace.
        settings: The server's settings.
        quick: Threads for calls that take milliseconds, or wait.
        heavy: Threads for work on files, which takes memory and whole cores; more such calls at once wait for each other.
    """

    ws: Workspace
    settings: ServerSettings
    quick: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(QUICK))
    heavy: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(HEAVY))

    async def call(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a quick function, called in a thread beside the event loop."""
        return await to_thread.run_sync(partial(function, *args, **options), limiter=self.quick)

    async def work(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a function that takes long, called in one of few threads beside the event loop."""
        return await to_thread.run_sync(partial(function, *args, **options), limiter=self.heavy)


def _context(request: Request) -> Any:
    return request.app.state.context


Ask = Annotated[Context, Depends(_context)]
"""The type of a route's parameter that is its context."""
