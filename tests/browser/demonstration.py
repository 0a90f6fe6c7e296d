"""The demonstration as it runs, its people, and short ways to bring a case to where a test wants it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

from playwright.sync_api import Page

from tests.api.browser import Client

PATIENCE_SECONDS = 40.0
"""How long a worker may take on a machine that is busy with other things."""
PAUSE_SECONDS = 0.1
SLIP: dict[str, Any] = {
    "name": "林小满·演示",
    "sex": "2",
    "years": 61,
    "urgency": "R",
    "summary": "跌倒后右髋疼痛两小时，不能站立。",
    "signs": {"sbp": 186, "dbp": 92},
    "drugs": [{"drug": "阿司匹林", "dose": 100}],
}
"""A consultation slip without its topic."""
T = TypeVar("T")


@dataclass(frozen=True)
class Consultation:
    """A case of the process `consult`: the branch asks, the referral centre answers."""

    topic: str
    """Different in every case, so that tests find theirs among others."""
    case: str
    """Id of the branch's instance."""
    slip: str
    """Id of the branch's task that fills in the slip."""


class Demonstration:
    """One running `liandong serve --demo`."""

    def __init__(self, url: str, folder: Path) -> None:
        """`folder` holds its log-ins and its store."""
        self.url = url
        self.folder = folder
        self.passwords: dict[str, str] = json.loads((folder / "demo-logins.json").read_text(encoding="utf-8"))
        self._people: dict[str, Client] = {}
        self._numbers: Iterator[int] = count(1)

    def person(self, login: str) -> Client:
        """Somebody who acts without a browser window. A session that too many windows have pushed out is opened again."""
        known = self._people.get(login)
        if known is None or not known.call("GET", "/session").ok:
            self._people[login] = Client(self.url).sign_in(login, self.passwords[login])
        return self._people[login]

    def let_in(self, page: Page, login: str, undo: int = 0) -> None:
        """Gives a window the cookie of a session of its own; what is decided there can be taken back for `undo` seconds."""
        body = {"login": login, "password": self.passwords[login]}
        answer = page.request.post("/api/v1/session", data=body, headers={"Origin": self.url})
        assert answer.ok, answer.text()
        headers = {"Origin": self.url, "X-CSRF-Token": answer.json()["csrfToken"]}
        assert page.request.put("/api/v1/session/undo", data={"seconds": undo}, headers=headers).ok

    def start(self, login: str, process: str) -> dict[str, Any]:
        """Starts a process in the person's first chair and returns the reply, with the instance and his next task."""
        starter = self.person(login)
        body = {"processKey": process, "capacityId": starter.session["capacities"][0]["id"]}
        answer = starter.call("POST", "/instances", body, Idempotency_Key=f"{login}-{process}-{next(self._numbers)}")
        assert answer.status_code == 201, answer.text
        started: dict[str, Any] = answer.json()
        return started

    def topic(self) -> str:
        """A topic that no other case has."""
        return f"第{next(self._numbers)}号会诊事由"

    def draft(self, login: str = "mengfan") -> Consultation:
        """A consultation whose slip lies empty before its starter."""
        started = self.start(login, "consult_from")
        return Consultation(self.topic(), started["instance"]["id"], started["nextTask"]["id"])

    def ask(self, login: str = "mengfan", **changes: Any) -> Consultation:
        """A consultation that has arrived at the referral centre."""
        consultation = self.draft(login)
        self.person(login).complete(consultation.slip, "submit", {**SLIP, "topic": consultation.topic, **changes})
        self.answer_task(consultation)
        return consultation

    def answer_task(self, consultation: Consultation, login: str = "hemin") -> str:
        """Id of the centre's task, once the message has arrived."""
        return self.task_of(login, consultation.topic)

    def task_of(self, login: str, words: str, *boxes: str) -> str:
        """Id of the person's task whose subject or number holds `words`, once there is one in one of the boxes."""
        looked = boxes or ("claimable", "todo")

        def found() -> str | None:
            rows = (row for box in looked for row in self.person(login).get(f"/tasks?box={box}&q={words}")["items"])
            return next((row["id"] for row in rows), None)

        return until(found)

    def answer(self, consultation: Consultation, login: str = "songjia", outcome: str = "accept", opinion: str = "") -> None:
        """The centre answers."""
        self.person(login).complete(self.answer_task(consultation), outcome, {"advice": "尽快转来，先牵引制动。"}, opinion)


def until(look: Callable[[], T | None]) -> T:
    """What `look` returns, as soon as that is something."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(PAUSE_SECONDS)
    return found
