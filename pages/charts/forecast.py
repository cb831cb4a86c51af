"""Frames to Plotly figures, in the one look of Shelfcast."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.analysis.by_span import LAST_YEAR
from forecasting.core import formatting, schema
from forecasting.services import models
from pages.charts import language
from pages.charts.style import ACCENT, BANDS, INK, PAST, QUIET, TEAL, as_written, band, blank, curve, lines, mark_day

if TYPE_CHECKING:
    from forecasting.analysis.forecast_view import View

ROW: Final = 34
"""Pixels of a bar and the room around it."""
SAME_LAST_YEAR: Final = {"day": "Same weekday last year", "week": "Same week last year", "month": "Same weeks last year"}
FEWEST_PAST: Final = {"day": 21, "week": 26, "month": 24}


def shown() -> tuple[str, ...]:
    """The curves and bands that are shown at first."""
    return (*(model.name for model in models.blended()), schema.BLEND, "band_80", "band_95")


def forecast(view: View, curves: Collection[str], height: int = 400, before: View | None = None) -> go.Figure:
    """Past sales, the chosen curves and bands, and the last day with sales between them.

    Args:
        view: What to draw.
        curves: Names of models, `blend`, `band_80`, `band_95` and `last_year`; past sales are always there.
        height: In pixels.
        before: The forecast as it stands, beside that of a what-if.
    """
    past = _recent(view)
    figure = blank(height)
    for name in (name for name in BANDS if name in curves):
        figure.add_trace(_view_band(view, past, name))
    figure.add_trace(curve(schema.SALES, past[schema.DS], past[schema.Y]))
    if LAST_YEAR in curves:
        figure.add_trace(_last_year(view, past))
    drawn = [name for name in lines() if name in curves and name in view.forecast and view.forecast[name].notna().any()]
    for name in drawn:
        figure.add_trace(_model_curve(view, past, name, alone=drawn == [schema.BLEND]))
    if before is not None:
        figure.add_trace(_standing(before, past))
    mark_day(figure, past[schema.DS].iloc[-1] if len(past) else view.last, f"Last sales {formatting.near_date(view.last)}")
    figure.update_xaxes(tickformatstops=language.ticks(), hoverformat=language.hover(view.level.name))
    return figure.update_yaxes(range=[0, 1.04 * max(_highest(each, past) for each in (view, before or view))])


def components(frame: pd.DataFrame, height: int = 230) -> go.Figure:
    """What moves the forecast: one bar a component, blue where it adds and grey where it takes away.

    Args:
        frame: Columns `label` and `units` (mean units a day against an average day), in the order of reading.
        height: In pixels, at least; grows with the number of bars.
    """
    values = frame["units"].to_numpy(dtype=float)
    figure = blank(max(height, ROW * len(frame)))
    figure.add_trace(
        go.Bar(
            x=values,
            y=np.arange(len(frame)),
            orientation="h",
            width=0.55 * min(1.0, ROW * len(frame) / height),
            marker_color=[ACCENT if value >= 0 else PAST for value in values],
            text=[formatting.signed(value) for value in values],
            textposition="outside",
            textfont={"color": INK, "size": 12},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    )
    reach = max(float(np.abs(values).max(initial=0.0)), 1e-9)
    low, high = min(float(values.min(initial=0.0)), 0.0), max(float(values.max(initial=0.0)), 0.0)
    figure.update_layout(margin={"l": 2, "r": 12, "t": 8, "b": 2, "pad": 6}, bargap=0.45)
    figure.update_xaxes(range=[low - 0.3 * reach * (low < 0), high + 0.25 * reach], visible=False)
    labels = [as_written(label) for label in frame["label"]]
    return figure.update_yaxes(
        tickvals=np.arange(len(frame)),
        ticktext=labels,
        autorange="reversed",
        automargin=True,
        showgrid=False,
        zeroline=False,
        tickfont={"color": INK, "size": 12.5},
        showline=False,
    ).add_vline(x=0, line={"color": QUIET + "66", "width": 1})


def loss(losses: Sequence[float], epochs: int, height: int = 180) -> go.Figure:
    """The network's loss: one value a finished epoch, of `epochs` at most, where the axis ends; `height` is in pixels."""
    figure = blank(height)
    x = np.arange(1, len(losses) + 1)
    figure.add_trace(
        go.Scatter(
            x=x,
            y=np.asarray(losses, dtype=float),
            mode="lines" if len(losses) > 1 else "markers",
            line={"color": TEAL, "width": 1.9},
            marker={"color": TEAL, "size": 6},
            showlegend=False,
            hovertemplate="Epoch %{x}: %{y:.4f}<extra></extra>",
        )
    )
    figure.update_layout(margin={"t": 8}, hovermode="closest")
    figure.update_xaxes(range=[0.5, max(epochs, len(losses), 2) + 0.5], tickformat="d", type="linear")
    return figure.update_yaxes(rangemode="tozero", tickformat=".2~f", nticks=4)


def rows_by_day(days: pd.Series, height: int = 180) -> go.Figure:
    """How many rows fall on each day; `days` has one datetime a row, `height` is in pixels."""
    counts = days.value_counts().sort_index()
    figure = blank(height)
    figure.add_trace(
        go.Bar(
            x=counts.index.to_numpy(),
            y=counts.to_numpy(),
            marker_color=PAST,
            showlegend=False,
            hovertemplate="%{x|%a %-d %b %Y}: %{y:,} rows<extra></extra>",
        )
    )
    figure.update_layout(margin={"t": 8}, hovermode="closest", bargap=0.1 if len(counts) > 20 else 0.35)
    return figure.update_xaxes(tickformatstops=language.ticks())


def _recent(view: View) -> pd.DataFrame:
    """As much of the past as helps to judge the forecast: 1.5 times the days ahead, 21 to 120 of them; at least 26 weeks or 24 months."""
    return view.history.tail(int(np.clip(1.5 * len(view.forecast), FEWEST_PAST[view.level.name], 120)))


def _joined(view: View, past: pd.DataFrame, values: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """A forecast that starts at the last sale, so that there is no gap; without it where that day's sales are not known."""
    ds, y = view.forecast[schema.DS].to_numpy(), values.to_numpy(dtype=float)
    last = past.tail(1)
    if last.empty or last[schema.Y].isna().all():
        return ds, y
    return np.concatenate([last[schema.DS].to_numpy()[:1], ds]), np.concatenate([last[schema.Y].to_numpy(dtype=float)[:1], y])


def _view_band(view: View, past: pd.DataFrame, name: str) -> go.Scatter:
    ds, upper = _joined(view, past, view.forecast[name.replace("band", "upper")])
    _, lower = _joined(view, past, view.forecast[name.replace("band", "lower")])
    return band(name, ds, lower, upper)


def _last_year(view: View, past: pd.DataFrame) -> go.Scatter:
    """What the same days sold a year before, under the past and under the forecast."""
    both = pd.concat([past[[schema.DS, LAST_YEAR]], view.forecast[[schema.DS, LAST_YEAR]]])
    line = {"color": PAST, "width": 1.3, "dash": "1.5px,2.5px"}
    return curve(schema.SALES, both[schema.DS], both[LAST_YEAR]).update(name=SAME_LAST_YEAR[view.level.name], line=line, legendrank=1.5)


def _model_curve(view: View, past: pd.DataFrame, name: str, *, alone: bool = False) -> go.Scatter:
    """A model's forecast; the blend starts at the last sale and its hover names the bands, at which no curve would point.

    Without models beside it (`alone`) the blend is simply the forecast.
    """
    if name != schema.BLEND:
        return curve(name, view.forecast[schema.DS], view.forecast[name])
    ds, y = _joined(view, past, view.forecast[name])
    told = _told(view)
    texts = [formatting.amount(value) for value in y[: len(y) - len(told)]] + told
    figure = curve(name, ds, y, text=texts, hovertemplate="%{text}")
    return figure.update(name="Forecast") if alone else figure


def _told(view: View) -> list[str]:
    """What the hover says of the blend in each step: itself, what is expected where that is another number, and the bands."""
    texts = []
    limits = view.forecast[list(schema.BANDS)].to_numpy(dtype=float)
    for value, mean, row in zip(view.forecast[schema.BLEND], view.forecast.get(schema.EXPECTED, view.forecast[schema.BLEND]), limits, strict=True):
        told = [f"<b>{formatting.amount(value)}</b>", *[f"{formatting.amount(mean)} on average"] * view.both]
        if not np.isnan(row).any():
            told += [f"80{formatting.NBSP}%: {_limits(*row[:2])}", f"95{formatting.NBSP}%: {_limits(*row[2:])}"]
        texts.append("<br>".join(told))
    return texts


def _standing(before: View, past: pd.DataFrame) -> go.Scatter:
    """The blend as it stands, dark and dashed beside the blue one of a what-if."""
    ds, y = _joined(before, past, before.forecast[schema.BLEND])
    return curve(schema.BLEND, ds, y).update(name="Current", line={"color": INK, "width": 1.6, "dash": "6px,3px"}, legendrank=5.5)


def _limits(lower: float, upper: float) -> str:
    return f"{formatting.amount(lower)} to {formatting.amount(upper)}"


def _highest(view: View, past: pd.DataFrame) -> float:
    """The largest value that any curve may show, so that hiding one does not rescale the others."""
    drawn = [past[schema.Y], past[LAST_YEAR], *(view.forecast[name] for name in (*lines(), "upper_95", LAST_YEAR) if name in view.forecast)]
    highest = float(np.nanmax(np.concatenate([[0.0], *(np.asarray(values, dtype=float) for values in drawn)])))
    return highest if highest > 0 else 1.0
