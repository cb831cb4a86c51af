"""Parts of the Forecast page that say what is assumed of the days ahead, and ask what if."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Final

import pandas as pd
import streamlit as st

from forecasting.analysis.assumptions import Assumption
from forecasting.analysis.baseline import Baseline
from forecasting.analysis.what_if import EVERY_DAY, WhatIf
from forecasting.core import formatting, schema
from forecasting.core.period import Period
from forecasting.services import models
from pages.components.shared import markdown

if TYPE_CHECKING:
    from forecasting.training.ensemble import Ensemble

PRICE, PROMO, DAYS, CLOSED = KEYS = ("whatif_price", "whatif_promo", "whatif_days", "whatif_closed")
"""Keys of the widgets, bound to the URL."""
ASSUMED, NONE, ALWAYS, CHOSEN = ("As assumed", "None", "Always", "Choose")
NOTHING: Final[tuple[object, ...]] = (0, "0", ASSUMED, [], "")
"""What the widgets hold while nothing is asked."""
FURTHEST = 30
"""Percent by which the slider makes prices dearer or cheaper."""


def ask(standing: Baseline) -> tuple[WhatIf, list[str]]:
    """The widgets behind one button: what is asked, and why some of it cannot be answered."""
    drivers = [name for name in (schema.PRICE, schema.PROMO) if name in standing.panel.drivers]
    refused = {name: standing.refusal(name) for name in drivers}
    period = standing.panel.period
    days = {f"{day:%Y-%m-%d}": day for day in standing.panel.ahead(standing.ensemble.horizon)}
    asked_now = any(st.session_state.get(key, st.query_params.get(key)) not in (*NOTHING, None) for key in KEYS)
    with st.expander("What if", expanded=asked_now, icon=":material/science:", key="whatif"), st.container(horizontal=True, gap="large"):
        price = _price(refused[schema.PRICE]) if schema.PRICE in drivers else 0
        promo = _promo(refused[schema.PROMO], days, period) if schema.PROMO in drivers else None
        closed = _some_days("Closed on", days, period, CLOSED)
    wanted = {schema.PRICE: price, schema.PROMO: promo is not None}
    change = WhatIf(
        price / 100 if price and not refused[schema.PRICE] else None,
        promo if promo is not None and not refused[schema.PROMO] else None,
        frozenset(day.date() for day in closed),
    )
    return change, [refused[name] for name in drivers if wanted[name] and refused[name]]


def _price(refusal: str) -> int:
    chosen: int = st.slider(
        "Price",
        -FURTHEST,
        FURTHEST,
        0,
        format="%+d %%",
        disabled=bool(refusal),
        key=PRICE,
        bind="query-params",
        help="Versus the assumed price.",
    )
    if refusal:
        st.caption(refusal)
    return chosen


def _promo(refusal: str, days: dict[str, pd.Timestamp], period: Period) -> frozenset[date] | str | None:
    """None for as assumed, else the days on promotion."""
    chosen = st.segmented_control(
        "Promotions",
        [ASSUMED, NONE, ALWAYS, CHOSEN],
        default=ASSUMED,
        required=True,
        disabled=bool(refusal),
        key=PROMO,
        bind="query-params",
    )
    if refusal:
        st.caption(refusal)
    if chosen == CHOSEN:
        return frozenset(day.date() for day in _some_days("Promotion on", days, period, DAYS))
    answers: dict[str, frozenset[date] | str] = {NONE: frozenset(), ALWAYS: EVERY_DAY}
    return answers.get(chosen)


def _some_days(label: str, days: dict[str, pd.Timestamp], period: Period, key: str) -> list[pd.Timestamp]:
    if key in st.session_state:
        st.session_state[key] = [day for day in st.session_state[key] if day in days]
    label_of = {text: formatting.step_date(day, period) for text, day in days.items()}
    chosen = st.multiselect(label, list(days), format_func=label_of.__getitem__, key=key, bind="query-params", select_all=False)
    return [days[day] for day in chosen if day in days]


def line(standing: Baseline, shown: Ensemble, change: WhatIf, *, steps: int, refused: list[str]) -> None:
    """What is asked, what it does to the total, and the way back; nothing where nothing is asked."""
    if not change and not refused:
        return
    effect = standing.effect(shown, change, steps)
    with st.container(gap="xxsmall", key="whatif_line"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            if change:
                st.badge(f"What if: {change.text(standing.panel.period)}", icon=":material/science:", color="blue")
                units, share = formatting.signed(effect.after - effect.before), formatting.signed_percent(effect.change)
                st.markdown(f"**{units} units, {share}**, compared with the current forecast")
            st.button("Reset", type="tertiary", icon=":material/undo:", on_click=_reset, key="whatif_reset")
        answers = [f"{models.label(name)} {formatting.signed_percent(share)}" for name, share in effect.models.items()]
        notes = [f"{formatting.listing(answers)}."] if answers else []
        if sentences := [*notes, *effect.notes, *refused]:
            st.caption(" ".join(sentences))


def _reset() -> None:
    for key, value in {PRICE: 0, PROMO: ASSUMED, DAYS: [], CLOSED: []}.items():
        if key in st.session_state:
            st.session_state[key] = value


def assumed(standing: Baseline, assumptions: Sequence[Assumption], change: WhatIf) -> None:
    """What the forecast takes for granted, one line a driver, but not of what the what-if sets; of one series also why it is made as it is."""
    texts = [each.text for each in assumptions if each.driver not in change.drivers]
    heading = [f"Assumed for the {standing.panel.period.plural} ahead"] if texts else []
    for lines in (standing.story, (*heading, *texts)):
        if lines:
            st.caption("  \n".join(markdown.plain(line) for line in lines))
