"""An upload's file read again as it was read when it was merged."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from forecasting.core import schema
from forecasting.core.errors import InputError, NotFound
from forecasting.core.plausibility.mends import Mends
from forecasting.intake.answers import NOTHING_SAID
from forecasting.intake.process.json_forms import answers_from_json, answers_to_json
from forecasting.intake.profile import header_id
from forecasting.intake.sales_file import Intake
from forecasting.services import reading
from forecasting.services.reading_processes import File
from forecasting.storage.sales import changes, upload_files
from forecasting.storage.sales.saved import Saved
from forecasting.storage.sales.table import Dataset
from forecasting.storage.sales.uploads import Upload
from forecasting.storage.workspace import Workspace


def reading_of(checked: Intake) -> str:
    """How a file was read: its mapping, what was said of it, and its header with the mapping as it was stated, as a text that its upload keeps."""
    facts = {"mapping": checked.mapping, "answers": answers_to_json(checked.answers), "header": header_id(checked.header)}
    return json.dumps({**facts, "stated": dict(checked.stated)}, sort_keys=True)


def mends_of(upload: Upload) -> Mends:
    """What a person mended in an upload before it was merged."""
    known = json.loads(upload.reading) if upload.reading else {}
    return answers_from_json(known.get("answers", {})).mends


def sales_of(ws: Workspace, upload: Upload, *, alone: bool) -> pd.DataFrame:
    """The sales in a merged upload's file, as they were merged.

    Args:
        ws: Where.
        upload: The upload.
        alone: Whether this process works for one person and one task, so that it may read a small text itself.

    Raises:
        InputError: Its bytes are no longer kept, or are not read as they were then, told by the rows that its merge counted.
        TryAgain: Other files were being read for too long.
    """
    if upload_files.fault_of(ws.uploads, upload.sha256):
        raise InputError(f"The file of {upload.name} is no longer kept.")
    known = json.loads(upload.reading) if upload.reading else {"mapping": {}, "answers": answers_to_json(NOTHING_SAID)}
    mapping = {role: known["mapping"].get(role, "") for role in schema.ROLES} if upload.reading else {}
    before = _before(ws, upload)
    content = upload_files.location(ws.uploads, upload.sha256).read_bytes()
    file = File(content, upload.name, answers_from_json(known["answers"]), alone=alone)
    try:
        checked = reading.read_sales(file, mapping, _days(before, upload), upload.when.date())
        sales = checked.accept(drop_problems=upload.dropped > 0, again=True)
    except InputError as error:
        raise InputError(f"{upload.name} is not read today as it was read then: {error}") from error
    counted = {} if before is None else changes.compare(before, sales, only_sample=upload.replaced_sample, anew=upload.replaced_sample).counts()
    then = {"rows": upload.rows, "dropped": upload.dropped, "new": upload.new, "changed": upload.changed, "unchanged": upload.unchanged}
    now = {"rows": checked.rows, "dropped": checked.dropped, **counted}
    if any(then[name] != count for name, count in now.items()):
        raise InputError(f"{upload.name} is not read today as it was read then.")
    return sales


def _before(ws: Workspace, upload: Upload) -> Saved | None:
    """The sales before an upload; None if they are no longer kept."""
    try:
        return Dataset(ws).saved(int(upload.version or 0) - 1)
    except NotFound:
        return None


def _days(before: Saved | None, upload: Upload) -> np.ndarray:
    """The days that had sales when a file was read; none where the sample was replaced."""
    if before is None or upload.replaced_sample:
        return np.empty(0, "datetime64[D]")
    return before.summary.sold_days()
