"""Packed files are unpacked whole or not at all."""

from __future__ import annotations

import gzip

import pytest

from forecasting.core.errors import UnreadableFile
from forecasting.intake.unpacking import MAX_MEMBERS, gunzip

LIMIT = 2**20
ROWS = b"2024-01-01,5\n" * 100
EMPTY = gzip.compress(b"", mtime=0)


@pytest.mark.parametrize("behind", [ROWS, b"\n", b"\0\0x", ROWS + gzip.compress(ROWS)])
def test_rows_that_were_added_without_packing_them_are_refused(behind):
    with pytest.raises(UnreadableFile, match=r"sales.csv.gz has [\d,]+ bytes? behind its packed data"):
        gunzip(gzip.compress(ROWS) + behind, "sales.csv.gz", LIMIT)


def test_zeros_that_fill_a_tape_up_are_none():
    assert gunzip(gzip.compress(ROWS) + bytes(512), "a", LIMIT) == ROWS


def test_empty_members_take_time_in_proportion_and_are_bounded():
    assert gunzip(EMPTY * (MAX_MEMBERS - 1) + gzip.compress(ROWS), "a", LIMIT) == ROWS
    with pytest.raises(UnreadableFile, match="100,000 pieces"):
        gunzip(EMPTY * (MAX_MEMBERS + 1), "a", LIMIT)


@pytest.mark.parametrize("size", [1, 511, 512, 513, 5_000, 2**20 - 1, 2**20, 2**20 + 1])
def test_members_of_every_size_are_unpacked(size):
    text = (ROWS * (size // len(ROWS) + 1))[:size]
    for level in (0, 9):
        assert gunzip(gzip.compress(text, level) * 3, "a", 4 * LIMIT) == text * 3


@pytest.mark.parametrize("cut", [1, 8, 9, 100])
def test_a_member_without_its_end_is_refused(cut):
    with pytest.raises(UnreadableFile, match="ends in the middle"):
        gunzip(gzip.compress(ROWS) + gzip.compress(ROWS, 0)[:-cut], "a", LIMIT)
