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


def forecast_csv(made: Ensemble, filters: Filters, days: int, *, total: bool = False) -> bytes:
    """The same as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(forecast_table(made, filters, days, total=total))


def assumptions(made: Ensemble, filters: Filters, days: int) -> tuple[Assumption, ...]:
    """What is taken for granted of promotions, prices and closed days ahead; raises NotFound and InputError."""
    return assumptions_of(made.panel, forecast_view.chosen_rows(made, filters, days), days)


def standing(made: Ensemble, filters: Filters) -> Baseline:
    """The chosen series, ready to be asked what if; raises NotFound and InputError."""
    return Baseline(made, forecast_view.chosen_rows(made, filters, made.horizon))
