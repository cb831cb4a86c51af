"""The price of a product over time, with its promotions."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.core import schema
from forecasting.core.panel import Panel
from pages.charts import language
from pages.charts.style import ACCENT, PAST, blank, mark_day


def price(panel: Panel, rows: np.ndarray, steps: int, height: int = 200) -> go.Figure | None:
    """The mean price of the series at `rows` in the last year and the next steps, grey as it was and blue as it is planned; None without any.

    Args:
        panel: Sales and drivers.
        rows: Positions of the series.
        steps: Steps ahead.
        height: In pixels.
    """
    if schema.PRICE not in panel.drivers or not np.isfinite(panel.drivers[schema.PRICE][rows]).any():
        return None
    known = len(panel.dates)
    values = panel.select(rows).driver(schema.PRICE, steps)
    mean = values[(values > 0).any(axis=1)].mean(axis=0)
    dates = pd.DatetimeIndex(panel.dates.append(panel.ahead(steps)))
    first = max(known - panel.period.year, 0)
    figure = blank(height)
    for name, part, color in (("Price", slice(first, known), PAST), ("Assumed", slice(known - 1, None), ACCENT)):
        line = {"color": color, "width": 1.8, "shape": "hv"}
        figure.add_trace(go.Scatter(x=dates[part], y=mean[part], name=name, mode="lines", line=line, hovertemplate="%{y:,.2f}"))
    mark_day(figure, panel.last, "")
    figure.update_xaxes(tickformatstops=language.ticks(), hoverformat=language.hover(panel.period.name))
    return figure.update_yaxes(range=[0, 1.15 * float(mean[first:].max())], nticks=4, tickformat=",.2f")
