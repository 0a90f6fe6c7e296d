"""A TCP proxy between the engine and PostgreSQL that loses what a test tells it to lose.

with Proxy(server.port) as proxy:
    database = Database(proxy.through(server.url("first")))
    proxy.lose_reply()      # the next COMMIT is carried out, but nobody hears of it
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from sqlalchemy import make_url

COMMIT = b"COMMIT"
Plan = Literal["reply", "commit"]


@dataclass(eq=False)
class _Link:
    """One connection, both of its ends."""

    client: socket.socket
    server: socket.socket
    deaf: bool = False
    """The server's next words are not passed on; the link ends with them."""
    flowing: threading.Event = field(default_factory=threading.Event)

    def end(self) -> None:
        """Wakes both pumps, which find the connection over."""
        for end in (self.client, self.server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
        self.flowing.set()


class Proxy:
    """Listens on a free loopback port and passes everything on, until it is told otherwise."""

    def __init__(self, port: int) -> None:
        """`port` is the server's on 127.0.0.1."""
        self._target = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._links: list[_Link] = []
        self._plan: Plan | None = None
        self.lost = threading.Event()
        """Set when what was to be lost has been lost."""
        self._threads: list[threading.Thread] = []
        self._accepting = threading.Thread(target=self._accept, daemon=True)
        self._accepting.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        self.cut()
        for thread in self._threads:
            thread.join()

    def through(self, url: str) -> str:
        """The server's URL with the proxy in between."""
        return make_url(url).set(port=self._listener.getsockname()[1]).render_as_string(hide_password=False)

    def lose_reply(self) -> None:
        """The next COMMIT reaches the server; its answer is lost, and so is the connection."""
        self._plan = "reply"
        self.lost.clear()

    def lose_commit(self) -> None:
        """The connection is lost with the next COMMIT, before it reaches the server."""
        self._plan = "commit"
        self.lost.clear()

    def swallow(self) -> None:
        """Nothing passes through the connections of this moment any more, and no end is told: they are half-open."""
        for link in self._links:
            link.flowing.clear()

    def cut(self) -> None:
        """Ends every connection; new ones pass."""
        links, self._links = self._links, []
        for link in links:
            link.end()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                link = _Link(client, socket.create_connection(self._target))
            except OSError:
                client.close()
                continue
            link.flowing.set()
            self._links.append(link)
            thread = threading.Thread(target=self._serve, args=(link,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, link: _Link) -> None:
        with link.client, link.server:
            up = threading.Thread(target=self._run, args=(self._upward, link), daemon=True)
            up.start()
            self._run(self._downward, link)
            up.join()

    def _run(self, pump: Callable[[_Link], None], link: _Link) -> None:
        with suppress(OSError):
            pump(link)
        link.end()

    def _upward(self, link: _Link) -> None:
        while data := link.client.recv(65536):
            link.flowing.wait()
            if COMMIT in data and self._plan is not None:
                plan, self._plan = self._plan, None
                if plan == "commit":
                    self.lost.set()
                    return
                link.deaf = True
            link.server.sendall(data)

    def _downward(self, link: _Link) -> None:
        while data := link.server.recv(65536):
            link.flowing.wait()
            if link.deaf:
                self.lost.set()
                return
            link.client.sendall(data)
