"""What a budget loses."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from pages.charts import language
from pages.charts.style import ACCENT, INK, blank


def lost(curve: pd.DataFrame, budget: float, at: float, *, money: bool, height: int = 150) -> go.Figure:
    """What is lost at every budget, and a mark at the chosen one.

    Args:
        curve: Columns `budget` and `lost`, ascending in budget.
        budget: The chosen one.
        at: What it loses.
        money: Whether both are money, rather than space and units.
        height: In pixels.
    """
    figure = blank(height)
    before, behind = language.money() if money else ("", "")
    hover = f"{before}%{{y:,.0f}}{behind} lost at {before}%{{x:,.0f}}{behind}<extra></extra>"
    line = {"color": ACCENT, "width": 2, "shape": "linear"}
    figure.add_trace(go.Scatter(x=curve["budget"], y=curve["lost"], mode="lines", line=line, hovertemplate=hover, showlegend=False))
    mark = {"color": INK, "size": 9}
    chosen = min(budget, float(curve["budget"].iloc[-1]))
    figure.add_trace(go.Scatter(x=[chosen], y=[at], mode="markers", marker=mark, hovertemplate=hover, showlegend=False))
    figure.update_layout(margin={"t": 8}, hovermode="closest")
    figure.update_xaxes(tickformat=",~r", tickprefix=before, ticksuffix=behind, nticks=4)
    return figure.update_yaxes(rangemode="tozero", tickformat=",~r", tickprefix=before, ticksuffix=behind, nticks=3)
