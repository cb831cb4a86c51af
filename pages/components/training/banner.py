"""The banner of a retraining on every page, and what is said when it ends."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from forecasting.analysis import version_comparison
from forecasting.core import durations, formatting
from forecasting.core.errors import ShelfcastError
from forecasting.services import jobs, versions, workspaces
from pages.components.shared import followers, markdown, parts, wording
from pages.components.shared.addresses import UPLOAD
from pages.components.shared.failures import failures_shown
from pages.components.training.card import newest_step, what_serves

if TYPE_CHECKING:
    from forecasting.jobs.status import JobStatus


@dataclass(frozen=True)
class SeenJob:
    """What a session has shown of the workspace; when it changes, the page is drawn again."""

    version: int | None
    refused: int
    job: int | None
    state: str


def follow(*, banner: bool) -> None:
    """Says what has changed since this session's last run, and keeps looking, on every page.

    Args:
        banner: Whether the page shows the banner; else it only keeps looking.
    """
    now = look()
    before = st.session_state.get("seen", now)
    st.session_state["seen"] = now
    announce(before, now)
    parts.fragment(run_every="1s" if now.state == "running" else "2s")(_watch)(banner=banner)


def look() -> SeenJob:
    """The workspace as it is now; cheap."""
    ws = workspaces.workspace()
    serving, job = versions.serving(ws), jobs.job(ws)
    return SeenJob(serving.version, len(serving.refused), job.number if job else None, job.state if job else "")


def look_closely() -> tuple[SeenJob, str]:
    """The workspace as it is now, and what the banner says of a retraining that runs."""
    now, job = look(), jobs.job(workspaces.workspace())
    return now, _standing(job) if job and job.state == "running" else ""


def announce(before: SeenJob, now: SeenJob) -> None:
    """A short message about what ended while this session was watching."""
    if now.version is not None and now.version != before.version:
        st.toast(f"**v{now.version} is live**{_how_good(before.version, now.version)}", icon=":material/check_circle:", duration="long")
    ended = before.state == "running" and now.job == before.job
    if ended and now.state == "done":
        _announce_held(now)
    if ended and now.state == "cancelled":
        st.toast(f"Retraining cancelled. {what_serves(now.version)}", icon=":material/cancel:", duration="long")


def _announce_held(now: SeenJob) -> None:
    """That a retraining published a version which does not serve, and why."""
    job = jobs.job(workspaces.workspace(), now.job)
    reason = versions.held_reason(job.result) if job else ""
    if job and reason:
        held = f"**v{job.result['version']} is held, not live.** {markdown.plain(reason)} v{now.version} goes on serving."
        st.toast(held, icon=":material/pan_tool:", duration="long")


def _how_good(before: int | None, now: int) -> str:
    """Its error, and how that compares with the version before where both were tested on the same days of the same series."""
    ws = workspaces.workspace()
    try:
        manifest = versions.manifest(ws, now)
        older = versions.manifest(ws, before) if before else None
    except ShelfcastError:
        return ""
    error = _wape(manifest)
    change = wording.better(error, _wape(older)) if older and not version_comparison.difference(manifest, older) else ""
    return "" if math.isnan(error) else f": {wording.BY_PRODUCT.lower()} {formatting.percent(error)}" + (f", {change}" if change else "")


def _wape(manifest: dict[str, Any]) -> float:
    wape = manifest["metrics"].get("wape")
    return math.nan if wape is None else wape


def _watch(*, banner: bool) -> None:
    """Runs every second or two: draws the page again if something ended or began, else only the banner."""
    followers.follow_training()
    with failures_shown():
        if look() != st.session_state["seen"]:
            st.rerun()
        job = jobs.job(workspaces.workspace()) if banner else None
        if job and job.state == "running":
            _running_banner(job)
        elif job and job.state == "failed" and st.session_state.get("dismissed") != job.number:
            _failed_banner(job)


def _standing(job: JobStatus) -> str:
    return f"{newest_step(job)}, {_how_far(job)}"


def _how_far(job: JobStatus) -> str:
    return f"{formatting.percent(job.fraction, 0)}, {durations.time_left(job.remaining)}"


def _running_banner(job: JobStatus) -> None:
    with st.container(border=True, gap="xsmall", key="banner"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":blue[:material/progress_activity:] **Retraining** :gray[{newest_step(job)}]", width="stretch")
            st.caption(_how_far(job), width="content")
            st.page_link(UPLOAD, label="Details", icon=":material/chevron_right:", icon_position="right")
        st.progress(job.fraction)


def _failed_banner(job: JobStatus) -> None:
    version = st.session_state["seen"].version
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="banner"):
        st.markdown(f":red[:material/error:] **Retraining stopped.** {what_serves(version)}", width="stretch")
        st.page_link(UPLOAD, label="See why", icon=":material/chevron_right:", icon_position="right")
        if st.button("Dismiss", type="tertiary", key="dismiss_banner"):
            st.session_state["dismissed"] = job.number
            st.rerun()
