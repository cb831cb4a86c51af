"""Versions of a simulated shop made by the product itself: a whole training each, kept in a folder since it takes a minute."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.support.monitored_shop import Forecast
from benchmarks.support.simulated_shops import Shop
from forecasting.analysis.monitoring.grading import Past
from forecasting.core import panel, schema
from forecasting.core.settings import ProphetSettings, Settings
from forecasting.training import pipeline
from forecasting.training.bands import quantiles
from forecasting.training.ensemble import Ensemble


@dataclass(frozen=True)
class ProductForecasts:
    """Makes forecasts of the shop of a seed by whole trainings.

    Args:
        seed: Of the shop.
        folder: Where what was trained is kept.
        without: Models that take no part.
    """

    seed: int
    folder: Path
    without: tuple[str, ...] = ()

    @property
    def settings(self) -> Settings:
        """What a shop's own retrain has, with the holidays of the simulation."""
        return Settings(prophet=ProphetSettings(country="DE"), without=self.without)

    def __call__(self, of: Shop, cut: int) -> Forecast:
        """The forecast after `cut` days; read where it was made before."""
        name = "_".join(["shop", str(self.seed), str(cut), *(f"without_{model}" for model in self.without)])
        file = self.folder / f"{name}.npz"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            whole = file.with_suffix(".part.npz")
            np.savez_compressed(whole, **_arrays(pipeline.train(panel.from_sales(_rows(of, cut)), self.settings), of))
            whole.rename(file)
        with np.load(file) as kept:
            starts = pd.DatetimeIndex(kept["starts"])
            ordinary = np.array([of.ordinary[of.dates.get_loc(day) :][: kept["y"].shape[2]] for day in starts])
            past = Past(kept["y"], kept["past_line"], kept["past_expected"], kept["outside"], ordinary, starts)
            return Forecast(cut, kept["line"], kept["expected"], kept["bands"], past)


def _rows(of: Shop, cut: int) -> pd.DataFrame:
    """The shop's file after `cut` days."""
    known = np.isfinite(of.y[:, :cut])
    series, day = np.nonzero(known)
    return pd.DataFrame({schema.DATE: of.dates[day], schema.SALES: of.y[:, :cut][known], **{name: of.labels[name][series] for name in of.labels}})


def _arrays(trained: Ensemble, of: Shop) -> dict[str, np.ndarray]:
    """What the monitor reads of a version, its series in the order of the shop."""
    columns = ["product_id", "store"]
    of_panel = pd.MultiIndex.from_frame(trained.panel.series[columns].astype(str))
    rows = of_panel.get_indexer(pd.MultiIndex.from_arrays([of.labels[name].astype(str) for name in columns]))
    errors, expected = trained.errors, trained.expected_errors.f
    limits = quantiles.past_quantiles(errors, (0.1, 0.9), occasions=trained.occasions)
    outside = np.where(np.isfinite(errors.y), (errors.y < limits[0]) | (errors.y > limits[1]), -1).astype(np.int8)
    return {
        "line": trained.line[rows],
        "expected": trained.expected[rows],
        "bands": trained.bands[rows][:, :2],
        "y": errors.y[:, rows],
        "past_line": errors.f[:, rows],
        "past_expected": expected[:, rows],
        "outside": outside[:, rows],
        "starts": (trained.past.cutoffs + pd.Timedelta(days=1)).to_numpy(),
    }
