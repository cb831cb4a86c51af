"""What a screen reader meets, and colours that all can read: axe-core on every page, in both themes."""

from __future__ import annotations

import ast
from typing import Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser_pages import new_page, refused_by_policy
from live_server import served
from repository import ROOT

pytestmark = pytest.mark.browser

GRAVE: Final = ("serious", "critical")
VIEWS: Final = {
    "orders": ["orders?orders_tab=Stock", "orders?orders_tab=Suppliers"],
    "products": ["product?product=Bread"],
    "forecast": ["forecast?whatif_closed=2026-07-02"],
}
"""Further views of a page."""
AXE: Final = Axe()
STANDS: Final = """scheme => getComputedStyle(document.querySelector('[data-testid=stApp]')).colorScheme == scheme
    && !document.querySelector('[data-testid=stSkeleton]')"""
FOCUSED: Final = """() => {
    const at = document.activeElement, around = at.closest("[data-testid=stDataFrame]"), ring = getComputedStyle(at.matches("canvas") ? around : at);
    const bordered = at.matches("input, textarea, td, [data-testid=stMain], [class*=stDataFrame]");
    return at === document.body ? null : {what: at.dataset.testid || at.innerText || at.tagName, ringed: bordered || ring.outlineStyle == "solid"};
}"""
"""What the keyboard is on, and whether that can be seen: by a ring, by Streamlit's border around a field, or by a grid's around a cell; null at the
end of the page."""
MOST_STOPS: Final = 120
POPOVER: Final = "[data-testid=stPopoverBody]"


def addresses():
    """Of every page in the navigation, of which the first lives at "/", and of their further views."""
    tree = ast.parse((ROOT / "streamlit_app.py").read_text(encoding="utf-8"))
    icons = next(node.value for node in tree.body if isinstance(node, ast.Assign) and node.targets[0].id == "ICONS")
    _, *others = ast.literal_eval(icons)
    return ["", *(view for name in others for view in (name, *VIEWS.get(name, [])))]


def drawn(page, scheme):
    """Waits until the page stands still in a theme."""
    page.locator("h1").first.wait_for()
    page.locator("[data-testid=stApp][data-test-script-state=notRunning]").wait_for()
    page.wait_for_function(STANDS, arg=scheme)


def faults(page, context=None, **options):
    """What axe-core finds: the rule, where, and why."""
    violations = AXE.run(page, context, {"resultTypes": ["violations"], **options}).response["violations"]
    return [(each["id"], node["target"], node["failureSummary"]) for each in violations if each["impact"] in GRAVE for node in each["nodes"]]


def in_popovers(page):
    """What axe-core finds in each popover of the page."""
    found = []
    for popover in page.locator("[data-testid=stPopover] button:visible").all():
        popover.click()
        page.locator(POPOVER).wait_for()
        found += faults(page, POPOVER)
        page.keyboard.press("Escape")
        page.locator(POPOVER).wait_for(state="detached")
    return found


def unseen_stops(page):
    """Stops of the Tab key at which nothing shows where it is; and that the last one is not reached, if it is not."""
    stops = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUSED)
        if stop is None:
            return [each["what"] for each in stops if not each["ringed"]]
        stops.append(stop)
    return [f"no end after {MOST_STOPS} stops, the last at {stops[-1]['what']}"]


def test_axe_finds_nothing_serious_on_any_page_and_the_keyboard_is_seen_everywhere(browser, shop):
    found = {}
    with served(shop.home) as (address, _):
        page = new_page(browser, viewport={"width": 1440, "height": 900}, color_scheme="light", reduced_motion="reduce")
        found["policy"] = refused_by_policy(page)
        for name in addresses():
            page.goto(f"{address}/{name}")
            drawn(page, "light")
            found[name, "light"] = faults(page) + in_popovers(page)
            page.evaluate("document.activeElement.blur()")
            found[name, "keyboard"] = unseen_stops(page)
            page.emulate_media(color_scheme="dark")
            drawn(page, "dark")
            found[name, "dark"] = faults(page, runOnly=["color-contrast"])
            page.emulate_media(color_scheme="light")
    assert {where: what for where, what in found.items() if what} == {}
