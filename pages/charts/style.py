"""The one look of all charts: colours, lines, and an empty figure.

Colours are written as Streamlit's placeholder tokens: the browser replaces `#000001` by the first categorical colour of the theme in
force, so that one figure is right in light and dark. Two hex digits after a token are its alpha.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.core import formatting, schema, unseen
from forecasting.services import models
from pages.charts import language

INK, QUIET, PAST, ACCENT, TEAL = "#000005", "#000010", "#000004", "#000001", "#000003"
BAND_95, BAND_80 = "#000012CC", "#000013CC"
BANDS: Final = {"band_95": (BAND_95, 7), "band_80": (BAND_80, 6)}  # color and place in the legend; the wider one is drawn first


@dataclass(frozen=True)
class Line:
    """How a curve is drawn.

    Args:
        color: A token.
        width: In pixels.
        dash: Plotly's name or lengths in pixels.
        rank: Place in the legend.
    """

    color: str
    width: float
    dash: str
    rank: float


_AXIS: Final[dict[str, Any]] = {
    "title": {"text": "", "standoff": 0},
    "tickfont": {"size": 12, "color": QUIET},
    "automargin": True,
    "fixedrange": True,
}
_X_AXIS: Final[dict[str, Any]] = {
    "showgrid": False,
    "showline": True,
    "linecolor": QUIET + "66",
    "ticks": "outside",
    "ticklen": 4,
    "tickcolor": QUIET + "66",
    "tickangle": 0,
    "nticks": 6,
}
_Y_AXIS: Final[dict[str, Any]] = {
    "nticks": 5,
    "tickformat": ",~r",
    "gridcolor": QUIET + "2B",
    "zeroline": False,
    "ticks": "",
    "ticklabelstandoff": 4,
}
_LEGEND: Final[dict[str, Any]] = {
    "orientation": "h",
    "x": 0,
    "xanchor": "left",
    "y": 1,
    "yanchor": "bottom",
    "font": {"size": 12.5, "color": INK},
    "itemwidth": 34,
    "itemdoubleclick": False,
    "title": {"text": ""},
}
_LAYOUT: Final[dict[str, Any]] = {
    "margin": {"l": 2, "r": 12, "t": 34, "b": 2, "pad": 0},
    "hovermode": "x unified",
    "dragmode": False,
    "bargap": 0.35,
    "hoverlabel": {"font": {"size": 12.5, "color": INK}, "namelength": -1, "align": "left"},
    "legend": _LEGEND,
}


def lines() -> dict[str, Line]:
    """How the curves of sales, of each model and of the blend are drawn, in their order."""
    registered = models.registered()
    between = {model.name: Line(model.color, model.width, model.dash, 2 + 3 * place / len(registered)) for place, model in enumerate(registered)}
    return {schema.SALES: Line(PAST, 1.6, "solid", 1), **between, schema.BLEND: Line(ACCENT, 2.5, "solid", 5)}


def blank(height: int) -> go.Figure:
    """An empty figure with everything that all charts share, given at once: Plotly takes seven times as long to change a figure's axes."""
    axes = {"xaxis": {**_AXIS, **_X_AXIS}, "yaxis": {**_AXIS, **_Y_AXIS}}
    return go.Figure(layout={**_LAYOUT, **axes, "height": height, "separators": language.separators()})


def as_written(text: str) -> str:
    """A text of a file or a person for any place of a figure: Plotly takes some HTML for mark-up there, and `%{...}` in templates for a value."""
    return escape(unseen.escaped(text)).replace("%{", "%&#123;")


def band(name: str, ds: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> go.Scatter:
    """A band, `band_80` or `band_95`: one closed shape, so that a click on the legend hides all of it."""
    color, rank = BANDS[name]
    known = np.isfinite(upper) & np.isfinite(lower)
    return go.Scatter(
        x=np.concatenate([ds[known], ds[known][::-1]]),
        y=np.concatenate([upper[known], lower[known][::-1]]),
        name=formatting.LABELS[name],
        mode="lines",
        line={"width": 0, "color": color},
        fill="toself",
        fillcolor=color,
        hoverinfo="skip",
        legendrank=rank,
    )


def curve(name: str, ds: pd.Series | np.ndarray, y: pd.Series | np.ndarray, **more: Any) -> go.Scatter:
    """A curve in the colour and dash of what it stands for; `more` goes to Plotly."""
    style = lines()[name]
    return go.Scatter(
        x=np.asarray(ds),
        y=np.asarray(y, dtype=float),
        name=models.label(name),
        mode="lines",
        line={"color": style.color, "width": style.width, "dash": style.dash},
        legendrank=style.rank,
        **{"hovertemplate": "%{y:,.0f}", **more},
    )


def mark_day(figure: go.Figure, day: pd.Timestamp, text: str) -> None:
    """Where what was known ends and the forecast starts."""
    figure.add_shape(type="line", x0=day, x1=day, xref="x", y0=0, y1=1, yref="y domain", line={"color": QUIET, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=day,
        xref="x",
        y=1,
        yref="paper",
        text=text,
        showarrow=False,
        xanchor="right",
        yanchor="top",
        xshift=-6,
        font={"size": 12, "color": QUIET},
    )
