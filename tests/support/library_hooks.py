"""Hooks: what Shelfcast relies on in a library that the library promises to nobody. Each has a test that fails by name when it is gone."""

from __future__ import annotations

import functools
import importlib.metadata
import inspect
import platform
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from repository import ROOT

Test = Callable[..., None]


@dataclass(frozen=True)
class Hook:
    """What a test looks at.

    Args:
        library: Its name on PyPI; "Python" for the standard library.
        what: The hook, with the names under which the library has it.
        used_by: The file of Shelfcast that relies on it.
        to: What for; completes "relies on it to ...".
    """

    library: str
    what: str
    used_by: str
    to: str

    def lost(self, error: Exception) -> str:
        """What a failing test says: what is gone, and where to look."""
        version = platform.python_version() if self.library == "Python" else importlib.metadata.version(self.library)
        return (
            f"{self.library} {version} has changed or dropped {self.what}; {self.used_by} relies on it to {self.to}."
            f" See what took its place, change {self.used_by}, then this test. ({type(error).__name__}: {error})"
        )


def relies_on(library: str, what: str, *, used_by: str, to: str, gone: str | Callable[[pytest.MonkeyPatch], object]) -> Callable[[Test], Test]:
    """Has a test say, whatever goes wrong in it, which library lost which hook, and what relies on that; and runs it once more without the hook.

    Args:
        library: As in `Hook`.
        what: As in `Hook`.
        used_by: As in `Hook`.
        to: As in `Hook`.
        gone: Makes the library as a release without the hook might be, under which the test must fail; or the dotted path of what is then missing.
    """
    hook = Hook(library, what, used_by, to)
    take_away = gone if callable(gone) else lambda monkeypatch: monkeypatch.delattr(gone)

    def decorated(test: Test) -> Test:
        needs = inspect.signature(test).parameters

        @functools.wraps(test)
        def named(there: bool, monkeypatch: pytest.MonkeyPatch, **fixtures: Any) -> None:
            assert (ROOT / used_by).is_file()
            if not there:
                take_away(monkeypatch)
            try:
                test(**({"monkeypatch": monkeypatch} if "monkeypatch" in needs else {}), **fixtures)
            except Exception as error:
                if there:
                    raise pytest.fail.Exception(hook.lost(error)) from error
            else:
                assert there, f"The test passes without {what}, so it does not look at it."

        own = [inspect.Parameter(name, inspect.Parameter.POSITIONAL_OR_KEYWORD) for name in ("there", "monkeypatch")]
        named.__signature__ = inspect.Signature([*own, *(each for name, each in needs.items() if name != "monkeypatch")])
        return pytest.mark.parametrize("there", [True, False], ids=["as it is", "without it"])(named)

    return decorated
