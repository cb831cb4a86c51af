"""Sales in JSON: records, columns, tables as pandas writes them, and the orders of a shop's interface, with their lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Final

from forecasting.core.errors import UnreadableFile
from forecasting.intake import encodings
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.column_guess import UNITS, money_or_units
from forecasting.intake.filling import Contents
from forecasting.intake.limits import check_cells, check_columns
from forecasting.intake.sheet_table import Sheet, sheet_table
from forecasting.intake.table import EXACT_BELOW, Table, listed

MAX_DEPTH: Final = 6
"""Objects inside each other that are looked into, at most."""
MAX_LOOKED_AT: Final = 1_000
"""Records that show which of their lists has the lines of an order."""
_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
Record = dict[str, Any]


def read_json(content: bytes, name: str, answers: Answers = NOTHING_SAID, contents: Contents = "sales") -> Table:
    """The table in a JSON file: one row for each record, or for each line of each record where they are orders with lines.

    Raises:
        UnreadableFile: It is broken, or has no list of records.
    """
    value = _parsed(encodings.decode(content, name, answers.encoding).utf8.decode("utf-8", errors="replace"), name)
    records = _records(value, MAX_DEPTH)
    if not any(records):
        raise UnreadableFile(
            f"{name} is a JSON file without a list of sales. Records are needed, one for each day and product, or orders with their lines: "
            '[{"date": "2026-03-31", "product_id": "Tea", "sales": 5}]. Or export the sales as .xlsx or CSV and upload that.'
        )
    lines = _lines_of(records)
    rows = list(_counted(_rows(records, lines), len(content), name))
    columns = list(dict.fromkeys(column for row in rows for column in row))
    check_columns(len(columns), name)
    check_cells(len(rows), len(columns), len(content), name)
    cells = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    table = sheet_table(Sheet("", cells, [], decimal="."), name, 1, contents)
    return table if not lines else _noted(table, lines, records)


def _parsed(text: str, name: str) -> Any:
    """The value of a text, or the list of those of its lines; raises UnreadableFile."""
    try:
        return _value(text.removeprefix("\ufeff"))
    except RecursionError as error:
        raise UnreadableFile(f"{name} is JSON with too many lists inside each other. Export the sales as .xlsx or CSV and upload that.") from error
    except ValueError as error:
        try:
            return [_value(line) for line in text.splitlines() if line.strip()]
        except (ValueError, RecursionError):
            raise UnreadableFile(f"{name} is broken JSON ({str(error)[:80]}). Export it again, or as CSV, and upload that.") from error


def _value(text: str) -> Any:
    """The value of a JSON text, in which halves of characters, as escapes can write them, are replaced: no text can have them."""
    value = json.loads(text)
    if _HALF.search(text) is None:
        return value
    return json.loads(json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))


def _records(value: Any, depth: int) -> list[Record]:
    """The records in a value: those of its longest list, however it is wrapped; none if there is no list."""
    if isinstance(value, list):
        return _of_list(value)
    if not isinstance(value, dict) or not depth:
        return []
    if isinstance(value.get("columns"), list) and isinstance(value.get("data"), list):
        return _of_rows(value["columns"], value["data"])
    columns = list(value.values())
    if len(columns) > 1 and all(isinstance(column, list) and not any(isinstance(cell, (dict, list)) for cell in column[:9]) for column in columns):
        lengths = {len(column) for column in columns}
        return [dict(zip(value, cells, strict=True)) for cells in zip(*columns, strict=True)] if len(lengths) == 1 else []
    if len(columns) > 1 and all(isinstance(column, dict) for column in columns) and len({tuple(column) for column in columns}) == 1:
        return [{name: column[row] for name, column in value.items()} for row in columns[0]]
    return max((_records(inner, depth - 1) for inner in columns), key=len, default=[])


def _of_list(values: list[Any]) -> list[Record]:
    """The records of a list of objects, or of rows below a row of names."""
    if values and all(isinstance(value, dict) for value in values):
        return [value["node"] if set(value) <= {"node", "cursor"} and isinstance(value.get("node"), dict) else value for value in values]
    if len(values) > 1 and all(isinstance(value, list) for value in values) and all(isinstance(cell, str) for cell in values[0]):
        return _of_rows(values[0], values[1:])
    return []


def _of_rows(names: Sequence[Any], rows: Sequence[Any]) -> list[Record]:
    return [dict(zip(map(str, names), row, strict=False)) for row in rows if isinstance(row, list)]


def _lines_of(records: Sequence[Record]) -> str:
    """The name of the list that has the lines of each order; "" where records have none: the one with quantities, or with most entries."""
    entries: dict[str, int] = {}
    counted: set[str] = set()
    for record in islice(records, MAX_LOOKED_AT):
        for name, value in record.items():
            inner = _records(value, 2) if isinstance(value, (list, dict)) else []
            entries[name] = entries.get(name, 0) + len(inner)
            if any(money_or_units(key) == UNITS for line in inner[:1] for key in line):
                counted.add(name)
    own = any(money_or_units(name) == UNITS and not isinstance(value, (list, dict)) for record in records[:1] for name, value in record.items())
    return max(counted, key=lambda name: entries[name], default="") if not own else ""


def _rows(records: Sequence[Record], lines: str) -> Iterator[Record]:
    """A row for each record or line: what is inside an object by its path, and what an order has in each of its lines."""
    for record in records:
        order = _flat({name: value for name, value in record.items() if name != lines})
        if not lines:
            yield order
            continue
        for line in _records(record.get(lines), 2):
            yield order | {f"{lines}.{name}" if name in order else name: cell for name, cell in _flat(line).items()}


def _counted(rows: Iterator[Record], size: int, name: str) -> Iterator[Record]:
    """The rows, as long as their cells are not far more than the bytes of the file; each line of an order has all cells of the order."""
    cells = 0
    for number, row in enumerate(rows, 1):
        cells += len(row)
        check_cells(number, -(-cells // number), size, name)
        yield row


def _flat(record: Mapping[str, Any], before: str = "", depth: int = MAX_DEPTH) -> Record:
    """The cells of a record; lists of texts in one cell, lists of objects left out."""
    cells: Record = {}
    for name, value in record.items():
        path = f"{before}{name}".strip()
        if isinstance(value, dict):
            cells |= _flat(value, f"{path}.", depth - 1) if depth else {}
        elif isinstance(value, list):
            cells |= {path: ", ".join(map(str, value))} if not any(isinstance(each, (dict, list)) for each in value) else {}
        else:
            cells[path] = _cell(value)
    return cells


def _cell(value: Any) -> Any:
    """A cell as workbooks have it; whole numbers that a float would round stay texts."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) and abs(value) >= EXACT_BELOW else value


def _noted(table: Table, lines: str, records: Sequence[Record]) -> Table:
    """The table with a note that lines of orders became rows."""

    others = [
        name for name, value in records[0].items() if name != lines and isinstance(value, list) and any(isinstance(each, dict) for each in value)
    ]
    note = f"Each entry of {lines} became a row." + (f" Not read: {listed(others, most=6)}." if others else "")
    return replace(table, notes=(note, *table.notes))
