"""The arguments of the command line, and what they ask for."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

from forecasting import __version__
from forecasting.core import schema
from forecasting.core.retention import VARIABLES, Retention
from forecasting.core.settings import LstmSettings, Settings
from forecasting.entrypoints.cli import (
    alerts_verb,
    compare_verb,
    money_verb,
    monitor_verb,
    note_verbs,
    order_verbs,
    profiles_verb,
    settings_arguments,
    stock_file,
    stock_verb,
    version_arguments,
    why_verb,
)
from forecasting.entrypoints.cli.reading import add_reading, day
from forecasting.entrypoints.cli.settings_arguments import add_by
from forecasting.intake.answers import PERIODS
from forecasting.inventory.policy import RULES, TARGETS, Policy

Verbs = Mapping[str, Callable[[argparse.Namespace], int]]
"""Name of a verb -> what it does; gives the exit code."""


KEPT: Final = {
    "versions": "how many of the newest to keep, 0 for all",
    "versions_mb": "megabytes of all versions together, 0 for no limit",
    "jobs": "how many of the newest to keep, 0 for all",
    "jobs_mb": "megabytes of all jobs together, 0 for no limit",
    "uploads": "how many of the newest uploads can be taken back, 0 for all",
    "uploads_mb": "megabytes of the files of older uploads together with these, 0 for no limit",
    "uploads_days": "days for which the files of older uploads stay, 0 for ever",
}
"""Field of the retention -> what it says."""


class Parser(argparse.ArgumentParser):
    """A parser that says where to look for what a verb takes."""

    def error(self, message: str) -> NoReturn:
        """Ends with what is wrong."""
        super().error(f"{message}. The verb's own --help says what it takes." if message.startswith("unrecognized") else message)


def parser(run: Verbs) -> argparse.ArgumentParser:
    """The parser of every verb's arguments; parsed, `verb` is the function that `run` has under its name."""
    program = "shelfcast" if Path(sys.argv[0]).stem == "shelfcast" else "python -m forecasting"
    root = Parser(prog=program, description="From a shop's sales file to a forecast it can trust.")
    root.add_argument("--version", action="version", version=f"shelfcast {__version__}")
    verbs = root.add_subparsers(required=True, metavar="VERB")
    _add_sales_verbs(verbs, run)
    _add_retrain(verbs, run)
    forecast = _add(verbs, "forecast", run, "print the forecast as CSV")
    forecast.add_argument("--days", type=int, default=28, help="days ahead; weekly and monthly sales use whole weeks or months (%(default)s)")
    _add_filters(forecast)
    forecast.add_argument("--total", action="store_true", help="one row a day for the total")
    forecast.add_argument("--by", choices=PERIODS, help="a row for each of these; weeks and months are whole ones (as the sales come)")
    forecast.add_argument("--last-year", action="store_true", help="with the units sold in the same days a year before")
    _add_out(forecast)
    _add_recommend(verbs, run)
    _add_products(verbs, run)
    version_arguments.add_verbs(verbs, run)
    for module in (profiles_verb, note_verbs, compare_verb, why_verb, monitor_verb, alerts_verb, order_verbs, money_verb, stock_verb):
        module.add_arguments(verbs, run)
    _add_prune(verbs, run)
    _add_verify(verbs, run)
    _add_backup_verbs(verbs, run)
    settings_arguments.add_verb(_add(verbs, "settings", run, settings_arguments.SAYS))
    serve = _add(verbs, "serve", run, "start the dashboard and the API")
    serve.add_argument("--port", type=int, default=8501, help="port to listen on (%(default)s)")
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on; other machines need FORECASTING_API_TOKEN (%(default)s)")
    serve.add_argument(
        "--retrain-every", metavar="CRON", help='retrain on this schedule if the sales changed, e.g. "0 3 * * *" for every day at 03:00'
    )
    settings_arguments.add_timezone(serve, "--retrain-every")
    serve.add_argument(
        "--processes", metavar="N", help="processes of the server: one for programs, all others for pages; for many open windows (1, one for both)"
    )
    return root


def _add_retrain(verbs: Any, run: Verbs) -> None:
    retrain = _add(verbs, "retrain", run, "train on the sales, after merging FILE if there is one, and publish")
    retrain.add_argument("file", nargs="?", type=Path, metavar="FILE", help="sales to merge first (none)")
    add_reading(retrain)
    retrain.add_argument(
        "--every", metavar="CRON", help='keep running and retrain on this schedule if the sales changed, e.g. "0 3 * * *" for every day at 03:00'
    )
    settings_arguments.add_timezone(retrain, "--every")
    version_arguments.add_challenger(retrain)
    version_arguments.add_engine(retrain)
    _add_settings(retrain)
    add_by(retrain)


def _add_settings(verb: argparse.ArgumentParser) -> None:
    """Adds arguments without defaults, so that `settings` knows which were given."""
    verb.add_argument("--horizon", type=int, help=f"days ahead; weekly and monthly sales use whole weeks or months ({Settings.horizon})")
    verb.add_argument("--epochs", type=int, help=f"most epochs to train the network ({LstmSettings.epochs})")
    verb.add_argument("--batch-size", type=int, help=f"training windows in a batch ({LstmSettings.batch_size})")
    verb.add_argument("--seed", type=int, help=f"seed of all random numbers ({Settings.seed})")
    verb.add_argument("--without", action="append", metavar="MODEL", help="leave a model out of the blend: prophet, lstm or trees (none)")
    verb.add_argument("--country", help="country whose holidays to use, e.g. DE (the one of the settings, or none)")


def _add_prune(verbs: Any, run: Verbs) -> None:
    prune = _add(
        verbs, "prune", run, "delete what is old and say what that freed, but never the live version, a running job or sales that these need"
    )
    for name, text in KEPT.items():
        prune.add_argument(f"--{name.replace('_', '-')}", type=int, metavar="N", help=f"{text} ({VARIABLES[name]}, or {getattr(Retention, name)})")
    prune.add_argument("--dry-run", action="store_true", help="show what would be deleted; delete nothing")


def _add_verify(verbs: Any, run: Verbs) -> None:
    verify = _add(verbs, "verify", run, "check everything on disk: exit code 0 if it is whole, 1 if not")
    verify.add_argument("--repair", action="store_true", help="do what loses nothing: put files back from what is known to be the same, or aside")
    verify.add_argument("--json", action="store_true", help="print the report as JSON")


def _add_backup_verbs(verbs: Any, run: Verbs) -> None:
    backup = _add(verbs, "backup", run, "save the whole workspace in one verified file, while the server runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="the zip to write; an earlier one of that name is replaced once the new one is whole")
    restore = _add(verbs, "restore", run, "unpack a backup into a new or empty folder")
    restore.add_argument("file", type=Path, metavar="FILE", help="the zip that backup wrote")
    restore.add_argument("--home", type=Path, metavar="DIR", help="the folder (the one that FORECASTING_HOME names)")
    again = _add(verbs, "start-over", run, "save a backup, then empty the shop: no sales, uploads, stock and versions")
    again.add_argument("--yes", action="store_true", help="do it")
    again.add_argument("--backup", type=Path, metavar="FILE", help="the zip to write (one in the workspace's folder backups, named by the time)")
    for verb in (backup, restore, again):
        verb.add_argument("--json", action="store_true", help="print what came of it as JSON")


def _add_sales_verbs(verbs: Any, run: Verbs) -> None:
    sample = _add(verbs, "sample", run, "write the sample sales")
    _add_out(sample)
    upload = _add(verbs, "upload", run, "check a sales file and merge it")
    upload.add_argument("file", type=Path, metavar="FILE", help="the sales: .csv, .csv.gz, .xlsx or .parquet")
    add_reading(upload)
    upload.add_argument("--dry-run", action="store_true", help="show what would change; save nothing")
    undo = _add(verbs, "undo", run, "take an upload back, the last one or any other")
    undo.add_argument("version", type=int, nargs="?", metavar="V", help="the version of the sales that the upload made (the last upload)")
    undo.add_argument("--dry-run", action="store_true", help="show what would change; change nothing")
    undo.add_argument("--list", action="store_true", help="list the uploads and their versions; change nothing")
    undo.add_argument("--json", action="store_true", help="print what came of it as JSON")


def _add_products(verbs: Any, run: Verbs) -> None:
    verb = _add(verbs, "products", run, "list products that replace others or are to be launched, or change that; the next retrain goes by it")
    change = verb.add_mutually_exclusive_group()
    change.add_argument("--replace", nargs=2, metavar=("OLD", "NEW"), help="OLD hands its history on to NEW: another name, a new pack")
    change.add_argument("--separate", metavar="OLD", help="OLD stands for itself again")
    change.add_argument("--undo", action="store_true", help="take the last of these changes back")
    change.add_argument("--launch", metavar="PRODUCT", help="PRODUCT will be sold from --day on: forecast it as earlier launches sold")
    change.add_argument("--cancel", metavar="PRODUCT", help="PRODUCT is not planned any more")
    verb.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="from which day on (--replace: the day after OLD's last row)")
    verb.add_argument("--factor", type=float, metavar="F", help="--replace: units of NEW that stand for one of OLD, 2 for half the pack (1)")
    verb.add_argument("--category", default="", metavar="C", help="of the launch")
    verb.add_argument("--price", type=float, metavar="P", help="of the launch, a unit")
    verb.add_argument("--like", default="", metavar="PRODUCT", help="the earlier launch that it will sell like (the nearest ones)")
    verb.add_argument("--json", action="store_true", help="print the links as JSON")


def _add_recommend(verbs: Any, run: Verbs) -> None:
    verb = _add(verbs, "recommend", run, "print what to order as CSV")
    verb.add_argument(
        "--stock", type=Path, metavar="FILE", help="stock on hand, on order, and terms (default: the stock saved last, or empty shelves)"
    )
    verb.add_argument("--lead-time", type=int, default=Policy.lead_time, help="days from order to delivery (%(default)s)")
    verb.add_argument("--lead-time-sd", type=float, default=Policy.lead_time_sd, help="standard deviation of the lead time, in days (%(default)s)")
    verb.add_argument("--review-period", type=int, default=Policy.review_period, help="days from one order to the next (%(default)s)")
    verb.add_argument("--service-level", type=float, default=Policy.service_level, help="chance of no stockout, or share of demand met (%(default)s)")
    verb.add_argument("--target", choices=TARGETS, default=Policy.target, help="what the service level promises (%(default)s)")
    verb.add_argument("--rule", choices=RULES, default=Policy.rule, help="rule the shop orders by (%(default)s)")
    verb.add_argument("--class-levels", type=float, nargs=3, metavar=("A", "B", "C"), help="service level of each value class")
    verb.add_argument("--order-cost", type=float, default=Policy.order_cost, help="cost of placing an order, for lot sizes (%(default)s)")
    verb.add_argument(
        "--holding-rate", type=float, default=Policy.holding_rate, help="yearly cost of holding a unit, as a share of its cost (%(default)s)"
    )
    verb.add_argument("--start", type=int, help="days between the last sales and the stock count (as the saved stock says; 0 with --stock)")
    stock_file.add_reading(verb)
    verb.add_argument("--xlsx", type=Path, metavar="FILE", help="also as a workbook with live formulas")
    limit = verb.add_mutually_exclusive_group()
    limit.add_argument("--budget", type=float, metavar="MONEY", help="spend at most this much, on the orders that pay off most")
    limit.add_argument("--space", type=float, metavar="SPACE", help="fill at most this much shelf space, in the measure of unit_space")
    verb.add_argument("--past-check", type=Path, metavar="FILE", help="write how the same rule did in the past, series by series, as CSV")
    verb.add_argument("--receipt", dest="past_check", type=Path, help=argparse.SUPPRESS)  # what --past-check was called at first
    _add_filters(verb)
    _add_out(verb)


def _add_out(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--out", type=Path, metavar="FILE", help="write it there (stdout)")


def _add_filters(verb: argparse.ArgumentParser) -> None:
    for name in schema.FILTERS:
        verb.add_argument(f"--{name.replace('_', '-')}", dest=name, help=f"only this {name}")


def _add(verbs: Any, name: str, run: Verbs, text: str) -> argparse.ArgumentParser:
    verb: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    verb.set_defaults(verb=run[name])
    return verb


def settings(args: argparse.Namespace, base: Settings | None = None) -> Settings:
    """The settings that are given; the others are taken from `base`, or are the defaults."""
    base = base or Settings()
    return replace(
        base,
        **_given(args, "horizon", "seed"),
        without=base.without if args.without is None else tuple(args.without),
        prophet=replace(base.prophet, **_given(args, "country")),
        lstm=replace(base.lstm, **_given(args, "epochs", "batch_size")),
    )


def _given(args: argparse.Namespace, *names: str) -> dict[str, Any]:
    return {name: getattr(args, name) for name in names if getattr(args, name) is not None}


def retention(args: argparse.Namespace, base: Retention) -> Retention:
    return replace(base, **{name: value for name in KEPT if (value := getattr(args, name)) is not None})


def policy(args: argparse.Namespace, start: int) -> Policy:
    """How the shop orders; `start` counts unless `--start` says otherwise."""
    return Policy(
        rule=args.rule,
        target=args.target,
        service_level=args.service_level,
        class_levels=tuple(args.class_levels) if args.class_levels else None,
        lead_time=args.lead_time,
        lead_time_sd=args.lead_time_sd,
        review_period=args.review_period,
        holding_rate=args.holding_rate,
        order_cost=args.order_cost,
        start=start if args.start is None else args.start,
    )


def filters(args: argparse.Namespace) -> dict[str, str]:
    return {name: getattr(args, name) for name in schema.FILTERS if getattr(args, name) is not None}
