"""The context of a request: the workspace, and threads for work beside the event loop."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Any, ParamSpec, TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Depends, Request

from forecasting.entrypoints.api.turns import Turns
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.storage import locks
from forecasting.storage.workspace import Workspace

P = ParamSpec("P")
T = TypeVar("T")
QUICK, HEAVY, CHANGES, WATCHES, COMPUTES = 16, 2, 8, 4, 4


@dataclass(frozen=True, eq=False)
class Context:
    """The surroundings of one request.

    Args:
        ws: The workspace.
        settings: The server's settings.
        quick: Threads for calls that take milliseconds.
        heavy: Threads for work on files, which takes memory and whole cores; more such calls at once wait for each other.
        changes: Threads for changes, which may wait for a lock: one a part of the workspace at most.
        watches: Threads for what monitoring asks.
        computes: Threads for answers that are computed, by what they are about: so many that a short one need not wait for a long one, and so few
            that the event loop gets its turn between them.
        turns: Turns at changing a part of the workspace.
    """

    ws: Workspace
    settings: ServerSettings
    quick: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(QUICK))
    heavy: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(HEAVY))
    changes: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(CHANGES))
    watches: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(WATCHES))
    computes: defaultdict[str, CapacityLimiter] = field(default_factory=lambda: defaultdict(lambda: CapacityLimiter(COMPUTES)))
    turns: Turns = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "turns", Turns(self.settings.lock_seconds))

    async def call(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a quick function that waits for nobody, called in a thread beside the event loop."""
        return await to_thread.run_sync(partial(function, *args, **options), limiter=self.quick)

    async def work(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a function that takes long, called in one of few threads beside the event loop."""
        return await to_thread.run_sync(partial(function, *args, **options), limiter=self.heavy)

    async def compute(self, kind: str, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a function that computes an answer of a kind, "forecast" or "orders", in one of few threads for that kind."""
        return await to_thread.run_sync(partial(function, *args, **options), limiter=self.computes[kind])

    async def change(self, part: str, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a function that changes a part of the workspace, called beside the event loop when it is the request's turn.

        Args:
            part: What it changes: "sales", "versions", "jobs", ...
            function: May wait for the lock of that part.
            args: Of the function.
            options: Of the function.

        Raises:
            TryAgain: Others were changing the same part for longer than the server's settings say.
        """
        async with self.turns.turn(part) as seconds:
            with locks.waiting_at_most(seconds):
                return await to_thread.run_sync(partial(function, *args, **options), limiter=self.changes)

    async def watch(self, function: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The result of a quick function for monitoring, called in threads of its own: it answers whatever else waits."""
        return await to_thread.run_sync(partial(function, *args, **options), limiter=self.watches)


async def _context(request: Request) -> Any:
    return request.app.state.context


Ask = Annotated[Context, Depends(_context)]
"""The type of a route's parameter that is its context."""
