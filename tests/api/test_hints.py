"""A browser's live hint comes from whichever process has committed: one serves, another works, PostgreSQL is between them."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.config import Config
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.test_cases import SLIP
from tests.servers.application import COMMAND, Application
from tests.servers.postgresql import PostgreSQL

SECONDS = 30.0


@pytest.fixture
def url(postgresql_server: PostgreSQL, postgresql_community: str) -> Iterator[str]:
    """A PostgreSQL with the small community."""
    yield postgresql_server.create_database("api_hints", postgresql_community)
    postgresql_server.drop_database("api_hints")


def test_what_the_worker_does_reaches_the_browser_at_the_web_process(
    url: str, start_application: Callable[..., Application], tmp_path: Path
) -> None:
    web = start_application(database=url, demo=False, arguments=["--no-worker"])
    gp, director, centre = (Client(web.url).sign_in(login) for login in ("gp", "director", "centre"))
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    director.complete(director.get("/tasks?box=claimable")["items"][0]["id"], "approve")
    assert centre.get("/tasks?box=claimable")["items"] == []
    stream = centre.http.get(f"{web.url}/api/v1/events", stream=True, timeout=SECONDS)
    lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
    assert next(lines) == "retry: 3000"

    arguments = [str(COMMAND), "worker", "--database", url, "--var", str(tmp_path / "worker")]
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as worker:
        try:
            # The worker delivers the message, which opens a task for the centre; heartbeats come between.
            assert any(line == "event: change" for line in lines)
            assert len(centre.get("/tasks?box=claimable")["items"]) == 1
        finally:
            worker.terminate()
            worker.wait(SECONDS)
    stream.close()


def test_two_nodes_hear_of_each_other_and_not_of_themselves(url: str) -> None:
    heard: dict[str, list[tuple[frozenset[int], bool]]] = {"one": [], "two": []}
    one, two = Engine(Config(database_url=url)), Engine(Config(database_url=url))
    try:
        for name, engine in (("one", one), ("two", two)):
            engine.listen(lambda persons, due, name=name: heard[name].append((persons, due)))
            engine.join()
            assert engine._hints.connected.wait(SECONDS)
        many = frozenset(range(1, 1001))
        one._hints.tell(many, True)
        until(lambda: frozenset().union(*(persons for persons, _ in heard["two"])) == many)
        assert any(due for _, due in heard["two"])
        assert heard["one"] == []
    finally:
        one.close()
        two.close()


def test_a_line_that_breaks_is_opened_again(url: str, postgresql_server: PostgreSQL) -> None:
    heard: list[frozenset[int]] = []
    one, two = Engine(Config(database_url=url)), Engine(Config(database_url=url))
    try:
        two.listen(lambda persons, due: heard.append(persons))
        for engine in (one, two):
            engine.join()
            assert engine._hints.connected.wait(SECONDS)
        with one.database.engine.connect() as connection:
            connection.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%%'"
            )
            connection.rollback()
        until(lambda: (one._hints.tell(frozenset({7}), False), frozenset({7}) in heard)[1])
    finally:
        one.close()
        two.close()


def test_on_sqlite_there_is_nobody_to_tell(sqlite_url: str) -> None:
    engine = Engine(Config(database_url=sqlite_url))
    engine.join()
    engine._hints.tell(frozenset({1}), True)
    assert not engine._hints.connected.is_set()
    engine.close()


def until(fact: Callable[[], bool]) -> None:
    """Waits for a fact that another thread brings about."""
    end = time.monotonic() + SECONDS
    while not fact():
        assert time.monotonic() < end
        time.sleep(0.1)
