"""Sales in: a file is read, checked and merged; uploads are listed and taken back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Condition
from typing import Any

from cachetools import LRUCache, cached

from forecasting.core import spreadsheets
from forecasting.core.errors import InputError, KeysDiffer
from forecasting.core.plausibility import mending
from forecasting.intake import row_checks, sales_file, sample_sales
from forecasting.intake.answers import KEYS, NOTHING_SAID, Answers
from forecasting.intake.filling import Contents
from forecasting.services import named_suppliers, plausibility, reading, rereading, retention, shadow, take_back
from forecasting.services.reading import FileTable
from forecasting.services.reading_processes import File, OnWait, ignore
from forecasting.storage.sales import log
from forecasting.storage.sales.changes import Change
from forecasting.storage.sales.table import Dataset, Merge, Upload
from forecasting.storage.workspace import Workspace


def read_file(path: Path) -> bytes:
    """The bytes of a file that a person names; raises InputError."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}.") from error


def inspect(
    content: bytes,
    name: str,
    answers: Answers = NOTHING_SAID,
    *,
    contents: Contents = "sales",
    alone: bool = False,
    on_wait: OnWait = ignore,
) -> FileTable:
    """The table in a file.

    Args:
        content: Its bytes.
        name: What the person calls it; only text.
        answers: What was said of it.
        contents: What the file lists, which decides what an empty cell means. The cells of all but sales are read into this process.
        alone: Whether this process works for one person and one task, so that it may read a small text itself.
        on_wait: Told, in a sentence, if other files are read first.

    Raises:
        InputError: It cannot be used.
        TryAgain: Other files were being read for too long.
        DiskFull: There is no space to read it.
    """
    return reading.read(File(content, name, answers, alone, on_wait, contents), cells=contents != "sales")


def answers(values: Mapping[str, Any]) -> Answers:
    """What a person says of a file, by the fields of `Answers`; raises InputError."""
    return NOTHING_SAID.with_answer(values)


def sheets(content: bytes) -> tuple[str, ...]:
    """The visible sheets of a workbook; empty for other files."""
    return reading.sheets(content)


def guess(table: FileTable) -> dict[str, str]:
    """Role -> the column of the file that probably has it."""
    return dict(table.guess)


def check(table: FileTable, mapping: Mapping[str, str], answers: Answers = NOTHING_SAID, ws: Workspace | None = None) -> sales_file.Intake:
    """The table's sales, all its problems and open questions.

    Args:
        table: What `inspect` gave.
        mapping: Role -> column.
        answers: What a person said of the file.
        ws: The workspace whose sales the file is to join; None to look at the file alone.

    Raises:
        InputError, ColumnsMissing or QuestionsOpen: It cannot be used so; with what was understood.
        SalesDamaged: The saved sales cannot be read.
        TryAgain: Other files were being read for too long.
    """
    if ws is None:
        return table.sales(mapping, answers, row_checks.NO_DAYS)
    return named_suppliers.described(ws, table.sales(mapping, answers, Dataset(ws).days()))


def problems_csv(checked: sales_file.Intake) -> bytes:
    """The problems as CSV, safe to open in a spreadsheet."""
    return spreadsheets.to_csv(checked.problems)


def preview(ws: Workspace, checked: sales_file.Intake) -> Change:
    """What merging would change, with what a person should look at; raises InputError where the two cannot be merged."""
    return plausibility.compared(ws, checked)


def merge(ws: Workspace, content: bytes, name: str, checked: sales_file.Intake, *, drop_problems: bool = False) -> Merge:
    """Merges what was checked, in one step; then saves who delivers what, where a column says it and nobody else does.

    Raises:
        QuestionsOpen: The file can be read in more than one way, or would shift the level of everything, or has other keys than the saved sales.
        ProblemsFound: Some rows cannot be used and nobody has said that they may be left out.
        TryAgain: Somebody else is changing the sales.
    """
    sales, upload = checked.accept(drop_problems=drop_problems), Upload.from_file(content, name, rows=checked.rows, dropped=checked.dropped)
    upload = replace(upload, reading=rereading.reading_of(checked), kind="sample" if is_sample(upload) else upload.kind)
    try:
        merged = Dataset(ws).merge(
            sales, upload, anew=KEYS in checked.answers.accept, consent=lambda change: plausibility.require_consent(checked, change)
        )
    except KeysDiffer as error:
        raise plausibility.refusal(checked, error) from error
    merged, refusal = replace(merged, mended=len(checked.answers.mends)), named_suppliers.save(ws, checked.suppliers, name)
    retention.tidy_sales(ws)
    shadow.after_merge(ws)
    return replace(merged, notes=(*merged.notes, refusal)) if refusal else merged


def is_sample(upload: Upload) -> bool:
    """Whether an upload is the sample, whoever uploaded it."""
    return upload.kind == "sample" or upload.sha256 == sample_sales.SHA256


def uploads(ws: Workspace) -> list[Upload]:
    """What was uploaded since the shop was last started over, newest first; read anew only once the log of the sales changed."""
    return list(_uploads(ws, log.state(ws.sales)))


@cached(LRUCache(4), condition=Condition())
def _uploads(ws: Workspace, state: tuple[tuple[str, int, int, int], ...]) -> tuple[Upload, ...]:  # noqa: ARG001
    return tuple(Dataset(ws).since_start())


def mended(upload: Upload) -> list[str]:
    """What a person mended in an upload before it was merged, each in words."""
    return mending.sentences(rereading.mends_of(upload))


def undo(ws: Workspace, version: int | None = None) -> Upload:
    """Takes an upload back, the last one for None; see `take_back`."""
    return take_back.take_back(ws, version)


def sales_version(ws: Workspace) -> int | None:
    """The newest version of the sales; None while there are none."""
    return Dataset(ws).version


def has_sales(ws: Workspace) -> bool:
    """Whether there is anything to train on."""
    return Dataset(ws).version is not None


def sample_csv() -> bytes:
    """The sample sales as an upload."""
    return spreadsheets.to_csv(sample_sales.make_sample_sales())


def load_sample(ws: Workspace) -> Merge:
    """Merges the sample sales."""
    content = sample_csv()
    table = inspect(content, sample_sales.NAME)
    checked = check(table, guess(table))
    return merge(ws, content, sample_sales.NAME, checked)
