"""From a rule to whom it finds: the questions that are asked for each kind of rule, and what is tried when one finds nobody.

Rules that one statement answers become questions, which are asked together; a rule that has to walk (up the tree, from
chair to chair) is answered by itself. Persons who are found by what they are, as head of a department or on duty, are
offered the task by name: they were found at one moment and stay asked when their turn is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, func, literal, or_, select
from sqlalchemy.orm import aliased

from engine.assignment.people import (
    DAY,
    HOLDERS_IN_DEPARTMENT,
    HOLDERS_NAMED,
    HOLDERS_OF_POST,
    Holder,
    Place,
    chairs_on,
    entitled,
    find_person,
    parse_principal,
)
from engine.assignment.rules import AssignmentRule
from engine.assignment.superiors import Chair, steps
from engine.authorization import LAST_DAY, in_force, person_principal, post_principal, today
from engine.store.base import Instant
from engine.store.prepared import Among, Prepared, Question
from engine.store.tables import (
    Appointment,
    Body,
    BodyMember,
    Charge,
    Department,
    Duty,
    Institution,
    Line,
    LineDepartment,
    Message,
    Seat,
)

HEAD_POST = "DEPT_HEAD"
PEOPLE_AT_MOST = 500
"""Persons whom an expression or a field may name."""

TREE_AT_MOST = 30
"""Institutions above one another."""


class Look(NamedTuple):
    """One look-up of a rule."""

    principal: str | None = None
    """Name under which all who are found are offered the task; None offers it to each by name."""
    question: Question | None = None
    instead: Callable[[], Iterable[Holder]] | None = None
    """Whom to take when the question has found nobody, or there is none."""
    first: bool = False
    """Whether only the first person found is meant."""

    def offers(self, rows: Sequence[Any], own: str | None) -> Iterator[tuple[str, Holder]]:
        """Names to offer the task under, each with a person behind it."""
        chairs = [Holder(*row) for row in rows]
        if self.principal is not None and chairs:
            if self.principal.startswith("person:"):
                chairs.sort(key=lambda chair: chair.institution_code != own)
            yield from ((self.principal, chair) for chair in chairs)
            return
        if not chairs and self.instead is not None:
            chairs = list(self.instead())
        if self.first:
            chairs = [chair for chair in chairs if chair.person == chairs[0].person]
        yield from ((person_principal(chair.person), chair) for chair in chairs)


class Origin:
    """The case that rules are asked for: who owns it, who started it, who acted last, where its last message went."""

    def __init__(self, place: Place, *, own: str | None, starter: int | None, case: int | None) -> None:
        self.place = place
        self.own = own
        self.starter = starter
        self._case = case

    def institution(self, rule: AssignmentRule) -> str | None:
        """Code of the institution that a rule means."""
        if rule.institution is not None:
            return rule.institution
        if rule.at == "lead":
            return self.place.config.lead_institution
        if rule.at == "starter":
            return rule.starter_institution or self.own
        return self._receiving if rule.at == "receiving" else self.own

    def values(self, rule: AssignmentRule) -> dict[str, Any]:
        """What every question needs."""
        return {"institution": self.institution(rule), "own": self.own, "day": today(self.place.now)}

    def chair(self, rule: AssignmentRule) -> Chair | None:
        """The chair whose superiors a rule means: that in which the case was started, or in which its last task was done."""
        query = select(Appointment.post, Appointment.institution, Appointment.department)
        if rule.of == "previous":
            person, capacity = self._previous
            if capacity is not None:
                return self._one(query.where(Appointment.key == capacity))
        else:
            person = self.starter
        if person is None:
            return None
        day = today(self.place.now)
        own = query.join(Institution, Institution.key == Appointment.institution)
        own = own.where(Appointment.person == person, *in_force(Appointment, day))
        known = (Appointment.post == rule.starter_post, Institution.code == (rule.starter_institution or self.own))
        return self._one(own.order_by(and_(*known).desc(), known[1].desc(), Appointment.from_date, Appointment.key))

    @property
    def handler(self) -> int | None:
        """Key of the person who acted last."""
        return self._previous[0]

    def _one(self, query: Any) -> Chair | None:
        row = self.place.connection.execute(query.limit(1)).first()
        return None if row is None else Chair(*row)

    @cached_property
    def _previous(self) -> tuple[int | None, int | None]:
        """Person and appointment of the task of the case that was done last."""
        done = (Seat.instance == self._case, Seat.state == "completed")
        query = select(Seat.assignee, Seat.capacity).where(*done).order_by(Seat.ended_at.desc(), Seat.key.desc()).limit(1)
        row = None if self._case is None else self.place.connection.execute(query).first()
        return (None, None) if row is None else (row.assignee, row.capacity)

    @cached_property
    def _receiving(self) -> str | None:
        """Where the case's last message to an institution went; one that has sent none is itself the receiver."""
        query = (
            select(Institution.code)
            .join(Message, Message.to_institution == Institution.key)
            .where(Message.from_instance == self._case)
            .order_by(Message.sent_at.desc(), Message.key.desc())
            .limit(1)
        )
        found = None if self._case is None else self.place.connection.execute(query).scalar_one_or_none()
        return found or self.own


def look_ups(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    """The look-ups of one rule; none for a rule that lacks what it needs, which finds nobody."""
    yield from _KINDS[rule.kind](origin, rule)


def _post(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    values = origin.values(rule)
    institution = values["institution"]
    if rule.post is None or institution is None:
        return
    name = post_principal(rule.post, institution, rule.department)
    instead = _above_post(origin, rule, institution) if rule.up else None
    if rule.department is None:
        yield Look(name, HOLDERS_OF_POST.question(post=rule.post, **values), instead)
    else:
        yield Look(name, HOLDERS_IN_DEPARTMENT.question(post=rule.post, department=rule.department, **values), instead)


def _person(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    person = origin.starter if rule.kind == "starter" else find_person(origin.place.connection, rule.person)
    if person is not None:
        values = {"own": origin.own, "day": today(origin.place.now)}
        yield Look(person_principal(person), HOLDERS_NAMED.question(person=person, **values))


def _people(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    for reference in rule.people[:PEOPLE_AT_MOST]:
        named = parse_principal(reference) if reference.startswith("post:") else None
        if isinstance(named, tuple):
            post, institution, department = named
            yield from _post(origin, AssignmentRule(kind="post", post=post, institution=institution, department=department))
        else:
            yield from _person(origin, AssignmentRule(kind="person", person=reference))


def _ancestor(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    start = origin.institution(rule)
    if rule.post is None or start is None:
        return
    for row in UPWARDS.all(origin.place.connection, institution=start):
        if row.type in rule.types:
            yield from _post(origin, AssignmentRule(kind="post", post=rule.post, institution=row.code))
            return


def _head(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    place = origin.place
    values = origin.values(rule)
    if rule.line is not None:
        instead = _above_department(origin, rule, values["institution"], None) if rule.up else None
        yield Look(None, HEADS_ON_LINE.question(line=rule.line, **values), instead, first=True)
    elif rule.department is not None:
        instead = _above_department(origin, rule, values["institution"], rule.department) if rule.up else None
        yield Look(None, HEADS.question(department=rule.department, **values), instead, first=True)
    else:
        chair = origin.chair(rule)
        if chair is not None and chair.department is not None:
            day = {"own": origin.own, "day": values["day"]}
            above = Chair(HEAD_POST, chair.institution, chair.department)
            instead = (lambda: _nearest_above(place, above)) if rule.up else None
            yield Look(None, HEADS_OF.question(department=chair.department, **day), instead, first=True)
        elif chair is not None and rule.up:
            yield Look(instead=lambda: _nearest_above(place, chair))


def _superior(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    chair = origin.chair(rule)
    if chair is not None:
        without = origin.handler if rule.of == "previous" else origin.starter
        yield Look(instead=lambda: climb(origin.place, chair, rule, without))


def _leader(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    what = {"department": rule.department or "", "line": rule.line or "", "matter": rule.matter or ""}
    if any(what.values()):
        yield Look(None, LEADERS.question(**what, **origin.values(rule)))


def _duty(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    roster = {"department": rule.department or "", "post": rule.post or "", "at": origin.place.now}
    yield Look(None, ON_DUTY.question(**roster, **origin.values(rule)))


def _body(origin: Origin, rule: AssignmentRule) -> Iterator[Look]:
    statement = MEMBERS if rule.roles else VOTERS
    roles = {"roles": rule.roles} if rule.roles else {}
    yield Look(None, statement.question(body=rule.body, **roles, **origin.values(rule)))


def climb(place: Place, chair: Chair, rule: AssignmentRule, without: int | None) -> list[Holder]:
    """Who sits above a chair: so many levels up, or at a post, or at the top; a climb that is too long ends at the top.

    Levels at which nobody sits are passed over and not counted, or end the climb with nobody where `up` is False.
    """
    passed: list[list[Holder]] = []
    for post, people in steps(place, chair, "superior", without):
        if people or not rule.up:
            passed.append(people)
        if post == rule.until or (rule.until is None and len(passed) == rule.levels):
            break
    if rule.each:
        return [holder for people in passed for holder in people]
    return passed[-1] if passed else []


def _above_post(origin: Origin, rule: AssignmentRule, institution: str) -> Callable[[], Iterable[Holder]]:
    def found() -> Iterable[Holder]:
        for row in PLACE.all(origin.place.connection, institution=institution, department=rule.department or ""):
            return _nearest_above(origin.place, Chair(str(rule.post), row.institution, row.department))
        return ()

    return found


def _above_department(
    origin: Origin, rule: AssignmentRule, institution: str | None, department: str | None
) -> Callable[[], Iterable[Holder]]:
    def found() -> Iterable[Holder]:
        for row in PLACE.all(origin.place.connection, institution=institution, department=department or ""):
            return _nearest_above(origin.place, Chair(HEAD_POST, row.institution, row.department))
        return ()

    return found


def _nearest_above(place: Place, chair: Chair) -> list[Holder]:
    return next((people for _, people in steps(place, chair, "superior") if people), [])


_KINDS: dict[str, Callable[[Origin, AssignmentRule], Iterator[Look]]] = {
    "post": _post,
    "person": _person,
    "starter": _person,
    "people": _people,
    "ancestor": _ancestor,
    "head": _head,
    "superior": _superior,
    "leader": _leader,
    "duty": _duty,
    "body": _body,
}


def _at_institution() -> Any:
    return Institution.code == bindparam("institution")


def _head_statement(*conditions: Any) -> Prepared:
    found = chairs_on(DAY).where(Appointment.head, *conditions, entitled())
    return Prepared(found.order_by(None).order_by(Appointment.kind != "acting", Appointment.from_date, Appointment.key))


def _on_line() -> Any:
    belonging = select(LineDepartment.department).join(Line, Line.key == LineDepartment.line)
    centre = select(Line.centre).where(Line.code == bindparam("line"))
    return or_(Department.key.in_(belonging.where(Line.code == bindparam("line"))), Department.key.in_(centre))


HEADS = _head_statement(_at_institution(), Department.code == bindparam("department"))
HEADS_OF = _head_statement(Appointment.department == bindparam("department"))
HEADS_ON_LINE = _head_statement(_at_institution(), _on_line())


def _leaders() -> Prepared:
    department, line = aliased(Department), aliased(Line)
    charged = (
        chairs_on(DAY)
        .join(Charge, and_(Charge.person == Appointment.person, Charge.institution == Appointment.institution))
        .outerjoin(department, department.key == Charge.department)
        .outerjoin(line, line.key == Charge.line)
    )
    what = or_(department.code == bindparam("department"), line.code == bindparam("line"), Charge.matter == bindparam("matter"))
    dated = (Charge.from_date <= DAY, func.coalesce(Charge.to_date, LAST_DAY) >= DAY)
    return Prepared(charged.where(_at_institution(), what, *dated, entitled()))


def _on_duty() -> Prepared:
    department = aliased(Department)
    turns = (
        chairs_on(DAY)
        .join(Duty, and_(Duty.person == Appointment.person, Duty.institution == Appointment.institution))
        .outerjoin(department, department.key == Duty.department)
    )
    at = bindparam("at", type_=Instant())
    roster = (
        func.coalesce(department.code, "") == bindparam("department"),
        func.coalesce(Duty.post, "") == bindparam("post"),
        Duty.from_at <= at,
        Duty.to_at > at,
    )
    return Prepared(turns.where(_at_institution(), *roster, entitled()))


def _members(*conditions: Any) -> Prepared:
    home = aliased(Institution)
    members = (
        chairs_on(DAY)
        .join(BodyMember, BodyMember.person == Appointment.person)
        .join(Body, Body.key == BodyMember.body)
        .join(home, home.key == Body.institution)
        .where(home.code == bindparam("institution"), Body.code == bindparam("body"), *conditions, entitled())
    )
    for table in (Body, BodyMember):
        members = members.where(table.from_date <= DAY, func.coalesce(table.to_date, LAST_DAY) >= DAY)
    abroad = Appointment.institution != Body.institution
    order = (BodyMember.position, BodyMember.key, abroad, Appointment.from_date, Appointment.key)
    return Prepared(members.order_by(None).order_by(*order))


def _upwards() -> Prepared:
    """The institution of a code and all above it, nearest first."""
    columns = (Institution.code, Institution.type, Institution.parent)
    start = select(*columns, literal(0).label("height")).where(Institution.code == bindparam("institution"))
    tree = start.cte("upwards", recursive=True)
    above = aliased(Institution)
    higher = select(above.code, above.type, above.parent, tree.c.height + 1).join(tree, tree.c.parent == above.key)
    tree = tree.union_all(higher.where(tree.c.height < TREE_AT_MOST))
    return Prepared(select(tree.c.code, tree.c.type).order_by(tree.c.height))


def _place() -> Prepared:
    """Keys of an institution and of its department of a code, None when there is none."""
    joined = and_(Department.institution == Institution.key, Department.code == bindparam("department"))
    found = select(Institution.key.label("institution"), Department.key.label("department")).outerjoin(Department, joined)
    return Prepared(found.where(_at_institution()))


LEADERS = _leaders()
ON_DUTY = _on_duty()
VOTERS = _members(BodyMember.votes)
MEMBERS = _members(Among(BodyMember.role, "roles"))
UPWARDS = _upwards()
PLACE = _place()
