"""New sales told apart from corrected ones between two versions: what that takes, its training, and its result, which is kept for the pair."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from threading import Condition
from typing import Any, Final, NamedTuple

from cachetools import LRUCache, cached

from forecasting.analysis.change_explanation import names, picture
from forecasting.analysis.change_explanation.explain import Version
from forecasting.analysis.change_explanation.split_causes import Causes, split_causes
from forecasting.core.errors import Cancelled, InputError, JobRunning, NotFound, TrainingFailed, VersionDamaged
from forecasting.core.settings import Settings
from forecasting.core.stages import PUBLISH
from forecasting.jobs import estimate
from forecasting.jobs.events import Event
from forecasting.jobs.runner import Jobs
from forecasting.jobs.status import JobStatus
from forecasting.services import between_versions, change_explanation, split_training, versions
from forecasting.services.change_explanation import Why
from forecasting.storage.versions import manifest
from forecasting.storage.versions.store import Versions
from forecasting.storage.workspace import Workspace

KEPT: Final = 10
"""Pairs of versions whose trainings are kept."""
NOTHING_TO_TELL: Final = "No earlier sales changed between v{} and v{}, or nothing else did: there is nothing to tell apart, so nothing to train."
CANCELLED: Final = "It was cancelled. The parts stay as they are."


class Split(NamedTuple):
    """How far the training of a pair is.

    Args:
        state: "not needed", "not asked", "running", "done", "failed" or "cancelled".
        seconds: What it is expected to take as a whole; None where it is not needed.
        job: The newest one of this pair; None if there was none.
    """

    state: str
    seconds: float | None
    job: JobStatus | None

    def facts(self) -> dict[str, Any]:
        """The same as JSON."""
        running = self.job if self.state == "running" else None
        return {
            "state": self.state,
            "seconds": self.seconds,
            "fraction": running.fraction if running else 1.0 if self.state == "done" else 0.0,
            "remaining": running.remaining if running else None,
            "reason": self.job.reason if self.job and self.state == "failed" else "",
        }


def split(ws: Workspace, before: int, after: int, of: Why) -> Split:
    """How far the training of a pair is, of which `of` is the explanation."""
    if not of.trainings:
        return Split("not needed", None, None)
    job, seconds = _newest(ws, before, after), sum(_stages(ws, before, after, of.trainings).values())
    if job is None or (job.state == "done" and _damaged(ws, job)):
        return Split("not asked", seconds, None)
    return Split(job.state, seconds, job)


def start(ws: Workspace, before: int, after: int) -> int:
    """Starts the training of a pair in a process of its own; its job's number, or that of the one that runs or has ended well.

    Raises:
        NotFound: One of the versions does not exist, or was pruned.
        InputError: There is nothing to tell apart.
        JobRunning: A retrain runs, which comes first, or the training of another pair.
    """
    of = change_explanation.why(ws, before, after)
    now = split(ws, before, after, of)
    if now.state == "not needed":
        raise InputError(NOTHING_TO_TELL.format(before, after))
    if now.job is not None and now.state in ("running", "done"):
        return now.job.number
    retrain = Jobs(ws.jobs).running()
    if retrain is not None:
        raise JobRunning(retrain, f"A retraining is running (job {retrain}), which comes first. Ask again once it has ended.")
    jobs = Jobs(ws.splits, command=split_training.COMMAND)
    jobs.prune(KEPT - 1)
    stages = _stages(ws, before, after, of.trainings)
    request = {"before": before, "after": after, "trainings": list(of.trainings), "stages": stages, "leave_a_core": True}
    try:
        return jobs.start(request, home=ws.home)
    except JobRunning as error:
        text = "New and corrected sales of two other versions are being told apart already. Ask again once that has ended."
        raise JobRunning(error.job, text) from error


def cancel(ws: Workspace, before: int, after: int) -> None:
    """Ends the training of a pair, within 5 seconds; one that has ended stays as it is."""
    job = _newest(ws, before, after)
    if job is not None:
        Jobs(ws.splits).cancel(job.number)


def outcome(ws: Workspace, number: int, on_event: Callable[[Event], None]) -> dict[str, Any]:
    """Tells every event of a training until it ends; what it trained. It is cancelled if the listener raises, or on Ctrl-C.

    Raises:
        Cancelled: Somebody ended it.
        TrainingFailed: It ended without a result.
    """
    jobs = Jobs(ws.splits)
    try:
        status = jobs.follow(number, on_event)
    except BaseException:
        jobs.cancel(number)
        raise
    if status.state == "cancelled":
        raise Cancelled(CANCELLED)
    if status.state != "done":
        raise TrainingFailed(f"{status.reason} The log is {status.log}.")
    return status.result


def causes(ws: Workspace, before: int, after: int, days: int | None = None, *, same_days: bool = False) -> Causes | None:
    """The causes of the change that `change_explanation.why` explains; None where they were not asked for, or the answer is not whole."""
    job = _newest(ws, before, after)
    if job is None or job.state != "done":
        return None
    try:
        return _causes(ws, job.number, before, after, days, same_days=same_days)
    except (VersionDamaged, FileNotFoundError):
        return None


@cached(LRUCache(2), condition=Condition())
def _causes(ws: Workspace, number: int, before: int, after: int, days: int | None, *, same_days: bool) -> Causes:
    of = change_explanation.why(ws, before, after, days, same_days=same_days)
    folder, old, new = ws.splits / f"{number:04d}", *(versions.load(ws, version) for version in (before, after))
    loaded = {name: between_versions.load(ws, folder / between_versions.folder_of(name), number) for name in of.trainings}
    steps = [(names.CORRECTED, loaded.get(names.SETTINGS, new))]
    if names.NEW_SALES in loaded:
        steps.insert(0, (names.NEW_SALES, loaded[names.NEW_SALES]))
    if names.SETTINGS in loaded:
        steps.append((names.SETTINGS, new))
    return split_causes(of.told, Version(before, old), steps)


def answer(of: Causes, filters: Mapping[str, str]) -> list[dict[str, Any]]:
    """The causes of the series that a filter chooses, each with its own parts, as JSON; raises NotFound and InputError."""
    told = of.of(filters)
    own = {name: [{"name": part, "amount": units} for part, units in told.within(name).items()] for name in told.told.parts}
    return [{"name": name, "amount": units, "parts": own[name]} for name, units in told.told.parts.items()]


def lines(of: Causes, filters: Mapping[str, str]) -> list[str]:
    """The causes as lines of text, in units that add up as they are shown; raises NotFound and InputError."""
    shown = picture.picture(of.told.of(filters))
    return [f"  {picture.signed(units, shown.digits):>10}  {picture.label(name)}" for name, units in shown.bars.items()]


def trim(ws: Workspace) -> None:
    """Deletes trainings between versions that are gone."""
    jobs, there = Jobs(ws.splits), set(Versions(ws.versions).numbers())
    for number in jobs.numbers():
        with suppress(NotFound):  # deleted meanwhile
            status = jobs.status(number)
            if status.state != "running" and not {status.request.get("before"), status.request.get("after")} <= there:
                shutil.rmtree(ws.splits / f"{number:04d}", ignore_errors=True)


def clear(ws: Workspace) -> None:
    """Ends the training that runs, and deletes all."""
    running = Jobs(ws.splits).running()
    if running is not None:
        Jobs(ws.splits).cancel(running)
    shutil.rmtree(ws.splits, ignore_errors=True)


def forget() -> None:
    """Keeps nothing any more."""
    one: Any = _causes
    one.cache_clear()


def _newest(ws: Workspace, before: int, after: int) -> JobStatus | None:
    """The newest training of a pair."""
    jobs = Jobs(ws.splits)
    for number in reversed(jobs.numbers()):
        with suppress(NotFound):  # deleted meanwhile
            status = jobs.status(number)
            if (status.request.get("before"), status.request.get("after")) == (before, after):
                return status
    return None


def _damaged(ws: Workspace, job: JobStatus) -> bool:
    """Whether what a job trained is not as it was written."""
    try:
        for training in job.request["trainings"]:
            manifest.verify(ws.splits / f"{job.number:04d}" / between_versions.folder_of(training), job.number)
    except VersionDamaged:
        return True
    return False


def _stages(ws: Workspace, before: int, after: int, trainings: tuple[str, ...]) -> dict[str, float]:
    """Seconds that each stage is likely to take: what it took the last retrain by this recipe."""
    old, new = (versions.manifest(ws, number) for number in (before, after))
    last = new if new.get("settings") == old.get("settings") else old
    stages = estimate.expected(int(new["rows"]), Settings.from_dict(old["settings"]), last)
    return {split_training.stage_of(stage, name): seconds for name in trainings for stage, seconds in stages.items() if stage != PUBLISH}
