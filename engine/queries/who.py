"""Who would get a task (谁会收到): by the real rules on the organisation of a rehearsal, for a sender, a time and data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from engine.errors import NotFound
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel
from engine.kernel.people_model import AssignModel
from engine.kernel.supposed import SupposedNames
from engine.queries.registry import Query, Reader
from engine.queries.why import Why, reasons, words
from engine.runtime.asking import EMPTY, STARTER, asking
from engine.runtime.definitions import Definition
from engine.runtime.origin import CaseOrigin
from engine.runtime.people import People
from engine.runtime.rules import evaluated_rules
from engine.store.tables import Appointment, Deployment, Institution, ProcessDefinition

TOLD_AT_MOST = 20


@dataclass(frozen=True, kw_only=True)
class AskWho(Query["Asked"]):
    """Whom a step of a folder would ask in a case that somebody has started with these values."""

    folder: str
    element: str
    starter: int | None = None
    """Key of the person."""
    appointment: int | None = None
    """Key of the chair in which he has started it."""
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Something that stands in the way of the rules."""

    text: str
    text_en: str


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The people, the first of them with reasons, and what the rules lack."""

    people: tuple[Why, ...]
    count: int
    gaps: tuple[Gap, ...]


def ask_who(query: AskWho, reader: Reader) -> Asked:
    """Raises NotFound for an element that no process of the folder has, and in a store that is not a rehearsal's."""
    definition = _definition(query, reader)
    approval = definition.model.elements[query.element].approval or ApprovalModel()
    chair = _chair(reader, query.appointment)
    case = CaseOrigin(
        key=0,
        definition=definition.key,
        state="active",
        root_scope=0,
        institution_code=None if chair is None else chair.code,
        number=None,
        started_by=query.starter,
        started_at=reader.now,
    )
    begun = {} if chair is None else {"starter": str(query.starter), "starterInst": chair.code, "starterPost": chair.post}
    names = SupposedNames(case.names(reader.connection, reader.definitions, reader.now, 0), {**begun, **query.data})
    people = People(reader, case)
    found = asking(people, approval, names, query.starter, plain=False)
    gaps = list(_gaps(people, approval, names))
    if found.reason in (EMPTY, STARTER):
        gaps.append(_AUTOMATIC[found.reason])
    persons = () if found.reason is not None else found.found.persons
    nobody = found.found.reason is not None
    told = reasons(reader, case, approval, names, persons[:TOLD_AT_MOST], nobody=nobody)
    return Asked(people=told, count=len(persons), gaps=tuple(gaps))


_AUTOMATIC: Mapping[str, Gap] = {
    EMPTY: Gap(text="没有人可问，按本步骤的设定自动处理", text_en="nobody is asked: the step decides by itself, as it says"),
    STARTER: Gap(text="只找到发起人，按设定跳过", text_en="only the starter is found, and he is passed over"),
}


def _definition(query: AskWho, reader: Reader) -> Definition:
    if not reader.config.rehearsal:
        raise NotFound("no-rehearsal", "Expected the store of a rehearsal, but this is none")
    table = ProcessDefinition
    own = select(table.key).join(Deployment, Deployment.key == table.deployment).where(Deployment.name == query.folder)
    for key in reader.connection.execute(own.order_by(table.key)).scalars().all():
        definition = reader.definitions.get(key)
        if query.element in definition.model.elements:
            return definition
    raise NotFound("rehearsal-no-element", "Expected element '{element}', but there is none", element=query.element[:100])


def _chair(reader: Reader, appointment: int | None) -> Any:
    seat = select(Appointment.post, Institution.code).join(Institution, Institution.key == Appointment.institution)
    return reader.connection.execute(seat.where(Appointment.key == appointment)).one_or_none()


def _gaps(people: People, approval: ApprovalModel, names: Names) -> Iterator[Gap]:
    for number, rule in enumerate(approval.assigns, 1):
        missing = sorted(_missing(rule, names))
        if missing:
            read = "、".join(missing)
            yield Gap(
                text=f"第 {number} 条规则要读 {read}，还没有值", text_en=f"rule {number} reads {read}, which has no value yet"
            )
        elif not evaluated_rules((rule,), names):
            yield Gap(text=f"第 {number} 条规则算不出结果", text_en=f"rule {number} cannot be evaluated")
        elif people.found((rule,), names) is None:
            said, said_en = words(rule)
            yield Gap(text=f"第 {number} 条规则（{said}）没有找到人", text_en=f"rule {number} ({said_en}) finds nobody")
    if not approval.assigns:
        yield Gap(text="本步骤没有写明由谁办理", text_en="the step does not say who is asked")


def _missing(rule: AssignModel, names: Names) -> Iterator[str]:
    for name in {name for expression in rule.expressions for name in expression.names}:
        try:
            names[name]
        except KeyError:
            yield name
