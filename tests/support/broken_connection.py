"""A line to a server that breaks: event streams are cut in their middle, and questions are refused for now."""

from __future__ import annotations

import re
import socket
import struct
import threading
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

STREAM = re.compile(rb"(POST /api/retrain|GET /api/jobs/\d+/events) ")
UPLOAD = re.compile(rb"POST /api/upload ")
BUSY = b'{"detail": "The server is about to start again."}'
FOR_NOW = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\nRetry-After: 1\r\nConnection: close\r\n"
REFUSAL = FOR_NOW + b"Content-Length: %d\r\n\r\n%s" % (len(BUSY), BUSY)
RESET = struct.pack("ii", 1, 0)


class Line:
    """Passes on what a server and its clients say to each other.

    Args:
        address: Of the server.
        cuts: After how many bytes of an answer that is an event stream it is cut; one a stream, then they are left whole. Every other one is
            cut without a farewell.
        refusals: How many uploads are refused for now, before one is passed on.

    Attributes:
        address: Where the line begins.
        streams: How many event streams it carried.
    """

    def __init__(self, address, cuts=(), refusals=0):
        self._server = (urlsplit(address).hostname, urlsplit(address).port)
        self._cuts, self._refusals = list(cuts), refusals
        self.streams = 0
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self):
        """Takes connections until it is closed."""
        with suppress(OSError):
            while True:
                client = self.listener.accept()[0]
                threading.Thread(target=self._carry, args=(client,), daemon=True).start()

    def _carry(self, client):
        left = [None]
        with client, socket.create_connection(self._server) as server, suppress(OSError):
            answers = threading.Thread(target=self._answer, args=(server, client, left), daemon=True)
            answers.start()
            while sent := client.recv(65536):
                if UPLOAD.match(sent) and self._refusals:
                    self._refusals -= 1
                    client.sendall(REFUSAL)
                    client.shutdown(socket.SHUT_WR)
                    while client.recv(65536):
                        pass
                    return
                if STREAM.match(sent):
                    left[0] = self._cuts.pop(0) if self._cuts else None
                    self.streams += 1
                server.sendall(sent)
            server.shutdown(socket.SHUT_RDWR)
            answers.join()

    def _answer(self, server, client, left):
        with suppress(OSError):
            while came := server.recv(65536):
                if left[0] is not None:
                    came = came[: left[0]]
                    left[0] -= len(came)
                client.sendall(came)
                if left[0] == 0:
                    break
        with suppress(OSError):
            if left[0] == 0 and self.streams % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                client.shutdown(socket.SHUT_RD)
            else:
                client.shutdown(socket.SHUT_RDWR)


@contextmanager
def broken(address, **faults):
    """A line that breaks, see `Line`."""
    line = Line(address, **faults)
    threading.Thread(target=line.serve, daemon=True).start()
    with line.listener:
        yield line
