"""Whether a chart goes by day, week or month, and whether last year stands beside it; both are in the URL and travel between pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

import streamlit as st

from forecasting.analysis import by_span
from forecasting.core import caches, formatting, schema
from forecasting.core.period import WEEK, Period

if TYPE_CHECKING:
    from forecasting.analysis.forecast_view import View
    from forecasting.training.ensemble import Ensemble

LEVEL, OURS, LAST_YEAR = "by", "by_ours", "last_year"
"""Keys of the session: the level, the one that the page chose by itself, and last year's switch."""
LONG: Final = {"day": 60}
"""Steps ahead from which the next coarser level is shown at first: more days than a chart tells apart."""


class TimeLevel(NamedTuple):
    """How a chart, its table and its CSV count time.

    Args:
        level: A day, week or month.
        last_year: Whether the same days of last year are shown.
    """

    level: Period
    last_year: bool

    def with_last_year(self, curves: Sequence[str]) -> tuple[str, ...]:
        """Curves to draw, and last year's where it is asked for."""
        return (*curves, *[by_span.LAST_YEAR] * self.last_year)

    def file_suffix(self, period: Period) -> str:
        """What the name of a file adds where it is not by the sales' own steps: "-by-week"."""
        return "" if self.level == period else f"-by-{self.level.name}"


def in_words(view: View) -> str:
    """The line above a table of a view: "The week of 16 Nov 2026 includes 7,935 units sold already"."""
    sold = view.forecast[by_span.SOLD].iloc[0] if by_span.SOLD in view.forecast else 0.0
    if not sold:
        return "As in the CSV"
    first = formatting.last_date(view.forecast[schema.DS].iloc[0], view.level)
    return f"{'The ' if view.level == WEEK else ''}{first} includes {formatting.amount(sold)} units sold already"


def ask(ensemble: Ensemble, steps: int, *, last_year: str = LAST_YEAR, shown: bool = False) -> TimeLevel:
    """The two switches, side by side; only levels of which a whole one is forecast are offered, and last year only where it is known.

    Args:
        ensemble: Whose sales.
        steps: Steps ahead.
        last_year: Key of last year's switch; pages with the same one show last year together.
        shown: Whether last year is shown until a person says otherwise.
    """
    offered = {level.name.title(): level for level in caches.once(ensemble, by_span.levels, ensemble)}
    with st.container(horizontal=True, vertical_alignment="center", gap="small", width="content", key="time_level"):
        level = _level(offered, steps)
        known = len(ensemble.panel.dates) > ensemble.panel.period.year - steps
        shown = st.toggle("Last year", shown and known, key=last_year, bind="query-params", disabled=not known, help=_help(known))
    return TimeLevel(level, shown and known)


def _level(offered: dict[str, Period], steps: int) -> Period:
    names = list(offered)
    if len(names) == 1:
        return offered[names[0]]
    usual = names[int(steps > LONG.get(offered[names[0]].name, steps))]
    if st.session_state.get(LEVEL, usual) not in offered:
        del st.session_state[LEVEL]
    if not _is_stated():
        st.session_state[LEVEL] = st.session_state[OURS] = usual
    chosen = st.segmented_control("By", names, required=True, label_visibility="collapsed", key=LEVEL, bind="query-params")
    return offered.get(chosen or usual, offered[usual])


def _is_stated() -> bool:
    """Whether a person chose the level, in this session or by the URL."""
    return st.session_state[LEVEL] != st.session_state.get(OURS) if LEVEL in st.session_state else LEVEL in st.query_params


def _help(known: bool) -> str:
    return "The same weekdays 364 days before." if known else "There are no sales of a year ago yet."
