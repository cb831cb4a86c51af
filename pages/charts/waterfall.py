"""The bars from one total to another: each part begins where the one before ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import plotly.graph_objects as go

from forecasting.analysis.change_explanation import picture
from forecasting.core import numerals
from pages.charts.style import ACCENT, INK, PAST, QUIET, as_written, blank

if TYPE_CHECKING:
    from forecasting.analysis.change_explanation.picture import Picture

ROW: Final = 36
"""Pixels of a bar with its gap."""
ROOM: Final = 0.28
"""Share of the width to the right of the longest bar, for its number, on a phone too."""


def waterfall(shown: Picture, before: str, after: str) -> go.Figure:
    """The total before, a bar a part, the total after, from top to bottom, so that all names can be read on a phone.

    Args:
        shown: What to draw.
        before, after: What the versions are called.
    """
    names = [before, *(picture.label(name) for name in shown.bars), after]
    places, ends = np.arange(len(names)), shown.ends()
    figure = blank(ROW * len(names) + 40)
    colors = [QUIET, *(f"{ACCENT}99" if units > 0 else f"{PAST}80" for units in shown.bars.values()), ACCENT]
    figure.add_trace(
        go.Bar(
            y=places,
            x=[high - low for low, high in ends],
            base=[low for low, _ in ends],
            orientation="h",
            marker={"color": colors},
            text=[numerals.write(shown.before, shown.digits), *texts(shown, named=False), numerals.write(shown.after, shown.digits)],
            textposition="outside",
            textfont={"color": INK, "size": 13},
            cliponaxis=False,
            hoverinfo="skip",
            showlegend=False,
        )
    )
    for place, level in enumerate(shown.levels()):
        line = {"color": f"{QUIET}99", "width": 1, "dash": "dot"}
        figure.add_shape(type="line", x0=level, x1=level, y0=place + 0.3, y1=place + 0.7, line=line)
    low, high = shown.start, max(end for _, end in ends)
    figure.update_layout(hovermode=False, bargap=0.4)
    figure.update_xaxes(range=[low, high + ROOM * (high - low)], showgrid=True, gridcolor=f"{QUIET}2B", tickformat=",~r", side="bottom")
    figure.update_yaxes(tickvals=places, ticktext=[as_written(name) for name in names], tickfont={"size": 13, "color": INK})
    return figure.update_yaxes(autorange="reversed", showgrid=False)


def texts(shown: Picture, *, named: bool = True) -> list[str]:
    """What each bar says: "Level +310"."""
    return [f"{f'{picture.label(name)} ' if named else ''}{picture.signed(units, shown.digits)}" for name, units in shown.bars.items()]


def cut_scale(shown: Picture) -> list[str]:
    """Where the scale starts, a sentence; none where that is 0."""
    return [f"The scale starts at {numerals.write(shown.start)}."] if shown.start else []
