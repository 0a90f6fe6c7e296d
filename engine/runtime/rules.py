"""The rules of a task with their expressions evaluated, ready to be asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from engine.assignment import ApartRule, AssignmentRule, bars
from engine.errors import ExpressionError
from engine.expressions import Template
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel
from engine.kernel.people_model import APPROVERS, STARTER_NAMES, ApartModel, AssignModel
from engine.runtime.case import Case
from engine.store.unit_of_work import UnitOfWork

NAMED = ("field", "chosen", "expression")
"""Rules whose people are a value of the case."""


def evaluated_rules(assigns: Sequence[AssignModel], names: Names) -> tuple[AssignmentRule, ...]:
    """The rules of a task; one whose expression fails finds nobody and is left out."""
    rules = []
    for assign in assigns:
        try:
            rules.append(_evaluated(assign, names))
        except ExpressionError:
            continue
    return tuple(rules)


def evaluated_apart(aparts: Sequence[ApartModel], names: Names) -> tuple[ApartRule, ...]:
    """Whom a task must not be given to. An institution that cannot be told keeps everybody out, so that nobody slips in."""
    rules = []
    for apart in aparts:
        try:
            institution, unknown = _text(apart.institution, names), False
        except ExpressionError:
            institution, unknown = None, True
        rules.append(
            ApartRule(
                elements=apart.elements,
                last=apart.last,
                starter=apart.starter,
                institution=institution,
                months=apart.months,
                unknown=unknown,
            )
        )
    return tuple(rules)


def require_apart(
    work: UnitOfWork, case: Case, approval: ApprovalModel, names: Callable[[], Names], *persons: int | None
) -> None:
    """Raises NotAllowed when one of `persons`, by key, must be kept out of a task of the case."""
    concerned = [person for person in persons if person is not None]
    if not approval.apart or not concerned:
        return
    found = bars(work, evaluated_apart(approval.apart, names()), concerned, case=case.key, starter=case.started_by)
    for bar in found.values():
        raise bar.refusal()


def _evaluated(assign: AssignModel, names: Names) -> AssignmentRule:
    if assign.rule in NAMED:
        return AssignmentRule(kind="people", people=tuple(_references(_named(assign, names))), role=assign.role)
    post, institution = starter_chair(names) if assign.asks_for_starter else (None, None)
    return AssignmentRule(
        kind=assign.rule,
        post=_text(assign.post, names),
        person=_text(assign.person, names),
        institution=_text(assign.institution, names),
        department=_text(assign.department, names),
        at=assign.at,
        types=assign.types,
        line=_text(assign.line, names),
        matter=_text(assign.matter, names),
        body=_text(assign.body, names),
        roles=assign.roles,
        of=assign.of,
        levels=assign.levels,
        until=assign.until,
        each=assign.each,
        up=assign.up,
        role=assign.role,
        starter_post=post,
        starter_institution=institution,
    )


def starter_chair(names: Names) -> tuple[str | None, str | None]:
    """Post, and code of the institution, in which the case was started, as far as they are known."""
    post, institution = (_value(names, name) for name in STARTER_NAMES)
    return post, institution


def _named(assign: AssignModel, names: Names) -> Any:
    """The value that names the people of a rule."""
    if assign.rule == "chosen":
        chosen = _value_of(names, APPROVERS)
        return chosen.get(assign.element or "") if isinstance(chosen, Mapping) else None
    return None if assign.value is None else assign.value.evaluate(names)


def _references(value: Any) -> Iterator[str]:
    """References to people in a value: one of them, a list, or what a form keeps of a person, `{"id": …}`."""
    if isinstance(value, Mapping):
        yield from _references(value.get("id"))
    elif isinstance(value, (list, tuple)):
        for item in value:
            yield from _references(item)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int) or (isinstance(value, str) and value.strip()):
        yield str(value).strip()


def _text(template: Template | None, names: Names) -> str | None:
    if template is None:
        return None
    value = template.evaluate(names)
    return None if value is None or value == "" else str(value)


def _value(names: Names, name: str) -> str | None:
    found = _value_of(names, name)
    return found if isinstance(found, str) and found else None


def _value_of(names: Names, name: str) -> Any:
    try:
        return names[name]
    except KeyError:
        return None
