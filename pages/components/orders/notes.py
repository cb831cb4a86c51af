"""The note of a proposal as the page says it: the order book keeps it with plain numbers, the page writes money and numbers as the shop chose."""

from __future__ import annotations

import re
from typing import Final

from forecasting.core import formatting
from forecasting.inventory.book.order import Order
from forecasting.inventory.suppliers.supplier import Supplier
from pages.components.orders import wording

_AMOUNT: Final = r"\d[\d,]*\.\d\d"
_LACKS: Final = re.compile(rf"({_AMOUNT}) below the minimum (value|units|weight) of ({_AMOUNT})")
_MONEY: Final = re.compile(rf"(?<=saves )({_AMOUNT})|(?<=is worth )({_AMOUNT})|(?<=is free from )({_AMOUNT})")
_UNITS: Final = re.compile(r"\d[\d,]*(?= units were added)")


def note(order: Order, supplier: Supplier | None) -> str:
    """What is to be known of the whole order; `supplier` is whose money its amounts are."""

    def amount(text: str, of: str = "value") -> str:
        number = float(text.replace(",", ""))
        return wording.theirs(supplier, number) if of == "value" else formatting.headline(number)

    text = _LACKS.sub(lambda met: f"{amount(met[1], met[2])} below the minimum {met[2]} of {amount(met[3], met[2])}", order.note)
    text = _MONEY.sub(lambda met: amount(met[0]), text)
    return _UNITS.sub(lambda met: formatting.units(float(met[0].replace(",", ""))), text)
