"""Keep the organisation: institutions and their memberships, departments, posts, people and who sits in which chair.

Every command names a thing by its code and says how it is to be; it is made when it is not there, and doing the same
again changes nothing. Nothing is deleted: chairs and memberships end on a day. All of it needs the right `administrate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from engine.appliers import audit
from engine.assignment import DEFAULT_POSTS
from engine.authorization import require_right
from engine.calendar import calendar_by_code
from engine.commands.registry import Command
from engine.errors import Invalid, NotFound
from engine.store.base import Entity, Keyed
from engine.store.tables import Appointment, Department, Institution, Membership, Person, Post
from engine.store.unit_of_work import UnitOfWork

INSTITUTION_TYPES = frozenset(
    {
        "10",
        "11",
        "12",
        "20",
        "21",
        "22",
        "23",
        "30",
        "40",
        "41",
        "50",
        "60",
        "70",
        "71",
        "72",
        "80",
        "81",
        "82",
        "83",
        "84",
        "85",
        "86",
    }
)
DEPARTMENT_KINDS = frozenset({"clinical", "technical", "office", "centre"})
APPOINTMENT_KINDS = frozenset({"full", "part-time", "dispatched", "acting"})
RIGHT = "administrate"


@dataclass(frozen=True, kw_only=True)
class Saved:
    """Answer of a command that keeps a thing: its id outside, if it has one, and whether anything changed."""

    id: UUID | None
    changed: bool


@dataclass(frozen=True, kw_only=True)
class PutInstitution(Command[Saved]):
    """Have an institution of this code, below `parent` (a code) or at the top."""

    code: str
    name: str
    type: str
    """Code of the list of institution types, such as 21 for a township branch."""
    short_name: str | None = None
    """None takes the name."""
    parent: str | None = None
    calendar: str = "ADMIN"
    integrated: bool = True
    """False for a member without a system."""


@dataclass(frozen=True, kw_only=True)
class PutMembership(Command[Saved]):
    """Have an institution be a member of the community from a day to a day, both included; `to_date` None while it lasts."""

    institution: str
    from_date: date
    to_date: date | None = None


@dataclass(frozen=True, kw_only=True)
class PutDepartment(Command[Saved]):
    """Have a department of this code in an institution."""

    institution: str
    code: str
    name: str
    kind: str = "clinical"


@dataclass(frozen=True, kw_only=True)
class PutPost(Command[Saved]):
    """Have a post of this code; `superior` and `leader` are posts to whom its overdue work climbs."""

    code: str
    name: str
    name_en: str
    superior: str | None = None
    leader: str | None = None


@dataclass(frozen=True, kw_only=True)
class PutDefaultPosts(Command[Saved]):
    """Have every post of the built-in list. Posts that are there stay as the community has made them."""


@dataclass(frozen=True, kw_only=True)
class PutPerson(Command[Saved]):
    """Have a person of this staff number. An inactive person can do nothing and is offered nothing."""

    staff_number: str
    name: str
    active: bool = True


@dataclass(frozen=True, kw_only=True)
class Appoint(Command[Saved]):
    """Have a person, by staff number, sit in a chair from a day on; the same chair from the same day is the same appointment."""

    person: str
    post: str
    institution: str
    department: str | None = None
    kind: str = "full"
    from_date: date
    to_date: date | None = None
    """Last day, included."""


@dataclass(frozen=True, kw_only=True)
class EndAppointment(Command[Saved]):
    """Have an appointment end with a day, included."""

    appointment: UUID
    to_date: date


@dataclass(frozen=True, kw_only=True)
class PutTogether(Command[Saved]):
    """Carry out many commands of this file in their order, all or none: to bring a whole organisation in."""

    commands: tuple[Command[Saved], ...]


def saved(answer: Mapping[str, Any]) -> Saved:
    """The answer as it was given, from what is kept under an idempotency key."""
    return Saved(id=None if answer["id"] is None else UUID(answer["id"]), changed=answer["changed"])


def put_institution(command: PutInstitution, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    _one_of("type", command.type, INSTITUTION_TYPES)
    calendar_by_code(command.calendar)
    parent = None if command.parent is None else _institution(work, command.parent)
    if parent is not None:
        _refuse_loop(work, command.code, parent)
    values = {
        "name": command.name,
        "short_name": command.short_name or command.name,
        "type": command.type,
        "parent": parent,
        "calendar": command.calendar,
        "integrated": command.integrated,
    }
    return _put(work, Institution, {"code": command.code}, values, command.code)


def put_membership(command: PutMembership, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    _in_order(command.from_date, command.to_date)
    identity = {"institution": _institution(work, command.institution), "from_date": command.from_date}
    values = {"lead": _institution(work, work.config.lead_institution), "to_date": command.to_date}
    return _put(work, Membership, identity, values, command.institution)


def put_department(command: PutDepartment, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    _one_of("kind", command.kind, DEPARTMENT_KINDS)
    identity = {"institution": _institution(work, command.institution), "code": command.code}
    return _put(work, Department, identity, {"name": command.name, "kind": command.kind}, f"{command.institution}/{command.code}")


def put_post(command: PutPost, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    for above in (command.superior, command.leader):
        if above is not None and above != command.code:
            _post(work, above)
    values = {"name": command.name, "name_en": command.name_en, "superior": command.superior, "leader": command.leader}
    return _put(work, Post, {"code": command.code}, values, command.code)


def put_default_posts(command: PutDefaultPosts, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    known = set(work.connection.execute(select(Post.code)).scalars())
    missing = [post for post in DEFAULT_POSTS if post.code not in known]
    for post in missing:
        values = {"name": post.name, "name_en": post.name_en, "superior": post.superior, "leader": post.leader}
        _put(work, Post, {"code": post.code}, values, post.code)
    return Saved(id=None, changed=bool(missing))


def put_person(command: PutPerson, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    values = {"name": command.name, "active": command.active}
    return _put(work, Person, {"staff_number": command.staff_number}, values, command.staff_number)


def appoint(command: Appoint, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    _one_of("kind", command.kind, APPOINTMENT_KINDS)
    _in_order(command.from_date, command.to_date)
    _post(work, command.post)
    person, institution = _person(work, command.person), _institution(work, command.institution)
    department = None if command.department is None else _department(work, institution, command.department)
    chair = {"post": command.post, "institution": institution, "department": department}
    identity = {"person": person, **chair, "from_date": command.from_date}
    values = {"kind": command.kind, "to_date": command.to_date}
    saved = _put(work, Appointment, identity, values, f"{command.post}@{command.institution}")
    work.wake(person)
    return saved


def end_appointment(command: EndAppointment, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    query = select(Appointment.key, Appointment.person, Appointment.from_date).where(Appointment.id == command.appointment)
    row = work.connection.execute(query).one_or_none()
    if row is None:
        raise _missing("appointment", str(command.appointment))
    _in_order(row.from_date, command.to_date)
    work.wake(row.person)
    return _put(work, Appointment, {"key": row.key}, {"to_date": command.to_date}, str(command.appointment))


def _put(work: UnitOfWork, table: type[Keyed], identity: Mapping[str, Any], values: Mapping[str, Any], name: str) -> Saved:
    """Makes the row that `identity` names, or brings it to `values`; writes an audit entry when that changed something."""
    _check_texts(table, {**identity, **values})
    named = issubclass(table, Entity)
    where = [getattr(table, column) == value for column, value in identity.items()]
    columns = [table.key, *([table.id] if issubclass(table, Entity) else []), *(getattr(table, column) for column in values)]
    row = work.connection.execute(select(*columns).where(*where)).one_or_none()
    if row is None:
        made = {"id": uuid4()} if named else {}
        work.connection.execute(insert(table).values(key=work.new_key(), **made, **identity, **values))
        _note(work, table, name, "made", values)
        return Saved(id=made.get("id"), changed=True)
    changes = {column: value for column, value in values.items() if getattr(row, column) != value}
    if changes:
        work.connection.execute(update(table).where(table.key == row.key).values(**changes))
        _note(work, table, name, "changed", changes)
    return Saved(id=row.id if named else None, changed=bool(changes))


def _note(work: UnitOfWork, table: type[Keyed], name: str, what: str, values: Mapping[str, Any]) -> None:
    plain = {column: value.isoformat() if isinstance(value, date) else value for column, value in values.items()}
    audit.record(work, f"{table.__name__.lower()}-{what}", name, data=plain)


def _check_texts(table: type[Keyed], values: Mapping[str, Any]) -> None:
    for column, value in values.items():
        if not isinstance(value, str):
            continue
        longest = getattr(table, column).type.length
        if not value.strip() or value != value.strip() or not value.isprintable() or len(value) > longest:
            message = "Expected a plain text of at most {longest} characters for '{field}', but it is not one"
            raise Invalid("invalid-text", message, field=column, longest=longest)


def _one_of(field: str, value: str, allowed: frozenset[str]) -> None:
    if value not in allowed:
        raise Invalid("unknown-code", "Expected a known {field}, but '{value}' is none", field=field, value=value)


def _in_order(first: date, last: date | None) -> None:
    if last is not None and last < first:
        raise Invalid(
            "dates",
            "Expected the last day not to lie before the first, but {last} does before {first}",
            last=last.isoformat(),
            first=first.isoformat(),
        )


def _refuse_loop(work: UnitOfWork, code: str, parent: int) -> None:
    rows = work.connection.execute(select(Institution.key, Institution.code, Institution.parent))
    tree = {row.key: row for row in rows}
    step: int | None = parent
    while step is not None:
        if tree[step].code == code:
            message = "Expected '{institution}' to lie below another institution, but it would lie below itself"
            raise Invalid("tree-loop", message, institution=code)
        step = tree[step].parent


def _institution(work: UnitOfWork, code: str) -> int:
    found = work.connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one_or_none()
    if found is None:
        raise _missing("institution", code)
    return found


def _department(work: UnitOfWork, institution: int, code: str) -> int:
    query = select(Department.key).where(Department.institution == institution, Department.code == code)
    found = work.connection.execute(query).scalar_one_or_none()
    if found is None:
        raise _missing("department", code)
    return found


def _post(work: UnitOfWork, code: str) -> None:
    if work.connection.execute(select(Post.key).where(Post.code == code)).scalar_one_or_none() is None:
        raise _missing("post", code)


def _person(work: UnitOfWork, staff_number: str) -> int:
    found = work.connection.execute(select(Person.key).where(Person.staff_number == staff_number)).scalar_one_or_none()
    if found is None:
        raise _missing("person", staff_number)
    return found


def _missing(kind: str, name: str) -> NotFound:
    return NotFound(f"{kind}-not-found", "Expected to find {kind} '{name}', but there is none", kind=kind, name=name)


def put_together(command: PutTogether, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    answers = [_TOGETHER[type(each)](each, work, runtime) for each in command.commands]
    return Saved(id=None, changed=any(answer.changed for answer in answers))


_TOGETHER: Mapping[type, Callable[..., Saved]] = {
    Appoint: appoint,
    PutDefaultPosts: put_default_posts,
    PutDepartment: put_department,
    PutInstitution: put_institution,
    PutMembership: put_membership,
    PutPerson: put_person,
    PutPost: put_post,
}
