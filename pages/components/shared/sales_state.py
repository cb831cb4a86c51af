"""What pages say of the saved sales beside the forecast: whether they are the sample, and what is not in the forecast yet."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Final

import pandas as pd
import streamlit as st

from forecasting.core import formatting
from forecasting.core.errors import ShelfcastError
from forecasting.services import jobs, product_links, saved_sales, versions, workspaces
from forecasting.services.saved_sales import Unused
from pages.components.shared import markdown
from pages.components.shared.addresses import UPLOAD

SAMPLE: Final = "Sample bakery"
LINKS_CHANGED: Final = "Replaced or planned products have changed, not in the forecast yet"
SAMPLE_HELP: Final = "Invented sales, to try Shelfcast with. Your own sales take their place."


def sample_chip(*, of_forecast: bool = True) -> None:
    """Says that what the page shows is of the sample; nothing of a person's own sales.

    Args:
        of_forecast: Whether the page shows a forecast, rather than the saved sales.
    """
    if (of_forecast and forecast_is_sample()) or sales_are_sample():
        st.badge(SAMPLE, icon=":material/bakery_dining:", color="violet", help=SAMPLE_HELP)


def forecast_is_sample() -> bool:
    """Whether the version that serves learned from the sample; False where that cannot be read."""
    ws = workspaces.workspace()
    with suppress(ShelfcastError):
        live, now = versions.serving(ws).version, saved_sales.saved(ws)
        return live is not None and now is not None and now.was_sample(int(versions.manifest(ws, live)["sales_version"]))
    return False


def sales_are_sample() -> bool:
    """Whether the saved sales have rows of the sample; False where they cannot be read."""
    with suppress(ShelfcastError):
        now = saved_sales.saved(workspaces.workspace())
        return now is not None and now.is_sample
    return False


def has_own_sales() -> bool:
    """Whether sales are saved that are not the sample's; False where they cannot be read."""
    with suppress(ShelfcastError):
        now = saved_sales.saved(workspaces.workspace())
        return now is not None and now.has_own
    return False


def unused(manifest: Mapping[str, Any]) -> Unused | None:
    """What is saved but not in the forecast of a version; None where it knows all, or where the sales cannot be read."""
    with suppress(ShelfcastError):
        return saved_sales.unused(workspaces.workspace(), manifest)
    return None


def unused_note(manifest: Mapping[str, Any]) -> None:
    """One line under the head of a page whose numbers do not know all saved sales, with the way to mend it; nothing while one trains."""
    missing = unused(manifest)
    fact = _links_fact(manifest) if missing is None else unused_fact(missing, manifest)
    if not fact or _is_training():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="unused_note"):
        st.markdown(f":orange[:material/sync_problem:] **{fact}**", width="content")
        st.page_link(UPLOAD, label="Retrain", icon=":material/chevron_right:", icon_position="right")


def unused_fact(missing: Unused, manifest: Mapping[str, Any]) -> str:
    """What is not in the forecast: "Saved to 27 Nov, not in the forecast yet"."""
    names = formatting.listing([markdown.plain(upload.name) for upload in missing.added[::-1]], 2)
    gone = formatting.listing([markdown.plain(upload.name) for upload in missing.taken_back[::-1]], 2)
    if missing.added and missing.last is not None and missing.last > pd.Timestamp(manifest["sales_to"]):
        return f"Saved to {formatting.near_date(missing.last)}, not in the forecast yet"
    if missing.added:
        return f"{names} {_is(missing.added)} saved, not in the forecast yet"
    return f"{gone} {'was' if len(missing.taken_back) == 1 else 'were'} taken back, but {_is(missing.taken_back)} still in the forecast"


def _links_fact(manifest: Mapping[str, Any]) -> str:
    """That links or plans of products changed since a version was trained; empty where none were or that cannot be read."""
    with suppress(ShelfcastError):
        return LINKS_CHANGED if product_links.unlearned(workspaces.workspace(), manifest) else ""
    return ""


def _is(uploads: tuple[object, ...]) -> str:
    return "is" if len(uploads) == 1 else "are"


def _is_training() -> bool:
    job = jobs.job(workspaces.workspace())
    return job is not None and job.state == "running"
