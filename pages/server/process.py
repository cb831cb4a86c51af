"""One of several processes of a server: `python -m pages.server.process run streamlit_app.py ...`, with the words of `streamlit`.

It listens nowhere. Whoever started it listens, and hands it connections.
"""

from __future__ import annotations

import os
import sys
from typing import Any

from streamlit.web import bootstrap, cli
from streamlit.web.server.starlette import starlette_server

from forecasting.entrypoints.server.process_role import LINE, ProcessRole
from pages.server.handed_connections import HandedConnections


def main() -> None:
    """Runs Streamlit with the line of this process in place of a socket that listens."""
    line = int(os.environ.pop(LINE))
    os.set_inheritable(line, False)  # no retrain holds the line of a server that has ended
    listen_to(HandedConnections(line))
    if not ProcessRole.from_environ(os.environ).answers_programs:
        bootstrap._print_url = _say_nothing  # the first process says it
    cli.main(sys.argv[1:], prog_name="streamlit")


def listen_to(connections: HandedConnections) -> None:
    """Has Streamlit's server take connections from here instead of listening at its address."""

    starlette_server._bind_server_socket = lambda address, *_: (connections, address)


def _say_nothing(*_: Any, **__: Any) -> None:
    pass


if __name__ == "__main__":
    main()
