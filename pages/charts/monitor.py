"""The forecast that served as charts: sold against forecast by day, the error by week against the promise."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.core import formatting, numerals, schema
from pages.charts import language
from pages.charts.style import ACCENT, INK, PAST, QUIET, blank

HEIGHT: Final = 300
MIN_PIXELS_APART_SHARE: Final = 0.12
"""Share of the shown time by which marks of versions lie apart, at least, to be named."""


def forecast_and_sold(daily: pd.DataFrame) -> go.Figure:
    """Units a day: the forecast as a line, what was sold as dots, a mark where another version began to serve.

    Args:
        daily: Columns `ds, sold, forecast, version`.
    """
    figure = blank(HEIGHT)
    dates = daily[schema.DS]
    figure.add_trace(
        go.Scatter(x=dates, y=daily["forecast"], name="Forecast", mode="lines", line={"color": ACCENT, "width": 2.5}, hovertemplate="%{y:,.0f}")
    )
    figure.add_trace(go.Scatter(x=dates, y=daily["sold"], name="Sold", mode="markers", marker={"color": INK, "size": 6}, hovertemplate="%{y:,.0f}"))
    began = daily[daily["version"].ne(daily["version"].shift())].iloc[1:]
    length = dates.iloc[-1] - dates.iloc[0]
    named = dates.iloc[0]
    for day, version in zip(began[schema.DS], began["version"], strict=True):
        far = day - named >= length * MIN_PIXELS_APART_SHARE
        text = {"text": f"v{version} live", "font": {"size": 11.5, "color": QUIET}, "yanchor": "bottom"} if far else {}
        figure.add_shape(type="line", x0=day, x1=day, y0=0, y1=1, yref="paper", line={"color": QUIET + "66", "width": 1}, label=text)
        named = day if far else named
    figure.update_xaxes(tickformatstops=language.ticks())
    return figure.update_yaxes(rangemode="tozero", tickformat="~s")


def promised_and_met(weekly: pd.DataFrame, promised: float, usual: tuple[float, float]) -> go.Figure:
    """The error of each week as a bar, the promise as a line, and the band of usual weeks.

    Args:
        weekly: Columns `ds, wape`.
        promised: The error at past cutoffs, as a share.
        usual: What nine of ten weeks of past cutoffs lay between, as shares.
    """
    figure = blank(HEIGHT)
    names = [formatting.near_date(day) for day in weekly[schema.DS]]
    shown = 100 * weekly["wape"]
    text = [numerals.write(value, 1) for value in shown] if len(weekly) <= 8 else None
    bars = go.Bar(x=names, y=shown, text=text, textposition="outside", cliponaxis=False, marker={"color": PAST}, hovertemplate="%{y:.1f} %")
    figure.add_trace(bars.update(showlegend=False, name="Error"))
    if not np.isnan(usual[1]):
        figure.add_hrect(y0=100 * usual[0], y1=100 * usual[1], fillcolor=QUIET + "33", line_width=0, layer="below")
    if not np.isnan(promised):
        figure.add_hline(y=100 * promised, line={"color": INK, "width": 1.2, "dash": "dash"})
    figure.update_layout(hovermode="closest", margin={"t": 18})
    figure.update_xaxes(type="category")
    return figure.update_yaxes(rangemode="tozero", ticksuffix=f"{formatting.NBSP}%")
