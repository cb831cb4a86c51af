"""Whether the mark in "12.500" is a decimal mark or groups thousands."""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
import pyarrow as pa
from pyarrow import compute

from forecasting.core import schema
from forecasting.intake.cells import as_numbers
from forecasting.intake.number_formats import Decimal, decimal_of, parse_numbers, two_ways
from forecasting.intake.table import Table
from forecasting.intake.understood import Choice, Question

Reading = Literal["decimals", "thousands"]
KIND: Final = "decimal"
READINGS: Final[tuple[Reading, ...]] = ("decimals", "thousands")
MAX_COUNT: Final = 99
"""Pieces in a row at most that a till may write as "2.000" without a doubt."""
MIN_NEXT_TO_THOUSANDS: Final = 100
"""The largest number without a mark from which numbers with one go on where it ends."""
MIN_SHARE_OF_NUMBERS: Final = 0.9
"""Share of the distinct cells of another column that have to be numbers for it to prove a mark."""
_WITHOUT_DECIMALS: Final = (
    r"(?i)(?:^|\PL)(?:idr|rp|vnd|krw|jpy|clp|cop|pyg|huf|ft|ugx|tzs|xof|xaf|irr|harga|giá)(?:$|\PL)|[₩¥₫₲円원]|価格|単価|金額|가격|단가"
)
_THREE_DECIMALS: Final = r"(?i)(?:^|\PL)(?:kwd|bhd|omr|jod|tnd|lyd|iqd|kd|bd)(?:$|\PL)|د\.ك|د\.ت"


def seen_mark(texts: pa.Array) -> Decimal | None:
    """The mark of the first number that can be read in two ways; None without such a number."""
    text = two_ways(texts)
    return None if text is None else "," if "," in text else "."


def mark_of(seen: Decimal, reading: Reading) -> Decimal:
    """The decimal mark of a column whose doubtful numbers have the mark `seen`."""
    return seen if reading == "decimals" else "." if seen == "," else ","


def reading_of(seen: Decimal, decimal: Decimal) -> Reading:
    """What the mark `seen` does where the decimal mark is this."""
    return "decimals" if seen == decimal else "thousands"


def by_counts(texts: pa.Array) -> bool:
    """Whether all numbers are small whole ones with three zeros behind the mark, as tills write that can also weigh."""
    numbers = _numbers(texts)
    if not len(numbers) or not _all(numbers, r"[.,]000$"):
        return False
    return bool(np.nanmax(np.abs(_whole_parts(numbers))) <= MAX_COUNT)


def by_neighbours(texts: pa.Array) -> Reading | None:
    """What numbers without a mark in the same column prove: over 999 the column has no groups, just below 1,000 it has."""
    numbers = _numbers(texts)
    plain = numbers.filter(compute.invert(compute.match_substring_regex(numbers, "[.,]")))
    if not len(plain):
        return None
    largest = np.nanmax(np.abs(parse_numbers(plain, ".")))
    return "decimals" if largest >= 1000 else "thousands" if largest >= MIN_NEXT_TO_THOUSANDS else None


def by_currency(texts: pa.Array, column: str) -> Reading | None:
    """What the currency of prices proves, by their cells or the name of their column: rupiah have no decimals, Kuwaiti dinars three."""
    for pattern, reading in ((_WITHOUT_DECIMALS, READINGS[1]), (_THREE_DECIMALS, READINGS[0])):
        if compute.any(compute.match_substring_regex(pa.array([column, *texts.to_pylist()], pa.string()), pattern)).as_py():
            return reading
    return None


def by_other_columns(samples: list[pa.Array]) -> Decimal | None:
    """The decimal mark that columns of numbers without a role prove."""
    for texts in samples:
        mark = decimal_of(texts) if len(texts) else None
        if mark and np.isfinite(parse_numbers(texts, mark)).mean() >= MIN_SHARE_OF_NUMBERS:
            return mark
    return None


def likelier_reading(role: str, texts: pa.Array) -> Reading:
    """Thousands for prices that all end in 00, decimals for anything else with three digits after each mark."""
    return "thousands" if role != schema.SALES and _all(_numbers(texts), r"00$") else "decimals"


def answer(role: str, reading: Reading) -> str:
    """What a person accepts with a reading: "thousands" and "decimals" are those of the sales, "price-thousands" that of the prices."""
    return reading if role == schema.SALES else f"{role}-{reading}"


def question(table: Table, role: str, column: str, texts: pa.Array) -> Question:
    """Which of the two readings is meant, the likelier first, with what the column adds up to."""
    example, seen, likelier = str(two_ways(texts)), seen_mark(texts) or ".", likelier_reading(role, texts)
    choices = []
    for reading in sorted(READINGS, key=lambda reading: reading != likelier):
        decimal = mark_of(seen, reading)
        value = f"{parse_numbers(pa.array([example]), decimal)[0]:,.15g}"
        units = _total(table, column, decimal) if role == schema.SALES else None
        total = "" if units is None else f", {units:,.15g} units in all"
        choices.append(Choice(reading, f'"{example}" is {value}{total}', {"accept": [answer(role, reading)]}, units))
    mark = "comma" if seen == "," else "point"
    text = f'Does the {mark} in {column} group thousands, or do decimals follow it? Every number has three digits after it, such as "{example}".'
    return Question(KIND, text, tuple(choices))


def _total(table: Table, column: str, decimal: Decimal) -> float:
    values = as_numbers(table.rows[column], decimal)
    return float(values[np.isfinite(values)].sum())


def _numbers(texts: pa.Array) -> pa.Array:
    """Those of the texts that are numbers with one mark or another."""
    fits = np.isfinite(parse_numbers(texts, ".")) | np.isfinite(parse_numbers(texts, ","))
    return texts.filter(pa.array(fits))


def _whole_parts(numbers: pa.Array) -> np.ndarray:
    return parse_numbers(compute.replace_substring_regex(numbers, r"[.,][0-9]{3}(\D*)$", r"\1"), ".")


def _all(texts: pa.Array, pattern: str) -> bool:
    return bool(compute.all(compute.match_substring_regex(compute.utf8_trim_whitespace(texts), pattern)).as_py())
