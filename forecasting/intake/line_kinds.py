"""Lines that are no sales of a product: the head or the payment of a receipt among its lines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.formatting import count
from forecasting.intake import cells
from forecasting.intake.table import Table, is_empty

MAX_KINDS: Final = 12
"""Different texts of a column that says what a line is, at most."""


def without_other_lines(table: Table, mapping: Mapping[str, str]) -> tuple[Table, str]:
    """The table without lines that name no product, where another column says that they are lines of another kind; and a note."""
    product = mapping.get(schema.PRODUCT)
    if product is None:
        return table, ""
    bare = is_empty(table.rows[product])
    if not bare.any() or bare.all():
        return table, ""
    for column in (name for name in table.columns if name not in mapping.values()):
        values = table.rows[column]
        if not isinstance(values.dtype, pd.CategoricalDtype) or is_empty(values).any():
            continue
        places, texts = cells.distinct(values)
        kinds = np.unique(places)
        of_bare, of_others = np.unique(places[bare]), np.unique(places[~bare])
        if 1 < len(kinds) <= MAX_KINDS and not len(np.intersect1d(of_bare, of_others)):
            names = ", ".join(str(texts[int(place)].as_py()) for place in of_bare)
            kept = replace(table, rows=table.rows[~bare].reset_index(drop=True), lines=table.lines[~bare], left_out=table.left_out + int(bare.sum()))
            return kept, f"{count(int(bare.sum()), 'row')} left out: {column} is {names}, and they name no product."
    return table, ""
