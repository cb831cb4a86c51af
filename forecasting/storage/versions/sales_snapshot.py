"""The sales that a version learned from, in its own folder, so that it serves whatever happens to the sales table."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from forecasting.core.errors import NotFound, VersionDamaged
from forecasting.storage.sales.table import Dataset
from forecasting.storage.workspace import Workspace

NAME: Final = "sales.parquet"


def write(sales: pd.DataFrame, folder: Path) -> None:
    """Writes sales as `Dataset.read` gives them into a version's folder."""
    parquet.write_table(pa.Table.from_pandas(sales, preserve_index=False), folder / NAME, compression="zstd")


def read(ws: Workspace, folder: Path, facts: Mapping[str, Any]) -> pd.DataFrame:
    """The sales that a version learned from, as `Dataset.read` gave them; early versions have no file of their own, and read the sales table.

    Args:
        ws: The workspace, with the sales table.
        folder: The version's folder, whose files were checked.
        facts: The version's manifest.

    Raises:
        VersionDamaged: The sales table no longer has those sales.
        SalesDamaged: The sales table cannot be read.
    """
    if (folder / NAME).exists():
        sales: pd.DataFrame = parquet.ParquetFile(folder / NAME).read().to_pandas()
        return sales
    number = facts["sales_version"]
    try:
        frame = Dataset(ws).read(number)
    except NotFound as error:
        raise VersionDamaged(facts["version"], f"sales version {number}") from error
    if len(frame) != facts["rows"]:
        raise VersionDamaged(facts["version"], f"sales version {number}")
    return frame
