"""Everything that names a person: what he would leave behind if he went (离职/轮岗交接).

Only the number of a case, its process and its step are told, never what it is about: whoever keeps the organisation does
no business.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select

from engine.approvals import LIVE
from engine.assignment.people import Place
from engine.authorization import LAST_DAY, person_principal
from engine.calendar import TIME_ZONE
from engine.runtime.chosen import chosen_steps
from engine.runtime.definitions import Definitions
from engine.runtime.naming import named_in
from engine.store.tables import (
    Account,
    Appointment,
    Body,
    BodyMember,
    Candidate,
    Charge,
    Delegation,
    Department,
    Draft,
    Duty,
    Institution,
    Line,
    Person,
    Post,
    ProcessInstance,
    Round,
    Seat,
)

KINDS = ("appointment", "member", "charge", "duty", "agent", "principal", "task", "draft", "chosen", "account", "definition")
"""In the order in which they are listed and carried out. As an `agent` he acts for others, as a `principal` they for him."""
CASE_KINDS = frozenset({"task", "draft", "chosen"})
"""What belongs to a case, and is handed on in a transaction of its own."""
HOLDINGS_AT_MOST = 5_000


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One thing that names the person."""

    kind: str
    subject: int
    """Key of its row; of the case where he is `chosen` for a later step of it."""
    name: str
    name_en: str
    place: str | None = None
    """Number of the case, institution and department, or file and element."""
    institution: int | None = None
    """Key of the institution of a chair."""
    until: date | datetime | None = None
    """Deadline of a task, end of what is dated."""

    @property
    def reference(self) -> str:
        """What names it in the list of one person."""
        return f"{self.kind}:{self.subject}" if self.kind != "definition" else f"{self.kind}:{self.subject}:{self.place}"


def fingerprint(found: Sequence[Holding]) -> str:
    """SHA-256 over what is in a list, in hexadecimal: another list has another one."""
    return hashlib.sha256("\n".join(holding.reference for holding in found).encode()).hexdigest()


def begins(day: date) -> datetime:
    """The first instant of a day of the county's clock."""
    return datetime.combine(day, time(), TIME_ZONE)


def holdings(place: Place, definitions: Definitions, person: int, from_date: date, *, leaving: bool) -> list[Holding]:
    """All that names a person and is not over before `from_date`; with his log-in when he leaves for good."""
    return [
        *_appointments(place, person, from_date),
        *_members(place, person, from_date),
        *_charges(place, person, from_date),
        *_duties(place, person, from_date),
        *_agents(place, person, from_date),
        *_seats(place, definitions, person),
        *_drafts(place, definitions, person),
        *_chosen(place, definitions, person),
        *(_account(place, person) if leaving else ()),
        *(Holding(kind="definition", **vars(found)) for found in named_in(place.connection, definitions, person)),
    ]


def _place(institution: str, department: str | None) -> str:
    return institution if department is None else f"{institution}/{department}"


def _appointments(place: Place, person: int, first: date) -> Iterator[Holding]:
    rows = (
        select(Appointment.key, Appointment.institution, Post.name, Post.name_en, Appointment.to_date)
        .add_columns(Institution.code, Department.code.label("department"))
        .join(Post, Post.code == Appointment.post)
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Department, Department.key == Appointment.department)
        .where(Appointment.person == person, func.coalesce(Appointment.to_date, LAST_DAY) >= first)
        .order_by(Appointment.key)
    )
    for row in place.connection.execute(rows):
        yield Holding(
            kind="appointment",
            subject=row.key,
            name=row.name,
            name_en=row.name_en,
            place=_place(row.code, row.department),
            institution=row.institution,
            until=row.to_date,
        )


def _members(place: Place, person: int, first: date) -> Iterator[Holding]:
    rows = (
        select(BodyMember.key, Body.name, BodyMember.role, BodyMember.to_date, Institution.code)
        .join(Body, Body.key == BodyMember.body)
        .join(Institution, Institution.key == Body.institution)
        .where(BodyMember.person == person, func.coalesce(BodyMember.to_date, LAST_DAY) >= first)
        .order_by(BodyMember.key)
    )
    for row in place.connection.execute(rows):
        name = f"{row.name}（{ROLES.get(row.role, row.role)}）"
        yield Holding(
            kind="member", subject=row.key, name=name, name_en=f"{row.name} ({row.role})", place=row.code, until=row.to_date
        )


def _charges(place: Place, person: int, first: date) -> Iterator[Holding]:
    rows = (
        select(Charge.key, Institution.code, Department.name.label("department"), Line.name.label("line"), Charge.matter)
        .add_columns(Charge.to_date)
        .join(Institution, Institution.key == Charge.institution)
        .outerjoin(Department, Department.key == Charge.department)
        .outerjoin(Line, Line.key == Charge.line)
        .where(Charge.person == person, func.coalesce(Charge.to_date, LAST_DAY) >= first)
        .order_by(Charge.key)
    )
    for row in place.connection.execute(rows):
        name = row.department or row.line or row.matter
        yield Holding(kind="charge", subject=row.key, name=name, name_en=name, place=row.code, until=row.to_date)


def _duties(place: Place, person: int, first: date) -> Iterator[Holding]:
    """Turns that begin from the day on; one under way is done by who began it."""
    rows = (
        select(Duty.key, Duty.from_at, Duty.to_at, Institution.code, Department.code.label("department"))
        .join(Institution, Institution.key == Duty.institution)
        .outerjoin(Department, Department.key == Duty.department)
        .where(Duty.person == person, Duty.from_at >= max(begins(first), place.now))
        .order_by(Duty.from_at, Duty.key)
    )
    for row in place.connection.execute(rows):
        name = row.from_at.astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")
        yield Holding(
            kind="duty",
            subject=row.key,
            name=name,
            name_en=name,
            place=_place(row.code, row.department),
            until=row.to_at,
        )


def _agents(place: Place, person: int, first: date) -> Iterator[Holding]:
    lasting = Delegation.to_at > max(begins(first), place.now)
    own = or_(Delegation.principal == person, Delegation.agent == person)
    rows = select(Delegation.key, Delegation.principal, Delegation.agent, Delegation.to_at, Institution.code)
    rows = rows.outerjoin(Institution, Institution.key == Delegation.institution).where(own, lasting).order_by(Delegation.key)
    found = list(place.connection.execute(rows))
    others = {row.agent if row.principal == person else row.principal for row in found}
    people = select(Person.key, Person.name).where(Person.key.in_(others))
    names = {row.key: row.name for row in place.connection.execute(people)}
    for row in found:
        if row.principal == person:
            kind, name, name_en = "principal", f"{names[row.agent]}代其办理", f"{names[row.agent]} acts for him"
        else:
            kind, name, name_en = "agent", f"代{names[row.principal]}办理", f"acts for {names[row.principal]}"
        yield Holding(kind=kind, subject=row.key, name=name, name_en=name_en, place=row.code, until=row.to_at)


def open_tasks(place: Place, person: int) -> int:
    """How many unfinished tasks would have nobody if the person were gone."""
    counted = select(func.count()).select_from(Seat).where(Seat.state.in_(LIVE), _his(person))
    return int(place.connection.execute(counted).scalar_one())


def tasks_of(place: Place, person: int) -> list[int]:
    """Keys of the unfinished tasks that a person holds or that are offered to him by name, oldest first."""
    return list(place.connection.execute(select(Seat.key).where(Seat.state.in_(LIVE), _his(person)).order_by(Seat.key)).scalars())


def _his(person: int) -> ColumnElement[bool]:
    """Whether a person holds a seat, it waits for him, or it is open and offered to him by name."""
    offered = select(Candidate.seat).where(Candidate.principal == person_principal(person))
    return or_(Seat.assignee == person, and_(Seat.state == "open", Seat.key.in_(offered)))


def _seats(place: Place, definitions: Definitions, person: int) -> Iterator[Holding]:
    for row in place.connection.execute(_case_rows().where(_his(person))):
        yield _of_case("task", definitions, row)


def _drafts(place: Place, definitions: Definitions, person: int) -> Iterator[Holding]:
    """What he has typed into tasks that are not his to hand on; the drafts of his own go with them."""
    his = func.coalesce(Seat.assignee, 0) != person
    offered = select(Candidate.seat).where(Candidate.principal == person_principal(person))
    rows = _case_rows().join(Draft, Draft.seat == Seat.key).where(Draft.person == person, his, Seat.key.not_in(offered))
    for row in place.connection.execute(rows):
        yield _of_case("draft", definitions, row)


def _chosen(place: Place, definitions: Definitions, person: int) -> Iterator[Holding]:
    """Cases in which he is chosen for a step that is still to come."""
    for found in chosen_steps(place, definitions, person):
        model = definitions.model(found.definition)
        steps = [model.elements[name] for name in found.elements if name in model.elements]
        title = model.title or model.name or model.id
        yield Holding(
            kind="chosen",
            subject=found.instance,
            name=f"{title}：{'、'.join(step.name or step.id for step in steps)}"[:300],
            name_en=f"{model.title_en or title}: {', '.join(step.name_en or step.name or step.id for step in steps)}"[:300],
            place=found.number or str(found.id),
        )


def _case_rows() -> Any:
    return (
        select(Seat.key, Seat.name, Seat.element, Round.definition, ProcessInstance.number, ProcessInstance.id, Seat.due_at)
        .join(Round, Round.key == Seat.round)
        .join(ProcessInstance, ProcessInstance.key == Seat.instance)
        .where(Seat.state.in_(LIVE))
        .order_by(Seat.key)
        .limit(HOLDINGS_AT_MOST + 1)
    )


def _of_case(kind: str, definitions: Definitions, row: Any) -> Holding:
    model = definitions.get(row.definition).model
    title = model.title or model.name or model.id
    element = model.elements.get(row.element)
    step_en = (element.name_en if element is not None else None) or row.name
    return Holding(
        kind=kind,
        subject=row.key,
        name=f"{title}：{row.name}"[:300],
        name_en=f"{model.title_en or title}: {step_en}"[:300],
        place=row.number or str(row.id),
        until=row.due_at,
    )


def _account(place: Place, person: int) -> Iterator[Holding]:
    row = place.connection.execute(
        select(Person.key, Person.active, Account.login)
        .outerjoin(Account, Account.person == Person.key)
        .where(Person.key == person)
    ).one()
    if row.active:
        yield Holding(kind="account", subject=row.key, name=row.login or "—", name_en=row.login or "—")


ROLES = {"chair": "主任委员", "vice-chair": "副主任委员", "secretary": "秘书", "member": "委员"}
"""Roles in a committee or a team, in Chinese."""
