"""Ends what a person holds in the organisation, gives it to his successor, and takes that back: chairs, seats in committees,
charges, turns of duty, agents.

What has begun ends on the day before; what has not begun is taken away. The successor's own begins on the day, by the same
commands and checks as if somebody had entered it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Date, Uuid, delete, func, insert, select, update

from engine.appliers import audit
from engine.authorization import LAST_DAY, today
from engine.commands.authority import PutBodyMember, PutCharge, PutDuty, put_body_member, put_charge, put_duty
from engine.commands.delegation import Delegate, delegate
from engine.commands.keeping import Saved
from engine.commands.organisation import Appoint, appoint
from engine.errors import Conflict, Invalid
from engine.runtime.handing_on import acted
from engine.runtime.holdings import begins
from engine.store.base import Entity, Instant
from engine.store.tables import (
    Appointment,
    Body,
    BodyMember,
    Charge,
    Delegation,
    Department,
    Duty,
    Institution,
    Line,
    Person,
)
from engine.store.unit_of_work import UnitOfWork

DATED: Mapping[str, type[Entity]] = {"appointment": Appointment, "member": BodyMember, "charge": Charge}
"""Kinds that begin and end on days."""
TABLES: Mapping[str, type[Entity]] = {**DATED, "duty": Duty, "agent": Delegation, "principal": Delegation}
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Passing:
    """Something of a person that ends, and begins anew with his successor where there is one."""

    kind: str
    subject: int
    first: date
    """First day on which it is not his any more."""
    successor: int | None


def pass_on(work: UnitOfWork, passing: Passing) -> dict[str, Any]:
    """Ends it, and lets the successor begin; returns what `take_back` has to know. Raises what the commands refuse with."""
    table: Any = TABLES[passing.kind]
    row = work.connection.execute(select(*table.__table__.columns).where(table.key == passing.subject)).one()._mapping
    if passing.kind == "duty":
        return _pass_duty(work, dict(row), passing.successor)
    if passing.kind in ("agent", "principal"):
        return _pass_agent(work, dict(row), passing)
    undo = _end(work, table, dict(row), passing.first)
    if passing.successor is not None:
        _refuse_double(work, table, dict(row), passing.successor, max(passing.first, row["from_date"]))
        made = _BEGIN[passing.kind](work, dict(row), _number(work, passing.successor), max(passing.first, row["from_date"]))
        undo["made"] = str(made.id)
    return undo


def take_back(work: UnitOfWork, kind: str, subject: int, undo: Mapping[str, Any]) -> None:
    """Gives it back, and ends what the successor has begun. Raises Conflict `handover-acted` where that was changed since."""
    table: Any = TABLES[kind]
    if "removed" in undo:
        values = _revived(table, undo["removed"])
        if kind == "duty" and values["from_at"] <= work.now:
            raise acted()
        work.connection.execute(insert(table).values(values))
        audit.record(work, f"{table.__name__.lower()}-made", undo["removed"]["id"])
    else:
        _restore(work, table, kind, subject, undo)
    if undo.get("made"):
        _unmake(work, table, kind, UUID(undo["made"]))


def _number(work: UnitOfWork, person: int) -> str:
    return str(work.connection.execute(select(Person.staff_number).where(Person.key == person)).scalar_one())


def _end(work: UnitOfWork, table: Any, row: dict[str, Any], first: date) -> dict[str, Any]:
    if row["from_date"] > today(work.now) and row["from_date"] >= first:
        return _remove(work, table, row)
    last = max(first - ONE_DAY, row["from_date"])
    _put_end(work, table, row["key"], row["id"], last)
    work.wake(row["person"])
    return {"to_date": _iso(row["to_date"]), "ended": last.isoformat()}


def _put_end(work: UnitOfWork, table: Any, key: int, id: UUID, last: date | None) -> None:
    work.connection.execute(update(table).where(table.key == key).values(to_date=last))
    audit.record(work, f"{table.__name__.lower()}-changed", str(id), data={"to_date": _iso(last)})


def _remove(work: UnitOfWork, table: Any, row: dict[str, Any]) -> dict[str, Any]:
    """Takes away what has not begun."""
    work.connection.execute(delete(table).where(table.key == row["key"]))
    audit.record(work, f"{table.__name__.lower()}-removed", str(row["id"]))
    return {"removed": {name: _plain(value) for name, value in row.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _revived(table: Any, removed: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row from what is kept of it."""
    return {name: _value(table.__table__.c[name].type, value) for name, value in removed.items()}


def _value(kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    if isinstance(kind, Date):
        return date.fromisoformat(value)
    return UUID(value) if isinstance(kind, Uuid) else value


def _refuse_double(work: UnitOfWork, table: Any, row: dict[str, Any], successor: int, first: date) -> None:
    """The same chair twice would offer the same work twice."""
    own = {"key", "id", "person", "from_date", "to_date", "kind", "head", "role", "votes", "position"}
    same = [getattr(table, name) == value for name, value in row.items() if name not in own]
    span = (table.from_date <= (row["to_date"] or LAST_DAY), func.coalesce(table.to_date, LAST_DAY) >= first)
    if work.connection.execute(select(table.key).where(*same, *span, table.person == successor)).first() is not None:
        raise Conflict("chair-already", "Expected a successor who does not have it then, but he has it already")


def _codes(work: UnitOfWork, row: dict[str, Any]) -> tuple[str, str | None]:
    """Codes of the institution and the department of a row."""
    place = select(Institution.code).where(Institution.key == row["institution"])
    department = select(Department.code).where(Department.key == row["department"])
    return work.connection.execute(place).scalar_one(), work.connection.execute(department).scalar_one_or_none()


def _begin_chair(work: UnitOfWork, row: dict[str, Any], number: str, first: date) -> Saved:
    institution, department = _codes(work, row)
    chair = {"post": row["post"], "kind": row["kind"], "head": row["head"], "to_date": row["to_date"]}
    return appoint(Appoint(person=number, institution=institution, department=department, from_date=first, **chair), work, None)


def _begin_member(work: UnitOfWork, row: dict[str, Any], number: str, first: date) -> Saved:
    body = select(Body.code, Institution.code.label("institution")).join(Institution, Institution.key == Body.institution)
    found = work.connection.execute(body.where(Body.key == row["body"])).one()
    place = {name: row[name] for name in ("role", "votes", "position", "to_date")}
    command = PutBodyMember(institution=found.institution, body=found.code, person=number, from_date=first, **place)
    return put_body_member(command, work, None)


def _begin_charge(work: UnitOfWork, row: dict[str, Any], number: str, first: date) -> Saved:
    institution, department = _codes(work, row)
    line = work.connection.execute(select(Line.code).where(Line.key == row["line"])).scalar_one_or_none()
    what = {"department": department, "line": line, "matter": row["matter"]}
    command = PutCharge(institution=institution, person=number, from_date=first, to_date=row["to_date"], **what)
    return put_charge(command, work, None)


_BEGIN: Mapping[str, Callable[[UnitOfWork, dict[str, Any], str, date], Saved]] = {
    "appointment": _begin_chair,
    "member": _begin_member,
    "charge": _begin_charge,
}


def _pass_duty(work: UnitOfWork, row: dict[str, Any], successor: int | None) -> dict[str, Any]:
    """A turn that has not begun is taken away and entered anew for the successor."""
    if row["from_at"] <= work.now:
        raise Conflict("duty-begun", "Expected a turn of duty that has not begun, but it began at {at}", at=_iso(row["from_at"]))
    undo = _remove(work, Duty, row)
    if successor is not None:
        institution, department = _codes(work, row)
        times = {"from_at": row["from_at"], "to_at": row["to_at"], "post": row["post"]}
        person = _number(work, successor)
        made = put_duty(PutDuty(institution=institution, department=department, person=person, **times), work, None)
        undo["made"] = str(made.id)
    return undo


def _pass_agent(work: UnitOfWork, row: dict[str, Any], passing: Passing) -> dict[str, Any]:
    """Ends a delegation; where he was the agent, the successor can be the agent for the rest of it."""
    start = max(begins(passing.first), work.now, row["from_at"])
    work.connection.execute(update(Delegation).where(Delegation.key == row["key"]).values(to_at=start))
    audit.record(work, "delegation-ended", str(row["id"]))
    work.wake(row["principal"], row["agent"])
    undo = {"to_at": row["to_at"].isoformat(), "ended": start.isoformat()}
    if passing.successor is None:
        return undo
    if passing.successor == row["principal"]:
        raise Invalid("agent-self", "Expected somebody else as the agent, but it is the principal himself")
    code = select(Institution.code).where(Institution.key == row["institution"])
    people = select(Person.key, Person.id).where(Person.key.in_((passing.successor, row["principal"])))
    ids = {found.key: found.id for found in work.connection.execute(people)}
    made = delegate(
        Delegate(
            agent=ids[passing.successor],
            principal=ids[row["principal"]],
            from_at=start,
            to_at=row["to_at"],
            reason=row["reason"],
            institution=work.connection.execute(code).scalar_one_or_none(),
            processes=None if row["processes"] is None else tuple(row["processes"]),
        ),
        work,
        None,
    )
    return {**undo, "made": str(made.id)}


def _restore(work: UnitOfWork, table: Any, kind: str, subject: int, undo: Mapping[str, Any]) -> None:
    """Lets it go on to the end that it had, unless its end was moved by somebody else since."""
    end = "to_at" if table is Delegation else "to_date"
    column = getattr(table, end)
    row = work.connection.execute(select(table.id, column.label("end")).where(table.key == subject)).one()
    if row.end != _value(column.type, undo["ended"]):
        raise acted()
    work.connection.execute(update(table).where(table.key == subject).values({end: _value(column.type, undo[end])}))
    audit.record(work, f"{table.__name__.lower()}-changed", str(row.id), data={end: undo[end]})


def _unmake(work: UnitOfWork, table: Any, kind: str, id: UUID) -> None:
    """Ends what the successor was given: what has not begun is taken away."""
    row = work.connection.execute(select(*table.__table__.columns).where(table.id == id)).one_or_none()
    if row is None:
        return
    values = dict(row._mapping)
    if kind == "duty":
        if row.from_at > work.now:
            _remove(work, table, values)
    elif kind == "agent":
        work.connection.execute(update(table).where(table.key == row.key).values(to_at=max(work.now, row.from_at)))
        audit.record(work, "delegation-ended", str(id))
    elif row.from_date > today(work.now) or (table is not Appointment and row.from_date == today(work.now)):
        # A chair that somebody has acted in stays; nothing refers to the others.
        _remove(work, table, values)
    else:
        _put_end(work, table, row.key, id, max(row.from_date, today(work.now) - ONE_DAY))
    work.wake(values.get("person"), values.get("agent"))
