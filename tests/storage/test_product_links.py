"""Links between products: numbered states that never change, and an undo that restores."""

from __future__ import annotations

import json
from datetime import date

import pytest

from forecasting.core.errors import InputError, LinksDamaged
from forecasting.storage.product_links import Link, LinkState, ProductLinks

DAY = date(2026, 3, 1)


@pytest.fixture
def store(home):
    return ProductLinks(home)


def test_an_empty_workspace_has_no_links_and_stays_empty(store, home):
    assert (store.load(), store.numbers(), home.home.exists()) == (LinkState(0), [], False)


def test_a_state_is_a_file_of_its_own(store, home):
    store.add(Link("Croisant", "Croissant", DAY))
    first = (home.products / "0001.json").read_bytes()
    store.add(Link("Tea 20", "Tea 25", date(2026, 2, 1)))
    assert store.load().links == (Link("Tea 20", "Tea 25", date(2026, 2, 1)), Link("Croisant", "Croissant", DAY))
    assert (home.products / "0001.json").read_bytes() == first
    told = json.loads(first)
    assert {name: told[name] for name in ("format", "links", "before", "undone", "said")} == {
        "format": 1,
        "links": [{"old": "Croisant", "new": "Croissant", "day": "2026-03-01"}],
        "before": 0,
        "undone": 0,
        "said": "Croisant is Croissant from 2026-03-01 on",
    }


def test_undo_restores_state_by_state_and_ends(store):
    store.add(Link("a", "b", DAY))
    store.add(Link("c", "d", DAY))
    assert store.undo().said == "c is d from 2026-03-01 on"
    assert store.load().links == (Link("a", "b", DAY),)
    store.undo()
    assert (store.load().links, store.numbers()) == ((), [1, 2, 3, 4])
    with pytest.raises(InputError, match="no change of product links"):
        store.undo()


def test_any_link_can_be_ended_and_that_undone(store):
    store.add(Link("a", "b", DAY))
    store.add(Link("c", "d", DAY))
    assert store.remove("a").links == (Link("c", "d", DAY),)
    store.undo()
    assert len(store.load().links) == 2
    with pytest.raises(InputError, match=r"x has no link\. Links that hold: a is b"):
        store.remove("x")


def test_a_second_link_of_a_product_replaces_the_first(store):
    store.add(Link("a", "b", DAY))
    assert store.add(Link("a", "c", DAY)).links == (Link("a", "c", DAY),)


@pytest.mark.parametrize("last", [("a", "a"), ("c", "a"), ("b", "a")])
def test_a_product_never_leads_back_to_itself(store, last):
    store.add(Link("a", "b", DAY))
    store.add(Link("b", "c", DAY))
    with pytest.raises(InputError, match="cannot hand its history on to itself"):
        store.add(Link(*last, DAY))
    assert len(store.load().links) == 2


@pytest.mark.parametrize("change", [lambda text: text.replace("b", "x", 1), lambda text: text[:20], lambda _: '{"format": 9}'])
def test_a_damaged_state_is_named_and_never_read_as_none(store, home, change):
    store.add(Link("a", "b", DAY))
    path = home.products / "0001.json"
    path.write_text(change(path.read_text()))
    with pytest.raises(LinksDamaged, match=r"state 1, 0001\.json.*backup"):
        store.load()
    with pytest.raises(LinksDamaged):
        store.add(Link("c", "d", DAY))
    assert store.numbers() == [1]


def test_a_factor_is_kept_and_a_state_without_one_is_written_as_it_always_was(store, home):
    store.add(Link("a", "b", DAY))
    assert '"factor"' not in (home.products / "0001.json").read_text()
    store.add(Link("c", "d", DAY, 0.5))
    assert store.load().links == (Link("a", "b", DAY), Link("c", "d", DAY, 0.5))
    formats = [json.loads((home.products / f"000{number}.json").read_text())["format"] for number in (1, 2)]
    assert formats == [1, 2]
    assert str(store.load().links[1]).endswith("on, 1 counts as 0.5")
    store.remove("c")
    assert store.read(2).links[1].factor == 0.5
