"""Keep the organisation: institutions and their memberships, departments, posts, people and who sits in which chair.

Every command names a thing by its code and says how it is to be; it is made when it is not there, and doing the same
again changes nothing. Nothing is deleted: chairs and memberships end on a day. All of it needs the right `administrate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from engine.assignment import DEFAULT_POSTS, INSTITUTION_TYPES
from engine.authorization import ADMINISTRATORS, LAST_DAY, require_right
from engine.calendar import calendar_by_code
from engine.commands.authority import AUTHORITY
from engine.commands.keeping import (
    RIGHT,
    Saved,
    department_key,
    in_order,
    institution_key,
    missing,
    one_of,
    person_key,
    put,
    require_post,
)
from engine.commands.registry import Command
from engine.errors import Conflict, Invalid
from engine.initials import initials_of
from engine.store.locks import hold
from engine.store.tables import Account, Appointment, Department, Institution, Membership, Person, Post
from engine.store.unit_of_work import UnitOfWork

DEPARTMENT_KINDS = frozenset({"clinical", "technical", "office", "centre"})
APPOINTMENT_KINDS = frozenset({"full", "part-time", "dispatched", "secondment", "acting"})
HEAD_POST = "DEPT_HEAD"
"""The post whose holder heads its department unless he is said not to."""


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
    head: bool | None = None
    """Whether this chair heads its department; None: that of the post DEPT_HEAD does."""


@dataclass(frozen=True, kw_only=True)
class EndAppointment(Command[Saved]):
    """Have an appointment end with a day, included."""

    appointment: UUID
    to_date: date


@dataclass(frozen=True, kw_only=True)
class PutTogether(Command[Saved]):
    """Carry out many commands of this file or of `authority` in their order, all or none: to bring a whole organisation in."""

    commands: tuple[Command[Saved], ...]


def saved(answer: Mapping[str, Any]) -> Saved:
    """The answer as it was given, from what is kept under an idempotency key."""
    return Saved(id=None if answer["id"] is None else UUID(answer["id"]), changed=answer["changed"])


def put_institution(command: PutInstitution, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    one_of("type", command.type, INSTITUTION_TYPES)
    calendar_by_code(command.calendar)
    parent = None if command.parent is None else institution_key(work, command.parent)
    if parent is not None:
        # Two moves at once could each be right and make a loop together.
        hold(work.connection, "institution tree")
        _refuse_loop(work, command.code, parent)
    values = {
        "name": command.name,
        "short_name": command.short_name or command.name,
        "type": command.type,
        "parent": parent,
        "calendar": command.calendar,
        "integrated": command.integrated,
    }
    return put(work, Institution, {"code": command.code}, values, command.code)


def put_membership(command: PutMembership, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    in_order(command.from_date, command.to_date)
    identity = {"institution": institution_key(work, command.institution), "from_date": command.from_date}
    values = {"lead": institution_key(work, work.config.lead_institution), "to_date": command.to_date}
    return put(work, Membership, identity, values, command.institution)


def put_department(command: PutDepartment, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    one_of("kind", command.kind, DEPARTMENT_KINDS)
    identity = {"institution": institution_key(work, command.institution), "code": command.code}
    return put(work, Department, identity, {"name": command.name, "kind": command.kind}, f"{command.institution}/{command.code}")


def put_post(command: PutPost, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    for above in (command.superior, command.leader):
        if above is not None and above != command.code:
            require_post(work, above)
    values = {"name": command.name, "name_en": command.name_en, "superior": command.superior, "leader": command.leader}
    return put(work, Post, {"code": command.code}, values, command.code)


def put_default_posts(command: PutDefaultPosts, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    known = set(work.connection.execute(select(Post.code)).scalars())
    missing = [post for post in DEFAULT_POSTS if post.code not in known]
    for post in missing:
        values = {"name": post.name, "name_en": post.name_en, "superior": post.superior, "leader": post.leader}
        put(work, Post, {"code": post.code}, values, post.code)
    return Saved(id=None, changed=bool(missing))


def put_person(command: PutPerson, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    values = {"name": command.name, "initials": initials_of(command.name), "active": command.active}
    return put(work, Person, {"staff_number": command.staff_number}, values, command.staff_number)


def appoint(command: Appoint, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    one_of("kind", command.kind, APPOINTMENT_KINDS)
    in_order(command.from_date, command.to_date)
    require_post(work, command.post)
    person, institution = person_key(work, command.person), institution_key(work, command.institution)
    department = None if command.department is None else department_key(work, institution, command.department)
    _refuse_administrator(work, person)
    chair = {"post": command.post, "institution": institution, "department": department}
    identity = {"person": person, **chair, "from_date": command.from_date}
    values = {"kind": command.kind, "to_date": command.to_date, "head": _heads(work, command, person, department)}
    saved = put(work, Appointment, identity, values, f"{command.post}@{command.institution}")
    work.wake(person)
    return saved


def _refuse_administrator(work: UnitOfWork, person: int) -> None:
    rights = work.connection.execute(select(Account.rights).where(Account.person == person)).scalar_one_or_none()
    if rights and not ADMINISTRATORS.isdisjoint(rights):
        raise Conflict("administrator-chair", "Expected a person who does business, but his account administrates")


def _heads(work: UnitOfWork, command: Appoint, person: int, department: int | None) -> bool:
    """Whether the chair heads its department. Raises Invalid without a department, Conflict while another person heads it."""
    heads = command.head if command.head is not None else command.post == HEAD_POST and department is not None
    if heads and department is None:
        raise Invalid("head-without-department", "Expected a department that the chair heads, but it has none")
    if not heads or command.kind == "acting":
        return heads
    other = (
        select(Person.name)
        .join(Appointment, Appointment.person == Person.key)
        .where(
            Appointment.department == department,
            Appointment.head,
            Appointment.kind != "acting",
            Appointment.person != person,
            Appointment.from_date <= (command.to_date or LAST_DAY),
            func.coalesce(Appointment.to_date, LAST_DAY) >= command.from_date,
        )
    )
    taken = work.connection.execute(other).scalars().first()
    if taken is not None:
        raise Conflict(
            "head-taken",
            "Expected department '{department}' to have no head then, but {name} heads it; end that first, or appoint as acting",
            department=f"{command.institution}/{command.department}",
            name=taken,
        )
    return heads


def end_appointment(command: EndAppointment, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    query = select(Appointment.key, Appointment.person, Appointment.from_date).where(Appointment.id == command.appointment)
    row = work.connection.execute(query).one_or_none()
    if row is None:
        raise missing("appointment", str(command.appointment))
    in_order(row.from_date, command.to_date)
    work.wake(row.person)
    return put(work, Appointment, {"key": row.key}, {"to_date": command.to_date}, str(command.appointment))


def _refuse_loop(work: UnitOfWork, code: str, parent: int) -> None:
    rows = work.connection.execute(select(Institution.key, Institution.code, Institution.parent))
    tree = {row.key: row for row in rows}
    step: int | None = parent
    while step is not None:
        if tree[step].code == code:
            message = "Expected '{institution}' to lie below another institution, but it would lie below itself"
            raise Invalid("tree-loop", message, institution=code)
        step = tree[step].parent


def put_together(command: PutTogether, work: UnitOfWork, runtime: object) -> Saved:
    require_right(work.actor, RIGHT)
    answers = [carry_out(each, work, runtime) for each in command.commands]
    return Saved(id=None, changed=any(answer.changed for answer in answers))


def carry_out(command: Command[Saved], work: UnitOfWork, runtime: object) -> Saved:
    """Carries out one command of this file or of `authority` within the transaction of another."""
    return _TOGETHER[type(command)](command, work, runtime)


_TOGETHER: Mapping[type, Callable[..., Saved]] = {
    **AUTHORITY,
    Appoint: appoint,
    EndAppointment: end_appointment,
    PutDefaultPosts: put_default_posts,
    PutDepartment: put_department,
    PutInstitution: put_institution,
    PutMembership: put_membership,
    PutPerson: put_person,
    PutPost: put_post,
}
