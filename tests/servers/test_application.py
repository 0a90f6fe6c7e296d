from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import ExitStack
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.servers.application import Application, ApplicationError


def health(application: Application) -> dict[str, Any]:
    with urlopen(f"{application.url}/healthz") as answer:
        body: dict[str, Any] = json.loads(answer.read())
    return body


def test_it_serves_on_each_database_and_comes_back_after_a_crash(
    database_url: str, start_application: Callable[..., Application]
) -> None:
    application = start_application(database=database_url, demo=False)
    before = health(application)

    application.restart()

    assert health(application) == before


def test_idle_connections_of_many_browsers_shut_nobody_out(start_application: Callable[..., Application]) -> None:
    application = start_application(demo=False)
    address = urlsplit(application.url)
    with ExitStack() as browsers:
        for _ in range(300):
            connection = HTTPConnection(str(address.hostname), address.port, timeout=20)
            browsers.callback(connection.close)
            connection.request("GET", "/healthz")
            assert connection.getresponse().read()

        assert health(application)


def test_it_ends_when_it_is_asked_to(start_application: Callable[..., Application]) -> None:
    application = start_application(demo=False)

    assert application.stop() == 0


def test_what_it_said_is_shown_when_it_does_not_start(start_application: Callable[..., Application]) -> None:
    with pytest.raises(ApplicationError, match="Expected"):
        start_application(demo=False, environment={"LIANDONG_JOB_RETRIES": "many"})
