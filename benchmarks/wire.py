"""Counts what crosses the wire to PostgreSQL: a proxy on 127.0.0.1 that reads the messages of its protocol as they pass.

A round trip begins with the first byte that the client sends after the server has spoken. A statement is one simple
query or one execution of a prepared one, BEGIN and COMMIT included.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import make_url

QUERY, EXECUTE = b"Q", b"E"


@dataclass
class Traffic:
    """What has passed since it was last cleared."""

    round_trips: int = 0
    statements: int = 0
    bytes_sent: int = 0

    def clear(self) -> None:
        """Starts again at nothing."""
        self.round_trips = self.statements = self.bytes_sent = 0


class _Wire:
    """One client and its server."""

    def __init__(self, client: socket.socket, address: tuple[str, int], traffic: Traffic) -> None:
        self._client, self._server = client, socket.create_connection(address)
        self._traffic = traffic
        self._rest = b""
        self._greeted = False
        self._client_spoke = False
        for run in (self._outward, self._inward):
            threading.Thread(target=run, daemon=True).start()

    def _outward(self) -> None:
        while data := _received(self._client):
            if not self._client_spoke:
                self._client_spoke = True
                self._traffic.round_trips += 1
            self._count(data)
            self._server.sendall(data)
        self._server.close()

    def _inward(self) -> None:
        while data := _received(self._server):
            self._client_spoke = False
            self._client.sendall(data)
        self._client.close()

    def _count(self, data: bytes) -> None:
        self._traffic.bytes_sent += len(data)
        self._rest += data
        if not self._greeted and len(self._rest) >= 4:
            # The first message of a connection has no type.
            self._rest = self._rest[int.from_bytes(self._rest[:4], "big") :]
            self._greeted = True
        while len(self._rest) >= 5:
            length = 1 + int.from_bytes(self._rest[1:5], "big")
            if len(self._rest) < length:
                return
            self._traffic.statements += self._rest[:1] in (QUERY, EXECUTE)
            self._rest = self._rest[length:]


def _received(source: socket.socket) -> bytes:
    try:
        return source.recv(65_536)
    except OSError:
        return b""


@contextmanager
def counted(url: str) -> Iterator[tuple[str, Traffic]]:
    """A URL that leads to the same database through the proxy, and the traffic that passes."""
    target = make_url(url)
    address, traffic = (target.host or "127.0.0.1", target.port or 5432), Traffic()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            while True:
                try:
                    client, _ = listener.accept()
                except OSError:
                    return
                _Wire(client, address, traffic)

        threading.Thread(target=accept, daemon=True).start()
        through = target.set(host="127.0.0.1", port=listener.getsockname()[1]).update_query_dict({"sslmode": "disable"})
        yield through.render_as_string(hide_password=False), traffic
