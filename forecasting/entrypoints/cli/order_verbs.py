"""The verbs of the order book and of suppliers."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forecasting.core import schema
from forecasting.core.errors import InputError
from forecasting.entrypoints.cli import order_sheet_step
from forecasting.entrypoints.cli.output import report, say
from forecasting.entrypoints.cli.reading import day, mapping

if TYPE_CHECKING:
    from forecasting.inventory.book.order import Order
    from forecasting.inventory.proposals.left_out import LeftOut
    from forecasting.services.orders import Wish
    from forecasting.storage.workspace import Workspace

Run = Mapping[str, Callable[[argparse.Namespace], int]]


def add_arguments(verbs: Any, run: Run) -> None:
    """Adds these verbs and their arguments to a parser."""
    text = "what to order from whom: propose, approve, place, receive, cancel and list orders"
    orders_verb = verbs.add_parser("orders", help=text, description=text)
    orders_verb.set_defaults(verb=run["orders"])
    steps = orders_verb.add_subparsers(required=True, metavar="STEP", dest="step", help="what to do with the order book")
    proposed = steps.add_parser("propose", help="what to order from each supplier in its next round")
    proposed.add_argument("--supplier", metavar="S", help="only from this supplier")
    listing = steps.add_parser("list", help="the order book")
    listing.add_argument("--state", metavar="S", help="only orders in this state: proposed, approved, placed, partly_received, received or cancelled")
    listing.add_argument("--supplier", metavar="S", help="only orders to this supplier")
    single = {
        "approve": "approve a proposal: it is not proposed anew",
        "place": "book that an order was sent: it is on order from then on, once, however often this is called",
        "postpone": "book that what is still to come of an order comes on another day",
        "receive": "book what came of an order; all that is still to come without a file",
        "change": "order another quantity of one line, or a product that the order lacks; it stays whatever is recommended later",
        "cancel": "cancel an order, or what is still to come of it",
        "undo": "take back the last delivery, new date, cancellation, approval or changed quantity of an order",
    }
    by_name = {name: steps.add_parser(name, help=said, description=said) for name, said in single.items()}
    for step in by_name.values():
        step.add_argument("id", metavar="ID", help="the order")
        step.add_argument("--key", default="", metavar="K", help="a second call with the same key changes nothing")
    by_name["receive"].add_argument("--file", type=Path, metavar="FILE", help="what came: product_id, quantity, and the other keys of the sales")
    by_name["receive"].add_argument("--date", type=day, metavar="D", help="the day on which it came, e.g. 2026-11-25 (today)")
    by_name["postpone"].add_argument("--date", type=day, required=True, metavar="D", help="the day on which it comes, e.g. 2026-11-27")
    by_name["change"].add_argument("--quantity", type=float, required=True, metavar="N", help="units to order")
    for name in ("change", "cancel"):
        by_name[name].add_argument("--reason", default="", metavar="TEXT", help="why")
    for role in schema.KEYS:
        by_name["change"].add_argument(f"--{role.replace('_', '-')}", default="", metavar="NAME", help=f"the {role.removesuffix('_id')} of the line")
    for step in (proposed, listing, *by_name.values()):
        step.add_argument("--json", action="store_true", help="print what came of it as JSON")
    for step in (proposed, *by_name.values()):
        step.add_argument("--by", metavar="NAME", help="who says so (local)")
    order_sheet_step.add_arguments(steps)
    _add_suppliers(verbs, run)


def orders(args: argparse.Namespace) -> int:
    """Does one step with the order book; its exit code."""
    from forecasting.services import order_proposals, serving_record, workspaces
    from forecasting.services import orders as book

    ws = workspaces.workspace()
    if args.step == "sheet":
        return order_sheet_step.write_sheet(ws, args)
    if args.step == "list":
        return _tell(ws, args, book.listed(ws, args.state, args.supplier))
    by = serving_record.named(args.by)
    if args.step == "propose":
        proposed = order_proposals.propose(ws, by, supplier=args.supplier)
        return _tell(ws, args, proposed, order_proposals.left_out(ws, supplier=args.supplier))
    steps = (book.approve, book.place, book.postpone, book.receive, book.change, book.cancel, book.undo)
    act = {step.__name__: step for step in steps}[args.step]
    return _tell(ws, args, [act(ws, args.id, _wish(ws, args, by))])


def suppliers(args: argparse.Namespace) -> int:
    """Saves the suppliers in a file, or lists those that there are; its exit code."""
    from forecasting.core.formatting import count
    from forecasting.services import sales, serving_record, workspaces
    from forecasting.services import suppliers as service

    ws = workspaces.workspace()
    if args.file is None:
        saved, holds = service.state(ws)
    else:
        table = sales.inspect(sales.read_file(args.file), args.file.name, contents="suppliers", alone=True, on_wait=say)
        given = mapping(args.map, service.ROLES)
        guessed = {role: column for role, column in service.guess(table).items() if column not in given.values()}
        checked = service.check(table, guessed | given)
        if checked.kept_out:
            say(f"Columns of {args.file.name} left out: {', '.join(checked.kept_out)}. Roles are {', '.join(service.ROLES)}.")
        for note in checked.notes:
            say(note)
        saved, holds = service.merge(ws, checked, serving_record.named(args.by), drop_problems=args.drop_problems)
    lines = [f"{each.name}: {count(sum(source.supplier.casefold() == each.key for source in holds.sources), 'product')}" for each in holds.suppliers]
    report(args, service.facts(saved, holds), "\n".join(lines) or "There are no suppliers yet. Save some: suppliers FILE.")
    return 0


def _add_suppliers(verbs: Any, run: Run) -> None:
    text = "save suppliers, their terms and who delivers what from a file, or list them"
    verb = verbs.add_parser("suppliers", help=text, description=text)
    verb.set_defaults(verb=run["suppliers"])
    verb.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a row a supplier, or a product at a supplier: .csv or .xlsx (none: list)")
    verb.add_argument("--map", nargs="+", action="extend", default=[], metavar="ROLE=COLUMN", help="what each column means, e.g. supplier=Vendor")
    verb.add_argument("--drop-problems", action="store_true", help="leave out the rows that cannot be used")
    verb.add_argument("--by", metavar="NAME", help="who says so (local)")
    verb.add_argument("--json", action="store_true", help="print what came of it as JSON")


def _wish(ws: Workspace, args: argparse.Namespace, by: str) -> Wish:
    """What the arguments ask for; raises InputError."""
    from forecasting.services import orders as book
    from forecasting.services import sales
    from forecasting.services.orders import Wish

    quantities: dict[str, float] = {}
    key = args.key
    if args.step == "receive" and args.file is not None:
        content = sales.read_file(args.file)
        key = key or book.note_key(args.id, content)
        table = sales.inspect(content, args.file.name, contents="delivery", alone=True, on_wait=say)
        for note in table.cells.notes:
            say(note)
        quantities = book.delivered(book.order(ws, args.id), table)
        if not quantities:
            raise InputError(f"{args.file.name} has no units that came. Leave the file out if all of the order came.")
    if args.step == "change":
        keys = {role: getattr(args, role) for role in schema.KEYS}
        quantities = book.wanted_of(ws, book.order(ws, args.id), [(keys, args.quantity)])
    return Wish(by=by, key=key, quantities=quantities, reason=getattr(args, "reason", ""), day=getattr(args, "date", None))


def _tell(ws: Workspace, args: argparse.Namespace, listed: Sequence[Order], left_out: Sequence[LeftOut] | None = None) -> int:
    from forecasting.services import orders as book
    from forecasting.services import suppliers as service

    sourcing, today = service.sourcing(ws), book.today(ws)
    facts = [book.facts(each, sourcing, today) for each in listed]
    lines = list(map(_line, facts)) or ["There are no such orders." if left_out is None else "Nothing is to be ordered now."]
    told = {"orders": facts} | ({} if left_out is None else {"left_out": [each.to_dict() for each in left_out]})
    report(args, told, "\n".join([*lines, *(each.text for each in left_out or ())]))
    return 0


def _line(order: Mapping[str, Any]) -> str:
    lines, state = len(order["lines"]), order["state"].replace("_", " ")
    late = ", late" if order["late"] else ""
    said = f"{order['id']}  {order['supplier'] or 'no supplier'}  {state}{late}  order {order['order_date']}, due {order['due']}"
    amounts = f"{order['units']:,.0f} units in {lines:,} line{'s' if lines != 1 else ''}, {order['value']:,.2f}"
    more = sum(max(line["received"] - line["quantity"], 0.0) for line in order["lines"])
    over = f" {more:,.0f} more than ordered, booked as such." if more else ""
    return f"{said}: {amounts}.{over} {order['note']}".strip()
