"""Prophet, one model per series: fitted in batches, served from its curves in NumPy."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Final, Self

import numpy as np
import pandas as pd

from forecasting.core import calendar, stages
from forecasting.core.arrays import FloatArray
from forecasting.core.engine import Engine, Here
from forecasting.core.panel import Panel
from forecasting.core.period import DAY
from forecasting.core.progress import OnProgress, Progress
from forecasting.core.settings import ProphetSettings
from forecasting.models.base import Model
from forecasting.models.prophet import blocks
from forecasting.models.prophet import reasons as prophet_reasons
from forecasting.models.prophet.blocks import BlockFits
from forecasting.models.prophet.curves import TREND, Curve, Curves, SeasonColumns, stack

CLOSED: Final = "closed"
"""The component that cancels all other components on a closed day."""


class ProphetModel(Model):
    """Trend with changepoints, weekly and yearly seasons, holidays and drivers.

    Days on which a series is closed are left out of its fit, and its forecast is exactly 0 there. The yearly season needs two years of history
    (Prophet's rule); a series that is younger follows the year of the whole file, where that is known. Price and promotions count from one
    year on; a driver that never changes is left out. Weeks and months have neither a weekly season nor holidays, and the yearly season of
    months has the 6 waves that 12 points a year can tell apart.

    Attributes:
        unique_ids_: The series that it was fitted on.
        curves_: The curves that it learned.
    """

    name = "prophet"

    def __init__(self, settings: ProphetSettings) -> None:
        self.settings = settings
        self._begun: BlockFits | None = None

    def begin(self, panel: Panel, engine: Engine, *, horizon: int) -> Self:  # noqa: ARG002 - a curve does not depend on it
        """Begins the fits of a panel, in the processes of an engine if it has any; `fit` of the same panel takes what they give."""
        self._begun = blocks.begin(panel, self.settings, engine)
        return self

    def _fit(self, panel: Panel, horizon: int, on_progress: OnProgress) -> None:
        begun, self._begun = self._begun, None
        fits = begun if begun is not None and begun.panel is panel else blocks.begin(panel, self.settings, Here())
        reasons, curves = dict(fits.reasons), dict[int, Curve]()
        done = len(reasons)
        on_progress(Progress(stages.PROPHET, done, len(panel)))
        for outcomes in fits.outcomes:
            curves |= {row: outcome for row, outcome in outcomes.items() if isinstance(outcome, Curve)}
            reasons |= {row: f"Prophet could not fit it: {outcome}" for row, outcome in outcomes.items() if isinstance(outcome, str)}
            done += len(outcomes)
            on_progress(Progress(stages.PROPHET, done, len(panel)))
        of, ahead = stack(curves, len(panel), fits.layout), fits.year[len(panel.dates) :]
        learned = Curves(fits.layout, panel.last, self.settings.mode == "multiplicative", of, ahead, fits.young.astype(float))
        yhat = learned.yhat(panel.ahead(horizon), _drivers(panel, fits.layout, horizon))
        reasons |= prophet_reasons.after_fit(yhat, panel.sales, skip=reasons, period=panel.period)
        trusted = np.array([-1 if row in reasons else row for row in range(len(panel))])
        self.curves_ = learned.take(trusted)
        self.unique_ids_ = panel.unique_ids
        self.unmodelled_ = {panel.unique_ids[row]: reasons[row] for row in sorted(reasons)}

    def _predict(self, panel: Panel, horizon: int) -> FloatArray:
        curves = self._curves_of(panel)
        return np.maximum(curves.yhat(panel.ahead(horizon), _drivers(panel, curves.layout, horizon)), 0.0)

    def components(self, panel: Panel, rows: np.ndarray, horizon: int) -> dict[str, FloatArray]:
        """The components of the forecasts of some series.

        Args:
            panel: As for `predict`.
            rows: Positions of the series in the panel, or a mask.
            horizon: As for `predict`.

        Returns:
            Component -> shape (rows, horizon), in units a day: "trend", "weekly", "yearly", "holidays", each driver, and "closed", which
            cancels the others on closed days. They add up to the forecast before it is kept from falling below 0; NaN for series that are not
            modelled. Components that are 0 throughout are left out; the trend never is.
        """
        self._check_fitted()
        panel = panel.select(rows)
        components = self.open_components(panel, horizon)
        components[CLOSED] = -np.sum(list(components.values()), axis=0) * calendar.closed_ahead(panel, horizon)
        return {name: values for name, values in components.items() if name == TREND or np.nan_to_num(values).any()}

    def open_components(self, panel: Panel, horizon: int) -> dict[str, FloatArray]:
        """The components of the forecasts of a panel's series as if every day ahead were open, shape (n, horizon) each: all that it has."""
        self._check_fitted()
        curves = self._curves_of(panel)
        return curves.components(panel.ahead(horizon), _drivers(panel, curves.layout, horizon))

    def knows(self, panel: Panel, driver: str) -> np.ndarray:
        """Of which series it has learned what a driver does, shape (n,) of bool: of those whose curve moves with it."""
        drivers = self.curves_.layout.drivers
        if driver not in drivers:
            return np.zeros(len(panel), dtype=bool)
        effects = self.curves_.of.effects[:, drivers.index(driver)]
        learned = dict(zip(self.unique_ids_, (effects != 0) & np.isfinite(effects), strict=True))
        return np.array([learned.get(unique_id, False) for unique_id in panel.unique_ids], dtype=bool)

    def _curves_of(self, panel: Panel) -> Curves:
        """The curves in the order of a panel; NaN for series that the model was not fitted on."""
        if panel.unique_ids == self.unique_ids_:
            return self.curves_
        position = {unique_id: row for row, unique_id in enumerate(self.unique_ids_)}
        rows = np.array([position.get(unique_id, -1) for unique_id in panel.unique_ids])
        return self.curves_.take(rows)

    def _save(self, folder: Path) -> None:
        state = {
            "settings": asdict(self.settings),
            "horizon": self.horizon_,
            "origin": self.curves_.origin.strftime("%Y-%m-%d"),
            "layout": asdict(self.curves_.layout),
            "unique_ids": self.unique_ids_,
            "unmodelled": self.unmodelled_,
        }
        (folder / "prophet.json").write_text(json.dumps(state, ensure_ascii=False, indent=1), encoding="utf-8")
        curves = self.curves_
        np.savez_compressed(folder / "prophet.npz", **curves.of.arrays(), year=curves.year, follows=curves.follows)  # type: ignore[arg-type]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """The model that `save` wrote; it forecasts the same, and needs no Prophet for it."""
        state = json.loads((folder / "prophet.json").read_text(encoding="utf-8"))
        model = cls(ProphetSettings(**state["settings"]))
        layout = SeasonColumns(state["layout"]["country"], tuple(state["layout"]["holidays"]), tuple(state["layout"]["drivers"]))
        with np.load(folder / "prophet.npz", allow_pickle=False) as arrays:
            values = dict(arrays)
        n = len(values["level"])
        year, follows = values.pop("year", np.ones(DAY.year)), values.pop("follows", np.zeros(n))
        curves = Curves(layout, pd.Timestamp(state["origin"]), model.settings.mode == "multiplicative", Curve(**values), year, follows)
        model.curves_ = curves
        model.unique_ids_ = state["unique_ids"]
        model.unmodelled_, model.horizon_ = state["unmodelled"], state["horizon"]
        return model


def _drivers(panel: Panel, layout: SeasonColumns, horizon: int) -> dict[str, FloatArray]:
    """Each driver of the layout on the days ahead, shape (n, horizon); at its usual value if the panel does not have it."""
    d = len(panel.dates)
    absent = np.full((len(panel), horizon), np.nan)
    return {name: panel.driver(name, horizon)[:, d:] if name in panel.drivers else absent for name in layout.drivers}
