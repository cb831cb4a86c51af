"""The whole job in a real browser, beside a real server."""

from __future__ import annotations

import io
import re
import shutil
import time
from pathlib import Path

import pandas as pd
import pytest
from browser_pages import bar, download, go, heading, later_sales, new_page, upload
from live_server import served
from patience import PATIENCE

from forecasting import __version__
from forecasting.services import forecasts, jobs, retraining, sales, versions

pytestmark = pytest.mark.browser


@pytest.fixture
def server(shop):
    with served(shop.home, FORECASTING_WARM="1") as running:
        yield running


@pytest.fixture(scope="module")
def reading(published, tmp_path_factory):
    """A server for tests that change nothing."""
    home = tmp_path_factory.mktemp("reading") / "home"
    shutil.copytree(published.home, home)
    with served(home) as running:
        yield running


def test_a_person_uploads_retrains_looks_elsewhere_and_takes_the_forecast_home(server, browser, shop):
    address, _ = server
    page = new_page(browser)
    page.goto(f"{address}/upload")
    heading(page, "Upload")
    upload(page, later_sales())
    page.locator("[data-testid=stMetric]").nth(7).wait_for()
    numbers = page.locator("[data-testid=stMetric]").all_inner_texts()
    assert [text.split("\n")[-1] for text in numbers[4:]] == ["56", "8", "0", "0"]
    page.locator(".st-key-settings summary").click()
    page.locator(".st-key-set_epochs input").fill("6")
    page.locator(".st-key-set_epochs input").press("Enter")
    page.locator(".st-key-merge_and_retrain button").click()
    page.locator(".st-key-training").wait_for()

    go(page, "Forecast")
    page.locator(".st-key-banner").wait_for()
    other = new_page(browser)
    other.goto(f"{address}/")
    other.locator(".st-key-banner").wait_for()
    seen = {bar(page, "banner")}
    page.reload()
    page.get_by_text("Model v1").wait_for()
    deadline = time.monotonic() + PATIENCE
    while page.get_by_text("Model v2").count() == 0:
        assert time.monotonic() < deadline, jobs.job(shop)
        if page.locator(".st-key-banner [role=progressbar]").count():
            seen.add(bar(page, "banner"))
        page.wait_for_timeout(200)
    assert len(seen) >= 3
    assert versions.manifest(shop, 2)["settings"]["lstm"]["epochs"] == 6
    other.get_by_text("model v2").wait_for()

    page.get_by_text("sales to 7 Jul 2026").wait_for()
    table = pd.read_csv(download(page).path())
    assert len(table) == 10 * 14
    assert sorted(table.date.unique())[0] == "2026-07-08"
    pd.testing.assert_frame_equal(table, pd.read_csv(io.BytesIO(forecasts.forecast_csv(versions.load(shop, 2), {}, 14))))


def test_a_request_may_be_a_deep_link_with_a_view_in_it(reading, browser):
    address, _ = reading
    page = new_page(browser)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/forecast?product_id=Tea&region=South&days=7")
    heading(page, "Forecast")
    page.locator(".st-key-forecast_chart .js-plotly-plot").wait_for()
    assert page.get_by_role("link", name="Upload", exact=True).count() >= 1
    assert page.locator("[data-testid=stSidebar]").count() == 0
    file = download(page)
    assert file.suggested_filename == "forecast-v1-7-days.csv"
    table = pd.read_csv(file.path())
    assert table[["product_id", "region"]].drop_duplicates().values.tolist() == [["Tea", "South"]]
    assert len(table) == 7
    page.locator("[data-testid=stMainMenu] button").first.click()
    page.get_by_text("About", exact=True).click()
    page.get_by_role("dialog").get_by_text(f"Shelfcast {__version__}").wait_for()
    foreign = [url for url in asked if not url.startswith((address, "data:", "blob:")) and not re.match(r"wss?://127\.0\.0\.1", url)]
    assert foreign == []


def test_the_server_never_loads_tensorflow(reading, browser):
    address, process = reading
    page = new_page(browser)
    for name in ("forecast", "orders", "accuracy", "upload", ""):
        page.goto(f"{address}/{name}")
        page.locator("h1").first.wait_for()
    maps = Path(f"/proc/{process.pid}/maps")
    if not maps.exists():
        pytest.skip("This system does not show a process's memory maps.")
    assert "numpy" in maps.read_text()
    assert not re.findall(r"tensorflow|keras|libtensorflow", maps.read_text())


def test_a_retraining_is_cancelled_from_the_page(server, browser, shop):
    address, _ = server
    page = new_page(browser)
    page.goto(f"{address}/upload")
    retraining.start_retrain(shop, retraining.Settings(horizon=14))
    page.locator(".st-key-cancel button").click()
    page.get_by_text("1. File").wait_for()
    assert jobs.job(shop).state == "cancelled"
    assert versions.serving(shop).version == 1


COVERED = """selector => {
    const boxes = found => [...document.querySelectorAll(found)].filter(each => each.checkVisibility()).map(each => each.getBoundingClientRect());
    const texts = [...boxes('[data-testid=stMarkdownContainer]'), ...boxes('[data-testid=stCaptionContainer]')];
    const aside = (box, text) => box.left >= text.right || text.left >= box.right || box.top >= text.bottom || text.top >= box.bottom;
    const apart = (box, text) => text.width * text.height == 0 || aside(box, text);
    return boxes(selector).flatMap(box => texts.filter(text => !apart(box, text))).length;
}"""
"""How many texts lie beneath the boxes of a selector."""
ROW_PIXELS = 35
"""Height of a row of a grid, and of its head."""
CUT = """() => [...document.querySelectorAll('[data-testid=stMetric] *')]
    .filter(each => getComputedStyle(each).overflowX != 'visible' && each.scrollWidth > each.clientWidth + 1 && !each.closest('svg'))
    .map(each => each.innerText)"""
"""Numbers and chips that are longer than their place."""


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_no_page_is_wider_than_the_screen_or_cut_and_a_tap_selects_a_row_and_opens_its_product(reading, browser, width, scheme):
    address, _ = reading
    page = new_page(browser, viewport={"width": width, "height": 900}, color_scheme=scheme, has_touch=width < 400, is_mobile=width < 400)
    for name in (
        "",
        "upload",
        "forecast",
        "products",
        "product?product=Bread",
        "accuracy",
        "settings",
        "versions",
        "why",
        "orders?orders_tab=Order+book",
        "orders?orders_tab=Suppliers",
        "orders",
    ):
        page.goto(f"{address}/{name}")
        page.locator("h1").first.wait_for()
        page.wait_for_timeout(500)
        page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("[data-testid=stException]").count() == 0
        assert page.evaluate(CUT) == []
        assert width > 400 or page.evaluate(COVERED, "[data-testid=stElementToolbar]") == 0
        tops = {button.bounding_box()["y"] for button in page.locator(".st-key-head button:visible", has_text=re.compile(r"\w")).all()}
        assert len(tops) <= 1
    title, grid = page.locator(".st-key-inventory_card h5"), page.locator("[data-testid=stDataFrame] canvas").first
    before, press = title.inner_text(), page.touchscreen.tap if width < 400 else page.mouse.click
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    press(box["x"] + 220, box["y"] + 2.5 * ROW_PIXELS)
    page.locator(".st-key-inventory_card h5", has_not_text=before).wait_for()
    assert "line=" in page.url
    press(box["x"] + 60, box["y"] + 2.5 * ROW_PIXELS)
    page.wait_for_url(re.compile("/product[?]product="))


def test_a_page_on_paper_shows_whole_tables_and_its_logo_above_the_title(reading, browser):
    address, _ = reading
    page = new_page(browser)
    for name, rows in (("forecast", 14), ("orders", 9), ("products", 5)):
        page.goto(f"{address}/{name}")
        heading(page, name.title())
        page.locator("[data-testid=stDataFrame] canvas").first.wait_for()
        copy = page.locator("[class*=st-key-paper_] table").first
        assert not copy.is_visible()
        page.emulate_media(media="print")
        copy.wait_for()
        assert copy.locator("tbody tr").count() == rows
        assert page.locator("[data-testid=stDataFrame]:visible").count() == 0
        logo, title = page.get_by_test_id("stLogoLink").bounding_box(), page.locator("h1").bounding_box()
        assert logo["y"] + logo["height"] <= title["y"]
        page.emulate_media(media="screen")


def test_an_empty_workspace_fills_up_by_itself(browser, home):
    with served(home.home) as (address, _):
        page = new_page(browser)
        page.goto(address)
        heading(page, "Overview")
        page.locator(".st-key-banner").wait_for()
        page.get_by_text("Your first forecast is on its way").wait_for()
        job = jobs.job(home)
        assert sales.uploads(home)[0].kind == "sample"
        jobs.cancel(home, job.number)
