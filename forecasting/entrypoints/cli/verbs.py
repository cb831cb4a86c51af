"""The verbs of the command line."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from forecasting.core import locations, system_errors
from forecasting.core.errors import AmbiguousDates, ColumnsMissing, InputError, NothingPublished, ProblemsFound, ShelfcastError
from forecasting.core.shop_settings import RETRAIN_EVERY, TIMEZONE
from forecasting.entrypoints.cli import (
    alerts_verb,
    arguments,
    backup_verbs,
    compare_verb,
    money_verb,
    monitor_verb,
    note_verbs,
    order_verbs,
    product_verbs,
    profiles_verb,
    sales_verbs,
    settings_verb,
    stock_file,
    stock_verb,
    verify_verb,
    version_verbs,
    why_verb,
)
from forecasting.entrypoints.cli.output import problem_lines, say, tell, write
from forecasting.services import workspaces
from forecasting.storage.workspace import VARIABLE

if TYPE_CHECKING:
    from forecasting.inventory.orders.recommend import Orders
    from forecasting.inventory.stock.state import GivenStock
    from forecasting.training.ensemble import Ensemble


MOST_PORT: Final = 65535
HINTS: dict[type[ShelfcastError], str] = {
    AmbiguousDates: "Add --day-first or --month-first.",
    ColumnsMissing: "Name it with --map, e.g. --map date=Day.",
}
"""Class of an error -> what to do about it on the command line."""


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one verb; its exit code: 0 done, 2 bad input, 1 a failure."""
    args = arguments.parser(VERBS).parse_args(argv)
    try:
        if args.verb is not _sample:
            workspaces.settle()
            _name_home()
        verb: Callable[[argparse.Namespace], int] = args.verb
        return verb(args)
    except ShelfcastError as error:
        if isinstance(error, ProblemsFound):
            say(problem_lines(error))
        say(" ".join([str(error), *(hint for kind, hint in HINTS.items() if isinstance(error, kind))]))
        return 2 if isinstance(error, InputError) else 1
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
    except Exception as error:
        refusal = system_errors.named(error)
        if refusal is None:
            raise
        say(str(refusal))
        return 1


def _name_home() -> None:
    """Says where the shop's files are, where nobody has said it."""
    if locations.is_installed() and not os.environ.get(VARIABLE):
        say(f"The shop's files are in {locations.default_home()}; {VARIABLE} puts them elsewhere.")


# Verbs


def _sample(args: argparse.Namespace) -> int:
    from forecasting.services import sales

    write(sales.sample_csv(), args.out)
    return 0


def _forecast(args: argparse.Namespace) -> int:
    from forecasting.services import forecasts, versions

    ensemble = versions.load(workspaces.workspace(), _live())
    steps = ensemble.panel.period.steps(args.days)
    content = forecasts.forecast_csv(ensemble, arguments.filters(args), steps, total=args.total, level=args.by, last_year=args.last_year)
    write(content, args.out)
    return 0


def _recommend(args: argparse.Namespace) -> int:
    from forecasting.inventory.orders import wording
    from forecasting.services import ordering, stock_counts, supplier_terms, versions

    version = _live()
    ws = workspaces.workspace()
    ensemble, is_saved = versions.load(ws, version), args.stock is None
    given = ordering.given_stock(ws, ensemble) if is_saved else _stock(args, ensemble)
    policy = arguments.policy(args, ordering.start(ensemble, ordering.saved_stock(ws), stock_counts.sales_to(ws)) if is_saved else 0)
    orders = ordering.recommend(ensemble, supplier_terms.with_terms(ws, given, ensemble, policy), policy, arguments.filters(args))
    quantities = _within_limits(args, orders)
    if args.past_check is not None:
        write(ordering.past_check_csv(orders), args.past_check)
    if args.xlsx is not None:
        write(ordering.orders_xlsx(orders, versions.manifest(ws, version), quantities), args.xlsx)
    write(ordering.orders_csv(orders, version, quantities), args.out)
    say(wording.summary(orders))
    return 0


def _prune(args: argparse.Namespace) -> int:
    from forecasting.services.retention import chosen, prune, spare

    retention = arguments.retention(args, chosen(workspaces.workspace(), os.environ))
    if args.dry_run:
        going = spare(workspaces.workspace(), retention)
        tell(f"Nothing was deleted. Would delete: {going}." + (f" That would free {going.size}." if going.freed else ""))
        return 0
    gone = prune(workspaces.workspace(), retention)
    tell(f"Deleted: {gone}." + (f" Freed: {gone.size}." if gone.freed else ""))
    return 0


def _serve(args: argparse.Namespace) -> int:
    from forecasting.entrypoints.server.network import is_this_machine, settings_for
    from forecasting.entrypoints.server.server_settings import PROCESSES

    if not 0 <= args.port <= MOST_PORT:
        raise InputError(f"There is no port {args.port}. Give one from 1 to {MOST_PORT}, or leave --port out for 8501.")
    named = {VARIABLE: str(workspaces.workspace().home)}  # before the folder changes
    flags = {RETRAIN_EVERY: args.retrain_every, TIMEZONE: args.timezone, PROCESSES: args.processes}
    surroundings = dict(os.environ) | named | {name: value for name, value in flags.items() if value is not None}
    surroundings.setdefault("MIMALLOC_PURGE_DELAY", "0")  # Arrow gives memory back as it frees it; else a large upload's stays for good
    settings = settings_for(args.host, surroundings)
    if is_this_machine(args.host):
        surroundings.setdefault("STREAMLIT_SERVER_ALLOWED_HOSTS", "localhost 127.0.0.1 ::1")  # no site may reach this machine under a name of its own
    folder = locations.application_folder()
    os.chdir(folder)
    command = ["run", str(folder / "streamlit_app.py"), "--server.address", args.host, "--server.port"]
    if settings.processes > 1:
        return _serve_with_several(command, args, surroundings, settings.processes)
    return os.execve(sys.executable, [sys.executable, "-m", "streamlit", *command, str(args.port)], surroundings)


def _serve_with_several(command: list[str], args: argparse.Namespace, surroundings: dict[str, str], processes: int) -> int:
    from forecasting.entrypoints.server import server_processes, sockets

    listening = sockets.listening(args.host, args.port)
    port = str(listening.getsockname()[1])
    return server_processes.run(listening, [sys.executable, "-m", "pages.server.process", *command, port], surroundings, processes)


VERBS: arguments.Verbs = {
    "sample": _sample,
    "upload": sales_verbs.upload,
    "undo": sales_verbs.undo,
    "profiles": profiles_verb.profiles,
    "retrain": sales_verbs.retrain,
    "forecast": _forecast,
    "recommend": _recommend,
    "products": product_verbs.products,
    "orders": order_verbs.orders,
    "suppliers": order_verbs.suppliers,
    "money": money_verb.money,
    "stock": stock_verb.stock,
    "versions": version_verbs.versions,
    "live": version_verbs.live,
    "served": version_verbs.served,
    "compare": compare_verb.compare,
    "shadow": version_verbs.shadow,
    "monitor": monitor_verb.monitor,
    "alerts": alerts_verb.alerts,
    "note": note_verbs.note,
    "pin": note_verbs.pin,
    "unpin": note_verbs.unpin,
    "why": why_verb.why,
    "prune": _prune,
    "verify": verify_verb.verify,
    "backup": backup_verbs.backup,
    "restore": backup_verbs.restore,
    "start-over": backup_verbs.start_over,
    "settings": settings_verb.settings,
    "serve": _serve,
}


# Steps that verbs share


def _stock(args: argparse.Namespace, ensemble: Ensemble) -> GivenStock:
    from forecasting.services import ordering

    counted = stock_file.read(args.stock, args, ensemble).given
    return ordering.with_orders(workspaces.workspace(), counted, ensemble, datetime.now(UTC))


def _within_limits(args: argparse.Namespace, orders: Orders) -> dict[str, float]:
    """unique_id -> units that money or space is best spent on; empty where neither is limited."""
    from forecasting.inventory.budget import spend

    if args.budget is None and args.space is None:
        return {}
    bought = spend.spend(orders, args.budget) if args.space is None else spend.spend(orders, args.space, "space")
    say(f"Within the limit: {bought['order_quantity'].sum():,.0f} units in {len(bought):,} orders, which use {bought['takes'].sum():,.2f}.")
    return spend.quantities(orders, bought)


def _live() -> int:
    from forecasting.services import versions

    serving = versions.serving(workspaces.workspace())
    if serving.version is None and serving.refused:
        raise serving.refused[0]
    for refusal in serving.refused:
        say(str(refusal))
    if serving.version is None:
        raise NothingPublished("No model has been trained yet. Run: python -m forecasting retrain FILE")
    return serving.version
