"""What is to be known of a supplier's next order at a glance: minimum, delivery, what runs out, what is on the way, what is too late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple
from typing import Final

from forecasting.core import formatting
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.services.order_cards import SupplierCard
from pages.components.orders import wording

CHECK: Final = ":material/check:"


def facts(card: SupplierCard) -> list[tuple[str, str | None, wording.Color]]:
    """Text, icon and colour of each badge."""
    said = [] if card.supplier is None or card.order is None else _terms(card, card.supplier)
    if card.runs_out:
        said.append((f"{formatting.units(len(card.runs_out))} {'runs' if len(card.runs_out) == 1 else 'run'} out", None, "red"))
    if card.order is not None and card.order.state == "approved":
        said.append(("Approved", CHECK, "blue"))
    if card.coming:
        said.append((f"{formatting.count(len(card.coming), 'order')} on the way", ":material/local_shipping:", "blue"))
    if card.missed is not None and card.order is not None and card.order.state == "proposed":
        said.append((f"Too late for {wording.day(card.missed, card.today)}", None, "orange"))
    return said


def _terms(card: SupplierCard, supplier: Supplier) -> list[tuple[str, str | None, wording.Color]]:
    """Whether the order reaches the minimum, and what its delivery costs."""
    said: list[tuple[str, str | None, wording.Color]] = []
    if any(least := astuple(supplier.minimum)):
        minimum, short = formatting.listing(amounts_of(supplier, least)), formatting.listing(amounts_of(supplier, card.lacks))
        said.append((f"{short} below the minimum", None, "orange") if short else (f"Minimum {minimum} reached", CHECK, "gray"))
    if supplier.freight.cost:
        costs = f"Delivery {wording.theirs(supplier, card.freight)}"
        said.append((costs, None, "gray") if card.freight else ("Delivery free", CHECK, "gray"))
    return said


def amounts_of(supplier: Supplier, amounts: Sequence[float]) -> list[str]:
    """Value, units and weight in words, of those that there are: "€38.00", "12 units", "a weight of 40"."""
    value, units, weight = amounts
    texts = {wording.theirs(supplier, value): value, f"{formatting.units(units)} units": units, f"a weight of {formatting.headline(weight)}": weight}
    return [text for text, amount in texts.items() if amount]
