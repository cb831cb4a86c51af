"""What the overview shows of a version, whoever looks: worked out once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from forecasting.analysis import movers
from forecasting.core import caches
from forecasting.services import monitoring, order_value, versions, views, workspaces
from pages.charts import drawn, forecast
from pages.components.overview import numbers
from pages.components.shared import live_version, writing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from forecasting.analysis.forecast_view import View
    from forecasting.training.ensemble import Ensemble

CURVES: Final = ("blend", "band_80", "band_95")
HEIGHT: Final = 320
"""Of the chart, in pixels."""


def first(version: int) -> None:
    """Draws the forecast of all sales, outside of a session."""
    writing.use_notation()
    ensemble = live_version.ensemble_of(version)
    chart(views.view(ensemble, {}, live_version.ahead(ensemble)), CURVES)


def chart(view: View, curves: Sequence[str]) -> drawn.Drawn:
    """All sales and their forecast."""
    return drawn.once(view, forecast.forecast, view, tuple(curves), HEIGHT)


def moving(ensemble: Ensemble) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The products that gain most, and those that lose most."""
    gaining, losing = caches.once(ensemble, movers.movers, ensemble, live_version.ahead(ensemble), numbers.MOVERS)
    return gaining, losing


def warm_up(version: int) -> None:
    """Works out all of it, outside of a session."""
    first(version)
    ws, ensemble = workspaces.workspace(), live_version.ensemble_of(version)
    moving(ensemble)
    order_value.revenue(ws, version, ensemble, live_version.ahead(ensemble))
    numbers.week(ws, versions.manifest(ws, version))
    monitoring.monitor(ws)
