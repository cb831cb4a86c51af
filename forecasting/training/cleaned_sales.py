"""The sales of a version as its models see them: the cells in which they differ from those that were saved, found when it was published."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.panel import Panel
from forecasting.training import kept_table

NAME: Final = "cleaned.parquet"
"""A row a changed cell: `row` (position of the series), `step` (of the day), `sales`; absent in versions of earlier releases."""
FORM: Final = 1
"""Of what the numbers mean: another one is not read. It changes whenever the same sales are cleaned otherwise."""


@dataclass(frozen=True, eq=False)
class CleanedSales:
    """What cleaning changed.

    Args:
        of: The sales that were cleaned; of others it says nothing.
        row, step: Which cells, shape (c,) each.
        sales: What they hold, in units; NaN for a gap.
    """

    of: Panel
    row: np.ndarray
    step: np.ndarray
    sales: FloatArray

    @property
    def panel(self) -> Panel:
        """The sales as models see them."""
        sales = self.of.sales.copy()
        sales[self.row, self.step] = self.sales
        return replace(self.of, sales=sales)


def write(before: Panel, after: Panel, folder: Path) -> None:
    """Writes what differs between sales and cleaned sales into a version's folder."""
    same = (before.sales == after.sales) | (np.isnan(before.sales) & np.isnan(after.sales))
    row, step = np.nonzero(~same)
    table = pa.table({"row": row.astype(np.int32), "step": step.astype(np.int32), schema.SALES: after.sales[row, step]})
    kept_table.write(table, folder / NAME, FORM)


def read(folder: Path, of: Panel) -> CleanedSales | None:
    """What `write` wrote of these sales; None where there is nothing, or of another form."""
    if kept_table.head(folder / NAME, FORM) is None:
        return None
    table = kept_table.read(folder / NAME)
    return CleanedSales(of, *(table.column(name).to_numpy() for name in ("row", "step", schema.SALES)))
