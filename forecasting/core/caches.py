"""What functions keep of their answers."""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import partial
from threading import RLock
from typing import Any, Final, TypeVar
from weakref import WeakKeyDictionary, ref

from cachetools import LRUCache

from forecasting.core import notation

Answer = TypeVar("Answer")
Function = TypeVar("Function", bound=Callable[..., Any])
EACH: Final = 32
"""Answers that are kept beside one object."""
SERIES: Final = 200_000
"""That all answers of a function are about together, where their size grows with their series: 49 of a shop with few, 4 of a large one."""
BESIDES: Final = 4_000
"""Series that an answer about none of them would count as."""
_OF_LIVE: Final = "answers_of_live"
"""Attribute of functions whose answers are about the version that serves."""
VALUES: Final = (str, bytes, int, float, bool, date, type(None))
"""What is the same if it is equal; everything else is the same if it is one object."""


def size(series: int) -> int:
    """What an answer about so many series counts as; so little that four always fit.

    Example:
        >>> size(36), size(1_000_000)
        (4036, 50000)
    """
    return min(series + BESIDES, SERIES // 4)


def of_live(function: Function) -> Function:
    """A decorator of a module's function whose answers `cachetools.cached` keeps and which lead to the version that serves, or are as large: without
    it versions that served before would stay in memory until as many other questions are asked."""
    setattr(function, _OF_LIVE, True)
    return function


def forget_live(package: str) -> None:
    """Has the functions that `of_live` marks keep nothing any more, in the modules of a package that are loaded: another version serves."""
    modules = [module for name, module in sys.modules.copy().items() if name.startswith(f"{package}.")]
    for value in [value for module in modules for value in vars(module).copy().values()]:
        if _OF_LIVE in getattr(value, "__dict__", ()):
            value.cache_clear()


def digest(names: Iterable[str]) -> str:
    """A short text that is another one for other names, or the same ones in another order.

    Example:
        >>> digest(["Tea", "Milk"]) == digest(["Tea", "Milk"]), digest(["TeaM", "ilk"]) == digest(["Tea", "Milk"])
        (True, False)
    """
    return hashlib.blake2b(json.dumps(list(names)).encode(), digest_size=16).hexdigest()


def remember(function: Any, answer: object, *arguments: object) -> None:
    """Keeps an answer that is known already, as if the function had been asked for it.

    Args:
        function: Cached by `cachetools.cached` with a condition.
        answer: What it would give, which nobody changes.
        arguments: What it would be asked.
    """
    with function.cache_condition:
        function.cache[function.cache_key(*arguments)] = answer


def once(owner: object, work: Callable[..., Answer], *arguments: Any) -> Answer:
    """What a function answers, worked out once in each notation for all who ask, and kept as long as an object lives.

    Nobody changes the answer, and it does not lead back to the object, which would then live for ever.

    Args:
        owner: What the answer is about, which never changes: a view, a backtest, a table.
        work: The function, of a module.
        arguments: What it is asked: the owner or parts of it, values, or tuples of those.
    """
    kept = _beside(owner)
    key = (work, notation.current(), _same(arguments))
    with kept.lock:
        if key not in kept.answers:
            others = [argument for argument in arguments if argument is not owner]  # as long as they are kept, nothing else has their identity
            kept.answers[key] = (work(*arguments), others)
        answer: Answer = kept.answers[key][0]
        return answer


class _Kept:
    """Answers beside one object; those who ask for the same wait for whoever asked first."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.answers: LRUCache[Any, tuple[Any, list[Any]]] = LRUCache(EACH)


_LOCK: Final = RLock()
_KEPT: Final[WeakKeyDictionary[Any, _Kept]] = WeakKeyDictionary()
_OF_UNHASHABLE: Final[dict[int, tuple[ref[Any], _Kept]]] = {}
"""Answers beside tables, which cannot be keys, by their identity."""


def _beside(owner: Any) -> _Kept:
    """What is kept beside an object."""
    with _LOCK:
        if isinstance(owner, Hashable):
            return _KEPT.setdefault(owner, _Kept())
        of, kept = _OF_UNHASHABLE.get(id(owner), (None, None))
        if kept is None or of is None or of() is not owner:
            kept = _Kept()
            _OF_UNHASHABLE[id(owner)] = (ref(owner, partial(_let_go, id(owner))), kept)
        return kept


def _let_go(identity: int, ended: ref[Any], lock: RLock = _LOCK, kept: dict[int, tuple[ref[Any], _Kept]] = _OF_UNHASHABLE) -> None:
    """Keeps nothing any more beside an object that has ended; at the end of a process, too, where the names of a module are gone."""
    with lock:
        if kept.get(identity, (None,))[0] is ended:
            del kept[identity]


def _same(argument: object) -> object:
    """What tells arguments apart."""
    if isinstance(argument, tuple):
        return tuple(map(_same, argument))
    return (type(argument), argument) if isinstance(argument, VALUES) else id(argument)
