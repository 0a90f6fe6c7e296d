"""The application served over HTTP in a thread of this process, on a copy of a store that holds the small community."""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from waitress.server import create_server
from waitress.wasyncore import close_all

from api.app import create_app, hub_of
from api.config import ApiConfig
from engine.config import Config
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.community import build
from tests.preparation import prepared
from tests.servers.postgresql import PostgreSQL
from worker.worker import Worker

_SMALL = "liandong_small_community"
_IN_MEMORY = 16 * 1024 * 1024


def _built(url: str) -> None:
    engine = Engine(Config(database_url=url, demo=True))
    build(engine)
    engine.close()


@pytest.fixture(scope="session")
def sqlite_community(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the community, to be copied."""

    def make(folder: Path) -> None:
        _built(f"sqlite:///{shutil.copyfile(sqlite_template, folder / 'liandong.db')}")

    return prepared(tmp_path_factory, "small_community", make) / "liandong.db"


@pytest.fixture(scope="session")
def postgresql_community(postgresql_server: PostgreSQL, postgresql_template: str) -> str:
    """The name of a PostgreSQL database with the community, to be copied."""
    _built(postgresql_server.create_database(_SMALL, postgresql_template))
    return _SMALL


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh store with the community, once for each kind of database."""
    if request.param == "sqlite":
        copy = tmp_path / "liandong.db"
        shutil.copyfile(request.getfixturevalue("sqlite_community"), copy)
        yield f"sqlite:///{copy}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    template = request.getfixturevalue("postgresql_community")
    name = f"api_{abs(hash(request.node.nodeid))}"
    yield server.create_database(name, template)
    server.drop_database(name)


@pytest.fixture
def engine(store: str) -> Iterator[Engine]:
    """The engine behind the application."""
    opened = Engine(Config(database_url=store, demo=True))
    yield opened
    opened.close()


@pytest.fixture
def worker(engine: Engine) -> Worker:
    """A worker that works when it is told to: `worker.drain()`."""
    return Worker(engine, "test")


@pytest.fixture
def serve(engine: Engine) -> Iterator[Callable[..., str]]:
    """Serves the application with the given settings and returns its address."""
    servers: list[tuple[Any, Any, threading.Thread]] = []

    def start(**settings: Any) -> str:
        config = ApiConfig(**settings)
        app = create_app(engine, config)
        hub = hub_of(app)
        # waitress leaves the temporary file of a large body to the garbage collector, and pytest takes that for our mistake.
        server = create_server(
            app,
            host="127.0.0.1",
            port=0,
            threads=4 + config.stream_limit,
            ident=None,
            inbuf_overflow=_IN_MEMORY,
            outbuf_overflow=_IN_MEMORY,
        )
        hub.written = server.pull_trigger
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, hub, thread))
        return f"http://127.0.0.1:{server.effective_port}"

    yield start
    for server, hub, thread in servers:
        hub.close()
        server.task_dispatcher.shutdown(timeout=10)
        # Within the server's own loop, which ends when it has no socket left; it may do so before it has been woken.
        with contextlib.suppress(OSError):
            server.trigger.pull_trigger(lambda server=server: close_all(server._map))
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture
def address(serve: Callable[..., str]) -> str:
    """Address of the served application."""
    return serve(stream_limit=4)


@pytest.fixture
def sign_in(address: str) -> Callable[[str], Client]:
    """A browser in which this person is signed in."""
    return lambda login: Client(address).sign_in(login)
