"""What functions keep of their answers."""

from __future__ import annotations

from typing import Any


def remember(function: Any, answer: object, *arguments: object) -> None:
    """Keeps an answer that is known already, as if the function had been asked for it.

    Args:
        function: Cached by `cachetools.cached` with a condition.
        answer: What it would give, which nobody changes.
        arguments: What it would be asked.
    """
    with function.cache_condition:
        function.cache[function.cache_key(*arguments)] = answer
