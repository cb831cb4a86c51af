"""What a file may hold at most: said with the number that it has, before anything unfolds."""

from __future__ import annotations

import tracemalloc

import pytest

from forecasting.core.errors import UnreadableFile
from forecasting.intake.limits import MAX_COLUMNS, MAX_LINE_BYTES
from forecasting.intake.reader import read_table

ROW = b"2026-07-01,5"
WIDE = b"date,sales" + b"".join(b",c%d" % place for place in range(MAX_COLUMNS - 2))
TOO_MUCH = {
    "columns": (WIDE + b",last\n" + ROW + b"\n", "has 2,001 columns; the limit is 2,000"),
    "columns of no names": (b"date,sales" + b"," * 3_000 + b"\n" + ROW + b"," * 3_000 + b"\n", "columns; the limit is 2,000"),
    "a header": (b"date,sales" + b"".join(b",%s %d" % (b"x" * 200, place) for place in range(400)) + b"\n" + ROW, "has 80 KB; the limit is 64 KB"),
    "one line": (b"date,sales " + b"x" * MAX_LINE_BYTES, "Line 1 of sales.csv has more than 1 MB"),
    "a line in the middle": (
        (b"date,sales\n" + (ROW + b"\n") * 100 + b"x" * (2 * MAX_LINE_BYTES) + b"\n" + ROW),
        "Line 102 of sales.csv has more than",
    ),
    "a line of an old Mac": (b"date,sales\r" + ROW + b"\r" + b"x" * (2 * MAX_LINE_BYTES), "Line 3 of sales.csv has more than"),
    "cells that are left out": (WIDE + b"\n" + (b"1,\n" * 100_000), "99,999 rows of 2,000 columns, nearly all of which are empty"),
}


@pytest.mark.parametrize("what", TOO_MUCH)
def test_too_much_of_anything_is_said_and_does_not_unfold(what):
    content, expected = TOO_MUCH[what]
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFile, match=expected):
            read_table(content, "sales.csv")
        assert tracemalloc.get_traced_memory()[1] < 8 * len(content) + 2**24
    finally:
        tracemalloc.stop()


def test_as_much_as_is_allowed_is_read():
    assert len(read_table(WIDE + b"\n" + ROW + b",1" * (MAX_COLUMNS - 2) + b"\n", "sales.csv").columns) == MAX_COLUMNS
    line = b'2026-07-01,5,"%s"\n' % (b"x" * 100_000)
    assert len(read_table(b"date,sales,note\n" + line * 25, "sales.csv")) == 25
