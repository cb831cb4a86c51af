"""From a file to merged sales and a new model: file, columns, what was understood, what changes, merge and retrain."""

from __future__ import annotations

import streamlit as st

from forecasting.services import jobs, sales, versions, workspaces
from pages.components.shared import layout
from pages.components.training import card
from pages.components.training import settings as retrain_settings
from pages.components.upload import columns, file, history, outcome, please_check, preview, reading, refusal, understood, who_delivers

ws = workspaces.workspace()
job = jobs.job(ws)
version = versions.serving(ws).version

if job and job.state == "running":
    context = f"v{version} stays in use until the new version is ready" if version else "The first model is being trained"
    layout.head("Upload", context, of_forecast=False)
    card.card()
    st.stop()

layout.head("Upload", "Nothing is saved until you press the button at the end", of_forecast=False)
card.failed_card()
uploads = history.read_or_stop(ws)
missing = outcome.show(ws, version)

chosen = file.choose()
if chosen is None:
    if sales.has_sales(ws):
        history.retrain_only(ws, wanted=version is None or missing is not None)
        history.history(ws, uploads)
    st.stop()

upload, line = chosen
read = reading.read(upload)
file.describe(line, upload, read.rows)
if read.columns:
    columns.show(upload, read)
understood.show(upload, read)
refusal.end_if_refused(read)

checked, weighed, ready, waits = read.checked, None, False, bool(read.open)
if checked is None or read.open:
    preview.waiting()
else:
    weighed = please_check.weigh(ws, upload, read, checked)
    checked, ready, waits = weighed.checked, preview.show(upload, weighed), weighed.is_open
with layout.card("5. Merge and retrain", preview.promise(ws, version)):
    settings = retrain_settings.choose(versions.settings(ws))
    with st.container(horizontal=True):
        both = st.button(
            "Merge and retrain", type="primary", icon=":material/play_arrow:", disabled=not ready or settings is None, key="merge_and_retrain"
        )
        only = st.button("Merge only", disabled=not ready, key="merge_only")
        if weighed is not None:
            who_delivers.offer(ws, upload, weighed)
    if waits:
        st.caption(f":orange[:material/help:] {preview.WAITING}")

if (both or only) and checked is not None:
    preview.merge(ws, upload, checked)
    if both and settings is not None:
        card.start(settings)
    st.rerun()
