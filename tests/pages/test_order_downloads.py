"""The buttons under an order: every form of its sheet."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from order_shops import shop_on_monday
from streamlit.testing.v1 import AppTest

from forecasting.services import cache, order_proposals
from forecasting.storage.workspace import VARIABLE, Workspace


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    ws = shop_on_monday(tmp_path, monkeypatch)
    monkeypatch.setenv(VARIABLE, str(ws.home))
    order_proposals.propose(ws, "Anna", supplier="Hansen")
    yield ws
    cache.forget()


def page() -> None:
    from forecasting.services import workspaces
    from pages.components.orders.downloads import order_downloads

    order_downloads(workspaces.workspace(), "0001")


def test_an_order_can_be_taken_away_in_every_form(shop: Workspace) -> None:
    at = AppTest.from_function(page, default_timeout=60).run()
    assert not at.exception
    assert [button.label for button in at.get("download_button")] == ["PDF", "Excel", "CSV", "Print view"]
    (link,) = at.get("link_button")
    assert link.proto.url.startswith("mailto:?subject=Draft%20of%20order%200001&body=Hello")
