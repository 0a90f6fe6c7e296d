"""W4, the inbox: the first page and the counts of a person among 100,000 open tasks, with the visibility rule on.

200 groups, which are posts at 20 institutions, and 1,000 people in three of them each. Every group is offered as many tasks;
of each twenty one is held by somebody. Each call is another person's; a process that has done nothing else makes them.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, text

from benchmarks.community import FIRST_DAY, INSTITUTION, clerk, prepare
from benchmarks.figures import Figures, percentile
from engine.appliers.audit import GENESIS
from engine.config import Config
from engine.engine import Engine
from engine.queries.tasks import CountTasks, SearchTasks
from engine.records import Actor
from engine.store.keys import KeySequence
from engine.store.tables import (
    Appointment,
    Candidate,
    Institution,
    Membership,
    Participant,
    Person,
    Post,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Seat,
)
from engine.store.tables.task import LAST_RANK
from engine.store.upsert import table_of

GROUPS, PEOPLE, HOUSES = 200, 1_000, 20
CALLS, WARM_UP = 200, 20
BATCH = 5_000


def run(url: str, *, tasks: int) -> Figures:
    """Fills the store and asks for the page and the counts again and again."""
    engine = Engine(Config(database_url=url))
    try:
        prepare(engine, "referral")
        people = fill(engine, tasks)
    finally:
        engine.close()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return {"tasks": tasks, **pool.apply(_read, (url, people))}


def _read(url: str, people: Sequence[int]) -> Figures:
    """The figures of a node that only reads, and the megabytes that it takes."""
    engine = Engine(Config(database_url=url))
    actors = [clerk(person) for person in people]
    try:
        figures = {
            **_timed(actors, "page", lambda actor: engine.query(SearchTasks(box="claimable", limit=20), actor)),
            **_timed(actors, "own_page", lambda actor: engine.query(SearchTasks(box="todo", limit=20), actor)),
            **_timed(actors, "count", lambda actor: engine.query(CountTasks(), actor)),
        }
        counts = engine.query(CountTasks(), actors[0])
    finally:
        engine.close()
    # Kilobytes on Linux, where this is measured.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return {"claimable": counts.claimable, "held": counts.todo, **figures, "memory_mb": memory}


def _timed(actors: Sequence[Actor], name: str, ask: Callable[[Actor], Any]) -> Figures:
    seconds = []
    for call in range(-WARM_UP, CALLS):
        actor = actors[(call + WARM_UP) % len(actors)]
        began = time.perf_counter()
        ask(actor)
        if call >= 0:
            seconds.append(time.perf_counter() - began)
    return {f"{name}_p50_ms": _ms(percentile(seconds, 0.5)), f"{name}_p95_ms": _ms(percentile(seconds, 0.95))}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 2)


def fill(engine: Engine, tasks: int) -> list[int]:
    """Writes people, cases and tasks; returns the keys of the people."""
    keys = KeySequence(engine.database)
    now = engine.clock.now()
    with engine.database.writing() as connection:
        first = connection.execute(select(Institution.key)).scalar_one()
        definition = connection.execute(select(ProcessDefinition.key)).scalar_one()
    keys.reserve()
    houses: list[dict[str, Any]] = [{"key": first, "code": INSTITUTION}] + [
        {
            "key": keys(),
            "id": uuid4(),
            "code": f"BR{number:02}",
            "name": f"Branch {number}",
            "short_name": f"Branch {number}",
            "type": "20",
            "parent": first,
            "calendar": "ADMIN",
            "integrated": True,
        }
        for number in range(1, HOUSES)
    ]
    posts = [f"POST{number:03}" for number in range(GROUPS)]
    people: list[dict[str, Any]] = [
        {"key": keys(), "id": uuid4(), "staff_number": f"P{n}", "name": f"Person {n}", "active": True} for n in range(PEOPLE)
    ]
    places = [(post, houses[number % HOUSES]) for number, post in enumerate(posts)]
    chairs = [
        _chair(keys(), person["key"], posts[group], places[group][1]["key"])
        for number, person in enumerate(people)
        for group in (number % GROUPS, (number + 67) % GROUPS, (number + 133) % GROUPS)
    ]
    _insert(engine, Institution, houses[1:])
    dated = {"lead": first, "from_date": FIRST_DAY, "to_date": None}
    _insert(engine, Membership, [{"key": keys(), "institution": house["key"], **dated} for house in houses[1:]])
    _insert(engine, Person, people)
    names = [{"key": keys(), "code": post, "name": post, "name_en": post, "superior": None, "leader": None} for post in posts]
    _insert(engine, Post, names)
    _insert(engine, Appointment, chairs)
    for begin in range(0, tasks, BATCH):
        keys.reserve()
        rows: dict[Any, list[dict[str, Any]]] = {table: [] for table in (ProcessInstance, Participant, Round, Seat, Candidate)}
        for number in range(begin, min(begin + BATCH, tasks)):
            post, house = places[number % GROUPS]
            holder = chairs[number % PEOPLE * 3] if number // GROUPS % 20 == 0 else None
            opened = now - timedelta(seconds=tasks - number)
            _case(rows, keys, definition, house["key"], opened)
            _task(rows, keys, definition, f"post:{post}@{house['code']}", holder, opened)
        for table, values in rows.items():
            _insert(engine, table, values)
    if engine.database.dialect == "postgresql":
        with engine.database.writing() as connection:
            connection.execute(text("ANALYZE"))
    return [int(person["key"]) for person in people]


def _chair(key: int, person: int, post: str, house: int) -> dict[str, Any]:
    place = {"person": person, "post": post, "institution": house, "department": None}
    return {"key": key, "id": uuid4(), **place, "kind": "full", "from_date": FIRST_DAY, "to_date": None}


def _case(rows: dict[Any, list[dict[str, Any]]], keys: KeySequence, definition: int, house: int, opened: Any) -> None:
    key = keys()
    rows[ProcessInstance].append(
        {
            "key": key,
            "id": uuid4(),
            "definition": definition,
            "revision": 1,
            "state": "active",
            "root_scope": keys(),
            "sequence": 1,
            "correlation": {},
            "institution": house,
            "collaboration": key,
            "started_at": opened,
            "subject": "A case",
            "audit_hash": GENESIS,
        }
    )
    rows[Participant].append({"institution": house, "instance": key, "until": None})


def _task(
    rows: dict[Any, list[dict[str, Any]]],
    keys: KeySequence,
    definition: int,
    principal: str,
    holder: dict[str, Any] | None,
    opened: Any,
) -> None:
    case, round_key, seat = rows[ProcessInstance][-1]["key"], keys(), keys()
    common = {"instance": case, "element": "review", "opened_at": opened}
    asked = {"token": keys(), "scope": 0, "definition": definition, "number": 1, "mode": "pool", "state": "open"}
    rows[Round].append(
        {"key": round_key, "id": uuid4(), **common, **asked, "resolved": {"persons": [], "principals": [principal]}}
    )
    held = {"assignee": holder["person"], "capacity": holder["key"], "claimed_at": opened} if holder else {}
    free = {"assignee": None, "capacity": None, "claimed_at": None}
    state = "claimed" if holder else "open"
    place = {"round": round_key, "name": "Review", "revision": 1, "state": state, "direct": False, "level": 0}
    due = {"due_at": opened + timedelta(days=2), "soon_at": opened + timedelta(days=1)}
    rows[Seat].append({"key": seat, "id": uuid4(), **common, **place, **due, **free, **held})
    rows[Candidate].append({"principal": principal, "seat": seat, "instance": case, "state": state, "rank": LAST_RANK, **due})


def _insert(engine: Engine, table: Any, rows: Sequence[dict[str, Any]]) -> None:
    with engine.database.writing() as connection:
        connection.execute(insert(table_of(table)), list(rows))
