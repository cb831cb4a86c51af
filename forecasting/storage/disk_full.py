"""What a disk that takes no more bytes means for what is being saved, whichever library reports it."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from forecasting.core import system_errors
from forecasting.core.errors import DiskFull, NotWritable, ShelfcastError
from forecasting.core.system_errors import MAKE_WRITABLE, REMEDY


@contextmanager
def disk_full_as_error(what: str) -> Iterator[None]:
    """Turns a disk that takes no more bytes into one error for a person.

    Args:
        what: What is being saved, a singular noun: "the upload a.csv".

    Raises:
        DiskFull: There was no space, or the quota is used up.
        NotWritable: The disk is read-only.
    """
    try:
        yield
    except Exception as error:
        refusal = None if isinstance(error, (DiskFull, NotWritable)) else _refusal(what, error)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(what: str, error: Exception) -> ShelfcastError | None:
    same, code = f"{what} was not saved, and everything is as it was before.", system_errors.code_of(error)
    if code == errno.EDQUOT:
        return DiskFull(f"Your quota on the disk is used up: {same} {REMEDY}")
    if system_errors.is_full(error):
        return DiskFull(f"The disk is full: {same} {REMEDY}")
    if code == errno.EROFS:
        return NotWritable(f"The disk is read-only: {same} {MAKE_WRITABLE}")
    return None
