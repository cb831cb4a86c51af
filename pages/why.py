"""Why a forecast changed between two versions: one sentence, then the proof."""

from __future__ import annotations

from functools import partial

import streamlit as st

from forecasting.analysis.change_explanation.picture import picture
from forecasting.core.errors import NotFound
from pages.components.shared import layout, live_version
from pages.components.shared.filters import ask_filters, no_match
from pages.components.why import links, parts, split

manifest = live_version.live_manifest("Why did the number change?")
links.arrive()
place = st.container()
pair = parts.ask(parts.versions_there(), manifest["version"])
if pair is None:
    with place:
        layout.head("Why did the number change?", f"Model v{manifest['version']}")
    st.stop()
filters = ask_filters(live_version.loaded(manifest["version"]))
card = st.container(border=True, key="why_card")
with card:
    of = parts.explained(pair)
if of is None:
    with place:
        layout.head("Why did the number change?", f"v{pair.before} and v{pair.after}")
    st.stop()
with place:
    actions = layout.head("Why did the number change?", parts.context(of.told, pair, filters))
try:
    told = of.told.of(filters)
except NotFound:
    no_match(card.container(), card, filters)
    st.stop()

shown = picture(told)
with card:
    parts.answer(of, told, shown, pair)
split.card(of, pair, filters)
with layout.card("By product", "Units; most changed first. Columns add up to the bars, rows to the change"):
    parts.table(shown)
actions.download_button(
    "Download CSV",
    partial(parts.csv, pair, filters),
    f"why-v{pair.before}-v{pair.after}.csv",
    "text/csv",
    icon=":material/download:",
    on_click="ignore",
    key="why_csv",
)
