"""What a browser does for its person: keeps the cookie, sends the CSRF token, names the revision it has seen."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import requests

from tests.api.community import PASSWORD

SECONDS = 60


class Client:
    """One browser. `headers` of a call replace the usual ones; None takes one away."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session: dict[str, Any] = {}
        self.http = requests.Session()

    def sign_in(self, login: str, password: str = PASSWORD) -> Client:
        """Signs in and remembers what the server says of the session."""
        answer = self.call("POST", "/session", {"login": login, "password": password})
        assert answer.status_code == 200, answer.text
        self.session = answer.json()
        return self

    def to(self, url: str) -> Client:
        """The same browser, sent to another node."""
        other = Client(url)
        other.session, other.http = self.session, self.http
        return other

    def call(self, method: str, path: str, body: Any = None, **headers: str | None) -> requests.Response:
        """One request under /api/v1."""
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        sent: dict[str, str | None] = {"Accept-Language": "zh-CN"}
        if method != "GET" and self.session:
            sent["X-CSRF-Token"] = self.session["csrfToken"]
        return self.http.request(method, f"{self.url}/api/v1{path}", json=body, headers={**sent, **given}, timeout=SECONDS)

    def raw(self, method: str, path: str, body: bytes, content_type: str = "application/json") -> requests.Response:
        """One request whose body is sent as it is."""
        token = self.session.get("csrfToken", "")
        headers = {"Content-Type": content_type, "X-CSRF-Token": token, "If-Match": '"1"'}
        return self.http.request(method, f"{self.url}/api/v1{path}", data=body, headers=headers, timeout=SECONDS)

    def get(self, path: str) -> Any:
        """The body of a GET that succeeds."""
        answer = self.call("GET", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(self, process: str = "handover_from") -> dict[str, Any]:
        """Starts a process in the first capacity."""
        body = {"processKey": process, "capacityId": self.session["capacities"][0]["id"]}
        answer = self.call("POST", "/instances", body, Idempotency_Key=str(uuid4()))
        assert answer.status_code == 201, answer.text
        started: dict[str, Any] = answer.json()
        return started

    def act(self, task: str, action: str, body: Any = None, **headers: str | None) -> requests.Response:
        """An action on a task at the revision that it has now."""
        seen = self.call("GET", f"/tasks/{task}")
        etag = seen.headers.get("ETag", '"1"')
        return self.call("POST", f"/tasks/{task}/{action}", body if body is not None else {}, **{"If_Match": etag, **headers})

    def complete(self, task: str, outcome: str, data: dict[str, Any] | None = None, opinion: str | None = None) -> dict[str, Any]:
        """Completes a task and returns the reply."""
        answer = self.act(task, "complete", {"outcome": outcome, "data": data or {}, "opinion": opinion})
        assert answer.status_code == 200, answer.text
        reply: dict[str, Any] = answer.json()
        return reply
