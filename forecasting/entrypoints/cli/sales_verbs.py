"""The verbs that take a sales file: upload and retrain."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from forecasting.core import engine_choice
from forecasting.core.errors import InputError
from forecasting.core.settings import Settings
from forecasting.core.shop_settings import TIMEZONE
from forecasting.entrypoints.cli import arguments
from forecasting.entrypoints.cli.output import report, say
from forecasting.entrypoints.cli.reading import submission

if TYPE_CHECKING:
    from forecasting.intake.sales_file import Intake
    from forecasting.storage.sales.table import Merge, Upload


def upload(args: argparse.Namespace) -> int:
    """Checks a file and merges it, or says what would change; its exit code."""
    from forecasting.entrypoints.cli.summary import summary
    from forecasting.services import submissions, workspaces

    with _refusal_as_json(args):
        if args.dry_run:
            checked, change = submissions.preview(workspaces.workspace(), submission(args))
            counts, text = change.counts(), f"Nothing was saved. {change}"
        else:
            checked, merged = submissions.merge(workspaces.workspace(), submission(args))
            counts, text = merged.counts(), str(merged)
    report(args, {**checked.understood.to_dict(), **counts}, f"{summary(checked.understood)}\n{text}")
    return 0


def undo(args: argparse.Namespace) -> int:
    """Takes an upload back, or says what would change, or lists the uploads; its exit code."""
    from forecasting.services import sales, take_back, workspaces

    ws = workspaces.workspace()
    if args.list:
        uploads = sales.uploads(ws)
        lines = [line for each in uploads for line in _lines(each)]
        report(args, {"uploads": [_facts(each) for each in uploads]}, "\n".join(lines) or "Nothing was uploaded yet.")
    elif args.dry_run:
        step = take_back.step_back(ws, args.version, alone=True)
        report(args, {**_facts(step.upload), **step.counts()}, f"Nothing was changed. {step}")
    else:
        upload = take_back.take_back(ws, args.version, alone=True)
        report(args, _facts(upload), f"Taken back: {upload.name}.")
    return 0


def _lines(upload: Upload) -> list[str]:
    """An upload in a list, and below it what a person mended in it."""
    from forecasting.services import sales

    line = f"{upload.version}  {upload.when.astimezone():%Y-%m-%d %H:%M}  {upload.name}{'  taken back' * upload.undone}"
    return [line, *(f"   mended: {text}" for text in sales.mended(upload))]


def _facts(upload: Upload) -> dict[str, object]:
    """What JSON says of an upload."""
    from forecasting.services import sales

    names = ("name", "version", "when", "kind", "rows", "new", "changed", "unchanged", "undone")
    return {**{name: getattr(upload, name) for name in names}, "mended": sales.mended(upload)}


def retrain(args: argparse.Namespace) -> int:
    """Merges a file, if there is one, trains and publishes; its exit code."""
    from forecasting.entrypoints.cli.progress_bar import follow
    from forecasting.entrypoints.cli.summary import summary
    from forecasting.services import serving_record, submissions, versions, workspaces
    from forecasting.services.retraining import RetrainOptions

    if args.every is not None:
        return _retrain_every(args)
    if args.timezone is not None:
        raise InputError("--timezone is of a schedule: give --every CRON too.")
    ws, understood, by = workspaces.workspace(), {}, serving_record.named(args.by)
    chosen = arguments.settings(args, versions.with_shop_holidays(ws, Settings()))

    def tell(checked: Intake, merged: Merge) -> None:
        understood.update(checked.understood.to_dict())
        say(f"{summary(checked.understood)}\n{merged}")

    with _refusal_as_json(args):
        sent = None if args.file is None else submission(args)
        options = RetrainOptions(leave_a_core=False, by=by, challenger=args.challenger, engine=args.engine)
        number = submissions.retrain(ws, sent, chosen, options, on_merge=tell)
    manifest = follow(ws, number)
    say(outcome(manifest))
    if args.json:
        report(args, manifest | ({"understood": understood} if understood else {}), "")
    return 0


def outcome(manifest: Mapping[str, Any]) -> str:
    """What became of a version that was trained, in a sentence or two."""
    version, wape = manifest["version"], manifest["metrics"]["wape"]
    error = "unknown" if wape is None else f"{100 * wape:.1f} %"
    facts = f"{manifest['series']} series, error {error}, {manifest['simpler']} with a simpler model"
    if manifest["state"] == "live":
        return f"Version {version} is live: {facts}."
    return f"Version {version} is not live: {facts}. {manifest['reason']} To serve it: shelfcast live {version}"


def _retrain_every(args: argparse.Namespace) -> int:
    from forecasting.entrypoints.cli.scheduled import run_schedule
    from forecasting.services import retraining, serving_record, shop_settings, versions, workspaces
    from forecasting.services.retraining import RetrainOptions
    from forecasting.services.schedule import BY, Schedule

    if args.file is not None:
        raise InputError(f"--every retrains on the saved sales. Leave out {args.file} and upload it separately.")
    if args.challenger:
        raise InputError("--every trains what is to serve. Leave out --challenger, and train a challenger by itself.")
    arguments.settings(args)  # wrong settings are refused now, not at night
    by, engine = serving_record.named(BY if args.by is None else args.by), engine_choice.chosen(args.engine)
    options = RetrainOptions(leave_a_core=False, trigger="schedule", by=by, engine=engine)
    schedule = Schedule(
        ws=workspaces.workspace(),
        timetable=shop_settings.one_cron(args.every, os.environ.get(TIMEZONE, "") if args.timezone is None else args.timezone),
        choose=lambda ws: arguments.settings(args, versions.settings(ws)),
        start=partial(retraining.start_retrain, options=options),
        tell=lambda text: say(f"{text} Next: {schedule.shown(schedule.next())}."),
    )
    say(f"Next retrain: {schedule.shown(schedule.next())}. Ctrl-C ends the schedule, but not a retrain that is running.")
    run_schedule(schedule)
    return 1


@contextmanager
def _refusal_as_json(args: argparse.Namespace) -> Iterator[None]:
    """Where JSON is asked for, prints what was understood of a file that is refused, with the error's text; the error goes on."""
    from forecasting.intake.understood import Understood

    try:
        yield
    except InputError as error:
        if args.json and args.file is not None:
            understood = error.understood or Understood().to_dict()
            report(args, {**understood, "new": 0, "changed": 0, "unchanged": 0, "error": str(error)}, "")
        raise
