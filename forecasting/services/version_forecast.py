"""What a version forecast, from the file in its folder: nothing else of it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.arrays import FloatArray
from forecasting.core.period import PERIODS, Period
from forecasting.storage.versions import manifest
from forecasting.storage.versions.manifest import readable
from forecasting.storage.versions.store import Versions
from forecasting.training.ensemble_files import FORECAST_FILE


@dataclass(frozen=True, eq=False)
class VersionForecast:
    """What a version forecast.

    Args:
        version: Its number.
        period: What a step is.
        ids: Its n series, by name.
        last: The last day that it knew.
        line: Shape (n, h), units.
        dates: The h steps after its last sales.
    """

    version: int
    period: Period
    ids: pd.Index
    last: pd.Timestamp
    line: FloatArray
    dates: pd.DatetimeIndex

    @classmethod
    def read(cls, store: Versions, number: int) -> VersionForecast:
        """From a version's folder; raises NotFound, VersionDamaged or VersionUnavailable."""
        facts = store.manifest(number)
        with store.there(number) as folder, readable(folder, number, FORECAST_FILE):
            manifest.verify_file(folder, number, FORECAST_FILE)
            frame = pd.read_parquet(folder / FORECAST_FILE, columns=[schema.UNIQUE_ID, schema.DS, schema.BLEND])
        ids = pd.Index(frame[schema.UNIQUE_ID].astype(str).unique())
        line = frame[schema.BLEND].to_numpy(dtype=float).reshape(len(ids), -1)
        dates = pd.DatetimeIndex(frame[schema.DS].iloc[: line.shape[1]])
        return cls(number, PERIODS[facts.get("period", "day")], ids, pd.Timestamp(facts["sales_to"]), line, dates)

    def of(self, ids: pd.Index, days: pd.DatetimeIndex) -> FloatArray:
        """Its line of these series on these days, NaN where it has none, shape (len(ids), len(days))."""
        rows, columns = self.ids.get_indexer(ids), self.dates.get_indexer(days)
        return np.where((rows[:, None] >= 0) & (columns >= 0), self.line[np.ix_(rows, columns)], np.nan)
