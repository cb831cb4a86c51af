"""Tables in Arrow files, from process to process: no pickle, and not a cell is changed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.intake.table import texts

LINES = "lines"


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Sales or problems: columns of texts, floats, whole numbers and days."""
    _write(path, pa.Table.from_pandas(frame, preserve_index=False))


def read_frame(path: Path) -> pd.DataFrame:
    """The same from its file."""
    return _read(path).to_pandas()


def write_cells(path: Path, rows: pd.DataFrame, lines: np.ndarray) -> None:
    """Columns of cells as `Table.rows` has them, with the line of each row."""
    columns = {str(place): _arrow(rows.iloc[:, place]) for place in range(rows.shape[1])}
    _write(path, pa.table({**columns, LINES: pa.array(lines)}))


def read_cells(path: Path, names: tuple[str, ...]) -> tuple[pd.DataFrame, np.ndarray]:
    """The same from their file."""
    table = _read(path)
    rows = pd.DataFrame({name: _pandas(table.column(place)) for place, name in enumerate(names)})
    return rows, table.column(LINES).to_numpy()


def _arrow(cells: pd.Series) -> pa.Array:
    if not isinstance(cells.dtype, pd.CategoricalDtype):
        return pa.array(cells, from_pandas=True)
    codes = cells.cat.codes.to_numpy()
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(cells.cat.categories, pa.large_string()))


def _pandas(cells: pa.ChunkedArray) -> pd.Series:
    return texts(cells) if pa.types.is_dictionary(cells.type) else pd.Series(cells.to_pandas())


def _write(path: Path, table: pa.Table) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)


def _read(path: Path) -> pa.Table:
    with pa.OSFile(str(path), "rb") as file:
        return pa.ipc.open_file(file).read_all()
