"""The stock of a series as it runs down and fills up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.core import formatting
from forecasting.core.arrays import FloatArray
from forecasting.core.period import Period
from forecasting.inventory.orders.projection import StockCurve, StockProjection
from pages.charts import language
from pages.charts.style import ACCENT, BAND_80, QUIET, blank

SHORT: Final = "#000009"
"""What runs out."""
LABEL: Final = {"size": 12, "color": QUIET}
DAY_MS: Final = 86_400_000
FEW_DAYS: Final = 4
"""Up to which each has its own tick."""


def path(projection: StockProjection, reorder_point: float, period: Period, height: int = 270) -> go.Figure:
    """Stock with the order and without, the band of the first, deliveries, the reorder point, and where the shelf empties.

    Stock is drawn from morning to morning: it falls over a step and jumps where something arrives.

    Args:
        projection: What to draw.
        reorder_point: Units, NaN where not known.
        period: What a step is.
        height: In pixels.
    """
    figure = blank(height)
    highest = _highest(projection, reorder_point)
    band = _band(projection)
    if band is not None:
        figure.add_trace(band)
    name = "With order" if projection.quantity else "Expected stock"
    figure.add_trace(_line(projection, projection.ordered, name, {"color": ACCENT, "width": 2.5}, 1))
    if projection.quantity:
        figure.add_trace(_line(projection, projection.alone, "Without", {"color": SHORT, "width": 1.8, "dash": "5px,3px"}, 2))
    if projection.receipts.any():
        figure.add_trace(_coming(projection))
    figure.add_trace(_hover(projection, period))
    _mark_reorder_point(figure, projection, reorder_point)
    _mark_order(figure, projection, period)
    _mark_empty(figure, projection, period)
    figure.update_layout(margin={"t": 46})
    figure.update_xaxes(range=[projection.dates[0], projection.dates[-1]], tickformatstops=language.ticks(), hoverformat=None, **_ticks(projection))
    return figure.update_yaxes(range=[0, highest], nticks=4)


def _ticks(projection: StockProjection) -> dict[str, int]:
    """Where the days are named: each once where they are few, which Plotly would else name once more at noon."""
    return {"dtick": DAY_MS} if projection.dates[-1] - projection.dates[0] <= pd.Timedelta(days=FEW_DAYS) else {"nticks": 5}


def _points(projection: StockProjection, run: StockCurve) -> tuple[np.ndarray, FloatArray]:
    """Corners of the saw: the start, then of each step its morning, the moment when the shelf is empty or the step ends, and the next morning."""
    days = projection.dates.to_numpy()
    emptied = days[:-1] + (run.lasts * np.diff(days).astype(np.int64)).astype(np.int64).astype(np.diff(days).dtype)
    x = np.concatenate([days[:1], np.column_stack([days[:-1], emptied, days[1:]]).ravel()])
    y = np.concatenate([[max(projection.on_hand, 0.0)], np.column_stack([run.morning, run.evening, run.evening]).ravel()])
    return x, y


def _line(projection: StockProjection, run: StockCurve, name: str, line: Mapping[str, object], rank: int) -> go.Scatter:
    x, y = _points(projection, run)
    return go.Scatter(x=x, y=y, name=name, mode="lines", line=line, hoverinfo="skip", legendrank=rank)


def _band(projection: StockProjection) -> go.Scatter | None:
    if np.isnan(projection.lower.evening + projection.upper.evening).all():
        return None
    (x, low), (_, high) = _points(projection, projection.lower), _points(projection, projection.upper)
    known = np.isfinite(low) & np.isfinite(high)
    return go.Scatter(
        x=np.concatenate([x[known], x[known][::-1]]),
        y=np.concatenate([high[known], low[known][::-1]]),
        name=formatting.LABELS["band_80"],
        mode="lines",
        line={"width": 0, "color": BAND_80},
        fill="toself",
        fillcolor=BAND_80,
        hoverinfo="skip",
        legendrank=3,
    )


def _coming(projection: StockProjection) -> go.Scatter:
    """What is on the way already."""
    steps = np.flatnonzero(projection.receipts)
    return go.Scatter(
        x=projection.dates.to_numpy()[steps],
        y=np.zeros(len(steps)),
        name="On the way",
        mode="markers",
        marker={"symbol": "triangle-up", "size": 10, "color": QUIET},
        cliponaxis=False,
        hoverinfo="skip",
        legendrank=4,
    )


def _hover(projection: StockProjection, period: Period) -> go.Scatter:
    """Each step's numbers in words; a curve with two values a step would show one of them."""
    return go.Scatter(
        x=projection.dates.to_numpy()[:-1],
        y=projection.ordered.morning,
        mode="lines",
        line={"width": 0, "color": "rgba(0,0,0,0)"},
        showlegend=False,
        text=[_hover_text(projection, step, period) for step in range(len(projection.receipts))],
        hovertemplate="%{text}<extra></extra>",
    )


def _hover_text(projection: StockProjection, step: int, period: Period) -> str:
    arrived = projection.receipts[step] + (projection.quantity if step == projection.arrival else 0.0)
    lower, upper = projection.lower.evening[step], projection.upper.evening[step]
    morning, evening = (formatting.units(units[step]) for units in (projection.ordered.morning, projection.ordered.evening))
    lines = [
        f"{formatting.units(arrived)} delivered" if arrived else "",
        f"{morning} at the start, <b>{evening}</b> at the end of the {period.name}",
        "" if np.isnan(lower + upper) else f"80{formatting.NBSP}%: {formatting.units(lower)} to {formatting.units(upper)}",
        f"Without the order: {formatting.units(projection.alone.evening[step])}" if projection.quantity and step >= projection.arrival else "",
    ]
    return "<br>".join(line for line in lines if line)


def _mark_reorder_point(figure: go.Figure, projection: StockProjection, level: float) -> None:
    if not level > 0:
        return
    figure.add_hline(y=level, line={"color": QUIET, "width": 1, "dash": "dot"})
    text = f"Reorder point {formatting.units(level)}"
    right, above = max(((right, above) for right in (True, False) for above in (True, False)), key=lambda at: _clear(projection, level, *at))
    figure.add_annotation(
        x=int(right),
        xref="paper",
        y=level,
        text=text,
        showarrow=False,
        xanchor="right" if right else "left",
        yanchor="bottom" if above else "top",
        font=LABEL,
    )


def _clear(projection: StockProjection, level: float, right: bool, above: bool) -> float:
    """How far the stock stays from a label above or below a level, at the right or left end; units."""
    reach = max(2 * len(projection.receipts) // 5, 1)
    corners = _points(projection, projection.ordered)[1]
    near = corners[-3 * reach :] if right else corners[: 3 * reach + 2]
    label = level + (0.06 if above else -0.06) * float(np.nanmax(corners))
    low, high = np.minimum(near[1:], near[:-1]), np.maximum(near[1:], near[:-1])
    return float(np.min(np.maximum(np.maximum(low - label, label - high), 0.0)))


def _mark_order(figure: go.Figure, projection: StockProjection, period: Period) -> None:
    """When the order arrives."""
    if not projection.quantity or projection.arrival >= len(projection.receipts):
        return
    day = projection.dates[projection.arrival]
    left = _left(projection, day)
    figure.add_vline(x=day, line={"color": QUIET, "width": 1, "dash": "dot"})
    figure.add_annotation(
        x=day,
        y=1,
        yref="paper",
        text=f"Delivery {_near(day, period)}",
        showarrow=False,
        xanchor="left" if left else "right",
        yanchor="top",
        xshift=6 if left else -6,
        font=LABEL,
    )


def _mark_empty(figure: go.Figure, projection: StockProjection, period: Period) -> None:
    """Where the shelf empties without the order."""
    moment = projection.empty[0]
    if moment is None:
        return
    left, marker = _left(projection, moment), {"symbol": "x", "size": 9, "color": SHORT}
    figure.add_trace(go.Scatter(x=[moment], y=[0], mode="markers", marker=marker, cliponaxis=False, showlegend=False, hoverinfo="skip"))
    figure.add_annotation(
        x=moment,
        y=0,
        text="Empty now" if moment == projection.dates[0] else f"Empty {_near(moment, period)}",
        showarrow=False,
        xanchor="left" if left else "right",
        yanchor="bottom",
        xshift=6 if left else -6,
        yshift=4,
        font={"size": 12, "color": SHORT},
    )


def _left(projection: StockProjection, moment: pd.Timestamp) -> bool:
    """Whether a moment lies in the left half, where its label goes to the right."""
    return bool(moment - projection.dates[0] < (projection.dates[-1] - projection.dates[0]) / 2)


def _near(moment: pd.Timestamp, period: Period) -> str:
    return formatting.near_date(moment) if period.name != "month" else formatting.step_date(moment, period)


def _highest(projection: StockProjection, reorder_point: float) -> float:
    runs = np.concatenate([projection.ordered.morning, projection.alone.morning, projection.upper.morning])
    return 1.12 * max(float(np.nanmax(runs)), projection.on_hand, float(np.nan_to_num(reorder_point)), 1.0)
