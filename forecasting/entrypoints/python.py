"""A retrain from Python: `from forecasting import retrain_model`."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from forecasting.core.progress import OnProgress, Progress, ignore
from forecasting.core.settings import LstmSettings, Settings
from forecasting.entrypoints.file_answers import answers_of
from forecasting.intake.answers import Duplicates, PeriodName
from forecasting.intake.sales_file import Intake
from forecasting.intake.understood import Understood
from forecasting.jobs.events import Event
from forecasting.services import sales, submissions, versions, workspaces
from forecasting.services.jobs import outcome
from forecasting.services.retraining import RetrainOptions
from forecasting.services.submissions import Submission
from forecasting.storage.sales.table import Merge


def retrain_model(  # noqa: PLR0913 - each answer is a keyword, as it is a flag and a field of a form
    path: Path | str,
    *,
    epochs: int = LstmSettings.epochs,
    batch_size: int = LstmSettings.batch_size,
    horizon: int = Settings.horizon,
    without: Sequence[str] = (),
    on_progress: OnProgress = ignore,
    mapping: Mapping[str, str] | None = None,
    duplicates: Duplicates | None = None,
    day_first: bool | None = None,
    month_first: bool = False,
    year_first: bool = False,
    sheet: str | None = None,
    encoding: str | None = None,
    header_line: int | None = None,
    count_rows: bool = False,
    leave_out: Sequence[str] | str = (),
    start_date: date | str | None = None,
    period: PeriodName | None = None,
    accept: Collection[str] | str = (),
    drop_problems: bool = False,
    anew: bool = False,
) -> dict[str, Any]:
    """Merges a sales file, trains in a process of its own, publishes, and returns the manifest, with what was understood as `understood`.

    A file that can be read in more than one way raises QuestionsOpen. `error.understood["questions"]` has its questions; the `fields` of a
    choice are keywords of this function: `retrain_model(path, **choice["fields"])`.

    Args:
        path: A sales file.
        epochs: Epochs of the network at most.
        batch_size: Windows in a training step.
        horizon: Days ahead.
        without: Names of models to leave out of the blend, e.g. "trees".
        on_progress: Called after every step, e.g. a queue's `put`; what it raises cancels the training.
        mapping: Role -> column, where the guess is not right: `{"date": "Day"}`.
        duplicates: "sum" to add up rows of one series and day, "last" if the last of them counts.
        day_first: Whether 03/04/05 is 3 April 2005; False for 4 March 2005.
        month_first: 03/04/05 is 4 March 2005.
        year_first: 03/04/05 is 5 April 2003.
        sheet: The sheet of a workbook to read.
        encoding: The encoding of a text, e.g. "cp1250".
        header_line: The line that names the columns, from 1; 0 if none does.
        count_rows: Whether each row is one unit sold.
        leave_out: Rows to leave out, each as "COLUMN=VALUE": `["Status=Cancelled"]`.
        start_date: The first day of a file whose dates have no year, or only count.
        period: What a row stands for: "day", "week" or "month".
        accept: Kinds of doubts in spite of which the file is right.
        drop_problems: Whether rows that cannot be used are left out.
        anew: Whether no answers are used that are remembered of earlier files with these columns.

    Raises:
        QuestionsOpen: The file can be read in more than one way; nothing was changed.
        InputError: The file or a setting cannot be used; nothing was changed. `understood` says what was understood of the file, if anything.
        JobRunning: A retrain is running already; nothing was merged, unless the text says so.
        TrainingFailed: The training ended without a version.
    """
    answers = answers_of(
        {
            "duplicates": duplicates,
            "day_first": day_first,
            "month_first": month_first,
            "year_first": year_first,
            "sheet": sheet,
            "encoding": encoding,
            "header_line": header_line,
            "count_rows": count_rows,
            "leave_out": leave_out,
            "start_date": start_date,
            "period": period,
            "accept": accept,
        }
    )
    workspaces.settle()
    ws, file, understood = workspaces.workspace(), Path(path), Understood()
    own = Settings(horizon=horizon, without=tuple(without), lstm=LstmSettings(epochs=epochs, batch_size=batch_size))
    chosen = versions.with_shop_holidays(ws, own)
    content = sales.read_file(file)
    sent = Submission(content=content, name=file.name, mapping=mapping or {}, answers=answers, drop_problems=drop_problems, anew=anew, alone=True)

    def note(checked: Intake, _: Merge) -> None:
        nonlocal understood
        understood = checked.understood

    def tell(event: Event) -> None:
        if event.type == "progress":
            on_progress(Progress(event.stage, event.done, event.total, event.note, event.loss))

    manifest = outcome(ws, submissions.retrain(ws, sent, chosen, RetrainOptions(leave_a_core=False), on_merge=note), tell)
    return manifest | {"understood": understood.to_dict()}
