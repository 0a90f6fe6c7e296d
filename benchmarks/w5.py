"""W5, what a person waits for: a reader of W4 at the workbench, among 100,000 open tasks.

The first load of the inbox is timed in Chromium with an empty cache, from the address to the rows; so is one that finds the
files in its cache. Actions are what the page sends over one connection, with the whole reply that the page shows.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

from benchmarks import rest
from benchmarks.clients import COMPLETIONS, VARIABLES
from benchmarks.community import FIRST_DAY, INSTITUTION, POSTS, prepare
from benchmarks.figures import Figures, percentile
from benchmarks.nodes import nodes
from benchmarks.targets import ACTIONS
from benchmarks.w4 import fill
from engine.commands.account import CreateAccount
from engine.commands.organisation import Appoint
from engine.config import Config
from engine.engine import Engine
from engine.records import Actor
from tests.servers.browser import DESK, Windows, launch

LOGIN, STAFF_NUMBER = "reader", "P0"
LOADS, CASES, WARM_UP = 20, 40, 4


class Desk(rest.LiandongClient):
    """The page's requests, each with the time that it took."""

    def __init__(self, address: str) -> None:
        """Signs in."""
        super().__init__(address, LOGIN)
        self._headers.pop("Prefer")
        self.seconds: dict[str, list[float]] = {kind: [] for kind in ACTIONS}

    @property
    def cookie(self) -> tuple[str, str]:
        """Name and value of the session's cookie."""
        name, _, value = self._headers["Cookie"].partition("=")
        return name, value

    def one_case_by_hand(self) -> None:
        """A case from its start, each task found, looked at, claimed and completed."""
        body = {"processKey": "w1_referral", "capacityId": self._capacity, "variables": VARIABLES}
        case = self._timed("start", "POST", "/api/v1/instances", body)["instance"]["id"]
        for _ in range(COMPLETIONS):
            self._timed("page", "GET", "/api/v1/tasks?box=claimable&limit=20")
            self._timed("counts", "GET", "/api/v1/tasks/counts")
            task = f"/api/v1/tasks/{self.next_task(case)['id']}"
            revision = self._timed("open", "GET", task)["revision"]
            revision = self._timed("claim", "POST", f"{task}/claim", {}, revision)["task"]["revision"]
            self._timed("complete", "POST", f"{task}/complete", {"outcome": "done"}, revision)

    def _timed(self, kind: str, method: str, path: str, body: object = None, revision: int | None = None) -> Figures:
        headers = self._headers if revision is None else {**self._headers, "If-Match": f'"{revision}"'}
        began = time.perf_counter()
        answer: Figures = self._call(method, path, body, headers)
        self.seconds[kind].append(time.perf_counter() - began)
        return answer


def run(url: str, *, tasks: int) -> Figures:
    """Fills the store, serves it by one node, and times the reader's loads and actions."""
    _fill(url, tasks)
    with nodes(url, 1) as [node]:
        desk = Desk(node.url)
        try:
            loads = _loads(node.url, desk.cookie)
            for _ in range(WARM_UP):
                desk.one_case_by_hand()
            for values in desk.seconds.values():
                values.clear()
            for _ in range(CASES):
                desk.one_case_by_hand()
        finally:
            desk.close()
    figures: Figures = {"tasks": tasks}
    for kind, seconds in {**loads, **desk.seconds}.items():
        for share in (50, 95):
            figures[f"{kind}_p{share}_ms"] = round(percentile(seconds, share / 100) * 1000, 1)
    return figures


def _fill(url: str, tasks: int) -> None:
    """W4's store, with an account and the two posts of W1 for one of its people."""
    engine = Engine(Config(database_url=url))
    system = Actor(person=None, name="Benchmark", rights=frozenset({"administrate"}))
    try:
        prepare(engine, "referral")
        fill(engine, tasks)
        for post in POSTS:
            engine.execute(Appoint(person=STAFF_NUMBER, post=post, institution=INSTITUTION, from_date=FIRST_DAY), system)
        account = CreateAccount(
            login=LOGIN, person=STAFF_NUMBER, password=rest.PASSWORD, must_change=False, rights=("integrate",)
        )
        engine.execute(account)
    finally:
        engine.close()


def _loads(address: str, cookie: tuple[str, str]) -> dict[str, Sequence[float]]:
    """Seconds of loads of the inbox with an empty cache, and with one that has its files."""
    first, again = list[float](), list[float]()
    name, value = cookie
    with launch() as browser:
        for _ in range(LOADS + 1):
            windows = Windows(browser)
            page = windows.open(DESK, base_url=address)
            page.context.add_cookies([{"name": name, "value": value, "url": address}])
            for seconds in (first, again):
                page.goto("about:blank")
                began = time.perf_counter()
                page.goto("/inbox/claimable", wait_until="commit")
                page.locator("a.row").nth(9).wait_for()
                seconds.append(time.perf_counter() - began)
            windows.close()
    # The first of all has the browser, too, load what it needs.
    return {"first_load": first[1:], "load": again[1:]}
