"""Parts of the forecast page; every choice is bound to the URL."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from forecasting.analysis.by_span import LAST_YEAR
from forecasting.analysis.forecast_view import View
from forecasting.core import caches, formatting, numerals, schema, unseen
from forecasting.core.period import Period
from forecasting.services import forecasts, models, what_ifs
from pages.charts import forecast
from pages.components.shared import cells, live_version, markdown, paper, product_links, wording

if TYPE_CHECKING:
    from forecasting.analysis.what_if import WhatIf
    from forecasting.training.ensemble import Ensemble

HEIGHT = 400
"""Of the chart, in pixels."""
RANGES = {"day": (7, 14, 28, 90), "week": (4, 8, 13, 26, 52), "month": (3, 6, 12, 24)}
"""How far ahead one may look, in the steps of the sales."""
DATES = {"day": "ddd D MMM YYYY", "week": "D MMM YYYY", "month": "MMM YYYY"}
"""How the table writes a step's date."""


def steps(ensemble: Ensemble) -> int:
    """How many days (weeks, months) ahead to look: the usual ranges up to the version's horizon, and the horizon itself."""
    period, horizon = ensemble.panel.period, ensemble.horizon
    offered, default = sorted({*(steps for steps in RANGES[period.name] if steps <= horizon), horizon}), live_version.ahead(ensemble)
    label = f"{period.plural.title()} ahead"
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        st.caption(label, width="content")
        chosen = st.segmented_control(label, offered, default=default, required=True, label_visibility="collapsed", key="days", bind="query-params")
    return chosen if chosen in offered else default


def curves() -> list[str]:
    """The curves and bands to draw; the names stand in the URL."""
    offered = _offered()
    shown = [name for name, curve in offered.items() if curve in forecast.shown()]
    with st.popover("Curves", icon=":material/tune:"):
        chosen = st.pills("Show", list(offered), selection_mode="multi", default=shown, key="curves", bind="query-params")
    return [offered[name] for name in chosen if name in offered]


def _offered() -> dict[str, str]:
    """What the URL says -> a curve. A widget's URL holds what it shows, so both are short."""
    of = {models.label(model.name, short=True): model.name for model in models.registered()}
    return {**of, "Blend": schema.BLEND, "Band 80": "band_80", "Band 95": "band_95"}


def csv(version: int, filters: dict[str, str], change: WhatIf, steps: int, *, level: str, last_year: bool) -> bytes:
    """The forecast of a version as CSV, with a what-if; raises what `forecasts.forecast_csv` raises."""
    ensemble = live_version.ensemble_of(version)
    shown = what_ifs.answer(what_ifs.standing(ensemble, filters), change) if change else ensemble
    return forecasts.forecast_csv(shown, filters, steps, level=level, last_year=last_year)


def title(chosen: dict[str, str], period: Period) -> str:
    """What is shown: "Units a day, Croissant, Hamburg"."""
    return f"Units a {period.name}, {markdown.plain(', '.join(chosen.values())) if chosen else 'everything added up'}"


def caption(view: View, reconciled: Mapping[str, Any] | None = None) -> str:
    """How it was made: "72 forecasts added up, 58 % Prophet and 42 % LSTM. The bands are for the total."; `reconciled` is the manifest's."""
    shares = {name: share for name, share in view.weights.items() if share >= 0.005}
    parts = formatting.listing([_part(name, share) for name, share in shares.items()]) or "no sales expected"
    scaled = [_scaled(reconciled["totals"])] if reconciled else []
    both = [view.two_numbers] * bool(view.two_numbers)
    if view.n_series > 1:
        return " ".join([f"{numerals.write(view.n_series)} forecasts added up, {parts}.", *scaled, "The bands are for the total.", *both])
    return " ".join([f"One forecast, {parts}.", *scaled, *(markdown.plain(reason) for reason in view.simpler[schema.REASON]), *both])


def _part(name: str, share: float) -> str:
    """ "58 % Prophet", "3 % too new, check by hand"."""
    return f"{formatting.percent(share, 0)} {models.within(name)}"


def product_link(filters: Mapping[str, str]) -> None:
    """Leads to the page of the product that is shown, if it is one."""
    if schema.PRODUCT in filters:
        product_links.link(filters[schema.PRODUCT], filters, text=f"All about {filters[schema.PRODUCT]}")


def _scaled(totals: str) -> str:
    """That series were scaled to forecasts of totals, by a column or of everything."""
    whose = wording.PLURALS.get(totals, "all sales together")
    return f"Scaled towards separate forecasts of {whose}, which were closer in the past."


def numbers(view: View) -> None:
    """The answer in four numbers."""
    total, (busiest, units) = view.total, view.busiest
    change, text = wording.change(total.expected, view.last_year)
    known = not math.isnan(total.lower_80)
    with st.grid(4, min_column_width=130):
        st.metric(
            "Expected, 80 % range" if known else "Expected",
            formatting.headline(total.expected),
            formatting.span(total.lower_80, total.upper_80) if known else "no range yet",
            delta_color="blue" if known else "gray",
            delta_arrow="off",
            help=wording.RANGE_HELP,
        )
        st.metric(
            f"Same {view.period.plural} last year",
            formatting.headline(view.last_year),
            text or "no sales then",
            delta_color="gray" if not text else "green" if change >= 0 else "orange",
            delta_arrow="off" if not text else "up" if change >= 0 else "down",
            delta_description=("more now" if change >= 0 else "less now") if text else None,
        )
        busiest_step = formatting.step_date(busiest, view.period)
        st.metric(f"Busiest {view.period.name}", busiest_step, f"{formatting.headline(units)} units", delta_color="gray", delta_arrow="off")
        st.metric(
            wording.OF_TOTAL if view.n_series > 1 else wording.BY_PRODUCT,
            formatting.percent(view.wape),
            "too new to tell" if math.isnan(view.coverage_80) else f"{formatting.percent(view.coverage_80, 0)} in the band",
            delta_color="gray",
            delta_arrow="off",
            help=f"{wording.WAPE_HELP} {wording.OF_TOTAL_HELP if view.n_series > 1 else ''}".strip(),
        )


def table(view: View, *, last_year: bool = False) -> None:
    """Every day, week or month ahead."""
    columns = [schema.DS, schema.BLEND, *[schema.EXPECTED] * view.both, "lower_80", "upper_80"]
    columns += [*(model.name for model in models.blended() if model.name in view.forecast), *[LAST_YEAR] * last_year]
    shown, digits = caches.once(view, _steps_ahead, view, tuple(columns))
    config = {name: st.column_config.NumberColumn(models.label(name), format=digits, width=78) for name in columns[1:]}
    config[schema.DS] = st.column_config.DateColumn(view.level.name.title(), format=DATES[view.level.name], width=126)
    config[LAST_YEAR] = st.column_config.NumberColumn("Last year", format=digits, width=78)
    cells.show(
        shown,
        column_config=config,
        hide_index=True,
        height=290 if len(view.forecast) > 7 else "content",
        placeholder="-",
        alt=f"The forecast of each {view.level.name} ahead with its 80 % range",
    )
    paper.copy("forecast", shown, config)


def _steps_ahead(view: View, columns: tuple[str, ...]) -> tuple[pd.DataFrame, str]:
    """These columns of the forecast as they are shown, and the format of their numbers."""
    digits = formatting.column(view.forecast[[schema.BLEND, *[schema.EXPECTED] * view.both]].to_numpy(dtype=float))
    return unseen.legible(view.forecast[list(columns)]), digits
