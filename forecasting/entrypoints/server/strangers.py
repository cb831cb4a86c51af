"""Requests by strangers: answered, but told nothing of the shop."""

from __future__ import annotations

from typing import Final

from starlette.types import Scope

_STRANGER: Final = "shelfcast.stranger"


def mark(scope: Scope) -> None:
    """Notes in a request's scope that it comes from somebody who may not see the shop."""
    scope[_STRANGER] = True


def is_stranger(scope: Scope) -> bool:
    """Whether a request comes from somebody who may not see the shop."""
    return _STRANGER in scope
