"""The card that tells new sales from corrected ones: what it takes, how far it is, and what it found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from forecasting.analysis.change_explanation import picture
from forecasting.core import durations, formatting
from forecasting.core.errors import ShelfcastError
from forecasting.services import change_split, workspaces
from pages.charts import language, waterfall
from pages.components.shared import layout, markdown, parts
from pages.components.training.card import newest_step
from pages.components.why import links

if TYPE_CHECKING:
    from forecasting.jobs.status import JobStatus
    from forecasting.services.change_explanation import Why
    from forecasting.services.change_split import Split
    from pages.components.why.parts import Pair

STAYS = "The picture above stays as it is."


def card(of: Why, pair: Pair, filters: dict[str, str]) -> None:
    """The card; nothing where new sales need not be told from corrected ones."""
    now = change_split.split(workspaces.workspace(), pair.before, pair.after, of)
    if now.state == "not needed":
        return
    with layout.card(
        "New sales or corrected ones?", "What made the parts above move: the days that were added, or earlier sales that were corrected"
    ):
        if now.state == "running":
            parts.fragment(run_every="1s")(_running)(of, pair)
        elif now.state == "done":
            _causes(pair, filters)
        else:
            _ask(now, pair)


def _ask(now: Split, pair: Pair) -> None:
    """The button, with what became of the last press."""
    if now.job is not None and now.state == "failed":
        with st.status(f"It stopped. {STAYS}", state="error", expanded=True):
            st.markdown(markdown.plain(now.job.reason))
    elif now.state == "cancelled":
        st.caption(f"Cancelled. {STAYS}")
    about = durations.about(now.seconds or 0.0)
    if st.button(f"Find out: {about}", icon=":material/hourglass_top:", key="why_split", help="Trains what lies between the two versions, once."):
        try:
            change_split.start(workspaces.workspace(), pair.before, pair.after)
        except ShelfcastError as error:
            st.error(markdown.plain(str(error)))
        else:
            st.rerun()


def _running(of: Why, pair: Pair) -> None:
    """Progress; the page is drawn again when it ends."""
    ws = workspaces.workspace()
    now = change_split.split(ws, pair.before, pair.after, of)
    if now.state != "running" or now.job is None:
        st.rerun()
    box = st.status("Telling new sales from corrected ones", expanded=True)  # as a block it would be ticked off at its end
    _progress(box, now.job)
    box.caption(f"You can leave this page. {STAYS}")
    if box.button("Cancel", type="tertiary", icon=":material/close:", key="why_split_cancel"):
        change_split.cancel(ws, pair.before, pair.after)
        st.rerun()


def _progress(box: DeltaGenerator, job: JobStatus) -> None:
    box.progress(job.fraction, text=f"{formatting.percent(job.fraction, 0)}, {durations.time_left(job.remaining)}: {newest_step(job)}")


def _causes(pair: Pair, filters: dict[str, str]) -> None:
    """The bars of the causes."""
    causes = change_split.causes(workspaces.workspace(), pair.before, pair.after, same_days=pair.same_days)
    if causes is None:
        st.caption(f"What was trained is not whole any more: ask again. {STAYS}")
        return
    told = causes.told.of(filters)
    shown = picture.picture(told)
    if shown.bars:
        st.plotly_chart(
            waterfall.waterfall(shown, links.named(pair.before), links.named(pair.after)),
            config=language.config(),
            key="why_causes",
            alt=f"From v{pair.before} to v{pair.after}, by cause: {', '.join(waterfall.texts(shown))}",
        )
    notes = ["The causes add up exactly.", *waterfall.cut_scale(shown), "Corrected sales are what corrections do once the new days are known."]
    st.caption(" ".join(notes))
