"""A case as a row of a list: what it is about, and who has it now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import aliased

from engine.queries.registry import Reader
from engine.queries.task_rows import Coded, ProcessName, process_name, step_name_en
from engine.runtime.instance_filter import has_incident
from engine.store.prepared import Among, Prepared, ask
from engine.store.tables import Candidate, Institution, Person, Post, ProcessInstance, Round, Seat, Token

NOW_AT_MOST = 8
"""Steps listed under a case; a case that asks four thousand people does not name them all."""


@dataclass(frozen=True, kw_only=True)
class NowStep:
    """Where a case stands: a step, and who has it."""

    step: str
    step_en: str
    holder: str
    """A person's name, or posts and their institutions."""
    holder_en: str
    since: datetime
    due_at: datetime | None
    level: int


@dataclass(frozen=True, kw_only=True)
class InstanceRow:
    """One case in a list."""

    id: UUID
    key: int
    number: str | None
    subject: str | None
    """Masked in lists, whole in the open case."""
    urgency: str | None
    process: ProcessName
    institution: Coded | None
    state: str
    """`active`, `completed`, `terminated`, `cancelled`, or `incident` for an active one that a person must help."""
    started_at: datetime
    occurred_at: datetime | None
    """When it really began, for a case that was entered afterwards."""
    ended_at: datetime | None
    started_by: str | None
    """Name of the person; None when a message or the clock started it."""
    now: tuple[NowStep, ...]


def select_instances() -> Any:
    """The columns of case rows; the caller says which cases."""
    starter = aliased(Person)
    table = ProcessInstance
    return (
        select(
            table.key,
            table.id,
            table.number,
            table.subject,
            table.subject_masked,
            table.urgency,
            table.definition,
            table.state,
            table.suspended_at,
            table.started_at,
            table.occurred_at,
            table.ended_at,
            table.collaboration,
            table.root_scope,
            table.started_by,
            starter.name.label("starter"),
            Institution.code.label("owner_code"),
            Institution.short_name.label("owner_name"),
            has_incident().label("stopped"),
        )
        .outerjoin(starter, starter.key == table.started_by)
        .outerjoin(Institution, Institution.key == table.institution)
    )


def instance_rows(reader: Reader, rows: Sequence[Any]) -> tuple[InstanceRow, ...]:
    """Records of rows that `select_instances` found, masked."""
    now = steps_now(reader, rows)
    return tuple(InstanceRow(**instance_values(reader, row, now)) for row in rows)


def shown_state(row: Any) -> str:
    """The state of a case as people read it, from its columns `state`, `suspended_at` and whether it is `stopped`."""
    if row.state != "active":
        return str(row.state)
    if row.suspended_at is not None:
        return "suspended"
    return "incident" if row.stopped else "active"


def instance_values(reader: Reader, row: Any, now: Mapping[int, tuple[NowStep, ...]]) -> dict[str, Any]:
    """The fields of a case row, for a record that has more of them."""
    return {
        "id": row.id,
        "key": row.key,
        "number": row.number,
        "subject": row.subject_masked,
        "urgency": row.urgency,
        "process": process_name(reader, row.definition),
        "institution": None if row.owner_code is None else Coded(code=row.owner_code, name=row.owner_name),
        "state": shown_state(row),
        "started_at": row.started_at,
        "ended_at": row.ended_at,
        "started_by": row.starter,
        "occurred_at": row.occurred_at,
        "now": now.get(row.key, ()),
    }


def steps_now(reader: Reader, rows: Sequence[Any]) -> dict[int, tuple[NowStep, ...]]:
    """Where each of these active cases stands: its open tasks, else what it waits for. By key of the case."""
    active = {row.key: row for row in rows if row.state == "active"}
    if not active:
        return {}
    steps: dict[int, list[NowStep]] = defaultdict(list)
    for instance, step in _open_tasks(reader, list(active)):
        steps[instance].append(step)
    idle = [row for key, row in active.items() if key not in steps]
    for instance, step in _waits(reader, idle):
        steps[instance].append(step)
    return {key: tuple(found) for key, found in steps.items()}


def _first_open_tasks() -> Any:
    number = func.row_number().over(partition_by=Seat.instance, order_by=Seat.key).label("number")
    is_open = or_(Seat.state == "open", Seat.state == "claimed")
    ranked = select(Seat.key, number).where(Among(Seat.instance, "instances"), is_open).subquery()
    return (
        select(
            Seat.key,
            Seat.instance,
            Seat.element,
            Seat.name,
            Seat.opened_at,
            Seat.due_at,
            Seat.level,
            Person.name.label("holder"),
            Round.definition.label("home"),
        )
        .join(ranked, ranked.c.key == Seat.key)
        .join(Round, Round.key == Seat.round)
        .outerjoin(Person, Person.key == Seat.assignee)
        .where(ranked.c.number <= NOW_AT_MOST)
        .order_by(Seat.key)
    )


_OPEN_TASKS = Prepared(_first_open_tasks())
_OFFERS = Prepared(
    select(Candidate.seat, func.min(Candidate.principal).label("principal"), func.count().label("offers"))
    .where(Among(Candidate.seat, "seats"))
    .group_by(Candidate.seat)
)
_POSTS = Prepared(select(Post.code, Post.name, Post.name_en).where(Among(Post.code, "codes")))
_PLACES = Prepared(select(Institution.code, Institution.short_name).where(Among(Institution.code, "codes")))
_PERSONS = Prepared(select(Person.key, Person.name).where(Among(Person.key, "keys")))


def _open_tasks(reader: Reader, instances: list[int]) -> list[tuple[int, NowStep]]:
    seats = _OPEN_TASKS.all(reader.connection, instances=instances)
    offered = _offered_to(reader, [seat.key for seat in seats if seat.holder is None])
    found = []
    for seat in seats:
        zh, en = (seat.holder, seat.holder) if seat.holder else offered.get(seat.key, ("—", "—"))
        step = NowStep(
            step=seat.name,
            step_en=step_name_en(reader, seat) or seat.name,
            holder=zh,
            holder_en=en,
            since=seat.opened_at,
            due_at=seat.due_at,
            level=seat.level,
        )
        found.append((seat.instance, step))
    return found


def _offered_to(reader: Reader, seats: list[int]) -> dict[int, tuple[str, str]]:
    """To whom open tasks are offered, as names in both languages: posts with their institutions, or persons."""
    if not seats:
        return {}
    rows = _OFFERS.all(reader.connection, seats=seats)
    names = principal_names(reader, {row.principal for row in rows})
    found = {}
    for row in rows:
        zh, en = names[row.principal]
        more = row.offers - 1
        found[row.seat] = (f"{zh} 等", f"{en} and {more} more") if more else (zh, en)
    return found


def principal_names(reader: Reader, principals: set[str]) -> dict[str, tuple[str, str]]:
    """What principals are called, in Chinese and English."""
    posts, places, persons = _parts(principals)
    questions = (
        _POSTS.question(codes=sorted(posts)),
        _PLACES.question(codes=sorted(places)),
        _PERSONS.question(keys=sorted(persons)),
    )
    found_posts, found_places, found_persons = ask(reader.connection, *questions)
    post = {row.code: row for row in found_posts}
    place = {row.code: row.short_name for row in found_places}
    person = {row.key: row.name for row in found_persons}
    names = {}
    for principal in principals:
        kind, _, rest = principal.partition(":")
        if kind == "person":
            name = person.get(int(rest), "—")
            names[principal] = (name, name)
            continue
        code, _, where = rest.partition("@")
        at = place.get(where.partition("/")[0], where)
        chair = post.get(code)
        names[principal] = (f"{chair.name if chair else code} · {at}", f"{chair.name_en if chair else code} · {at}")
    return names


def _parts(principals: set[str]) -> tuple[set[Any], set[Any], set[Any]]:
    posts, places, persons = set(), set(), set()
    for principal in principals:
        kind, _, rest = principal.partition(":")
        if kind == "person":
            persons.add(int(rest))
        else:
            code, _, where = rest.partition("@")
            posts.add(code)
            places.add(where.partition("/")[0])
    return posts, places, persons


def _waits(reader: Reader, rows: Sequence[Any]) -> list[tuple[int, NowStep]]:
    """What cases without an open task wait for: the other institutions of the same collaboration, or the clock."""
    if not rows:
        return []
    by_key = {row.key: row for row in rows}
    asked = exists().where(Round.token == Token.key, Round.state == "open")
    statement = (
        select(Token.instance, Token.element, func.min(Token.entered_at).label("since"))
        .where(Token.instance.in_(by_key), Token.state.in_(("waiting", "error")), ~asked)
        .group_by(Token.instance, Token.element)
        .order_by(Token.instance, func.min(Token.entered_at))
    )
    partners = _partners(reader, rows)
    found: list[tuple[int, NowStep]] = []
    for token in reader.connection.execute(statement):
        row = by_key[token.instance]
        element = reader.definitions.model(row.definition).elements.get(token.element)
        if element is None or not element.name or element.type in _CONTAINERS:
            continue
        holder = "、".join(partners.get(row.collaboration, {}).get(row.key, ())) or "—"
        names = {"step": element.name, "step_en": element.name_en or element.name, "holder": holder, "holder_en": holder}
        step = NowStep(**names, since=token.since, due_at=None, level=0)
        found.append((row.key, step))
    return found


_CONTAINERS = frozenset({"subProcess", "transaction", "adHocSubProcess", "callActivity"})


def _partners(reader: Reader, rows: Sequence[Any]) -> dict[int, dict[int, list[str]]]:
    """Short names of the institutions whose instances of the same collaboration are active, by collaboration and case."""
    collaborations = {row.collaboration for row in rows}
    statement = (
        select(ProcessInstance.key, ProcessInstance.collaboration, Institution.short_name)
        .join(Institution, Institution.key == ProcessInstance.institution)
        .where(ProcessInstance.collaboration.in_(collaborations), ProcessInstance.state == "active")
        .order_by(ProcessInstance.key)
    )
    active = reader.connection.execute(statement).all()
    found: dict[int, dict[int, list[str]]] = defaultdict(dict)
    for row in rows:
        others = (other.short_name for other in active if other.collaboration == row.collaboration and other.key != row.key)
        found[row.collaboration][row.key] = list(dict.fromkeys(others))[:2]
    return found
