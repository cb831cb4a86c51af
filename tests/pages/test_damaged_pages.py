"""With damaged sales every page opens, serves what it can, and says what to do."""

from __future__ import annotations

import shutil

import pytest
from app_driver import opened, texts
from repository import DATA, ROOT
from saved_shops import log

PAGES = sorted(
    path.stem
    for path in (ROOT / "pages").glob("*.py")
    if path.stem in ("overview", "upload", "forecast", "products", "orders", "accuracy", "versions", "why", "settings")
)


@pytest.fixture
def saved(home, fresh_caches):
    shutil.unpack_archive(DATA / "shop_2.zip", home.home)
    return home


@pytest.mark.parametrize("page", PAGES)
def test_a_page_opens_on_damaged_sales(saved, page):
    log(saved).write_bytes(b"")
    at = opened(page)
    if page in ("overview", "upload"):
        assert "sales cannot be read" in texts(at)
    if page not in ("upload", "why", "settings"):
        assert at.get("plotly_chart") or at.get("dataframe") or at.metric or at.get("data_editor")


@pytest.mark.parametrize("page", [page for page in PAGES if page != "settings"])
def test_a_page_without_a_version_says_that_the_sales_are_damaged(saved, page):
    shutil.rmtree(saved.versions)
    log(saved).write_bytes(b"")
    shown = texts(opened(page))
    assert "The saved sales cannot be read." in shown
    assert "Put it back from a backup" in shown


def test_a_preview_on_a_damaged_data_file_says_so(saved):
    part = next(saved.sales.glob("*.parquet"))
    part.write_bytes(part.read_bytes()[:-9])
    at = opened("upload")
    at.file_uploader[0].upload("more.csv", b"date,product_id,region,sales\n2026-07-01,Bread,North,5\n").run()
    assert not at.exception
    assert f"{part.name} is damaged" in texts(at).replace("\\", "").replace("\u2060", "")
