"""Hand on what a person who leaves or moves has (离职/轮岗交接): one listed batch, and the whole of it can be revoked.

What the organisation keeps is ended and begun at once, since it is dated; tasks and drafts, and his log-in when he leaves
for good, follow on the day itself, each by a job in a transaction of its own. Definitions that name him are listed and
never changed. Deadlines stay. Needs the right `administrate`: it moves who does the work, and decides none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Row, insert, select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, drop_free, schedule
from engine.appliers.organisation import organisation_changed
from engine.authorization import require_right, today
from engine.commands.keeping import RIGHT, missing, one_of
from engine.commands.operation import required_reason
from engine.commands.passing_on import TABLES, Passing, pass_on, take_back
from engine.commands.registry import Command
from engine.errors import Conflict, EngineError, Invalid
from engine.jobs.handover_item import JOB, refused
from engine.runtime import Runtime
from engine.runtime.handover_choice import Choice as Choice
from engine.runtime.handover_choice import choice_for
from engine.runtime.holdings import CASE_KINDS, HOLDINGS_AT_MOST, KINDS, Holding, begins, fingerprint, holdings
from engine.store.locks import hold
from engine.store.tables import Handover, HandoverItem, Person
from engine.store.unit_of_work import UnitOfWork

HANDOVER_KINDS = frozenset({"leaving", "moving"})
AHEAD = timedelta(days=366)
"""So far in the future a handover may begin, and so far in the past."""


@dataclass(frozen=True, kw_only=True)
class HandoverMade:
    """Answer of a handover: its id, and how many things it is about."""

    handover: UUID
    total: int


@dataclass(frozen=True, kw_only=True)
class StartHandover(Command[HandoverMade]):
    """Hand on what `PreviewHandover` has listed."""

    person: UUID
    kind: str
    """`leaving` or `moving`."""
    from_date: date
    """First day on which the successors have it."""
    reason: str
    successors: Mapping[str, UUID] = field(default_factory=dict)
    """By kind of thing."""
    choices: Mapping[str, Choice] = field(default_factory=dict)
    """By reference, for single things that are not treated as the others of their kind."""
    fingerprint: str
    """Of the list that was shown: what has changed since is shown first."""


@dataclass(frozen=True, kw_only=True)
class RevokeHandover(Command[HandoverMade]):
    """Give back everything that nobody has acted on since."""

    handover: UUID
    reason: str


def start_handover(command: StartHandover, work: UnitOfWork, runtime: Runtime) -> HandoverMade:
    require_right(work.actor, RIGHT)
    one_of("kind", command.kind, HANDOVER_KINDS)
    reason = required_reason(command.reason)
    person = _person(work, command.person)
    hold(work.connection, f"handover {person}")
    _refuse_unfinished(work, person)
    _check_day(work, command.from_date)
    found = holdings(work, runtime.definitions, person, command.from_date, leaving=command.kind == "leaving")
    _check_list(command, found)
    successors = _successors(work, command, person)
    key, identity = work.new_key(), uuid4()
    row = {"person": person, "kind": command.kind, "from_date": command.from_date, "reason": reason}
    made = {"made_at": work.now, "made_by": work.actor.person}
    work.connection.execute(insert(Handover).values(key=key, id=identity, **row, **made))
    audit.record(work, "handover", str(identity), data={"person": person, "kind": command.kind, "total": len(found)})
    items = [_item(work, key, holding, command, successors) for holding in found]
    if items:
        work.connection.execute(insert(HandoverItem), items)
    _schedule(work, [item["key"] for item in items if item["state"] == "pending"], command.from_date)
    return HandoverMade(handover=identity, total=len(items))


def revoke_handover(command: RevokeHandover, work: UnitOfWork, runtime: Runtime) -> HandoverMade:
    require_right(work.actor, RIGHT)
    reason = required_reason(command.reason)
    columns = (Handover.key, Handover.person, Handover.revoked_at)
    row = work.connection.execute(select(*columns).where(Handover.id == command.handover).with_for_update()).one_or_none()
    if row is None:
        raise missing("handover", str(command.handover))
    if row.revoked_at is not None:
        raise Conflict("handover-revoked", "Expected handover '{id}' not to be revoked, but it is", id=str(command.handover))
    values = {"revoked_at": work.now, "revoked_by": work.actor.person, "revoke_reason": reason}
    work.connection.execute(update(Handover).where(Handover.key == row.key).values(values))
    audit.record(work, "handover-revoked", str(command.handover), data={"person": row.person})
    # The newest first: a seat in a committee may depend on the chair that was handed on before it.
    query = select(*HandoverItem.__table__.columns).where(HandoverItem.handover == row.key).order_by(HandoverItem.key.desc())
    items = work.connection.execute(query.with_for_update()).all()
    later: list[int] = []
    for item in items:
        _revoke_item(work, row.person, item, later)
    _schedule(work, later, today(work.now))
    return HandoverMade(handover=command.handover, total=len(items))


def _person(work: UnitOfWork, person: UUID) -> int:
    found = work.connection.execute(select(Person.key).where(Person.id == person)).scalar_one_or_none()
    if found is None:
        raise missing("person", str(person))
    return found


def _refuse_unfinished(work: UnitOfWork, person: int) -> None:
    waiting = select(HandoverItem.key).join(Handover, Handover.key == HandoverItem.handover)
    pending = waiting.where(Handover.person == person, HandoverItem.state.in_(("pending", "revoking")))
    if work.connection.execute(pending).first() is not None:
        raise Conflict("handover-pending", "Expected no handover of this person under way, but there is one")


def _check_day(work: UnitOfWork, first: date) -> None:
    now = today(work.now)
    if not now - AHEAD <= first <= now + AHEAD:
        raise Invalid("handover-day", "Expected a day within a year, but it is {day}", day=first.isoformat())


def _check_list(command: StartHandover, found: list[Holding]) -> None:
    """What is carried out is what was shown, and nothing is chosen for what is not in the list."""
    if len(found) > HOLDINGS_AT_MOST:
        raise Invalid("handover-size", "Expected at most {most} things, but found more", most=HOLDINGS_AT_MOST)
    if command.fingerprint != fingerprint(found):
        raise Conflict("handover-changed", "Expected what was shown, but it has changed since: look at the list again")
    unknown = set(command.choices) - {holding.reference for holding in found}
    if unknown or not set(command.successors) <= set(KINDS):
        raise Invalid("handover-choice", "Expected choices for what is listed, but there are others")


def _successors(work: UnitOfWork, command: StartHandover, person: int) -> dict[UUID, int]:
    """Keys of all successors by their ids. Raises NotFound, and Invalid for the person himself or somebody inactive."""
    wanted = {*command.successors.values(), *(c.successor for c in command.choices.values() if c.successor is not None)}
    rows = work.connection.execute(select(Person.id, Person.key, Person.active).where(Person.id.in_(wanted))).all()
    known = {row.id: row.key for row in rows if row.active}
    for successor in sorted(wanted, key=str):
        if successor not in known:
            raise Invalid(
                "successor-inactive", "Expected a successor who works here, but '{person}' does not", person=str(successor)
            )
    if person in known.values():
        raise Invalid("successor-self", "Expected somebody else as the successor, but it is the person himself")
    return known


def _item(
    work: UnitOfWork, handover: int, holding: Holding, command: StartHandover, successors: Mapping[UUID, int]
) -> dict[str, Any]:
    choice = choice_for(holding, command.kind, command.successors, command.choices)
    successor = successors[choice.successor] if choice.successor is not None and choice.action == "hand-on" else None
    item = {
        "key": work.new_key(),
        "id": uuid4(),
        "handover": handover,
        "kind": holding.kind,
        "subject": holding.subject,
        "name": holding.name,
        "name_en": holding.name_en,
        "place": holding.place,
        "successor": successor,
        "undo": {},
        "done_at": None,
        **refused(None),
    }
    if holding.kind == "definition":
        return {**item, "state": "listed"}
    if choice.action == "leave":
        return {**item, "state": "left"}
    if holding.kind not in TABLES:
        return {**item, "state": "pending"}
    passing = Passing(kind=holding.kind, subject=holding.subject, first=command.from_date, successor=successor)
    return {**item, **_now(work, lambda: pass_on(work, passing), "done", "failed")}


def _now(work: UnitOfWork, act: Callable[[], dict[str, Any]], done: str, refused_as: str) -> dict[str, Any]:
    """Does a part of the handover at once, and tells what became of it; what is refused undoes only that part."""
    try:
        with work.attempt():
            undo = act()
            work.flush()
    except EngineError as error:
        return {"state": refused_as, "done_at": work.now, **refused(error)}
    return {"state": done, "done_at": work.now, "undo": undo}


def _revoke_item(work: UnitOfWork, person: int, item: Row[Any], later: list[int]) -> None:
    """Gives one thing back, or adds it to those that follow by a job."""
    outcome: dict[str, Any]
    if item.state == "pending":
        drop_free(work, JOB, [item.key])
        outcome = {"state": "revoked", "done_at": work.now}
    elif item.state != "done":
        return
    elif item.kind in CASE_KINDS:
        later.append(item.key)
        outcome = {"state": "revoking"}
    else:
        outcome = _now(work, lambda: _give_back(work, person, item), "revoked", "kept")
    work.connection.execute(update(HandoverItem).where(HandoverItem.key == item.key).values(outcome))


def _give_back(work: UnitOfWork, person: int, item: Row[Any]) -> dict[str, Any]:
    if item.kind == "account":
        organisation_changed(work)
        work.connection.execute(update(Person).where(Person.key == person).values(active=True))
        audit.record(work, "person-changed", str(item.id), data={"person": person, "active": True})
        work.wake(person)
    else:
        take_back(work, item.kind, item.subject, item.undo)
    return dict(item.undo)


def _schedule(work: UnitOfWork, items: list[int], first: date) -> None:
    due = max(work.now, begins(first))
    schedule(work, [JobScheduled(kind=JOB, subject=item, due_at=due) for item in items])


def handover_made(answer: Mapping[str, Any]) -> HandoverMade:
    """The answer as it was given, from what is kept under an idempotency key."""
    return HandoverMade(handover=UUID(answer["handover"]), total=answer["total"])
