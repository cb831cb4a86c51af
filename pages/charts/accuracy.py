"""The past as charts: errors by days ahead, promises against what came true, forecasts against what was sold."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from forecasting.core import formatting, schema
from forecasting.core.arrays import FloatArray
from forecasting.services import models
from pages.charts import language
from pages.charts.style import ACCENT, BANDS, INK, QUIET, band, blank, curve, lines, mark_day

APART: Final = 0.075
"""Share of the range by which labels lie apart, at least."""
MANY: Final = 200
"""Days from which single days are no longer marked."""
LONGEST_PAST: Final = 60


class Scale(NamedTuple):
    """How a measure is drawn.

    Args:
        factor: What shares are multiplied by.
        suffix: After a number.
        digits: After the point, in hover.
        reference: A value to compare with, drawn as a dotted line; None for none.
    """

    factor: float = 100.0
    suffix: str = f"{formatting.NBSP}%"
    digits: int = 1
    reference: float | None = None


SCALES: Final = {
    "wape": Scale(),
    "mase": Scale(factor=1.0, suffix="", digits=2, reference=1.0),
    "bias": Scale(reference=0.0),
    "coverage_80": Scale(reference=80.0),
    "width_80": Scale(),
}


def by_step(steps: pd.DataFrame, measure: str, unit: str, height: int = 290) -> go.Figure:
    """A measure by days ahead, a curve a model with its name beside it.

    Args:
        steps: Columns `step`, `model` and the measure.
        measure: One of `SCALES`.
        unit: What a step is: "day".
        height: In pixels.
    """
    scale = SCALES[measure]
    figure = blank(height)
    styles = lines()
    drawn = {name: part for name in styles if len(part := steps[steps[schema.MODEL] == name]) and part[measure].notna().any()}
    values = {name: scale.factor * part[measure].to_numpy(dtype=float) for name, part in drawn.items()}
    for name, part in drawn.items():
        mode = {} if len(part) > 1 else {"mode": "markers", "marker": {"color": styles[name].color, "size": 7}}
        hover = f"%{{y:.{scale.digits}f}}{scale.suffix}"
        figure.add_trace(curve(name, part[schema.STEP], values[name], hovertemplate=hover, showlegend=False).update(mode))
    low, high = _range(list(values.values()), scale)
    _label(figure, values, low, high)
    if scale.reference is not None:
        figure.add_hline(y=scale.reference, line={"color": QUIET, "width": 1, "dash": "dot"})
    last = int(steps[schema.STEP].max()) if len(steps) else 1
    ticks = _ticks(last)
    figure.update_layout(margin={"t": 8, "r": 62})
    texts = [f"1 {unit}" if tick == 1 else f"{tick}" for tick in ticks]
    ahead = {"text": f"%{{x}} {unit}s ahead"}
    figure.update_xaxes(type="linear", range=[0.5 if last == 1 else 1, max(last, 1.5)], tickvals=ticks, ticktext=texts, unifiedhovertitle=ahead)
    return figure.update_yaxes(range=[low, high], ticksuffix=scale.suffix, tickformat=None)


def _range(curves: Sequence[FloatArray], scale: Scale) -> tuple[float, float]:
    """From 0, or from below what is lower, to above all."""
    seen = np.concatenate([[0.0 if scale.reference != 80.0 else 75.0, scale.reference or 0.0], *curves])
    low, high = float(np.nanmin(seen)), float(np.nanmax(seen))
    if scale.reference == 80.0:
        return max(min(low, 50.0) - 2.0, 0.0), 101.0
    room = 0.06 * max(high - low, 1e-9)
    return (low - room if low < 0 else 0.0), high + room


def _label(figure: go.Figure, values: dict[str, FloatArray], low: float, high: float) -> None:
    """Each curve's name at its right end, far enough from the others."""
    ends = {name: float(value[np.isfinite(value)][-1]) for name, value in values.items()}
    for (name, _), y in zip(ends.items(), spread(list(ends.values()), low, high), strict=True):
        text = models.label(name, short=True)  # a phone is 326 pixels wide
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="left",
            xshift=6,
            y=y,
            text=f"<b>{text}</b>" if name == schema.BLEND else text,
            font={"size": 12, "color": lines()[name].color},
            showarrow=False,
        )


def spread(values: Sequence[float], low: float, high: float) -> list[float]:
    """The values moved apart until none is closer to the next than `APART` of the range, in their order, inside the range where they fit.

    Example:
        >>> [round(value, 2) for value in spread([5.0, 5.1, 9.0], 0.0, 10.0)]
        [5.0, 5.75, 9.0]
    """
    gap = APART * (high - low)
    order = np.argsort(values, kind="stable")
    placed = np.asarray(values, dtype=float)[order]
    for position in range(1, len(placed)):
        placed[position] = max(placed[position], placed[position - 1] + gap)
    ceiling = high
    for position in reversed(range(len(placed))):
        placed[position] = min(placed[position], ceiling)
        ceiling = placed[position] - gap
    moved = np.empty(len(placed))
    moved[order] = placed
    return [float(value) for value in moved]


def _ticks(last: int) -> list[int]:
    """1, and every so many days up to the last, at most seven."""
    step = next((step for step in (1, 2, 7, 14, 28, 56) if last / step <= 7), 91)
    return sorted({1, *range(step, last + 1, step)} - ({2} if step == 2 else set()))


def promise(table: pd.DataFrame, labels: dict[str, str], height: int = 290) -> go.Figure:
    """Shares that came true against shares that were promised.

    Args:
        table: Column `level` and one a label, as shares; a column that is NaN throughout is left out.
        labels: Column -> what it is called.
        height: In pixels.
    """
    level = 100 * table["level"].to_numpy(dtype=float)
    ends = [level[0] - 5, 100.0]
    figure = blank(height)
    dotted = {"color": QUIET, "width": 1.2, "dash": "dot"}
    figure.add_trace(go.Scatter(x=ends, y=ends, name="Promised", mode="lines", line=dotted, hoverinfo="skip", legendrank=9))
    lowest = ends[0]
    for (column, label), (symbol, dash) in zip(labels.items(), (("circle", "solid"), ("square-open", "dash"), ("diamond-open", "dot")), strict=False):
        shares = 100 * table[column].to_numpy(dtype=float)
        if np.isnan(shares).all():
            continue
        lowest = min(lowest, float(np.nanmin(shares)) - 3)
        figure.add_trace(
            go.Scatter(
                x=level,
                y=shares,
                name=label,
                mode="lines+markers",
                line={"color": ACCENT, "width": 2 if dash == "solid" else 1.4, "dash": dash},
                marker={"color": ACCENT, "size": 8, "symbol": symbol},
                hovertemplate=f"%{{y:.1f}}{formatting.NBSP}%",
            )
        )
    figure.update_xaxes(
        type="linear", range=ends, tickvals=[50, 60, 70, 80, 90, 95], ticktext=["50", "60", "70", "80", "90", f"95{formatting.NBSP}%"]
    )
    figure.update_xaxes(unifiedhovertitle={"text": f"%{{x:.0f}}{formatting.NBSP}% promised"})
    return figure.update_yaxes(
        range=[max(lowest, 0.0), 101], tickvals=list(range(0, 101, 10 if lowest > 20 else 20)), ticksuffix=f"{formatting.NBSP}%"
    )


def past(total: pd.DataFrame, history: pd.DataFrame, height: int = 320) -> go.Figure:
    """What the blend forecast at every cutoff over what was sold.

    Args:
        total: Columns `cutoff, ds, sales, blend`; a row a cutoff and day.
        history: Columns `ds, sales`.
        height: In pixels.
    """
    figure = blank(height)
    first = total[schema.CUTOFF].min()
    span = total[schema.DS].max() - first
    shown = history[history[schema.DS] > first - 0.12 * span]
    figure.add_trace(_sold(shown[schema.DS], _known(shown, total)))
    parts = [(part[schema.DS].to_numpy(), part[schema.BLEND].to_numpy(dtype=float)) for _, part in total.groupby(schema.CUTOFF)]
    ds = np.concatenate([np.append(days, days[-1:]) for days, _ in parts])
    y = np.concatenate([np.append(values, np.nan) for _, values in parts])
    figure.add_trace(curve(schema.BLEND, ds, y, connectgaps=False))
    for cutoff in total[schema.CUTOFF].unique():
        figure.add_vline(x=cutoff, line={"color": QUIET, "width": 1, "dash": "dot"})
    return _dated(figure, [shown[schema.SALES], total[schema.BLEND]])


def past_of(total: pd.DataFrame, history: pd.DataFrame, cutoff: pd.Timestamp, height: int = 320) -> go.Figure:
    """What was forecast at one cutoff, with its bands, and what was sold before and after it; arguments as for `past`, with models and bands."""
    part = total[total[schema.CUTOFF] == cutoff]
    days = int(np.clip(1.5 * len(part), 14, LONGEST_PAST))
    before = history[history[schema.DS] <= cutoff].tail(days)
    figure = blank(height)
    for name in BANDS:
        level = name.removeprefix("band_")
        figure.add_trace(band(name, part[schema.DS].to_numpy(), *(part[f"{side}_{level}"].to_numpy(dtype=float) for side in ("lower", "upper"))))
    figure.add_trace(curve(schema.SALES, before[schema.DS], before[schema.SALES]))
    for name in (name for name in lines() if name in part and name != schema.SALES):
        short = models.label(name, short=True)  # a legend on a phone has two columns of them
        figure.add_trace(curve(name, part[schema.DS], part[name]).update(name=short))
    figure.add_trace(_sold(part[schema.DS], part[schema.SALES]))
    mark_day(figure, cutoff, f"Known to {formatting.near_date(cutoff)}")
    return _dated(figure, [before[schema.SALES], *(part[name] for name in (*lines(), "upper_95") if name in part)])


def _known(shown: pd.DataFrame, total: pd.DataFrame) -> pd.Series:
    """Sales of each day; of the days judged, those of the rows that had a forecast."""
    judged = total.drop_duplicates(schema.DS).set_index(schema.DS)[schema.SALES]
    sales = shown.set_index(schema.DS)[schema.SALES]
    return judged.reindex(sales.index).fillna(sales)


def _sold(ds: pd.Series, y: pd.Series) -> go.Scatter:
    """What was sold in a backtest: dots on a thin line, where there is room for dots."""
    dots = {"mode": "lines+markers", "marker": {"color": INK, "size": 4}} if len(ds) <= MANY else {"mode": "lines"}
    return go.Scatter(
        x=np.asarray(ds), y=np.asarray(y, dtype=float), name="Sold", line={"color": INK, "width": 1}, legendrank=0, hovertemplate="%{y:,.0f}", **dots
    )


def _dated(figure: go.Figure, drawn: Sequence[pd.Series]) -> go.Figure:
    highest = float(np.nanmax(np.concatenate([[0.0], *(values.to_numpy(dtype=float) for values in drawn)])))
    figure.update_xaxes(tickformatstops=language.ticks(), hoverformat=language.hover("day"))
    return figure.update_yaxes(range=[0, 1.04 * (highest or 1.0)])
