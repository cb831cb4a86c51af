"""The panel that a version learned from, as columns without keys, so that a server reads it without going through every row of the sales."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.core.period import PERIODS

NAME, SERIES_NAME = "panel.parquet", "series.parquet"
"""A row a series and step, and a row a series; absent in versions of earlier releases, which read their sales."""
BLOCK_CELLS: Final = 200_000
"""Cells of a row group, which has whole series."""
_FACTS: Final = b"shelfcast"


def write(panel: Panel, folder: Path) -> None:
    """Writes a panel into a version's folder."""
    columns = {schema.SALES: panel.sales, **panel.drivers}
    width = max(values.shape[1] for values in columns.values())
    facts = {
        "dates": panel.dates.strftime("%Y-%m-%d").tolist(),
        "frequency": panel.dates.freqstr,
        "period": panel.period.name,
        "steps": {name: values.shape[1] for name, values in columns.items()},
    }
    table = pa.table({name: _padded(values, width).ravel() for name, values in columns.items()})
    rows = width * max(BLOCK_CELLS // width, 1)
    parquet.write_table(
        table.replace_schema_metadata({_FACTS: json.dumps(facts)}), folder / NAME, compression="zstd", row_group_size=rows, write_page_checksum=True
    )
    parquet.write_table(pa.Table.from_pandas(panel.series, preserve_index=False), folder / SERIES_NAME, compression="zstd", write_page_checksum=True)


def read(folder: Path) -> Panel | None:
    """The panel that `write` wrote, cell for cell; None where there is none."""
    if not (folder / NAME).exists():
        return None
    series: pd.DataFrame = parquet.ParquetFile(folder / SERIES_NAME).read().to_pandas()
    table = parquet.ParquetFile(folder / NAME).read()
    facts: Mapping[str, Any] = json.loads(table.schema.metadata[_FACTS])
    cells = {name: table.column(name).to_numpy().reshape(len(series), -1)[:, :steps] for name, steps in facts["steps"].items()}
    dates = pd.DatetimeIndex(facts["dates"], freq=facts["frequency"]).as_unit("us")
    return Panel(series, dates, cells.pop(schema.SALES), cells, PERIODS[facts["period"]])


def _padded(values: FloatArray, width: int) -> FloatArray:
    """The values with NaN on the steps that they have not."""
    return np.pad(values, ((0, 0), (0, width - values.shape[1])), constant_values=np.nan)
