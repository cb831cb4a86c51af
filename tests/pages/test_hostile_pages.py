"""Data is only ever data: no name, file name or cell becomes an element, a link or a script of a page, and each reads as it was written."""

from __future__ import annotations

import shutil
import time
from urllib.parse import quote

import hostile_names as hostile
import pandas as pd
import pytest
from browser_pages import heading, launched
from live_server import served
from patience import PATIENCE

from forecasting.services import ordering, sales, versions
from forecasting.storage.workspace import Workspace

pytestmark = pytest.mark.browser

FOREIGN = """() => {
    const marked = [...document.querySelectorAll("b, strong, em, i, u, s, sup, sub, code, a, h1, h2, h3, li, blockquote")];
    const icons = [...document.querySelectorAll("[data-testid=stIconMaterial]")];
    return {
        hacked: window.hacked !== undefined,
        images: document.querySelectorAll("img[src=x], img[src$='/x']").length,
        scripts: [...document.scripts].filter(script => script.textContent.includes("hacked")).length,
        links: [...document.links].filter(link => /javascript:|example\\\\.com/.test(link.href)).length,
        handlers: document.querySelectorAll("[onerror], [onload], [onclick]").length,
        marked: marked.filter(element => ["bold", "x", "code"].includes(element.textContent.trim())).length,
        icons: icons.filter(icon => icon.textContent.trim() === "cottage").length,
        formulas: document.querySelectorAll(".katex, math").length,
    };
}"""
NOTHING = {"hacked": False, "images": 0, "scripts": 0, "links": 0, "handlers": 0, "marked": 0, "icons": 0, "formulas": 0}
READ = [hostile.IMAGE, hostile.TAGS, hostile.MARKDOWN, hostile.MARKUP]
"""Names that are looked at one by one."""


@pytest.fixture(scope="module")
def home(hostile_shop, tmp_path_factory):
    """A workspace with hostile sales, a version and stock."""
    ws = Workspace(tmp_path_factory.mktemp("pages"))
    shutil.copytree(hostile_shop.home, ws.home, dirs_exist_ok=True)
    made = versions.load(ws, 1)
    stock = made.panel.series[["product_id", "store", "region"]].assign(on_hand=3, unit_cost=1.5)
    table = sales.inspect(hostile.parquet(stock), hostile.FILE_NAME)
    ordering.save_stock(ws, ordering.check_stock(table, ordering.guess_stock(table), made), made, hostile.FILE_NAME)
    return ws


@pytest.fixture(scope="module")
def address(home):
    with served(home.home) as (found, _):
        yield found


@pytest.fixture(scope="module")
def browser(chromium):
    with launched(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def context(browser):
    """What the pages share: scripts that the browser has read already."""
    return browser.new_context(viewport={"width": 1440, "height": 1000})


@pytest.fixture
def page(context):
    """A page in which nothing of the data did anything when the test ends."""
    opened = context.new_page()
    opened.set_default_timeout(1000 * PATIENCE)
    dialogs, asked = [], []
    opened.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    assert is_clean(opened)
    assert dialogs == []
    assert [url for url in asked if url.endswith("/x") or "127.0.0.1" not in url.split("/")[2]] == []
    opened.close()


def is_clean(page):
    """Whether the page holds nothing that the data made."""
    settled(page)
    found = page.evaluate(FOREIGN)
    assert found == NOTHING
    return True


def settled(page):
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_timeout(300)


def written(page, selector="[data-testid=stMain]"):
    """The text of a part of the page, without invisible joiners."""
    return " ".join(page.locator(selector).first.inner_text().replace("\u2060", "").split())


def until(page, look, wanted):
    """Waits until what is looked at holds a text."""
    end = time.monotonic() + PATIENCE
    while not wanted(shown := look()):
        assert time.monotonic() < end, shown
        page.wait_for_timeout(100)


def read(page, text, selector="[data-testid=stMain]"):
    """Waits until a part of the page reads so."""
    until(page, lambda: written(page, selector), lambda shown: " ".join(text.split()) in shown)


def read_in_table(page, texts, selector="[data-testid=stMain]"):
    """Waits until one of the texts stands in a cell, as the first table of a part tells it to screen readers."""
    cells = page.locator(selector).locator("[data-testid=stDataFrame]").first.locator("[role=gridcell]")
    until(page, lambda: [text.replace("\u2060", "") for text in cells.all_text_contents()], set(texts).intersection)


def choose_file(page, content, name=hostile.FILE_NAME):
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})


def test_what_is_looked_for_is_found(browser):
    page = browser.new_page()
    page.set_content(
        f"{hostile.IMAGE}<script>window.hacked=1</script>{hostile.TAGS}{hostile.LINK}"
        "<span data-testid=stIconMaterial>cottage</span><span class=katex>x</span>"
    )
    found = page.evaluate(FOREIGN)
    assert found.keys() == NOTHING.keys()
    assert all(found.values())
    page.close()


def test_the_overview(page, address):
    page.goto(address)
    heading(page, "Overview")
    read(page, "Gaining most")
    read_in_table(page, hostile.PRODUCTS)
    page.get_by_role("button", name="Why").click()
    read_in_table(page, hostile.PRODUCTS, "[role=dialog]")


@pytest.mark.parametrize("name", READ, ids=["image", "tags", "markdown", "markup"])
def test_the_forecast_of_a_product_is_titled_as_it_was_written(page, address, name):
    page.goto(f"{address}/forecast?product_id={quote(name, safe='')}")
    heading(page, "Forecast")
    read(page, f"Units a day, {name}")
    page.locator(".st-key-forecast_chart .main-svg").first.hover()
    assert is_clean(page)
    assert page.locator(".st-key-product_id input").input_value() == name
    page.locator(".st-key-store input").click()
    assert page.locator("[role=option]").all_text_contents()
    assert is_clean(page)


def test_filters_that_exclude_each_other_are_named(page, address):
    page.goto(f"{address}/forecast?product_id={quote(READ[0], safe='')}&store={quote(hostile.SHOWN[1], safe='')}")
    read(page, "Nothing matches these filters.")
    read(page, f"{READ[0]} and {hostile.SHOWN[1]} never appear together.")


@pytest.mark.parametrize("name", [hostile.IMAGE, hostile.MARKUP], ids=["image", "markup"])
def test_the_orders_and_their_card(page, address, home, name):
    page.goto(f"{address}/orders?show=order_now,soon,fine,overstock,unknown&gone=true&product_id={quote(name, safe='')}")
    heading(page, "Orders")
    read(page, name, ".st-key-inventory_card h5")
    row = versions.load(home, 1).panel.series.set_index("product_id").loc[name]
    read_in_table(page, [f"{name}, {row['region']}, {row['store']}"])


@pytest.mark.parametrize(("name", "search"), [(hostile.MARKUP, "cottage"), ('quo"ted, "and", comma', "comma")])
def test_a_product_is_found_and_opened_as_it_was_written(page, address, name, search):
    page.goto(f"{address}/products?search={search}")
    page.locator(".st-key-product_links a").click()
    read(page, name, "h1")
    read(page, "What stands behind it")


def test_the_stock(page, address):
    page.goto(f"{address}/orders?orders_tab=Stock")
    read(page, f"from {hostile.FILE_NAME}")
    stock = pd.DataFrame({"product": hostile.PRODUCTS, "stock": hostile.PRODUCTS, hostile.IMAGE: 1, hostile.MARKDOWN: 2})
    choose_file(page, stock.to_csv(index=False).replace("\r", " ").encode())
    read(page, "Columns not used yet.")
    read(page, f"{hostile.IMAGE} {hostile.MARKDOWN}")
    read(page, hostile.FILE_NAME)
    read_in_table(page, [hostile.IMAGE])


def test_accuracy(page, address):
    page.goto(f"{address}/accuracy")
    heading(page, "Accuracy")
    read(page, "By series")
    settled(page)
    page.locator(".st-key-category input").click()
    assert sorted(page.locator("[role=option]").all_text_contents()) == sorted(hostile.SHOWN[:4])
    page.keyboard.press("Escape")
    for key in ("by_step", "promise", "past_chart"):
        page.locator(f".st-key-{key} .main-svg").first.hover()
    assert is_clean(page)
    page.goto(f"{address}/accuracy?product_id={quote(hostile.MARKDOWN, safe='')}")
    read(page, "One series")


def test_an_upload_with_problems_shows_them_as_they_stand_in_the_file(page, address):
    keys = {"product_id": hostile.SHOWN, "region": hostile.MARKDOWN, "store": hostile.LINK, "sales": "1"}
    rows = [pd.DataFrame({"date": date, **keys, hostile.IMAGE: "a", hostile.MARKUP: "b"}) for date in (hostile.SHOWN, "2026-07-01")]
    page.goto(f"{address}/upload")
    heading(page, "Upload")
    choose_file(page, pd.concat(rows).to_csv(index=False).encode())
    read(page, f"{hostile.FILE_NAME} {2 * len(hostile.SHOWN)} rows")
    read(page, f"Columns left out: {hostile.IMAGE}, {hostile.MARKUP}.")
    settled(page)
    read_in_table(page, [hostile.IMAGE])
    tabs = page.get_by_role("tab")
    assert tabs.count() == 3
    for tab in tabs.all():
        tab.click()
        assert is_clean(page)
    page.get_by_label("Region", exact=True).click()
    assert {hostile.IMAGE, hostile.MARKUP} <= set(page.locator("[role=option]").all_text_contents())


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (pd.DataFrame({hostile.IMAGE: [1], hostile.MARKDOWN: [2]}).to_csv(index=False), f"Columns found: {hostile.IMAGE}, {hostile.MARKDOWN}."),
        ("date,date,sales\n2026-01-01,2026-02-01,3\n", f"{hostile.FILE_NAME} has more than one column named date."),
        ("date,sales\n", f"{hostile.FILE_NAME} has a header but no rows below it."),
        (pd.DataFrame({hostile.MARKDOWN: ["03/04/2026", "04/05/2026"], "sales": 1}).to_csv(index=False), ""),
    ],
    ids=["no dates", "twice", "no rows", "two ways"],
)
def test_a_file_that_is_refused_is_named_as_it_is_called(page, address, content, text):
    page.goto(f"{address}/upload")
    heading(page, "Upload")
    choose_file(page, content.encode())
    read(page, hostile.FILE_NAME)
    read(page, text)


def test_the_uploads_so_far(page, address):
    page.goto(f"{address}/upload")
    heading(page, "Upload")
    page.locator(".st-key-history summary").click()
    settled(page)
    read_in_table(page, [hostile.FILE_NAME])
