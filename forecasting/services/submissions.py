"""A file that is sent, by HTTP, on the command line or from Python: checked, merged, and trained on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from forecasting.core import engine_choice
from forecasting.core.errors import InputError, JobRunning, QuestionsOpen
from forecasting.core.settings import Settings
from forecasting.intake.answers import NOTHING_SAID, Answers
from forecasting.intake.sales_file import Intake
from forecasting.models import registry
from forecasting.services import jobs, named_suppliers, plausibility, profile_reading, reading, retraining, sales
from forecasting.services.reading import FileTable
from forecasting.services.reading_processes import File, OnWait, ignore
from forecasting.services.retraining import USUAL, RetrainOptions
from forecasting.storage.sales.changes import Change
from forecasting.storage.sales.table import Dataset, Merge
from forecasting.storage.workspace import Workspace

OnMerge = Callable[[Intake, Merge], None]


@dataclass(frozen=True, kw_only=True)
class Submission:
    """A file and what is to be made of it.

    Args:
        content: Its bytes.
        name: What the sender calls it; only text.
        mapping: Role -> column, where the guess is not right.
        answers: What is said of the file where it can be read in more than one way.
        drop_problems: Whether rows that cannot be used are left out.
        anew: Whether it is read without what is remembered of earlier files with its header.
        alone: Whether this process works for one person and one task, so that it may read a small text itself.
        on_wait: Told, in a sentence, if other files are read first.
    """

    content: bytes = field(repr=False)
    name: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    answers: Answers = NOTHING_SAID
    drop_problems: bool = False
    anew: bool = False
    alone: bool = False
    on_wait: OnWait = field(default=ignore, repr=False, compare=False)


def check(ws: Workspace, sent: Submission) -> Intake:
    """Its sales, all its problems and open questions; raises InputError."""
    saved = Dataset(ws).days()
    found = profile_reading.recognised(ws, partial(_table, sent), sent.answers, anew=sent.anew)
    return named_suppliers.described(ws, profile_reading.sales_of(found, profile_reading.Said(sent.answers, sent.mapping, saved)))


def _table(sent: Submission, answers: Answers) -> FileTable:
    return reading.read(File(sent.content, sent.name, answers, sent.alone, sent.on_wait))


def preview(ws: Workspace, sent: Submission) -> tuple[Intake, Change]:
    """What merging it would change; raises InputError where it could not be merged."""
    checked = accepted(ws, sent)
    with _describing(checked):
        change = sales.preview(ws, checked)
        plausibility.require_consent(checked, change)
    return checked.with_notes(change.notes), change


def accepted(ws: Workspace, sent: Submission) -> Intake:
    """What may be merged; raises QuestionsOpen, ProblemsFound or another InputError, each with what was understood."""
    checked = check(ws, sent)
    with _describing(checked):
        checked.accept(drop_problems=sent.drop_problems)
    return checked


def merge(ws: Workspace, sent: Submission) -> tuple[Intake, Merge]:
    """Merges it in one step; raises InputError or TryAgain."""
    checked = accepted(ws, sent)
    return merge_checked(ws, sent, checked)


def merge_checked(ws: Workspace, sent: Submission, checked: Intake) -> tuple[Intake, Merge]:
    """Merges what `accepted` gave, and notes what to know of it beside the saved sales; raises InputError or TryAgain."""
    with _describing(checked):
        merged = sales.merge(ws, sent.content, sent.name, checked, drop_problems=sent.drop_problems)
    return checked.with_notes(merged.notes), merged


def retrain(
    ws: Workspace, sent: Submission | None, settings: Settings, options: RetrainOptions = USUAL, *, on_merge: OnMerge = lambda *_: None
) -> int:
    """Merges a file, if there is one, and starts a retrain; its job's number.

    Args:
        ws: Where.
        sent: The file; None trains on the sales as they are.
        settings: What to train.
        options: How it is run and for whom; a file that is merged is what triggered it.
        on_merge: Told what was understood of the file and what its merge did, before the retrain starts.

    Raises:
        InputError: The file or a setting cannot be used, or there are no sales; nothing was changed.
        JobRunning: A retrain is running; nothing was merged, unless the text says so.
        TryAgain: Somebody else is changing the sales.
    """
    return start(ws, sent, ready(ws, sent), settings, options, on_merge=on_merge)


def ready(ws: Workspace, sent: Submission | None) -> Intake | None:
    """What may be merged before a retrain, None without a file; raises InputError, or JobRunning if a retrain runs."""
    _refuse_while_one_runs(ws)
    return None if sent is None else accepted(ws, sent)


def start(
    ws: Workspace,
    sent: Submission | None,
    checked: Intake | None,
    settings: Settings,
    options: RetrainOptions = USUAL,
    *,
    on_merge: OnMerge = lambda *_: None,
) -> int:
    """Merges what `ready` gave and starts a retrain; see `retrain`."""
    registry.taking_part(settings)  # a wrong choice is refused before anything is merged
    engine_choice.chosen(options.engine)
    if sent is None or checked is None:
        return retraining.start_retrain(ws, settings, options)
    _refuse_while_one_runs(ws)  # to read a large file takes seconds
    checked, merged = merge_checked(ws, sent, checked)
    on_merge(checked, merged)
    try:
        return retraining.start_retrain(ws, settings, replace(options, trigger="upload"))
    except JobRunning as error:
        raise JobRunning(error.job, f"Another retraining began meanwhile (job {error.job}). The file is merged: {merged}") from error


@contextmanager
def _describing(checked: Intake) -> Iterator[None]:
    """An InputError says what was understood of the file; a question says so itself."""
    try:
        yield
    except QuestionsOpen:
        raise
    except InputError as error:
        error.understood = checked.understood.to_dict()
        raise


def _refuse_while_one_runs(ws: Workspace) -> None:
    """Raises JobRunning if a retrain runs."""
    running = jobs.running(ws)
    if running is not None:
        raise JobRunning(running)
