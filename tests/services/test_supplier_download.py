"""Suppliers as a file: what is downloaded says the same when it is read again."""

from __future__ import annotations

from datetime import date, time
from itertools import permutations

import pytest

from forecasting.inventory.suppliers.price_breaks import PriceBreaks
from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Closure, Currency, Freight, Minimum, Supplier
from forecasting.services import sales, supplier_file, suppliers

HANSEN = Supplier(
    name="Hansen",
    order_days=frozenset({0, 3}),
    cut_off=time(14),
    delivery_days=frozenset({1, 4}),
    lead_time=1,
    closures=(Closure(first=date(2026, 12, 24), last=date(2026, 12, 31)),),
    minimum=Minimum(value=50.0),
    freight=Freight(cost=18.0, free_from=400.0),
    currency=Currency(code="CHF", rate=1.06, of_day=date(2026, 11, 23)),
    contact="hansen@example.com",
)
SOURCES = (
    Source(supplier="Hansen", product_id="Orange juice", unit_cost=1.1, multiple=12.0),
    Source(supplier="Hansen", product_id="Iced tea", price_breaks=PriceBreaks((0.0, 100.0), (2.0, 1.5))),
)


PLAIN = Supplier(name="Mills")
SHORT = Supplier(name="Coop, North", order_days=frozenset({1}), contact="coop@example.com")
MORE = (
    *(Source(supplier="Mills", product_id=name) for name in ("Rolls", "Buns", "Cakes")),
    Source(supplier="Mills", product_id="Iced tea", rank=2, unit_cost=1.9),
    *(Source(supplier="Coop, North", product_id=name, store="North") for name in ("Oil", "Salt")),
)


@pytest.mark.parametrize("order", list(permutations((HANSEN, PLAIN, SHORT))), ids=lambda each: "-".join(s.name[:1] for s in each))
def test_downloaded_suppliers_say_the_same_when_they_are_read_again(order: tuple[Supplier, ...]) -> None:
    sources = tuple(source for supplier in order for source in (*SOURCES, *MORE) if source.supplier == supplier.name)
    for before in (Sourcing(order), Sourcing(order, sources)):
        table = sales.inspect(supplier_file.to_csv(before), "suppliers.csv", contents="suppliers", alone=True)
        checked = suppliers.check(table, suppliers.guess(table))
        assert checked.problems.empty
        again = checked.over(Sourcing())
        assert (set(again.suppliers), set(again.sources)) == (set(before.suppliers), set(before.sources))
