"""The filters of a page: one select a column that exists."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import nullcontext
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.analysis import forecast_view
from forecasting.core import formatting, schema, unseen
from pages.components.shared import long_choice, markdown, no_longer_sold, wording

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble


NOTHING: Mapping[str, str] = {}


def ask_filters(ensemble: Ensemble, names: Collection[str] = schema.FILTERS, within: Mapping[str, str] = NOTHING) -> dict[str, str]:
    """One select for each of these columns that exists; each offers only what exists under the others and is still sold, and keeps
    what the URL asks for.

    Args:
        ensemble: Whose series.
        names: Columns to ask for.
        within: Filters that are set already; a column that has a single value within them is not asked for.
    """
    everything = {name: values for name, values in forecast_view.options(ensemble, within, names).items() if not within or len(values) > 1}
    if not everything:
        return {}
    begins_again = [long_choice.settle(name, values) for name, values in everything.items()]
    chosen = {name: value for name in everything if (value := _asked(name)) in everything[name]}
    offered = forecast_view.options(ensemble, {**within, **chosen}, tuple(everything), only_sold=not no_longer_sold.is_shown())
    with st.grid(max(len(offered), 3), min_column_width=150):
        for name, values in offered.items():
            excluded = [chosen[name]] if name in chosen and chosen[name] not in values else []
            with st.container(gap="xsmall") if long_choice.is_long(values) else nullcontext():
                st.selectbox(
                    formatting.LABELS[name],
                    [*long_choice.options(name, values, chosen.get(name)), *excluded],
                    index=None,
                    format_func=unseen.escaped,
                    placeholder=f"All {wording.PLURALS[name]}",
                    accept_new_options=long_choice.is_long(values),
                    key=name,
                    bind="query-params",
                )
                long_choice.note(name, values, wording.PLURALS[name])
    if any(begins_again):
        st.rerun()
    return {name: value for name in offered if (value := st.session_state.get(name)) in everything[name]}


def _asked(name: str) -> str | None:
    return st.session_state[name] if name in st.session_state else st.query_params.get(name)


def no_match(where: DeltaGenerator, card: DeltaGenerator, chosen: dict[str, str]) -> None:
    """The filters exclude each other."""
    with where:
        st.markdown("##### Nothing matches these filters.", anchors=False)
        st.caption(f"{markdown.plain(' and '.join(chosen.values()))} never appear together.")
    card.button("Clear filters", on_click=_clear, args=(tuple(chosen),), key="clear")


def _clear(names: tuple[str, ...]) -> None:
    for name in names:
        st.session_state[name] = None
