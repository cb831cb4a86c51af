"""The command line: `python -m forecasting VERB`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting import schema
from forecasting.errors import AmbiguousDates, ColumnsMissing, InputError, NothingPublished, ProblemsFound, ShelfcastError
from forecasting.settings import LstmSettings, ProphetSettings, Settings

if TYPE_CHECKING:
    from forecasting.dataset import Merge
    from forecasting.intake import Intake

ROOT = Path(__file__).resolve().parent.parent
SHOWN = 20
"""Problems that the command line prints."""
HINTS: dict[type[ShelfcastError], str] = {
    AmbiguousDates: "Add --day-first or --month-first.",
    ColumnsMissing: "Name it with --map, e.g. --map date=Day.",
}
"""What to do about an error here, where there is no page to choose on."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; its exit code: 0 done, 2 bad input, 1 a failure."""
    args = _parser().parse_args(argv)
    try:
        verb: Callable[[argparse.Namespace], int] = args.verb
        return verb(args)
    except ShelfcastError as error:
        if isinstance(error, ProblemsFound):
            _say(_problems(error))
        _say(" ".join([str(error), *(hint for kind, hint in HINTS.items() if isinstance(error, kind))]))
        return 2 if isinstance(error, InputError) else 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130


# Verbs


def _sample(args: argparse.Namespace) -> int:
    from forecasting import service

    _write(service.sample_csv(), args.out)
    return 0


def _upload(args: argparse.Namespace) -> int:
    from forecasting import service

    content, checked = _checked(args)
    if args.dry_run:
        checked.accept(drop_problems=args.drop_problems)
        change = service.preview(service.workspace(), checked)
        _report(args, {**change.counts(), "problems": len(checked.problems)}, f"Nothing was saved. {change}")
        return 0
    merged = service.merge(service.workspace(), content, args.file.name, checked, drop_problems=args.drop_problems)
    _report(args, merged.counts(), str(merged))
    return 0


def _undo(args: argparse.Namespace) -> int:  # noqa: ARG001
    from forecasting import service

    upload = service.undo(service.workspace())
    print(f"Taken back: {upload.name}.")
    return 0


def _retrain(args: argparse.Namespace) -> int:
    from forecasting import service
    from forecasting.follow import follow

    ws = service.workspace()
    if args.file is not None:
        merged = _merge(args)
        _say(str(merged))
    chosen = _settings(args)
    number = service.start_retrain(ws, chosen, leave_a_core=False)
    manifest = follow(ws, number)
    wape = manifest["metrics"]["wape"]
    error = "not known" if wape is None else f"{100 * wape:.1f} %"
    _say(f"Version {manifest['version']} is live: {manifest['series']} series, error {error}, {manifest['simpler']} on a simpler model.")
    if args.json:
        print(json.dumps(manifest))
    return 0


def _forecast(args: argparse.Namespace) -> int:
    from forecasting import service

    made = service.load(service.workspace(), _live())
    steps = made.panel.period.steps(args.days)
    _write(service.forecast_csv(made, _filters(args), steps, total=args.total), args.out)
    return 0


def _versions(args: argparse.Namespace) -> int:
    from forecasting import service

    found = service.versions(service.workspace())
    if args.json:
        print(json.dumps(found))
        return 0
    for version in found:
        state = version.get("damaged") or f"sales to {version['sales_to']}, {version['series']} series, WAPE {version['metrics']['wape']}"
        print(f"{version['version']:>5} {'live ' if version['live'] else '     '} {version.get('trained', '')} {state}")
    return 0


def _live_verb(args: argparse.Namespace) -> int:
    from forecasting import service

    service.set_live(service.workspace(), args.number)
    print(f"Version {args.number} is live.")
    return 0


def _serve(args: argparse.Namespace) -> int:
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "streamlit_app.py"), "--server.port", str(args.port)]
    os.chdir(ROOT)
    os.execv(sys.executable, command)


# Arguments


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m forecasting", description="From a shop's sales file to a forecast it can trust.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    _add_sales_verbs(verbs)
    retrain = _add(verbs, "retrain", _retrain, "train on the sales, after merging FILE if there is one, and publish")
    retrain.add_argument("file", nargs="?", type=Path, metavar="FILE")
    _add_reading(retrain)
    retrain.add_argument("--horizon", type=int, default=Settings.horizon, help="days ahead, in weeks or months if the sales come so (%(default)s)")
    retrain.add_argument("--epochs", type=int, default=LstmSettings.epochs, help="of the network, at most (%(default)s)")
    retrain.add_argument("--batch-size", type=int, default=LstmSettings.batch_size, help="windows a step (%(default)s)")
    retrain.add_argument("--seed", type=int, default=Settings.seed, help="of every random draw (%(default)s)")
    retrain.add_argument("--country", help="whose holidays count, e.g. DE (none)")
    forecast = _add(verbs, "forecast", _forecast, "print the forecast as CSV")
    forecast.add_argument("--days", type=int, default=28, help="days ahead; of weekly or monthly sales so many weeks or months (%(default)s)")
    for name in schema.FILTERS:
        forecast.add_argument(f"--{name.replace('_', '-')}", dest=name, help=f"only this {name}")
    forecast.add_argument("--total", action="store_true", help="one row a day for the sum")
    forecast.add_argument("--out", type=Path, metavar="FILE")
    versions = _add(verbs, "versions", _versions, "list the published versions")
    versions.add_argument("--json", action="store_true")
    live = _add(verbs, "live", _live_verb, "serve this version from now on")
    live.add_argument("number", type=int, metavar="N")
    serve = _add(verbs, "serve", _serve, "the dashboard")
    serve.add_argument("--port", type=int, default=8501)
    return parser


def _add_sales_verbs(verbs: Any) -> None:
    sample = _add(verbs, "sample", _sample, "write the sample sales")
    sample.add_argument("--out", type=Path, metavar="FILE")
    upload = _add(verbs, "upload", _upload, "check a sales file and merge it")
    upload.add_argument("file", type=Path, metavar="FILE")
    _add_reading(upload)
    upload.add_argument("--dry-run", action="store_true", help="say what would change; save nothing")
    _add(verbs, "undo", _undo, "take the last upload back")


def _add_reading(verb: argparse.ArgumentParser) -> None:
    verb.add_argument("--map", nargs="+", action="extend", default=[], metavar="ROLE=COLUMN", help="which column is what, e.g. date=Day")
    verb.add_argument("--duplicates", choices=["last", "sum"], default="last", help="different rows of one key and day (%(default)s)")
    order = verb.add_mutually_exclusive_group()
    order.add_argument("--day-first", dest="day_first", action="store_true", default=None, help="03/04 is 3 April")
    order.add_argument("--month-first", dest="day_first", action="store_false", help="03/04 is 4 March")
    verb.add_argument("--drop-problems", action="store_true", help="leave out the rows that cannot be used")
    verb.add_argument("--json", action="store_true")


def _add(verbs: Any, name: str, verb: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = verbs.add_parser(name, help=text, description=text)
    made.set_defaults(verb=verb)
    return made


def _settings(args: argparse.Namespace) -> Settings:
    return Settings(
        horizon=args.horizon,
        seed=args.seed,
        prophet=ProphetSettings(country=args.country),
        lstm=LstmSettings(epochs=args.epochs, batch_size=args.batch_size),
    )


def _filters(args: argparse.Namespace) -> dict[str, str]:
    return {name: getattr(args, name) for name in schema.FILTERS if getattr(args, name) is not None}


def _live() -> int:
    from forecasting import service

    serving = service.serving(service.workspace())
    for damage in serving.refused:
        _say(str(damage))
    if serving.version is None:
        raise NothingPublished("No model has been trained yet. Run: python -m forecasting retrain FILE")
    return serving.version


def _checked(args: argparse.Namespace) -> tuple[bytes, Intake]:
    from forecasting import service

    content = service.read_file(args.file)
    table = service.inspect(content, args.file.name)
    mapping = service.guess(table) | _mapping(args.map)
    return content, service.check(table, mapping, duplicates=args.duplicates, day_first=args.day_first)


def _merge(args: argparse.Namespace) -> Merge:
    from forecasting import service

    content, checked = _checked(args)
    return service.merge(service.workspace(), content, args.file.name, checked, drop_problems=args.drop_problems)


def _mapping(pairs: Sequence[str]) -> dict[str, str]:
    mapping = {}
    for pair in pairs:
        role, separator, column = pair.partition("=")
        if not separator or role not in schema.COLUMNS:
            raise InputError(f"--map takes ROLE=COLUMN with a role of {', '.join(schema.COLUMNS)}, not {pair!r}.")
        mapping[role] = column
    return mapping


# Output


def _report(args: argparse.Namespace, counts: dict[str, Any], text: str) -> None:
    print(json.dumps(counts) if args.json else text)


def _problems(error: ProblemsFound) -> str:
    shown = error.problems.head(SHOWN).to_string(index=False)
    more = len(error.problems) - SHOWN
    return f"{shown}\n... and {more:,} more." if more > 0 else shown


def _write(content: bytes, out: Path | None) -> None:
    if out is None:
        sys.stdout.buffer.write(content)
        return
    try:
        out.write_bytes(content)
    except OSError as error:
        raise InputError(f"{out} cannot be written: {error.strerror}.") from error


def _say(text: str) -> None:
    print(text, file=sys.stderr)


if __name__ == "__main__":
    logging.basicConfig(format="%(message)s")
    sys.exit(main())
