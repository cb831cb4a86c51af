"""Sales files as nobody should write them, drawn by Hypothesis: texts, workbooks and Parquet files."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pyarrow as pa
import xlsxwriter
from hypothesis import strategies as st
from pyarrow import parquet

DATES = ["2026-07-01", "2026-07-02", "2026-07-03", "2026-07-04", "2026-07-05"]
ODD_DATES = [
    *("", " ", "03/04/2026", "31.12.2025", "12/31/2025", "1/1/1", "2026-02-30", "0000-00-00", "0001-01-01", "9999-12-31"),
    *("10000-01-01", "46204", "-1", "1e5", "99999999999999999999", "2026-W27", "2026-W54", "2026-07", "Juli 2026", "1 July 2026"),
    *("2026-07-01T25:61:00", "2026-07-01 00:00:00+14:00", "\u0662\u0660\u0662\u0666-\u0660\u0667-\u0660\u0661"),
    *("2026\u201307\u201301", "nan", "NaT", "today", "-2026-07-01", "1969-12-31", "2028-12-31", "'2026-07-01"),
]
AMOUNTS = ["0", "1", "12", "3.5", "1000"]
ODD_AMOUNTS = [
    *("", " ", "-1", "-0", "nan", "NaN", "inf", "-Infinity", "\u221e", "1e308", "1e309", "1e-400", "9" * 400, "1,234.5", "1.234,5"),
    *("1,234", "1.2.3", "0x10", "1_000", "½", "\u0661\u0662", "\u4e94", "(5)", "5-", "\u20ac5", "5 kr.", "+", ".", ",", "1e", "--5"),
    *("1 000", "1'000", "TRUE", "=1+1", "#N/A", "1;2", '1"2'),
]
TEXTS = ["Tea", "Bread", "Cake"]
ODD_TEXTS = [
    *("", " ", "'", "''Tea", "=cmd|' /C calc'!A0", "<b>Tea</b>", "007", "7.0", "nan", "None", "null", "\u202eTea", "\ufeffTea"),
    *("\ud7ff", "é" * 3000, "Tea\nTea", "Tea\rTea", "Tea\x85Tea", "Tea\u2028Tea", "Tea\x0bTea", "\x1a", "\x01", 'quo"te'),
    *("a,b;c\td|e", "../../etc/passwd", "%s%n{0}", "\U0001f35e"),
]
HEADERS = {
    "date": ["date", "Date", "ds", "Datum", "\ufeffdate", " date ", "DATE", "Tag"],
    "sales": ["sales", "Units Sold", "y", "Menge", "qty", "Verkäufe"],
    "text": ["product_id"] * 12 + ["category", "category", "store", "region", "SKU", "Filiale"],
    "number": ["price", "promo", "open", "Preis"],
    "odd": ["", " ", "date", "sales", "x", "Column 2", "=1+1", "a\nb", "'", '"', "x" * 3000, "date.1", "\x00row", "\u202esales", "0", "NULL"],
}


def among(values: list[str]) -> st.SearchStrategy[str]:
    """One of them; unlike `sampled_from` it does not repeat them all, long as they are, wherever Hypothesis shows what it draws from."""
    return st.integers(0, len(values) - 1).map(lambda place: values[place])


def rarely(draw: st.DrawFn, times: int) -> bool:
    """True once in so many draws; Hypothesis likes low numbers, so it is not the lowest that counts."""
    return draw(st.integers(1, times)) == times - 1


def cells(usual: list[str], odd: list[str]) -> st.SearchStrategy[str]:
    """Mostly usual ones."""
    common = st.sampled_from(usual)
    return st.one_of(*[common] * 8, among(odd), st.text(max_size=8))


CELLS = {
    "date": st.one_of(st.sampled_from(DATES), st.dates(date(2026, 1, 1), date(2026, 12, 31)).map(str), cells(DATES, ODD_DATES)),
    "sales": st.one_of(st.sampled_from(AMOUNTS), cells(AMOUNTS, ODD_AMOUNTS), st.floats().map(repr)),
    "text": st.one_of(st.sampled_from(TEXTS), cells(TEXTS, ODD_TEXTS)),
    "number": st.one_of(st.sampled_from(AMOUNTS), cells(["1", "0", "yes", "no"], ODD_AMOUNTS)),
    "odd": cells(TEXTS, ODD_TEXTS + ODD_AMOUNTS + ODD_DATES),
}
USUAL = {"date": DATES, "sales": AMOUNTS, "text": TEXTS, "number": ["0", "1"], "odd": TEXTS}


@st.composite
def kinds(draw: st.DrawFn) -> list[str]:
    """What the columns of a table are: a date and sales first or somewhere, sometimes one of them twice or not at all."""
    required = draw(st.sampled_from([["date", "sales"]] * 24 + [["date"], ["sales"], [], ["date", "sales", "sales"], ["date", "date", "sales"]]))
    others = draw(st.lists(st.sampled_from(["number", "number", "odd"]), max_size=2))
    keys = draw(st.sampled_from([["text"]] * 6 + [[], ["text", "text"]]))
    return draw(st.permutations([*required, *keys, *others]))


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[list[str]]]:
    """A header and rows of texts; a row may have too many cells or too few, and may come twice."""
    columns = draw(kinds())
    names = [draw(among(HEADERS[kind])) for kind in columns]
    if not rarely(draw, 8):
        names = [name if name not in names[:place] else f"{name} {place}" for place, name in enumerate(names)]
    calm = draw(st.booleans())
    row = st.tuples(*(st.sampled_from(USUAL[kind]) if calm else CELLS[kind] for kind in columns)).map(list)
    rows = draw(st.lists(row, min_size=0 if rarely(draw, 9) else 1, max_size=12))
    if rows and draw(st.booleans()):
        rows.append(list(draw(st.sampled_from(rows))))
    if rows and rarely(draw, 9):
        ragged = draw(st.sampled_from(rows))
        ragged[:] = ragged[:-1] if draw(st.booleans()) else [*ragged, draw(CELLS["odd"])]
    return names, rows


@st.composite
def texts(draw: st.DrawFn) -> bytes:
    """A table as text: any delimiter, quotation, line end, encoding and mark, whole or damaged, packed or not."""
    names, rows = draw(tables())
    text = _written(draw, names, rows)
    text = draw(st.sampled_from([""] * 8 + ["sep=;\n", "sep=,\r\n", "\n\n", " ", "\ufeff", "# sales\n"])) + text
    text += draw(st.sampled_from([""] * 8 + ["\n\n\n", "\x1a", "\0", '"', ",,,,\n", "\0" * 100, "\r"]))
    encoding = draw(st.sampled_from(["utf-8"] * 6 + ["utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "shift_jis", "utf-7"]))
    content = text.encode(encoding, errors=draw(st.sampled_from(["replace", "ignore"])) if encoding != "utf-8" else "surrogatepass")
    if rarely(draw, 7):
        content = damaged(draw, content)
    if rarely(draw, 6):
        content = gzip.compress(content, mtime=0)
        content = damaged(draw, content) if rarely(draw, 3) else content + draw(st.sampled_from([b"", b"\0", b"x", content]))
    return content


def _written(draw: st.DrawFn, names: list[str], rows: list[list[str]]) -> str:
    file = io.StringIO(newline="")
    delimiter = draw(st.sampled_from([","] * 5 + [";", "\t", "|", ":", " "]))
    end = draw(st.sampled_from(["\n"] * 4 + ["\r\n", "\r", "\x85", "\u2028", "\n\r", "\n\n"]))
    if not rarely(draw, 4):
        quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]))
        csv.writer(file, delimiter=delimiter, lineterminator=end, quoting=quoting).writerows([names, *rows])
        return file.getvalue()
    return end.join(delimiter.join(row) for row in [names, *rows])


def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """The bytes with some of them cut off, turned, or put in."""
    at = draw(st.integers(0, len(content)))
    return draw(st.sampled_from([content[:at], content[at:], content[:at] + draw(st.binary(max_size=6)) + content[at + draw(st.integers(0, 3)) :]]))


MOMENTS = st.one_of(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31)), st.datetimes())
TYPED = {
    "date32": (pa.date32(), st.one_of(st.dates(date(2026, 6, 1), date(2026, 8, 1)), st.dates())),
    "date64": (pa.date64(), st.dates()),
    "us": (pa.timestamp("us"), MOMENTS),
    "ns": (pa.timestamp("ns", "Asia/Tokyo"), st.datetimes(datetime(1700, 1, 1), datetime(2200, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC))),
    "s": (pa.timestamp("s", "UTC"), st.datetimes().map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC))),
    "f64": (pa.float64(), st.one_of(st.floats(0, 1000), st.floats())),
    "f16": (pa.float16(), st.floats(-60_000, 60_000, width=16)),
    "i8": (pa.int8(), st.integers(-128, 127)),
    "u64": (pa.uint64(), st.one_of(st.integers(0, 50), st.integers(0, 2**64 - 1))),
    "decimal": (pa.decimal128(38, 10), st.decimals(-(10**20), 10**20, places=10, allow_nan=False)),
    "wide": (pa.decimal256(70, 2), st.decimals(0, 10**60, places=2, allow_nan=False).map(lambda value: Decimal(str(value)))),
    "bool": (pa.bool_(), st.booleans()),
    "text": (pa.string(), st.one_of(st.sampled_from(TEXTS + DATES + AMOUNTS), among(ODD_TEXTS))),
    "large": (pa.large_string(), st.sampled_from(TEXTS + DATES)),
    "view": (pa.string_view(), st.sampled_from(TEXTS)),
    "category": (pa.dictionary(pa.int8(), pa.string()), among(TEXTS + ODD_TEXTS)),
    "bytes": (pa.binary(), st.binary(max_size=4)),
    "time": (pa.time64("ns"), st.times()),
    "span": (pa.duration("us"), st.timedeltas(timedelta(days=-9999), timedelta(days=9999))),
    "list": (pa.list_(pa.int64()), st.lists(st.integers(0, 5), max_size=3)),
    "struct": (pa.struct([("a", pa.int64())]), st.fixed_dictionaries({"a": st.integers(0, 5)})),
    "null": (pa.null(), st.none()),
}
LIKELY = {
    "date": ["date32"] * 5 + ["us", "ns", "text"],
    "sales": ["f64"] * 4 + ["u64", "i8", "decimal"],
    "text": ["text"] * 4 + ["category", "large", "view"],
    "number": ["bool", "f64", "i8"],
}


@st.composite
def parquets(draw: st.DrawFn) -> bytes:
    """A Parquet file with columns of every type, some of them where they make no sense."""
    columns, length = draw(kinds()), 0 if rarely(draw, 9) else draw(st.integers(1, 8))
    names, arrays = [], []
    for place, kind in enumerate(columns):
        likely = LIKELY.get(kind, sorted(TYPED))
        dtype, values = TYPED[draw(st.sampled_from(sorted(TYPED) if rarely(draw, 7) else likely))]
        given = draw(st.lists(st.none() | values if rarely(draw, 6) else values, min_size=length, max_size=length))
        names.append(draw(among(HEADERS[kind])) + (f" {place}" if names.count("date") else ""))
        arrays.append(pa.array(given, dtype))
    file = io.BytesIO()
    parquet.write_table(pa.table(arrays, names=names), file)
    content = file.getvalue()
    return damaged(draw, content) if rarely(draw, 7) else content


TYPED_CELLS = {
    "date": st.one_of(
        st.sampled_from([date(2026, 7, 1), date(2026, 7, 2)]), st.datetimes(datetime(1900, 1, 1), datetime(9999, 12, 31)), CELLS["date"]
    ),
    "sales": st.one_of(st.integers(0, 50), st.integers(0, 50), st.floats(allow_nan=False, allow_infinity=False), CELLS["sales"]),
    "text": st.one_of(st.sampled_from(TEXTS), CELLS["text"], st.integers(0, 9)),
    "number": st.one_of(st.integers(0, 1), st.booleans(), CELLS["number"]),
    "odd": st.one_of(st.booleans(), st.just(time(12, 30)), st.just(timedelta(hours=30)), st.none(), CELLS["odd"]),
}


@st.composite
def workbooks(draw: st.DrawFn) -> bytes:
    """A workbook: cells of all kinds, the table somewhere on a sheet, perhaps behind an empty or a hidden one."""
    columns = draw(kinds())
    calm = draw(st.booleans())
    names = [draw(among(HEADERS[kind]))[:300] for kind in columns]
    row = st.tuples(*(st.sampled_from(USUAL[kind]) if calm else TYPED_CELLS[kind] for kind in columns))
    rows = draw(st.lists(row, min_size=0 if rarely(draw, 9) else 1, max_size=6))
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "default_date_format": "yyyy-mm-dd", "strings_to_urls": False, "nan_inf_to_errors": True})
    if rarely(draw, 5):
        book.add_worksheet()
    sheet = book.add_worksheet()
    top, left = draw(st.sampled_from([(0, 0)] * 9 + [(3, 2), (1000, 0), (0, 100), (1_048_000, 16_000)]))
    for at, cells_ in enumerate([names, *rows]):
        for place, cell in enumerate(cells_):
            sheet.write(top + at, left + place, cell[:300] if isinstance(cell, str) else cell)
    book.close()
    content = file.getvalue()
    return damaged(draw, content) if rarely(draw, 7) else content


FILES = st.one_of(texts(), texts(), texts(), parquets(), workbooks(), st.binary(max_size=200))

FILE_NAMES = [
    *("sales.csv", "sales.csv.gz", "", ".", "..", "../../etc/passwd", "../../../../escaped.csv", "/escaped.csv", "C:\\escaped.csv"),
    *("a\\..\\b.csv", "nul\x00.csv", "two\r\nlines: x", "x" * 10_000, "Verk\xe4ufe \U0001f35e.csv", "\u202egnp.csv"),
    *("<img src=x onerror=alert(1)>.csv", "=1+1.csv", '"; filename="b'),
]
MAPPINGS = [
    *(" ", "{", "[]", "null", "1", '"date"', "{}", '{"date": 1}', '{"nothing": "date"}', '{"date": "no such column"}'),
    *('{"date": "date", "sales": "date"}', "[" * 5000, '{"date": "\\u0000"}', '{"date": NaN}', '{"sales": ""}'),
    *('{"\\ud800": "\\ud800"}', '{"sales": "y"}'),
    json.dumps(dict.fromkeys(["date", "sales", "product_id"], "Column 2")),
]
ODD_FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "mapping": st.one_of(among(MAPPINGS), st.text(max_size=20)),
        "duplicates": st.sampled_from(["last", "sum", "", "first"]),
        "day_first": st.sampled_from(["true", "false", "", "1", "perhaps"]),
        "month_first": st.sampled_from(["true", "false", "x"]),
        "year_first": st.sampled_from(["true", "false"]),
        "sheet": st.sampled_from(["Sheet1", "sales", "", "x" * 300, "\ud83e"]),
        "encoding": st.sampled_from(["cp1252", "utf-16", "utf-7", "rot13", "zlib_codec", "idna", "undefined", "no such", "../x", "\0", ""]),
        "header_line": st.sampled_from(["0", "1", "2", "-1", "7" * 30, "1.5", "x", ""]),
        "count_rows": st.sampled_from(["true", "false"]),
        "leave_out": st.sampled_from(["x=1", "date=", "=", "", "sales=0", "[" * 5000, '["y=1", "x=2"]', "[1]", '{"x": "1"}', "\0=\0"]),
        "start_date": st.sampled_from(["2026-03-01", "0001-01-01", "9999-12-31", "2026-02-30", "1", "", "\0"]),
        "period": st.sampled_from(["day", "week", "month", "year", ""]),
        "accept": st.sampled_from(["duplicates", "", "x" * 300, "[]", '["a", "b"]']),
        "drop_problems": st.sampled_from(["true", "false", "2"]),
        "dry_run": st.sampled_from(["false", "true", "x"]),
    },
)
FIELDS = st.one_of(
    *(st.just({"drop_problems": "true", **more}) for more in ({}, {}, {"duplicates": "sum"}, {"day_first": "true"}, {"dry_run": "true"})),
    st.just({}),
    ODD_FIELDS,
)
SENT = st.tuples(FILES, st.one_of(st.just("sales.csv"), among(FILE_NAMES)), FIELDS)
"""Bytes, the name they are sent under, and the fields beside them."""
