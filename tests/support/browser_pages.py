"""Pages in a real browser: opening them, going about, uploading, downloading."""

from __future__ import annotations

from contextlib import contextmanager

import pandas as pd
import shop_workspaces as shops
from patience import PATIENCE

FLAGS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"


@contextmanager
def launched(chromium):
    """A browser that runs for as long as the block."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS.split())
        yield browser
        browser.close()


PRESS_SECONDS = 15.0
"""Until a download that has not come counts as not asked for."""


def new_page(browser, **options):
    page = browser.new_context(accept_downloads=True, **options).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    return page


def refused_by_policy(page):
    """What the page's content security policy keeps it from, as the browser says; it grows."""
    told = []
    page.on("console", lambda message: told.append(message.text) if "Content Security Policy" in message.text else None)
    return told


def heading(page, text):
    page.get_by_role("heading", name=text, exact=True, level=1).wait_for()


def go(page, name):
    """Changes the page as a person does."""
    page.get_by_role("link", name=name, exact=True).first.click()
    heading(page, name)


def download(page, presses=10):
    """The CSV of the view, once the page is drawn whole; a page that is drawn again under the hand wants a second press."""
    from playwright.sync_api import TimeoutError as NothingCame

    page.locator(".st-key-forecast_chart .main-svg").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    try:
        with page.expect_download(timeout=PRESS_SECONDS * 1000) as started:
            page.locator(".st-key-csv button").click()
        return started.value
    except NothingCame:
        if presses == 1:
            raise
        return download(page, presses - 1)


def later_sales():
    """A week of new sales, and a correction of the last day."""
    week = shops.sales().query("date > '2026-06-23' and product_id != 'New bun'")
    corrected = week[week.date == shops.LAST].assign(sales=77)
    return pd.concat([week.assign(date=week.date + pd.Timedelta(days=7)), corrected])


def upload(page, frame):
    content = frame.to_csv(index=False, date_format="%Y-%m-%d").encode()
    page.locator("[data-testid=stFileUploaderDropzoneInput]").set_input_files({"name": "week.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_text("4. What changes").wait_for()


def bar(page, key):
    """The progress that a bar shows, in percent."""
    value = page.locator(f".st-key-{key} [role=progressbar]").first.get_attribute("aria-valuenow")
    return float(value or 0)
