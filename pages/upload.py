"""From a file to merged sales and a new model: file, columns, what changes, merge and retrain."""

from __future__ import annotations

import streamlit as st

from forecasting.services import jobs, sales, versions, workspaces
from pages.components.shared import layout as shell
from pages.components.training import card as training
from pages.components.training import settings as retrain_settings
from pages.components.upload import file_and_columns as upload_file
from pages.components.upload import history as upload_history
from pages.components.upload import preview as upload_change

ws = workspaces.workspace()
job = jobs.job(ws)
version = versions.serving(ws).version

if job and job.state == "running":
    shell.head("Upload", f"v{version} serves forecasts until the new version is published" if version else "The first model is being trained")
    training.card()
    st.stop()

shell.head("Upload", "Nothing is saved until you press the button at the end")
training.failed_card()
upload_history.saved_note()
uploads = upload_history.read_or_stop(ws)

upload = upload_file.choose()
if upload is None:
    if sales.has_sales(ws):
        upload_history.retrain_only(ws)
        upload_history.history(ws, uploads)
    st.stop()

table = upload_file.read(upload)
mapping, checked = upload_file.columns(upload, table)
change = upload_change.preview(ws, upload, mapping, checked)
ready = upload_change.show(upload, checked, change)
with shell.card("4. Merge and retrain", upload_change.promise(ws, version)):
    settings = retrain_settings.choose(versions.settings(ws))
    with st.container(horizontal=True):
        both = st.button(
            "Merge and retrain", type="primary", icon=":material/play_arrow:", disabled=not ready or settings is None, key="merge_and_retrain"
        )
        only = st.button("Merge only", disabled=not ready, key="merge_only")

if both or only:
    upload_change.merge(ws, upload, checked)
    if both:
        training.start(settings)
    st.rerun()
