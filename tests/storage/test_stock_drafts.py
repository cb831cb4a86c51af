"""Drafts of typed stock outlive a page and a server, and never stand in each other's way."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from forecasting.core.errors import DiskFull
from forecasting.inventory.stock.typed_changes import CellChange
from forecasting.services import stock_typing
from forecasting.services.stock_typing import Draft
from forecasting.storage import stock_drafts
from forecasting.storage.stock_states import StockStore

CHANGES = (CellChange(("Bread", "North"), 1, "due", None, "2026-01-12"), CellChange(("Cake",), 0, "on_hand", 5.0, None))


def kept(ws):
    draft = Draft(stock_drafts.new_name(), changes=CHANGES)
    stock_typing.keep(ws, draft)
    return draft


def test_a_draft_comes_back_as_it_was_typed(home):
    draft = kept(home)
    [found] = stock_typing.drafts(home)
    assert (found.name, found.changes) == (draft.name, CHANGES)
    assert StockStore(home).numbers() == []


def test_who_goes_on_with_a_draft_has_one_of_his_own(home):
    first = kept(home)
    second = stock_typing.take_over(home, first.name)
    stock_typing.keep(home, Draft(first.name, changes=CHANGES[:1]))
    assert second.name != first.name
    assert {(each.name, each.changes) for each in stock_typing.drafts(home)} == {(first.name, CHANGES[:1]), (second.name, CHANGES)}


def test_a_draft_without_changes_is_gone(home):
    draft = kept(home)
    stock_typing.keep(home, Draft(draft.name))
    stock_typing.keep(home, Draft(draft.name))
    assert stock_typing.drafts(home) == []


@pytest.mark.parametrize("name", ["", "../0001", "0123456789ABCDEF", "f" * 16])
def test_a_name_from_an_address_that_no_draft_has_is_none(home, name):
    kept(home)
    assert stock_typing.take_over(home, name) is None


def test_a_damaged_draft_is_left_out(home):
    draft = kept(home)
    path = home.stock / "drafts" / f"{draft.name}.json"
    path.write_text(path.read_text().replace("Bread", "Bead"))
    assert stock_typing.drafts(home) == []
    assert path.exists()


def test_drafts_that_nobody_touches_go_after_a_month(home, monkeypatch):
    old = kept(home)

    class Later(datetime):
        @classmethod
        def now(cls, tz):
            return datetime.now(tz) + timedelta(days=31)

    monkeypatch.setattr(stock_drafts, "datetime", Later)
    assert stock_typing.drafts(home) == []
    stock_typing.keep(home, Draft(stock_drafts.new_name()))
    assert not (home.stock / "drafts" / f"{old.name}.json").exists()


def test_a_full_disk_keeps_the_draft_of_before(home, monkeypatch):
    draft = kept(home)

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stock_drafts.sealed_json, "write", full)
    with pytest.raises(DiskFull, match="what was typed was not saved"):
        stock_typing.keep(home, Draft(draft.name, changes=CHANGES[:1]))
    assert stock_typing.drafts(home)[0].changes == CHANGES
