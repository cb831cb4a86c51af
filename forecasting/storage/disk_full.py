"""How a full disk is recognised, whichever library reports it."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from forecasting.core.errors import DiskFull

CODES: Final = (errno.ENOSPC, errno.EDQUOT)
TEXTS: Final = tuple(os.strerror(code).lower() for code in CODES)
"""Texts by which libraries that are not written in Python report it."""
REMEDY: Final = "Free some space, for example by deleting old versions (python -m forecasting prune --versions 2), then try it again."


@contextmanager
def disk_full_as_error(what: str) -> Iterator[None]:
    """Turns a full disk into one error for a person.

    Args:
        what: What is being saved, a singular noun: "the upload a.csv".

    Raises:
        DiskFull: There was no space.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, DiskFull) or not is_full(error):
            raise
        raise DiskFull(f"The disk is full: {what} was not saved, and everything is as it was before. {REMEDY}") from error


def is_full(error: BaseException) -> bool:
    """Whether an error, or an error that led to it, says that no space is left."""
    return any(_says_so(link) for link in _chain(error))


def _says_so(error: BaseException) -> bool:
    return getattr(error, "errno", None) in CODES or any(text in str(error).lower() for text in TEXTS)


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and the errors that led to it, newest first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain
