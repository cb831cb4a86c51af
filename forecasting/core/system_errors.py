"""What the operating system refuses, whichever library reports it, as errors for a person."""

from __future__ import annotations

import errno
import os
import pwd
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from forecasting.core.errors import DiskFull, NotWritable, OutOfMemory, ShelfcastError, StorageUnavailable

FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
GONE: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ELOOP})
"""The file is not there, or something else is: nobody has to wait for it."""
OTHER: Final = frozenset(
    {
        *(errno.EINVAL, errno.EEXIST, errno.ENAMETOOLONG, errno.EOVERFLOW, errno.ESPIPE, errno.EBADF, errno.ENOTEMPTY, errno.ESRCH, errno.ECHILD),
        *(errno.EPIPE, errno.ECONNRESET, errno.ECONNABORTED, errno.ECONNREFUSED, errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EAGAIN),
    }
)
"""A wrong question, or another program's doing: no file is refused."""
REMEDY: Final = "Free some space, for example by deleting old versions (python -m forecasting prune --versions 2), then try it again."
_MEMORY: Final = "There is not enough memory for this at the moment. Nothing was changed. Close other programs or send less at once, then try again."
MAKE_WRITABLE: Final = "Make the disk writable (one that found an error turns read-only by itself: check it first), then try again."
_READ_ONLY: Final = f"its disk is read-only. Nothing was changed, and what is saved can still be read. {MAKE_WRITABLE}"
_TEXTS: Final = {os.strerror(code).lower(): code for code in (*FULL, errno.EROFS, errno.ENOMEM)}
"""Texts by which libraries that are not written in Python report it, where they leave the number out."""
_NUMBER: Final = re.compile(r"\[errno (\d+)\]|\bos error (\d+)\b", re.IGNORECASE)
_RIGHTS: Final = "Let it use that file, then try again."
_DISK: Final = "Try again; if it stays like this, check the disk, and restore a backup once it is sound."
_AWAY: Final = "The disk or share that holds it does not answer. Try again when it does."
_OPEN: Final = "Too many files are open. Try again in a moment; if it stays like this, raise the limit (ulimit -n) and start Shelfcast again."
_ADVICE: Final = {
    **dict.fromkeys((errno.EACCES, errno.EPERM), _RIGHTS),
    **dict.fromkeys((errno.EIO, errno.EUCLEAN, errno.EREMOTEIO, errno.EBADMSG), _DISK),
    **dict.fromkeys((errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN, errno.EHOSTUNREACH, errno.ENODEV, errno.ENXIO), _AWAY),
    **dict.fromkeys((errno.EMFILE, errno.ENFILE), _OPEN),
}


def code_of(error: BaseException) -> int | None:
    """The number of the system's refusal behind an error, or behind one that led to it; None where there is none."""
    return next((code for link in _chain(error) if (code := _code(link)) is not None and code not in GONE | OTHER), None)


def is_full(error: BaseException) -> bool:
    """Whether an error, or an error that led to it, says that no space is left."""
    return any(_code(link) in FULL for link in _chain(error))


def takes_no_bytes(error: BaseException) -> bool:
    """Whether an error says that a disk is full or read-only, which who saves can put best."""
    return is_full(error) or code_of(error) == errno.EROFS


def named(error: BaseException, path: Path | None = None) -> ShelfcastError | None:
    """The error for a person where the system refused something; None where an error has another cause, or is one for a person already.

    Args:
        error: Any error.
        path: What was read; found from the error for None.
    """
    if any(isinstance(link, ShelfcastError) for link in _chain(error)):
        return None
    code = code_of(error)
    if code is None:
        return None
    where = path or _path(error)
    if code == errno.ENOMEM:
        return OutOfMemory(_MEMORY)
    if code in FULL:
        return DiskFull(f"{_full(code, where)} Nothing of this was saved. {REMEDY}")
    if code == errno.EROFS:
        return NotWritable(f"{where or 'The workspace'} cannot be written: {_READ_ONLY}")
    return unavailable(code, where)


def unavailable(code: int, path: Path | None) -> StorageUnavailable:
    """The error for a file that the system does not give now: why, whose it is, and what to do, which is never to delete it."""
    advice = _ADVICE.get(code, "Try again in a moment.")
    whose = f"{_whose(path)} " if advice == _RIGHTS and path is not None else ""
    file = "A file" if path is None else f"{path}"
    return StorageUnavailable(f"{file} cannot be used now: {os.strerror(code)}. {whose}{advice} Nothing is lost or damaged by this.")


@contextmanager
def refusals_named(path: Path) -> Iterator[None]:
    """Turns the system's refusal to read a file into an error for a person; that a file is gone, or a disk full, stays what it is.

    Raises:
        StorageUnavailable: It cannot be read now.
        OutOfMemory: There is no memory to read it into.
    """
    try:
        yield
    except Exception as error:
        refusal = None if takes_no_bytes(error) else named(error, path)
        if refusal is None:
            raise
        raise refusal from error


def _code(error: BaseException) -> int | None:
    if isinstance(error, MemoryError):
        return errno.ENOMEM
    code = getattr(error, "errno", None)
    if isinstance(code, int):
        return code
    text = str(error)
    stated = _NUMBER.search(text)
    if stated is not None:
        return int(stated[1] or stated[2])
    lower = text.lower()
    return next((code for words, code in _TEXTS.items() if words in lower), None)


def _chain(error: BaseException | None) -> list[BaseException]:
    """An error and the errors that led to it, newest first."""
    chain: list[BaseException] = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return chain


def _path(error: BaseException) -> Path | None:
    """The file that an error, or one that led to it, is about."""
    names = (getattr(link, "filename", None) for link in _chain(error))
    return next((Path(os.fsdecode(name)) for name in names if isinstance(name, (str, bytes, os.PathLike))), None)


def _full(code: int, path: Path | None) -> str:
    """What has no space left: a quota, the folder for temporary files, or a disk."""
    if code == errno.EDQUOT:
        return f"The quota of {user_name(os.geteuid())} on the disk is used up."
    temporary = Path(tempfile.gettempdir())
    if path is None or path.is_relative_to(temporary):
        return f"The disk is full, or the folder for temporary files ({temporary}; TMPDIR names another one)."
    return f"The disk of {path.parent} is full."


def _whose(path: Path) -> str:
    """Whose a file is, and who asks: of the file itself or, where that is hidden, of the folder that hides it."""
    asks = user_name(os.geteuid())
    for place in (path, *path.parents):
        with suppress(OSError):
            facts = place.stat()
            if place == path or not os.access(place, os.X_OK):
                mode = f"{facts.st_mode & 0o7777:04o}"
                what = "It" if place == path else f"{place}"
                return f"{what} belongs to {user_name(facts.st_uid)} (mode {mode}), and Shelfcast runs as {asks}."
    return f"Shelfcast runs as {asks}."


def user_name(number: int) -> str:
    """A user's name, or the number of one without a name."""
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return f"user {number}"
