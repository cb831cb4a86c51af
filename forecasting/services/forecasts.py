"""The forecast of a version under a filter, as a table or as CSV, and what it takes for granted."""

from __future__ import annotations

from collections.abc import Mapping

from forecasting.analysis import forecast_view
from forecasting.analysis.assumptions import Assumption, assumptions_of
from forecasting.analysis.baseline import Baseline
from forecasting.analysis.forecast_table import forecast_table
from forecasting.core import spreadsheets
from forecasting.training.ensemble import Ensemble

Filters = Mapping[str, str]


def forecast_csv(ensemble: Ensemble, filters: Filters, steps: int, *, total: bool = False) -> bytes:
    """The forecast table as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(forecast_table(ensemble, filters, steps, total=total))


def assumptions(ensemble: Ensemble, filters: Filters, steps: int) -> tuple[Assumption, ...]:
    """What is taken for granted of promotions, prices and closed days ahead; raises NotFound and InputError."""
    return assumptions_of(ensemble.panel, forecast_view.chosen_rows(ensemble, filters, steps), steps)


def standing(ensemble: Ensemble, filters: Filters) -> Baseline:
    """The chosen series, ready to be asked what if; raises NotFound and InputError."""
    return Baseline(ensemble, forecast_view.chosen_rows(ensemble, filters, ensemble.horizon))
