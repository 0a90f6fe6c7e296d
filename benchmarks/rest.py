"""W1 over HTTP: one client program for every engine, which speaks each one's own REST API over a connection it keeps.

A client starts an instance with its variables, asks for the next task of the instance, and completes it; three times.
"""

from __future__ import annotations

import http.client
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from benchmarks.clients import COMPLETIONS, VARIABLES, Times, timed, work
from benchmarks.figures import Figures, summarise

PASSWORD = "Lotus-Pond-42!"  # noqa: S105  the invented account of a database that is gone after the run
SECONDS = 60.0
STARTER = "CLERK"
"""The post that starts the referral."""


class Client(ABC):
    """One client of one server, with one connection."""

    def __init__(self, address: str) -> None:
        """Opens nothing; `address` is a URL without a path."""
        self._connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=SECONDS)

    @abstractmethod
    def start(self) -> str:
        """Starts an instance and returns its id."""

    @abstractmethod
    def next_task(self, instance: str) -> Any:
        """What `complete` needs of the instance's open task."""

    @abstractmethod
    def complete(self, task: Any) -> None:
        """Completes a task."""

    def close(self) -> None:
        """Closes the connection."""
        self._connection.close()

    def one_case(self, times: Times) -> None:
        """One instance from start to end."""
        with timed(times.start):
            instance = self.start()
        for _ in range(COMPLETIONS):
            with timed(times.find):
                task = self.next_task(instance)
            with timed(times.complete):
                self.complete(task)

    def _call(self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
        """The answer's JSON, None without one. Raises AssertionError for a refusal."""
        sent = None if body is None else json.dumps(body)
        self._connection.request(method, path, sent, {"Content-Type": "application/json", **(headers or {})})
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, f"{method} {path}: {answer.status} {text.decode()}"
        return json.loads(text) if text else None


class LiandongClient(Client):
    """Liandong: a session with its CSRF token, short replies, and every completion with the revision it has seen."""

    def __init__(self, address: str, login: str) -> None:
        """Signs in."""
        super().__init__(address)
        self._connection.request(
            "POST", "/api/v1/session", json.dumps({"login": login, "password": PASSWORD}), {"Content-Type": "application/json"}
        )
        answer = self._connection.getresponse()
        session = json.loads(answer.read())
        assert answer.status == 200, session
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        self._headers = {"Cookie": cookie, "X-CSRF-Token": session["csrfToken"], "Prefer": "return=minimal"}
        self._capacity = next(chair["id"] for chair in session["capacities"] if chair["post"]["code"] == STARTER)

    def start(self) -> str:
        body = {"processKey": "w1_referral", "capacityId": self._capacity, "variables": VARIABLES}
        return str(self._call("POST", "/api/v1/instances", body, self._headers)["instance"]["id"])

    def next_task(self, instance: str) -> Any:
        return self._call("GET", f"/api/v1/instances/{instance}/tasks", headers=self._headers)["items"][0]

    def complete(self, task: Any) -> None:
        revision = {"If-Match": f'"{task["revision"]}"'}
        self._call("POST", f"/api/v1/tasks/{task['id']}/complete", {"outcome": "done"}, {**self._headers, **revision})


class OperatonClient(Client):
    """Operaton's engine-rest, without authentication, as it comes."""

    def start(self) -> str:
        body = {"variables": {name: {"value": value} for name, value in VARIABLES.items()}}
        return str(self._call("POST", "/engine-rest/process-definition/key/referral/start", body)["id"])

    def next_task(self, instance: str) -> Any:
        return self._call("GET", f"/engine-rest/task?processInstanceId={instance}")[0]["id"]

    def complete(self, task: Any) -> None:
        self._call("POST", f"/engine-rest/task/{task}/complete", {})


class FlowableClient(Client):
    """Flowable's process-api, without authentication, as it comes."""

    def start(self) -> str:
        variables = [{"name": name, "value": value} for name, value in VARIABLES.items()]
        body = {"processDefinitionKey": "referral", "variables": variables}
        return str(self._call("POST", "/process-api/runtime/process-instances", body)["id"])

    def next_task(self, instance: str) -> Any:
        return self._call("GET", f"/process-api/runtime/tasks?processInstanceId={instance}")["data"][0]["id"]

    def complete(self, task: Any) -> None:
        self._call("POST", f"/process-api/runtime/tasks/{task}", {"action": "complete"})


def measure(clients: Sequence[Client], *, warm_up: int, counted: int) -> Figures:
    """The figures of W1 by these clients side by side; closes them."""
    cases = [client.one_case for client in clients]
    try:
        work(cases, warm_up)
        began = time.monotonic()
        times = work(cases, counted)
        elapsed = time.monotonic() - began
    finally:
        for client in clients:
            client.close()
    kinds = {"start": times.start, "find": times.find, "complete": times.complete}
    return summarise(kinds, elapsed=elapsed, operations=counted * (1 + COMPLETIONS), instances=counted)
