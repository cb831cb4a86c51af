"""Shelfcast's entry in two roles: the script that runs for every visitor, and the module in which a server finds `app`."""

from __future__ import annotations

import asyncio
import gc
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import streamlit as st

ICONS = {"overview": "home", "upload": "upload_file", "forecast": "show_chart", "inventory": "inventory_2", "accuracy": "target"}


def pages() -> list[st.Page]:
    """Every page, in the order of the navigation; the first one lives at "/"."""
    return [st.Page(f"pages/{name}.py", title=name.title(), icon=f":material/{icon}:", default=name == "overview") for name, icon in ICONS.items()]


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, object]]:
    """Warms what the first page needs beside the start of the server, so that neither waits for the other."""
    answer_at_once()
    warming = asyncio.create_task(asyncio.to_thread(warm))
    yield {}
    warming.cancel()


def warm() -> None:
    """Loads the libraries and the live ensemble, starts the first training of an empty workspace, and spares all of it from collections."""
    try:
        from forecasting import charts, service
        from pages import inventory_policy, shell

        ws = service.workspace()
        service.first_start(ws)
        version = service.serving(ws).version
        if version is not None:
            ensemble = shell.ensemble_of(version)
            shell.warm_up(ensemble, charts)
            inventory_policy.warm_up(version, ensemble)
    except Exception:
        logging.getLogger("shelfcast").exception("The warm start stopped.")
    gc.collect()
    gc.freeze()


def answer_at_once() -> None:
    """Turns off Nagle's algorithm on the listening sockets, which Streamlit's server leaves on: a response takes 0.3 ms instead of 44."""
    for value in gc.get_objects():
        if isinstance(value, socket.socket) and value.family in (socket.AF_INET, socket.AF_INET6) and value.type & socket.SOCK_STREAM:
            with suppress(OSError):
                value.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


if __name__ == "__main__":
    from pages import shell, training

    st.set_page_config(page_icon="static/icon.svg", layout="wide")
    page = st.navigation(pages(), position="top")
    st.set_page_config(page_title=f"{page.title} · Shelfcast")
    shell.logo()
    training.follow(banner=page.title != "Upload")
    page.run()
else:
    logging.getLogger("streamlit.runtime.scriptrunner_utils.script_run_context").setLevel(logging.ERROR)  # there is no session yet, and need not be
    st.navigation(pages())  # outside of a session it only turns off the discovery of pages/, which would run a page without this script
    app = st.App(__file__, lifespan=lifespan)
