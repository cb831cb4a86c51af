"""Suppliers, their terms and what comes from them, as a file that can be read again."""

from __future__ import annotations

from typing import Any

import pandas as pd

from forecasting.core import schema, spreadsheets
from forecasting.inventory.suppliers.file import OF_PRODUCT, ROLES, SUPPLIER
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import EVERY_DAY, WEEKDAYS, Supplier


def to_csv(sourcing: Sourcing) -> bytes:
    """A row for each product at a supplier, with the supplier's terms on all of them; a row of terms alone for a supplier without products."""
    rows = []
    for supplier in sourcing.suppliers:
        terms = _terms(supplier)
        sources = [each for each in sourcing.sources if each.supplier.casefold() == supplier.key]
        rows += [terms | _source(each) for each in sources] or [terms]
    table = pd.DataFrame(rows, columns=list(ROLES), dtype=object)
    used = [role for role in ROLES if role in (SUPPLIER, schema.PRODUCT) or table[role].notna().any()]
    return spreadsheets.to_csv(table[used])


def weekdays(days: frozenset[int]) -> str:
    """ "Mon Thu"."""
    return " ".join(WEEKDAYS[day] for day in sorted(days))


def closures(supplier: Supplier) -> str:
    """ "2026-12-24/2026-12-31; 2027-04-05"."""
    return "; ".join(f"{each.first}" if each.first == each.last else f"{each.first}/{each.last}" for each in supplier.closures)


def _terms(supplier: Supplier) -> dict[str, Any]:
    """The terms of a supplier by the names of the file's columns, None for those that it does not state."""
    currency, minimum, freight = supplier.currency, supplier.minimum, supplier.freight
    return {
        SUPPLIER: supplier.name,
        "order_days": None if supplier.order_days == EVERY_DAY else weekdays(supplier.order_days),
        "cut_off": supplier.cut_off and f"{supplier.cut_off:%H:%M}",
        "delivery_days": None if supplier.delivery_days == EVERY_DAY else weekdays(supplier.delivery_days),
        "lead_time": supplier.lead_time,
        "closed": closures(supplier) or None,
        "minimum_value": minimum.value or None,
        "minimum_units": minimum.units or None,
        "minimum_weight": minimum.weight or None,
        "freight": freight.cost or None,
        "free_from": freight.free_from,
        "currency": currency and currency.code,
        "rate": currency and currency.rate,
        "rate_date": currency and currency.of_day,
        "contact": supplier.contact or None,
    }


def _source(source: Source) -> dict[str, Any]:
    breaks = source.price_breaks
    steps = "" if breaks is None else "; ".join(f"{units:g}:{price:g}" for units, price in zip(breaks.quantities, breaks.prices, strict=True))
    terms = {name: getattr(source, name) for name in OF_PRODUCT if name != "price_breaks"}
    return {role: getattr(source, role) or None for role in schema.KEYS} | terms | {"price_breaks": steps or None}
