"""Files that are small as long as nobody reads them, of every kind that an upload may have."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

Random = np.random.Generator
SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"


def bomb(random: Random) -> tuple[bytes, str]:
    """A file and what its name ends in."""
    make = BOMBS[int(random.integers(len(BOMBS)))]
    return make(random)


@cache
def workbook() -> bytes:
    """A small workbook with sales."""
    file = io.BytesIO()
    pd.DataFrame({"date": ["2026-07-01", "2026-07-02"], "sales": [5, 7]}).to_excel(file, index=False, engine="xlsxwriter")
    return file.getvalue()


def repacked(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook whose parts were changed, with right checksums."""
    source, file = zipfile.ZipFile(io.BytesIO(content)), io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, change(name, source.read(name)))
    return file.getvalue()


def _size(random: Random, low: float, high: float) -> int:
    """A number between two powers of ten, small ones as likely as large ones."""
    return int(10 ** random.uniform(low, high))


def _far_cell(random: Random) -> tuple[bytes, str]:
    letters = "".join(chr(65 + int(place)) for place in random.integers(0, 26, random.integers(1, 4)))
    how = [b'r="%s"', b"r = '%s'", b'r= "%s"', b' r\n="%s"'][random.integers(4)]
    place = f"{letters}{_size(random, 1, 6.5)}".encode()
    cell = b'<row r="9"><c ' + how % place + b"><v>1</v></c></row></sheetData>"
    return repacked(workbook(), lambda name, part: part.replace(b"</sheetData>", cell) if name == SHEET else part), "xlsx"


def _far_row(random: Random) -> tuple[bytes, str]:
    row = b'<row r="%d">' % _size(random, 1, 6) + b"<c/>" * _size(random, 0, 4) + b"</row></sheetData>"
    return repacked(workbook(), lambda name, part: part.replace(b"</sheetData>", row) if name == SHEET else part), "xlsx"


def _shared_text(random: Random) -> tuple[bytes, str]:
    texts = b"<sst><si><t>date</t></si><si><t>" + b"x" * _size(random, 2, 6) + b"</t></si></sst>"
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>%d</v></c></row>' % (row, row, row > 1) for row in range(1, _size(random, 2, 4)))
    sheet = b"<worksheet><sheetData>" + cells + b"</sheetData></worksheet>"
    return repacked(workbook(), lambda name, part: {SHEET: sheet, STRINGS: texts}.get(name, part)), "xlsx"


def _spaces(random: Random) -> tuple[bytes, str]:
    return repacked(workbook(), lambda name, part: part + b" " * _size(random, 4, 8.5) if name == "xl/styles.xml" else part), "xlsx"


def _packed(table: pa.Table) -> tuple[bytes, str]:
    file = io.BytesIO()
    parquet.write_table(table, file, compression="zstd")
    return file.getvalue(), "parquet"


def _many_rows(random: Random) -> tuple[bytes, str]:
    rows = _size(random, 3, 7.3)
    return _packed(pa.table({"date": pa.array(np.zeros(rows, np.int32)).cast(pa.date32()), "sales": np.zeros(rows, np.int8)}))


def _long_text(random: Random) -> tuple[bytes, str]:
    rows = _size(random, 2, 6)
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(rows), pa.int32()), pa.array(["x" * _size(random, 2, 6.5)]))
    return _packed(pa.table({"date": pa.array(np.zeros(rows, np.int32)).cast(pa.date32()), "product_id": text, "sales": np.zeros(rows)}))


def _many_columns(random: Random) -> tuple[bytes, str]:
    return _packed(pa.table({f"c{place}": [1] for place in range(_size(random, 1, 4))}))


def _nested(random: Random) -> tuple[bytes, str]:
    kind = pa.int64()
    for depth in range(int(random.integers(1, 40))):
        kind = pa.list_(kind) if random.random() < 0.5 else pa.struct([(f"f{depth}", kind)])
    return _packed(pa.table({"date": ["2026-07-01"], "sales": [1], "x": pa.array([None], kind)}))


def _empty_members(random: Random) -> tuple[bytes, str]:
    return gzip.compress(b"", mtime=0) * _size(random, 2, 5.5), "csv.gz"


def _zeros(random: Random) -> tuple[bytes, str]:
    return gzip.compress(bytes([random.integers(256)]) * _size(random, 4, 8.4), 1, mtime=0), "csv.gz"


def _packed_text(random: Random) -> tuple[bytes, str]:
    content, _ = _text(random)
    return gzip.compress(content * _size(random, 0, 1), 1, mtime=0), "csv.gz"


def _text(random: Random) -> tuple[bytes, str]:
    """Lines of few or many cells below a header of few or many names, with marks that programs trip over."""
    mark = [b",", b";", b"\t", b"|", b'"', b"\r", b"\n", b"'", b"\xff", b"  "][random.integers(10)]
    header = b"date,sales" + b"".join(b",c%d" % place for place in range(_size(random, 0, 3.6)))
    line = b"2026-07-01,5" + mark * int(random.integers(0, 30)) if random.random() < 0.5 else mark * int(random.integers(1, 4))
    return header + b"\n" + (line + b"\n") * _size(random, 1, 5), "csv"


def _one_line(random: Random) -> tuple[bytes, str]:
    return b"date,sales\n" + [b"x", b",", b'"', b"1,"][random.integers(4)] * _size(random, 3, 7.5), "csv"


def _spans(random: Random) -> tuple[bytes, str]:
    """A web page whose cells reach far to the right and far down."""
    cell = f'<td rowspan="{_size(random, 1, 9)}" colspan="{_size(random, 0, 9)}">{"x" * _size(random, 0, 4)}</td>'.encode()
    return b"<html><table><tr><th>date</th><th>sales</th></tr><tr>" + cell * _size(random, 0, 4) + b"<tr>" * _size(random, 1, 5), "xls"


def _tables_inside(random: Random) -> tuple[bytes, str]:
    tag = [b"<table><tr><td>", b"<div>", b"<table>", b"<!", b"<a href='"][random.integers(5)]
    return b"<html>" + tag * _size(random, 1, 6), "html"


def _lists_inside(random: Random) -> tuple[bytes, str]:
    left, right = [(b"[", b"]"), (b'{"a":', b"}"), (b'[{"a":', b"}]")][random.integers(3)]
    depth = _size(random, 1, 6)
    return b'[{"date": "2026-07-01", "sales": 5, "x": ' + left * depth + b"1" + right * depth + b"}]", "json"


def _long_numbers(random: Random) -> tuple[bytes, str]:
    number = [b"9" * _size(random, 1, 6), b"1e%d" % _size(random, 1, 7), b"-0." + b"1" * _size(random, 1, 6)][random.integers(3)]
    return b'[{"date": "2026-07-01", "sales": ' + number + b"}, " + b'{"date": "2026-07-02", "sales": 5}]', "json"


def _orders(random: Random) -> tuple[bytes, str]:
    """An order with many fields and many lines, each of which gets all of them."""
    fields = b"".join(b'"c%d": 1, ' % place for place in range(_size(random, 0, 4)))
    lines = b", ".join([b'{"quantity": 1}'] * _size(random, 0, 5))
    return b'[{"date": "2026-07-01", ' + fields + b'"lines": [' + lines + b"]}]", "json"


BOMBS: tuple[Callable[[Random], tuple[bytes, str]], ...] = (
    *(_far_cell, _far_row, _shared_text, _spaces),
    *(_many_rows, _long_text, _many_columns, _nested),
    *(_empty_members, _zeros, _packed_text, _text, _one_line),
    *(_spans, _tables_inside, _lists_inside, _long_numbers, _orders),
)
