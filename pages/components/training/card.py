"""The card of a retraining on the Upload page: its steps, its loss, how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from forecasting.core import durations, formatting, numerals, stages
from forecasting.core.errors import ShelfcastError
from forecasting.core.settings import Settings
from forecasting.services import jobs, models, retraining, versions, workspaces
from pages.charts import forecast, language
from pages.components.shared import followers, markdown, parts, person

if TYPE_CHECKING:
    from forecasting.jobs.events import Event
    from forecasting.jobs.status import JobStatus

ICONS = {"done": ":green[:material/check_circle:]", "running": ":blue[:material/progress_activity:]", "waiting": ":gray[:material/circle:]"}


@dataclass(frozen=True)
class Step:
    """One of the steps of a retraining.

    Args:
        name: One of `models.steps()`.
        state: "done", "running" or "waiting".
        fact: One thing worth knowing about it.
    """

    name: str
    state: str
    fact: str


def what_serves(version: int | None) -> str:
    """What a retraining that did not end well left as it was."""
    return "Nothing changed." if version is None else f"v{version} is still live; nothing changed."


def newest_step(job: JobStatus) -> str:
    """The newest event in a few words: "LSTM, epoch 31 of 50"."""
    event = job.event
    if event is None:
        return "starting"
    return markdown.plain(f"{event.stage}, {event.note or f'{numerals.write(event.done)} of {numerals.write(event.total)}'}")


@parts.fragment(run_every="1s")
def card() -> None:
    """The running retraining in full; stands on the upload page where the steps of an upload stand otherwise."""
    followers.follow_training()
    ws = workspaces.workspace()
    job = jobs.job(ws)
    if job is None or job.state != "running":
        return
    events = _events(job.number)
    with st.container(border=True, key="training"):
        with st.container(gap=None):
            st.markdown("##### Retraining", anchors=False)
            st.caption(f"Started {job.started.astimezone():%H:%M}, {durations.duration(job.elapsed)} ago. You can leave this page.")
        st.progress(job.fraction, text=f"{formatting.percent(job.fraction, 0)}, {durations.time_left(job.remaining)}")
        with st.grid(5, min_column_width=130):
            for step in steps(events):
                with st.container(gap=None):
                    st.markdown(f"{ICONS[step.state]} **{step.name}**")
                    st.caption(markdown.plain(step.fact))
        _loss_curve(events)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption("Cancelling keeps the merged sales and changes nothing else.", width="stretch")
            if st.button("Cancel retraining", type="tertiary", icon=":material/close:", key="cancel"):
                jobs.cancel(ws, job.number)
                st.rerun()


def _events(number: int) -> list[Event]:
    """All events of a job; only the new ones are read."""
    known, events = st.session_state.get("events", (number, []))
    if known != number:
        events = []
    events = [*events, *jobs.events(workspaces.workspace(), number, events[-1].id if events else 0)]
    st.session_state["events"] = (number, events)
    return events


def _loss_curve(events: list[Event]) -> None:
    trained = [event for event in events if event.loss is not None]
    if not trained:
        return
    stage = trained[-1].stage
    losses = [event.loss for event in events if event.stage == stage and event.loss is not None]
    st.caption(f"Loss by epoch, {markdown.plain(stage)}")
    st.plotly_chart(forecast.loss(losses, trained[-1].total), config=language.config(), key="loss", alt="The network's loss by epoch so far")


def steps(events: list[Event]) -> list[Step]:
    """The steps with what is known of each, from a job's events."""
    progress = [event for event in events if event.type == "progress"]
    current = models.step_of(progress[-1].stage) if progress else stages.BACKTEST_STEP
    merged = st.session_state.get("merged", "sales are saved")
    shown = [Step(stages.MERGE_STEP, "done", merged)]
    for name in models.steps()[1:]:
        own = [event for event in progress if models.step_of(event.stage) == name]
        place = models.steps().index(name) - models.steps().index(current)
        state = "running" if place == 0 else "waiting" if place > 0 else "done"
        shown.append(Step(name, state, _fact(name, state, own)))
    return shown


def _fact(name: str, state: str, own: list[Event]) -> str:
    if state == "waiting":
        return {stages.PUBLISH: "then it goes live"}.get(name, "waiting")
    if not own:
        return "starting" if state == "running" else "not needed"
    last = own[-1]
    if state == "running":
        part = stages.without_backtest(last.stage)
        return (
            (last.note or f"{numerals.write(last.done)} of {numerals.write(last.total)}")
            if part == name
            else f"{part}, {numerals.write(last.done)} of {numerals.write(last.total)}"
        )
    return durations.duration(max(last.elapsed - own[0].elapsed, 0.1))


def failed_card() -> None:
    """What happened to the newest retraining if it failed, what is safe, and what to do."""
    ws = workspaces.workspace()
    job = jobs.job(ws)
    if job is None or job.state != "failed" or st.session_state.get("dismissed") == job.number:
        return
    with st.container(border=True, key="failed"):
        st.markdown("##### :red[:material/error:] Retraining stopped", anchors=False)
        reason = job.reason.removeprefix("Retraining stopped: ").removeprefix("Training stopped: ")
        st.markdown(f"{markdown.plain(reason[:1].upper() + reason[1:])} **{what_serves(st.session_state['seen'].version)}**")
        st.caption(f"The merged sales stay saved. Step: {newest_step(job)}.")
        with st.container(horizontal=True):
            again = st.button("Retrain again", type="primary", key="again")
            st.download_button(
                "Download log",
                lambda: jobs.log(ws, job.number),
                f"job-{job.number}.txt",
                "text/plain",
                icon=":material/download:",
                on_click="ignore",
            )
            if st.button("Dismiss", type="tertiary", key="dismiss"):
                st.session_state["dismissed"] = job.number
                st.rerun()
        if again:
            start(versions.settings(ws))


def start(settings: Settings) -> None:
    """Starts a retraining and shows it, or says why not."""
    try:
        retraining.start_retrain(workspaces.workspace(), settings, retraining.RetrainOptions(by=person.login()))
    except ShelfcastError as error:
        st.error(markdown.plain(str(error)))
    else:
        st.session_state["awaited"] = True
        st.rerun()
