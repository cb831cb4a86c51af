"""The sales that a version learned from, in its own folder: it serves whatever happens to the sales table."""

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
    """The sales that a version learned from, as `Dataset.read` gave them; of one that was saved before it kept its own, from the sales table.

    Args:
        ws: Where the sales table is.
        folder: Of the version, its files checked.
        facts: The version's manifest.

    Raises:
        VersionDamaged: The sales table has no such sales any more.
        SalesDamaged: It cannot be read.
    """
    if (folder / NAME).exists():
        sales: pd.DataFrame = parquet.ParquetFile(folder / NAME).read().to_pandas()
        return sales
    number = facts["sales_version"]
    try:
        found = Dataset(ws).read(number)
    except NotFound as error:
        raise VersionDamaged(facts["version"], f"sales v{number}") from error
    if len(found) != facts["rows"]:
        raise VersionDamaged(facts["version"], f"sales v{number}")
    return found
