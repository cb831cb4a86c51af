"""A real sales file, and what becomes of it on bad disks, in bad programs and under hasty hands: mutants by number."""

from __future__ import annotations

import gzip
import io
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
from odd_files import FILE_NAMES, MAPPINGS, ODD_AMOUNTS, ODD_DATES, ODD_TEXTS
from repository import ROOT

SAMPLE = ROOT / "data" / "sample.csv"
FORMS = ("csv", "csv", "csv.gz", "xlsx", "parquet")
ROWS = 150
INTERESTING = [
    *(b"\0", b"\xff", b'"', b"\r", b"\n", b",", b"\x1a", b"\xef\xbb\xbf", b"\x1f\x8b\x08\0", b"PK\x03\x04", b"PAR1"),
    *(b"\x7f\xff\xff\xff", b"\x80\0\0\0"),
]


@cache
def real() -> pd.DataFrame:
    """Rows of the sample, of several products."""
    whole = pd.read_csv(SAMPLE, dtype=str)
    return whole.iloc[:: len(whole) // ROWS].head(ROWS).reset_index(drop=True)


@cache
def packed(form: str) -> bytes:
    """The same in one of the forms that an upload may have."""
    frame = real()
    if form.startswith("csv"):
        text = frame.to_csv(index=False).encode()
        return gzip.compress(text, mtime=0) if form == "csv.gz" else text
    return _typed(frame.assign(date=pd.to_datetime(frame["date"]), sales=frame["sales"].astype(float), price=frame["price"].astype(float)), form)


def _typed(frame: pd.DataFrame, form: str) -> bytes:
    file = io.BytesIO()
    if form == "parquet":
        frame.to_parquet(file, index=False)
    else:
        frame.to_excel(file, index=False, engine="xlsxwriter")
    return file.getvalue()


def mutant(number: int) -> tuple[bytes, str, dict[str, str]]:
    """Bytes, the name they are sent under, and the fields beside them; the same for the same number."""
    random = np.random.default_rng(number)
    form = str(random.choice(FORMS))
    content = packed(form) if random.random() < 0.5 else _packed_again(_edited(random), form)
    if random.random() < 0.75:
        for _ in range(random.integers(1, 4)):
            content = MUTATIONS[random.integers(len(MUTATIONS))](content, random)
    if form == "csv.gz" and random.random() < 0.3:
        content = gzip.compress(_turned(_edited(random).to_csv(index=False).encode(), random), mtime=0)
    name = f"sales.{form}" if random.random() < 0.7 else str(random.choice(FILE_NAMES))
    return content, name, _fields(random)


ODD_FIELDS = {
    "mapping": MAPPINGS,
    "duplicates": ["last", "sum", "x"],
    "day_first": ["true", "false"],
    "dry_run": ["true"],
    "count_rows": ["true"],
    "leave_out": ["region=North", "region=Nowhere", "place=North"],
    "header_line": ["0", "1", "3"],
}


def _fields(random: np.random.Generator) -> dict[str, str]:
    fields = {"drop_problems": "true"} if random.random() < 0.6 else {}
    for field, values in ODD_FIELDS.items():
        if random.random() < 0.12:
            fields[field] = str(random.choice(values))
    return fields


def _edited(random: np.random.Generator) -> pd.DataFrame:
    """The table with some of its cells, rows or column names changed."""
    frame = real().sample(frac=random.choice([0.02, 0.3, 1.0]), random_state=int(random.integers(2**31)))
    odd = {"date": ODD_DATES, "product_id": ODD_TEXTS, "region": ODD_TEXTS, "category": ODD_TEXTS}
    for column in random.choice(frame.columns, random.integers(0, 3), replace=False):
        few = random.integers(len(frame), size=random.integers(1, 4))
        frame.iloc[few, frame.columns.get_loc(column)] = random.choice(odd.get(column, ODD_AMOUNTS), len(few))
    if random.random() < 0.3:
        frame.iloc[:, -1] = [str(count) for count in random.integers(0, 100, len(frame))]
    if random.random() < 0.2:
        frame = pd.concat([frame, frame.head(3)])
    if random.random() < 0.2:
        names = list(frame.columns)
        names[random.integers(len(names))] = str(random.choice(["", "x", "date", "sales", "Datum", "é" * 2000, "=1", "\0"]))
        frame.columns = names
    return frame


def _packed_again(frame: pd.DataFrame, form: str) -> bytes:
    if not form.startswith("csv"):
        return (
            _typed(frame.T.drop_duplicates().T if form == "parquet" and not frame.columns.is_unique else frame, form)
            if _fits(frame)
            else packed(form)
        )
    text = frame.to_csv(index=False).encode("utf-8", "replace")
    return gzip.compress(text, mtime=0) if form == "csv.gz" else text


def _fits(frame: pd.DataFrame) -> bool:
    """Whether a workbook or a Parquet file can have these columns."""
    return bool(frame.columns.is_unique) and "\0" not in frame.columns


def _place(content: bytes, random: np.random.Generator) -> int:
    """Anywhere, and half of the time near the ends, where headers and directories are."""
    near = min(len(content), 400)
    return int(
        random.choice([random.integers(len(content) + 1), random.integers(near + 1), len(content) - random.integers(near + 1)], p=[0.5, 0.25, 0.25])
    )


def _turned(content: bytes, random: np.random.Generator) -> bytes:
    """A few bits the other way round."""
    turned = bytearray(content)
    for _ in range(random.integers(1, 9) if turned else 0):
        turned[min(_place(content, random), len(turned) - 1)] ^= 1 << int(random.integers(8))
    return bytes(turned)


def _cut(content: bytes, random: np.random.Generator) -> bytes:
    at = _place(content, random)
    return content[:at] if random.random() < 0.7 else content[at:]


def _moved(content: bytes, random: np.random.Generator) -> bytes:
    """A piece removed, doubled, or swapped with what comes behind it."""
    a, b, c = sorted(_place(content, random) for _ in range(3))
    return (content[:a] + content[b:], content[:b] + content[a:b] + content[b:], content[:a] + content[b:c] + content[a:b] + content[c:])[
        random.integers(3)
    ]


def _inserted(content: bytes, random: np.random.Generator) -> bytes:
    at = _place(content, random)
    return content[:at] + INTERESTING[random.integers(len(INTERESTING))] * int(random.choice([1, 1, 2, 1000])) + content[at:]


def _zeroed(content: bytes, random: np.random.Generator) -> bytes:
    """A piece that a disk lost."""
    a, b = sorted(_place(content, random) for _ in range(2))
    return content[:a] + bytes(b - a) + content[b:]


def _overwritten(content: bytes, random: np.random.Generator) -> bytes:
    """Lengths and counts at their bounds."""
    at, value = _place(content, random), INTERESTING[random.integers(len(INTERESTING))]
    return content[:at] + value + content[at + len(value) :]


MUTATIONS: tuple[Callable[[bytes, np.random.Generator], bytes], ...] = (_turned, _cut, _moved, _inserted, _zeroed, _overwritten)
