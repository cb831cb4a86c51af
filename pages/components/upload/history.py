"""What is saved already: the note after a merge, the uploads so far, and a retraining without a new file."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from forecasting.core import numerals, unseen
from forecasting.core.errors import SalesDamaged, StorageUnavailable
from forecasting.entrypoints.server.server_settings import ServerSettings
from forecasting.services import sales, schedule, shop_settings, versions
from pages.components.shared import cells, file_input, live_version, markdown, wording
from pages.components.training import card
from pages.components.training import settings as retrain_settings
from pages.components.upload import take_back

if TYPE_CHECKING:
    from forecasting.storage.sales.uploads import Upload
    from forecasting.storage.workspace import Workspace


def read_or_stop(ws: Workspace) -> list[Upload]:
    """The uploads so far, newest first; saved sales that cannot be read say what to do and end the page."""
    try:
        return sales.uploads(ws)
    except (SalesDamaged, StorageUnavailable) as error:
        file_input.refuse(live_version.UNREADABLE, str(error))


def retrain_only(ws: Workspace, *, wanted: bool) -> None:
    """A retraining on what is saved.

    Args:
        ws: Where.
        wanted: Whether something is saved that the version that serves does not know; else nothing asks for it.
    """
    with st.expander("Retrain without a new file", icon=":material/play_arrow:", key="retrain_only", expanded=wanted):
        _plan(ws)
        settings = retrain_settings.choose(versions.settings(ws))
        pressed = st.button("Retrain", type="primary" if wanted else "secondary", disabled=settings is None, key="retrain")
        if pressed and settings is not None:
            st.session_state.pop("merged", None)
            card.start(settings)


def _plan(ws: Workspace) -> None:
    """What the schedule will do, where there is one."""
    server = ServerSettings.from_environ(os.environ)
    plan = schedule.planned(ws, shop_settings.timetable(ws, server.retrain_every, server.timezone))
    if plan is not None:
        last = f" Last time: {markdown.plain(plan.last[:1].lower() + plan.last[1:])}" if plan.last else ""
        st.caption(f":material/schedule: Retrains by itself on {wording.moment(plan.next)} if the sales have changed.{last}")


def history(ws: Workspace, uploads: list[Upload]) -> None:
    """The uploads so far, newest first, and the way back."""
    if not uploads:
        return
    with st.expander(f"Uploads so far, {numerals.write(len(uploads))}", icon=":material/history:", key="history"):
        rows = pd.DataFrame([_row(upload) for upload in uploads])
        cells.show(
            unseen.legible(rows if rows["Mended"].any() else rows.drop(columns="Mended")),
            hide_index=True,
            height="content" if len(uploads) <= 12 else 430,
            alt="Uploads so far, newest first",
            column_config={
                "When": st.column_config.DatetimeColumn(format="D MMM YYYY HH:mm", width=150),
                "Number": st.column_config.NumberColumn(format="%d", width=70, help="By which the command line and the API name an upload."),
                **{name: st.column_config.NumberColumn(format="%,d", width=90) for name in ("New", "Changed", "Unchanged", "Skipped")},
            },
        )
        standing = [upload for upload in uploads if not upload.undone]
        if standing:
            take_back.button(ws, standing)


def _row(upload: Upload) -> dict[str, object]:
    return {
        "File": "Sample sales" if sales.is_sample(upload) else upload.name,
        "New": upload.new,
        "Changed": upload.changed,
        "When": upload.when.astimezone().replace(tzinfo=None),
        "Number": upload.version,
        "Unchanged": upload.unchanged,
        "Skipped": upload.dropped,
        "Mended": "; ".join(sales.mended(upload)),
        "State": "Taken back" if upload.undone else "",
    }
