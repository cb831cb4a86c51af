"""The socket that a server of several processes listens on."""

from __future__ import annotations

import socket

import pytest

from forecasting.core.errors import SettingsError
from forecasting.entrypoints.server import sockets


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_a_free_port_is_found_and_one_that_is_taken_is_refused(host):
    with sockets.listening(host, 0) as taken:
        port = taken.getsockname()[1]
        assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        with pytest.raises(
            SettingsError, match=f"Nothing can listen on {host}, port {port}: Address already in use. Choose another --host or --port"
        ):
            sockets.listening(host, port)


@pytest.mark.parametrize(("host", "port"), [("192.0.2.1", 0), ("no-such-host.invalid", 0), ("127.0.0.1", 70_000)])
def test_an_address_that_is_none_of_this_machine_is_refused(host, port):
    with pytest.raises(SettingsError, match=f"Nothing can listen on {host}, port {port}: "):
        sockets.listening(host, port)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="The system has no IPv6.")
def test_every_address_of_ipv6_is_every_address():
    with sockets.listening("::", 0) as listening, socket.create_connection(("127.0.0.1", listening.getsockname()[1]), timeout=5):
        listening.accept()[0].close()
