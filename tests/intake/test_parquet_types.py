"""Every type that a column of a Parquet file may have: keys to the last digit, days that exist, and a refusal by name."""

from __future__ import annotations

import io
import uuid
from datetime import date, time
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from forecasting.core.errors import InputError, UnreadableFile
from forecasting.intake.cells import as_texts
from forecasting.intake.parquet_columns import read_column
from forecasting.intake.reader import read_table
from forecasting.intake.sales_file import check, guess_mapping

N = 1_000
LONG = [1_700_000_000_000_000_000 + k for k in range(N)]
DAYS = pa.array(["2026-07-01"] * N)
KEYS = {
    "int64": pa.array(LONG),
    "negative int64": pa.array([-number for number in LONG]),
    "uint64": pa.array([2**63 + k for k in range(N)], pa.uint64()),
    "decimal(20, 0)": pa.array([Decimal(number) for number in LONG], pa.decimal128(20, 0)),
    "decimal(38, 10)": pa.array([Decimal(number) for number in LONG], pa.decimal128(38, 10)),
    "decimal256": pa.array([Decimal(10**60 + k) for k in range(N)], pa.decimal256(70, 0)),
    "decimal with a fraction": pa.array([Decimal(f"{number}.25") for number in LONG], pa.decimal128(25, 2)),
    "dictionary of int64": pa.array(LONG).dictionary_encode(),
    "int64 below and above": pa.array([*range(500), *LONG[:500]]),
    "int64 as a float has it": pa.array(range(2**53 - N, 2**53)),
    "int32": pa.array(range(N), pa.int32()),
    "string": pa.array(map(str, LONG)),
    "large_string": pa.array(map(str, LONG), pa.large_string()),
    "string_view": pa.array(map(str, LONG), pa.string_view()),
}


def packed(table):
    file = io.BytesIO()
    parquet.write_table(table, file)
    return file.getvalue()


def sales_of(content):
    table = read_table(content, "a.parquet")
    return check(table, guess_mapping(table), today=date(2026, 7, 2)).sales


@pytest.mark.parametrize("kind", KEYS)
def test_keys_stay_apart_to_the_last_digit(kind):
    content = packed(pa.table({"date": DAYS, "product_id": KEYS[kind], "sales": np.arange(N)}))
    written = [str(number).rstrip("0").rstrip(".") if "fraction" in kind else str(int(number)) for number in KEYS[kind].to_pylist()]
    sales = sales_of(content)
    assert dict(zip(sales["product_id"], sales["sales"], strict=True)) == dict(zip(written, range(N), strict=True))


@pytest.mark.parametrize("kind", [pa.float64(), pa.float32()])
def test_keys_that_a_float_has_rounded_are_refused(kind):
    content = packed(pa.table({"date": DAYS, "product_id": pa.array([float(number) for number in LONG], kind), "sales": np.arange(N)}))
    with pytest.raises(InputError, match=r'product_id has numbers such as "1\.7\d*e\+18"'):
        sales_of(content)


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([2, None, 3], pa.uint8()),
        pa.array([Decimal("2.00"), None, Decimal(3)], pa.decimal128(38, 18)),
        pa.array([2, None, 3], pa.float32()),
        pa.array(np.array([2, np.nan, 3], np.float16)),
        pa.array([2, None, 3]).dictionary_encode(),
    ],
)
def test_numbers_that_a_float_holds_are_floats(cells):
    assert np.array_equal(read_column(pa.chunked_array([cells]), ""), [2.0, np.nan, 3.0], equal_nan=True)


def test_a_short_float_is_the_number_that_was_written():
    for kind in (pa.float32(), pa.decimal128(20, 15)):
        assert read_column(pa.chunked_array([pa.array([Decimal("0.1")]).cast(kind)]), "").tolist() == [0.1]


def test_sales_may_be_decimals():
    sales = pa.array([Decimal(f"{k}.5") for k in range(N - 1)] + [Decimal(10**14)], pa.decimal128(38, 2))
    content = packed(pa.table({"date": DAYS, "product_id": np.arange(N), "sales": sales}))
    assert sorted(sales_of(content)["sales"]) == [*(k + 0.5 for k in range(N - 1)), 1e14]


MOMENTS = {
    "date32": pa.array([20_000, 2**31 - 1, -(2**31), None], pa.int32()).cast(pa.date32()),
    "date64": pa.array([20_000 * 86_400_000, 2**62, -(2**62), None]).view(pa.date64()),
    "timestamp[s]": pa.array([20_000 * 86_400, 2**62, -(2**62), None]).view(pa.timestamp("s")),
    "timestamp[ms]": pa.array([20_000 * 86_400_000, 2**62, -(2**62), None]).view(pa.timestamp("ms")),
    "timestamp[us] of a zone": pa.array([20_000 * 86_400_000_000, 2**62, -(2**62), None]).view(pa.timestamp("us", "Asia/Tokyo")),
    "dictionary of date32": pa.array([20_000, 2**31 - 1, -(2**31), None], pa.int32()).cast(pa.date32()).dictionary_encode(),
}


@pytest.mark.parametrize("kind", MOMENTS)
def test_days_beyond_the_calendar_are_problems_and_never_other_days(kind):
    cells = as_texts(read_column(pa.chunked_array([MOMENTS[kind]]), "")).to_pylist()
    assert cells[0].startswith("2024-10-04")
    assert all(cell.startswith("in the year ") for cell in cells[1:3])
    assert cells[3] is None


def test_a_day_beyond_the_calendar_is_named_with_its_year():
    days = pa.array([20_000, 20_001, 2**31 - 1], pa.int32()).cast(pa.date32())
    table = read_table(packed(pa.table({"date": days, "sales": [1, 2, 3]})), "a.parquet")
    found = check(table, guess_mapping(table), today=date(2026, 7, 2))
    assert found.problems[["line", "value", "problem"]].to_numpy().tolist() == [[3, "in the year 5881580", "No such date"]]
    assert found.sales["date"].dt.strftime("%Y-%m-%d").tolist() == ["2024-10-04", "2024-10-05"]


@pytest.mark.parametrize(("zone", "hour"), [("Europe/Berlin", 2), ("+05:30", 5), ("-0300", 21), ("UTC", 0)])
def test_times_are_those_of_a_clock_in_their_zone(zone, hour):
    cells = pa.chunked_array([pa.array([20_000 * 86_400, None], pa.timestamp("s", zone))])
    assert read_column(cells, "").dt.hour.tolist()[:1] == [hour]


@pytest.mark.parametrize("zone", ["Mars/Phobos", "../../etc/passwd", "Europe", "+99:99", "x" * 5_000])
def test_a_time_zone_that_nobody_knows_is_named(zone):
    content = packed(pa.table({"when": pa.array([0], pa.timestamp("us", zone)), "sales": [1]}))
    with pytest.raises(UnreadableFile, match='the column when has times in the time zone "') as caught:
        read_table(content, "a.parquet")
    assert len(str(caught.value)) < 250


NO_CELLS = {
    "lists": pa.array([[1]]),
    "groups of values": pa.array([{"a": 1}]),
    "maps": pa.array([[("a", 1)]], pa.map_(pa.string(), pa.int64())),
    "bytes": pa.array([b"a"]),
    "bytes ": pa.array([b"ab"], pa.binary(2)),
    "bytes  ": pa.array([b"a"], pa.large_binary()),
    "bytes   ": pa.array([b"a"]).dictionary_encode(),
    "lengths of time": pa.array([5], pa.duration("s")),
    'values of the type "arrow.uuid"': pa.array([uuid.UUID(int=7).bytes], pa.uuid()),
    'values of the type "arrow.bool8"': pa.ExtensionArray.from_storage(pa.bool8(), pa.array([1], pa.int8())),
}


@pytest.mark.parametrize("what", NO_CELLS)
def test_a_column_of_a_type_that_no_cell_has_is_refused_by_name(what):
    content = packed(pa.table({"date": ["2026-07-01"], "sales": [1], "extra": NO_CELLS[what]}))
    with pytest.raises(UnreadableFile, match=f"a.parquet: the column extra holds {what.strip()}"):
        read_table(content, "a.parquet")


def test_an_extension_type_that_only_its_writer_knows_is_refused_by_name():
    field = pa.field("extra", pa.int64(), metadata={"ARROW:extension:name": "till.receipt", "ARROW:extension:metadata": ""})
    table = pa.table([pa.array(["2026-07-01"]), pa.array([1])], pa.schema([pa.field("date", pa.string()), field]))
    with pytest.raises(UnreadableFile, match=r'the type "till\.receipt"'):
        read_table(packed(table), "a.parquet")


def test_columns_of_times_and_of_nothing_are_texts():
    content = packed(pa.table({"date": ["2026-07-01"], "nothing": pa.nulls(1), "time": pa.array([time(9, 30)]), "sales": [1]}))
    rows = read_table(content, "a.parquet").rows
    assert (rows["nothing"].isna().tolist(), rows["time"].tolist()) == ([True], ["09:30:00"])


def test_a_file_behind_another_is_refused():
    one = packed(pa.table({"date": ["2026-07-01"], "sales": [1]}))
    with pytest.raises(UnreadableFile, match="several Parquet files"):
        read_table(one + one, "a.parquet")


def test_texts_that_are_long_only_once_they_stand_in_every_row_are_refused():
    long = pa.DictionaryArray.from_arrays(pa.array(np.zeros(10_000), pa.int32()), pa.array(["x" * 10_000]))
    content = packed(pa.table({"date": ["2026-07-01"] * 10_000, "note": long, "sales": np.ones(10_000)}))
    assert len(content) < 100_000
    with pytest.raises(UnreadableFile, match="hold 95 MB of text; the limit is 2 MB"):
        read_table(content, "a.parquet", limit=2**21)


def test_columns_are_counted_before_they_are_read():
    content = packed(pa.table({f"c{place}": [1] for place in range(2_001)}))
    with pytest.raises(UnreadableFile, match="2,001 columns; the limit is 2,000"):
        read_table(content, "a.parquet")
