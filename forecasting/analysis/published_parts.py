"""What makes the forecast of all series of a version what it is, told when it was published: each model is asked many times for it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa

from forecasting.analysis.contributions import Contributions, contributions
from forecasting.core.panel import Panel
from forecasting.training import kept_table
from forecasting.training.ensemble import Ensemble

NAME: Final = "parts.parquet"
"""A row a part, model and step ahead, in units; absent in versions of earlier releases, which are asked when somebody looks."""
FORM: Final = 1
"""Of what the numbers mean: another one is not read. It changes whenever the same forecast has other parts."""


def write(ensemble: Ensemble, folder: Path) -> None:
    """Asks an ensemble's models for the parts of the forecast of all series, and writes them into its folder."""
    told = contributions(ensemble, ensemble.cleaned, np.arange(len(ensemble.panel)))
    count, h = len(told.parts), len(told.forecast)
    columns = {
        "part": np.repeat([part for part, _ in told.parts], h),
        "model": np.repeat([model for _, model in told.parts], h),
        "step": np.tile(np.arange(1, h + 1, dtype=np.int32), count),
        "units": np.concatenate([*told.parts.values(), np.empty(0)]),
    }
    table = pa.Table.from_pandas(pd.DataFrame(columns), preserve_index=False)
    kept_table.write(table, folder / NAME, FORM, {"average": told.average, "forecast": told.forecast.tolist()})


def read(folder: Path, panel: Panel) -> Contributions | None:
    """What `write` wrote; None where there is nothing, or of another form.

    Args:
        folder: A version's.
        panel: Its sales.
    """
    head = kept_table.head(folder / NAME, FORM)
    if head is None:
        return None
    facts = head.facts
    forecast, rows = np.array(facts["forecast"]), kept_table.read(folder / NAME).to_pandas()
    names = rows[["part", "model"]].iloc[:: len(forecast)].itertuples(index=False, name=None)
    parts = dict(zip(names, rows["units"].to_numpy().reshape(-1, len(forecast)), strict=True))
    return Contributions(panel.ahead(len(forecast)), facts["average"], forecast, parts)
