"""Days that stand out, along the top of a chart over time: each kind has a sign of its own, and a name where there is room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import pandas as pd
import plotly.graph_objects as go

from forecasting.analysis.day_marks import CLOSED, HOLIDAY, PROMOTION, DayMark
from pages.charts import forecast
from pages.charts.style import QUIET, as_written

if TYPE_CHECKING:
    from forecasting.analysis.forecast_view import View

SYMBOLS: Final = {HOLIDAY: ("circle-open", "Holiday"), PROMOTION: ("triangle-up", "Promotion"), CLOSED: ("line-ew-open", "Closed")}
"""Sign and name in the legend of each kind."""
ROOM: Final = 0.14
"""Share of the width that a name takes; a mark that is closer to the last name goes without."""
STEP: Final = 20
"""Pixels by which what stands at the top already, such as the last day of sales, moves out of the way of names."""
LONGEST_NAME: Final = 14
"""Letters of a name at most."""


def marked_forecast(view: View, curves: Collection[str], height: int, marks: Sequence[DayMark]) -> go.Figure:
    """Past sales and the chosen curves, as `forecast.forecast` draws them, with marks."""
    return add_marks(forecast.forecast(view, curves, height), marks)


def add_marks(figure: go.Figure, marks: Sequence[DayMark], *, names: bool = True) -> go.Figure:
    """The figure with marks, where its range of days and of units is set; marks outside of its days are left out.

    Args:
        figure: Over days.
        marks: In order.
        names: Whether they are written beside the marks, as far as there is room.
    """
    first, last = _reach(figure)
    shown = [mark for mark in marks if first <= mark.first <= last]
    if not shown:
        return figure
    top = figure.layout.yaxis.range[1]
    figure.update_yaxes(range=[0, 1.1 * top])
    figure.update_annotations(yshift=-STEP)
    for kind, (symbol, name) in SYMBOLS.items():
        figure.add_trace(_signs([mark for mark in shown if mark.kind == kind], 1.05 * top, symbol, name))
    for mark in shown:
        figure.add_shape(type="line", x0=mark.first, x1=mark.first, y0=0, y1=1.05 * top, line={"color": QUIET + "4D", "width": 1}, layer="below")
    free = first - (last - first)
    for mark in shown if names else ():
        if mark.first >= free and mark.kind != CLOSED:
            figure.add_annotation(x=mark.first, y=1.05 * top, text=_short(mark.name), showarrow=False, xanchor="left", xshift=7, font=_FONT)
            free = mark.first + ROOM * (last - first)
    return figure


_FONT: Final = {"size": 12, "color": QUIET}


def _reach(figure: go.Figure) -> tuple[pd.Timestamp, pd.Timestamp]:
    days = [pd.Timestamp(day) for trace in figure.data if trace.x is not None and len(trace.x) for day in (min(trace.x), max(trace.x))]
    return min(days), max(days)


def _signs(marks: Sequence[DayMark], y: float, symbol: str, name: str) -> go.Scatter:
    return go.Scatter(
        x=[mark.first for mark in marks],
        y=[y] * len(marks),
        name=name,
        mode="markers",
        marker={"symbol": symbol, "size": 8, "color": QUIET, "line": {"color": QUIET, "width": 1.6}},
        text=[f"{as_written(mark.name)}, {mark.days}" for mark in marks],
        hovertemplate="%{text}<extra></extra>",
        legendrank=20,
        showlegend=bool(marks),
        cliponaxis=False,
    )


def _short(name: str) -> str:
    return as_written(name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1].rstrip()}…")
