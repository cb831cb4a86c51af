"""A full disk is known by whatever reports it, and by nothing else."""

from __future__ import annotations

import errno
import os

import pytest
from deltalake.exceptions import DeltaError

from forecasting.core import system_errors
from forecasting.core.errors import DiskFull, InputError, NotWritable
from forecasting.storage import disk_full


def led_to(first, then, *, cause):
    try:
        try:
            raise first
        except type(first) as error:
            raise then from (error if cause else None)
    except type(then) as error:
        return error


FULL = [
    OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a"),
    OSError(errno.EDQUOT, os.strerror(errno.EDQUOT)),
    DeltaError("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"),
    RuntimeError("[Errno 28] Error writing bytes to file. Detail: [errno 28] no space left on device"),
    led_to(OSError(errno.ENOSPC, "x"), KeyError("y"), cause=True),
]


@pytest.mark.parametrize("error", FULL, ids=range(len(FULL)))
def test_a_full_disk_is_one_error_that_says_what_was_not_saved(error):
    said = r"(The disk is full|Your quota on the disk is used up): the upload a\.csv was not saved, and everything is as it was before\. Free some"
    with pytest.raises(DiskFull, match=said) as told, disk_full.disk_full_as_error("the upload a.csv"):
        raise error
    assert told.value.__cause__ is error


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.EACCES, "no"),
        InputError("The file has no rows."),
        KeyboardInterrupt(),
        led_to(OSError(errno.ENOSPC, "x"), KeyError("told to be something else"), cause=False),
    ],
)
def test_any_other_error_stays_what_it_is(error):
    with pytest.raises(type(error)) as told, disk_full.disk_full_as_error("the upload a.csv"):
        raise error
    assert told.value is error


def test_what_was_not_saved_is_named_once_by_who_knows_it_best():
    with pytest.raises(DiskFull, match="the upload") as told, disk_full.disk_full_as_error("the job"), disk_full.disk_full_as_error("the upload"):
        raise FULL[0]
    assert "the job" not in str(told.value)


def test_errors_that_led_to_each_other_end():
    one, two = KeyError("one"), KeyError("two")
    one.__cause__, two.__cause__ = two, one
    assert not system_errors.is_full(one)


def test_a_disk_that_turned_read_only_says_what_was_not_saved():
    with pytest.raises(NotWritable, match=r"The disk is read-only: the stock was not saved"), disk_full.disk_full_as_error("the stock"):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS), "a")
