"""Why somebody is asked (为什么是他): the rule of the step that has found him, in words, and the chair that he sits in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from engine.assignment import Resolution
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel
from engine.kernel.people_model import AssignModel
from engine.queries.registry import Reader
from engine.runtime.people import Origin, People
from engine.store.tables import Appointment, Department, Institution, Person, Post

Words = tuple[str, str]
NOBODY_FOUND: Words = ("按规则没有找到人，交流程管理员", "the rules find nobody, so it goes to the process administrators")
INSTEAD: Words = ("规则中的人不能办理，由其上级或备选接手", "takes the place of those whom the rules would have asked")


@dataclass(frozen=True, kw_only=True)
class Why:
    """One person who is asked."""

    staff_number: str
    name: str
    post: str | None
    post_en: str | None
    institution: str | None
    why: str
    why_en: str


def reasons(
    reader: Reader, case: Origin, approval: ApprovalModel, names: Names, persons: Sequence[int], *, nobody: bool
) -> tuple[Why, ...]:
    """The persons, by key, each with the first rule of the step that finds him; `nobody` where no rule had found anybody."""
    people = People(reader, case)
    found: dict[int, Words] = {}
    chairs: dict[int, int] = {}
    for rules in (approval.assigns, approval.automatic.fallback):
        for rule in rules:
            _by_rule(people.found((rule,), names), rule, found, chairs)
    if nobody:
        _by_rule(people.administrators(), None, found, chairs)
    other = NOBODY_FOUND if nobody else INSTEAD
    rows = _rows(reader, persons, chairs)
    return tuple(_why(rows[person], NOBODY_FOUND if nobody else found.get(person, other)) for person in persons if person in rows)


def _by_rule(found: Resolution | None, rule: AssignModel | None, said: dict[int, Words], chairs: dict[int, int]) -> None:
    for asked in () if found is None else found.people:
        said.setdefault(asked.person, NOBODY_FOUND if rule is None else words(rule))
        chairs.setdefault(asked.person, asked.capacity)


def words(rule: AssignModel) -> Words:
    """What a rule says, as the end of the sentence that begins with the person."""
    said = _RULES.get(rule.rule)
    return ("由规则找到", "is found by the rule") if said is None else said(rule)


def _superior(rule: AssignModel) -> Words:
    of, of_en = ("上一步办理人", "who did the step before") if rule.of == "previous" else ("发起人", "the starter")
    return f"是{of}的上级", f"is the superior of {of_en}"


_RULES: Mapping[str, Callable[[AssignModel], Words]] = {
    "post": lambda rule: ("在该机构任此岗位", "holds the post there"),
    "person": lambda rule: ("规则直接指定", "is named by the rule"),
    "starter": lambda rule: ("是发起人", "has started the case"),
    "ancestor": lambda rule: ("在上级机构任此岗位", "holds the post at the institution above"),
    "head": lambda rule: ("是科室负责人", "heads the department"),
    "superior": _superior,
    "leader": lambda rule: ("是分管领导", "is the leader in charge"),
    "duty": lambda rule: ("此刻当班", "is on duty at that time"),
    "body": lambda rule: ("是该委员会或小组的成员", "belongs to the committee"),
    "field": lambda rule: ("在表单中被选定", "was chosen in a form"),
    "chosen": lambda rule: ("由发起人选定", "was chosen by the starter"),
    "expression": lambda rule: ("由表达式算出", "is what the expression gives"),
}
"""By kind of rule."""


_Row = tuple[str, str, Words | None, str | None]
"""Staff number, name, post in both languages, and where."""


def _rows(reader: Reader, persons: Sequence[int], chairs: Mapping[int, int]) -> dict[int, _Row]:
    known = select(Person.key, Person.staff_number, Person.name).where(Person.key.in_(persons))
    people = {row.key: (row.staff_number, row.name) for row in reader.connection.execute(known)} if persons else {}
    seated = (
        select(Appointment.key, Post.name, Post.name_en, Institution.short_name, Department.name.label("department"))
        .join(Institution, Institution.key == Appointment.institution)
        .outerjoin(Post, Post.code == Appointment.post)
        .outerjoin(Department, Department.key == Appointment.department)
        .where(Appointment.key.in_(list(chairs.values())))
    )
    places = {row.key: row for row in reader.connection.execute(seated)}
    told: dict[int, _Row] = {}
    for person, (number, name) in people.items():
        place = places.get(chairs.get(person, 0))
        post = None if place is None else (place.name or "", place.name_en or place.name or "")
        where = None if place is None else " ".join(filter(None, (place.short_name, place.department)))
        told[person] = (number, name, post, where)
    return told


def _why(row: _Row, said: Words) -> Why:
    number, name, post, where = row
    return Why(
        staff_number=number,
        name=name,
        post=None if post is None else post[0],
        post_en=None if post is None else post[1],
        institution=where,
        why=said[0],
        why_en=said[1],
    )
