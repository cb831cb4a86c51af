"""Shelfcast's entry in two roles: the script that runs for every visitor, and the module in which a server finds `app`."""

from __future__ import annotations

import logging

import streamlit as st

ICONS = {
    "overview": "home",
    "upload": "upload_file",
    "forecast": "show_chart",
    "products": "sell",
    "orders": "local_shipping",
    "accuracy": "target",
    "versions": "history",
    "settings": "settings",
}


def pages() -> list[st.Page]:
    """Every page, in the order of the navigation; the first one lives at "/", and to the last three only links lead."""
    shown = [st.Page(f"pages/{name}.py", title=name.title(), icon=f":material/{icon}:", default=name == "overview") for name, icon in ICONS.items()]
    linked = (
        ("pages/product.py", "Product", "sell"),
        ("pages/why.py", "Why it changed", "waterfall_chart"),
        ("pages/inventory.py", "Inventory", "local_shipping"),
    )
    return [*shown, *(st.Page(path, title=title, icon=f":material/{icon}:", visibility="hidden") for path, title, icon in linked)]


if __name__ == "__main__":
    from pages.components.shared import layout, style_sheet, writing
    from pages.components.shared.failures import failures_shown
    from pages.components.training import banner
    from pages.server import first_page, login_page

    st.set_page_config(page_icon="static/icon.svg", layout="wide", menu_items=layout.menu())
    page = st.navigation(login_page.gate(pages()), position="top")
    st.set_page_config(page_title=f"{page.title} · Shelfcast")
    style_sheet.apply()
    layout.logo()
    writing.use_notation()
    with first_page.drawing(), failures_shown():
        banner.follow(banner=page.title != "Upload")
        page.run()
    first_page.answered()
else:
    from pages.server import app as server

    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)  # there is no session yet, and need not be
    st.navigation(pages())  # outside of a session it only turns off the discovery of pages/, which would run a page without this script
    app = st.App(__file__, **server.parts_or_exit())
