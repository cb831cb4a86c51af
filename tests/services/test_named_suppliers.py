"""Who delivers what by a column of a file, beside what a shop knows: a person's word stays, newer rows count, and each name is one supplier."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pandas as pd
import shop_workspaces as shops

from forecasting.inventory.suppliers.source import Source
from forecasting.inventory.suppliers.sourcing import Sourcing
from forecasting.inventory.suppliers.supplier import Supplier
from forecasting.services import named_suppliers, product_sources, sales, submissions, suppliers
from forecasting.services.submissions import Submission

DAY = date(2026, 2, 9)


def listed(*rows):
    frame = pd.DataFrame(rows, columns=["product_id", "store", "supplier"])
    return frame.assign(date=pd.Timestamp(DAY))


def named(*rows, **known):
    return named_suppliers.naming(Sourcing(**known), listed(*rows))


def test_a_product_from_one_supplier_everywhere_is_one_source_others_are_by_series():
    found = named(("Bread", "A", "Hansen"), ("Bread", "B", "Hansen"), ("Tea", "A", "Mills"), ("Tea", "B", "hansen"))
    assert [(each.product_id, each.store, each.supplier, each.as_of) for each in found.sources] == [
        ("Bread", "", "Hansen", DAY),
        ("Tea", "A", "Mills", DAY),
        ("Tea", "B", "hansen", DAY),
    ]
    assert (len(found.new), found.kept) == (2, 0)
    assert len(Sourcing().with_sources(found.sources).suppliers) == 2


def test_who_was_named_by_a_person_or_by_a_newer_row_stays_and_an_older_row_gives_way():
    hansen = Supplier(name="Hansen", lead_time=2)
    cases = {None: (0, 1), DAY.replace(day=10): (0, 1), DAY: (1, 0), DAY.replace(day=1): (1, 0)}
    for as_of, outcome in cases.items():
        source = Source(supplier="Hansen", product_id="Bread", as_of=as_of)
        found = named(("Bread", "A", "Mills"), suppliers=(hansen,), sources=(source,))
        assert (len(found.sources), found.kept) == outcome, as_of
        same = named(("Bread", "A", "HANSEN"), suppliers=(hansen,), sources=(source,))
        assert same == named_suppliers.Naming((), (), 0)
    whole = Source(supplier="Hansen")
    assert named(("Bread", "A", "Mills"), suppliers=(hansen,), sources=(whole,)).kept == 1


def test_what_a_person_changes_of_such_a_source_is_theirs():
    source = Source(supplier="Hansen", product_id="Bread", as_of=DAY)
    before = pd.DataFrame([{"product": "Bread", "supplier": "Hansen", "unit_cost": None, "multiple": None, "second": None}])
    holds = Sourcing((Supplier(name="Hansen"),), (source,))
    assert product_sources.with_table(holds, before, before) == holds
    assert product_sources.with_table(holds, before, before.assign(unit_cost=2.0)).sources[0].as_of is None
    assert Source.from_dict(source.to_dict()) == source


def test_an_upload_saves_them_once_and_taking_it_back_leaves_them(home):
    rows = shops.sales(20).assign(Vendor="Hansen")
    sent = Submission(content=rows.to_csv(index=False).encode(), name="sales.csv", alone=True)
    checked, _ = submissions.preview(home, sent)
    assert checked.understood.suppliers["new"] == ["Hansen"]
    assert "1 of them new (Hansen; terms not given yet)" in " ".join(checked.understood.notes)
    assert suppliers.number(home) == 0
    submissions.merge(home, sent)
    saved, holds = suppliers.state(home)
    assert (saved.by, {each.supplier for each in holds.sources}, [each.name for each in holds.suppliers]) == ("sales.csv", {"Hansen"}, ["Hansen"])
    submissions.merge(home, sent)
    sales.undo(home)
    assert suppliers.state(home) == (saved, holds)
    suppliers.save(home, replace(holds, sources=tuple(replace(each, as_of=None) for each in holds.sources)), "Anna")
    submissions.merge(home, replace(sent, content=sent.content.replace(b"Hansen", b"Mills")))
    assert suppliers.state(home)[0].by == "Anna"
