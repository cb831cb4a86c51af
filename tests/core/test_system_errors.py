"""What the system refuses is named by its reason, whichever library says it; nothing else is."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pyarrow as pa
import pytest
from deltalake.exceptions import DeltaError

from forecasting.core import system_errors
from forecasting.core.errors import DiskFull, InputError, NotWritable, OutOfMemory, StorageUnavailable, TryAgain

HERE = Path("/shop/data/sales/part.parquet")
UNAVAILABLE = [errno.EACCES, errno.EPERM, errno.EMFILE, errno.ENFILE, errno.EIO, errno.ESTALE, errno.ETIMEDOUT, errno.EBUSY]


@pytest.mark.parametrize("code", UNAVAILABLE, ids=errno.errorcode.get)
def test_a_file_that_cannot_be_read_now_is_named_with_the_reason_and_a_remedy_that_destroys_nothing(code):
    text = str(system_errors.named(OSError(code, os.strerror(code), str(HERE))))
    assert text.startswith(f"{HERE} cannot be used now: {os.strerror(code)}. ")
    assert text.endswith("Nothing is lost or damaged by this.")
    for word in ("delete", "remove", "take back", "move", "again;"):
        assert word not in text.lower().replace("try again;", "")


def test_whose_a_file_is_that_may_not_be_read(tmp_path):
    path = tmp_path / "sales"
    path.touch(mode=0o640)
    text = str(system_errors.unavailable(errno.EACCES, path))
    assert f"It belongs to {system_errors.user_name(os.getuid())} (mode 0640), and Shelfcast runs as {system_errors.user_name(os.geteuid())}." in text


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (MemoryError(), OutOfMemory),
        (pa.ArrowMemoryError("malloc of size 8 failed"), OutOfMemory),
        (OSError(errno.ENOMEM, "Cannot allocate memory"), OutOfMemory),
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), DiskFull),
        (OSError(errno.EROFS, "Read-only file system", str(HERE)), NotWritable),
        (DeltaError("Generic LocalFileSystem error: Unable to open file /shop: Permission denied (os error 13)"), StorageUnavailable),
        (DeltaError("Generic LocalFileSystem error: Too many open files (os error 24)"), StorageUnavailable),
        (RuntimeError("[Errno 5] Input/output error"), StorageUnavailable),
    ],
)
def test_each_refusal_has_its_class_whoever_reports_it(error, kind):
    assert type(system_errors.named(error)) is kind


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError(errno.ENOENT, "gone", str(HERE)),
        IsADirectoryError(errno.EISDIR, "a folder", str(HERE)),
        OSError("Corrupt snappy compressed data."),
        ValueError("a fault of Shelfcast"),
        BrokenPipeError(errno.EPIPE, "gone"),
        ConnectionResetError(errno.ECONNRESET, "gone"),
        InputError("The file has no rows."),
        TryAgain("Later."),
    ],
)
def test_any_other_error_is_nobody_s_refusal(error):
    assert system_errors.named(error) is None


def test_the_reason_may_be_an_error_that_led_to_another():
    error = ValueError("There was an error parsing the body")
    error.__cause__ = OSError(errno.ENOSPC, "x", "/tmp/spool")
    assert isinstance(system_errors.named(error), DiskFull)
