"""What is to be known of a supplier's next order at a glance: minimum, delivery, what runs out, what is on the way, what is too late."""

from __future__ import annotations

from forecasting.core import formatting
from forecasting.services.order_cards import SupplierCard
from pages.components.orders import wording


def facts(card: SupplierCard) -> list[tuple[str, str | None, wording.Color]]:
    """Text, icon and colour of each badge."""
    said: list[tuple[str, str | None, wording.Color]] = []
    check = ":material/check:"
    if card.supplier is not None and card.supplier.minimum.value:
        minimum = wording.theirs(card.supplier, card.supplier.minimum.value)
        short = f"{wording.theirs(card.supplier, card.below_minimum)} below the minimum"
        said.append((short, None, "orange") if card.below_minimum else (f"Minimum {minimum} reached", check, "gray"))
    if card.supplier is not None and card.supplier.freight.cost:
        costs = f"Delivery {wording.theirs(card.supplier, card.freight)}"
        said.append((costs, None, "gray") if card.freight else ("Delivery free", check, "gray"))
    if card.runs_out:
        said.append((f"{formatting.units(len(card.runs_out))} {'runs' if len(card.runs_out) == 1 else 'run'} out", None, "red"))
    if card.order is not None and card.order.state == "approved":
        said.append(("Approved", check, "blue"))
    if card.coming:
        said.append((f"{formatting.count(len(card.coming), 'order')} on the way", ":material/local_shipping:", "blue"))
    if card.missed is not None and card.order is not None and card.order.state == "proposed":
        said.append((f"Too late for {wording.day(card.missed, card.today)}", None, "orange"))
    return said
