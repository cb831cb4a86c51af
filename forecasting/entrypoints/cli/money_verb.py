"""The verb that says what stock, orders and expected sales are worth."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from typing import Any, Final

from forecasting.entrypoints.cli.output import report
from forecasting.services import workspaces

LABELS: Final = {
    "revenue": "expected sales",
    "margin": "their margin",
    "stock": "stock on hand",
    "on_order": "on order",
    "orders": "to order today",
    "overstock": "in overstock",
    "at_risk": "margin at risk",
    "at_risk_without_orders": "margin at risk without today's orders",
    "waste": "expected to spoil of today's orders",
}


def add_arguments(verbs: Any, run: Mapping[str, Callable[[argparse.Namespace], int]]) -> None:
    """Adds the verb."""
    says = "say what stock, orders and expected sales are worth, as far as prices and costs are known"
    verb = verbs.add_parser("money", help=says, description=says)
    verb.add_argument("--json", action="store_true", help="print it as JSON")
    verb.set_defaults(verb=run["money"])


def money(args: argparse.Namespace) -> int:
    """Says what everything is worth; its exit code."""
    from forecasting.services import order_value

    facts = order_value.facts(workspaces.workspace())
    unit = f" {facts['currency']}" if facts["currency"] else ""
    lines = [f"{label}: {'not known' if facts[name] is None else f'{facts[name]:,.2f}{unit}'}" for name, label in LABELS.items()]
    known = f"Prices of {facts['priced']:,} and costs of {facts['costed']:,} of {facts['series']:,} series are known; sums count these alone."
    report(args, facts, "\n".join([*lines, known]))
    return 0
