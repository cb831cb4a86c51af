"""Suppliers as a file: what is downloaded says the same when it is read again."""

from __future__ import annotations

from datetime import date, time

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


def test_downloaded_suppliers_say_the_same_when_they_are_read_again() -> None:
    before = Sourcing((HANSEN,), SOURCES)
    table = sales.inspect(supplier_file.to_csv(before), "suppliers.csv", sales.answers({}), cells=True)
    checked = suppliers.check(table, suppliers.guess(table))
    assert checked.problems.empty
    assert checked.over(Sourcing()) == before
