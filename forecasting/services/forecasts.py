"""The forecast of a version under a filter, as a table or as CSV, and what it takes for granted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from forecasting.analysis import by_span, forecast_view
from forecasting.analysis.assumptions import Assumption, assumptions_of
from forecasting.analysis.forecast_table import Layout, forecast_table
from forecasting.analysis.what_if import WhatIf
from forecasting.core import spreadsheets
from forecasting.services import what_ifs
from forecasting.training.ensemble import Ensemble

Filters = Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """A what-if that a person wants to order by.

    Args:
        filters: Column and value of the series that it is about; empty for all.
        change: What is assumed of them.
    """

    filters: tuple[tuple[str, str], ...]
    change: WhatIf

    def apply(self, ensemble: Ensemble) -> Ensemble:
        """What is served under this plan; raises NotFound and InputError."""
        return what_ifs.answer(what_ifs.standing(ensemble, dict(self.filters)), self.change)


def layout(ensemble: Ensemble, *, total: bool = False, level: str | None = None, last_year: bool = False) -> Layout:
    """What a row of the table is; raises InputError for a level that is finer than the sales."""
    return Layout(total, by_span.level_named(ensemble.panel, level), last_year)


def forecast_csv(
    ensemble: Ensemble, filters: Filters, steps: int, *, total: bool = False, level: str | None = None, last_year: bool = False
) -> bytes:
    """The forecast table as CSV, safe to open in a spreadsheet; raises NotFound and InputError.

    Args:
        ensemble: What is served.
        filters: Column -> value.
        steps: Days ahead: weeks or months where the sales come so.
        total: A row for the sum of all chosen series, instead of one a series.
        level: "day", "week" or "month", the sales' own or coarser; None for their own.
        last_year: With the units of the same days a year before.
    """
    return spreadsheets.to_csv(forecast_table(ensemble, filters, steps, layout(ensemble, total=total, level=level, last_year=last_year)))


def assumptions(ensemble: Ensemble, filters: Filters, steps: int) -> tuple[Assumption, ...]:
    """What is taken for granted of promotions, prices and closed days ahead; raises NotFound and InputError."""
    return assumptions_of(ensemble.panel, forecast_view.chosen_rows(ensemble, filters, steps), steps)
