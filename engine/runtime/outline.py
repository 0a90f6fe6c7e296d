"""The columns of an instance that are computed from its variables: subject, urgency, business key, who else may see it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from engine.appliers.participants import participate
from engine.errors import ExpressionError
from engine.expressions import Template
from engine.initials import initials_of
from engine.kernel.effects import Names, VariableWritten
from engine.runtime.step import Step
from engine.store.prepared import Prepared
from engine.store.tables import Institution
from engine.store.unit_of_work import UnitOfWork

INSTITUTION = Prepared(select(Institution.key).where(Institution.code == bindparam("code")))
URGENCIES = ("E", "U", "R")
KEY_LENGTH = 200


def outline(step: Step) -> None:
    """Recomputes the columns whose variables this step has written. What cannot be computed yet keeps its value."""
    work, case, model, result = step.work, step.case, step.definition.model, step.result
    templates = {
        "subject": model.subject.value if model.subject else None,
        "subject_masked": (model.subject.masked or model.subject.value) if model.subject else None,
        "urgency": model.urgency,
        "business_key": model.business_key,
    }
    written = {effect.name for effect in result.of(VariableWritten)}
    stale = {
        name: template
        for name, template in templates.items()
        if template is not None and (not template.names or template.names & written)
    }
    sights = [
        sight
        for sight in model.visible
        # What reads nothing that could be written is told by the first step.
        if not case.stored or written & (sight.institution.names | (sight.condition.names if sight.condition else frozenset()))
    ]
    if not stale and not sights:
        return
    names = step.names(step.row.root_scope)
    names.prefetch({name for template in stale.values() for name in template.names})
    for column, template in stale.items():
        value = _evaluate(template, names)
        if value is not None and (column != "business_key" or len(str(value)) <= KEY_LENGTH):
            setattr(case, column, str(value))
    if "subject" in stale:
        case.initials = initials_of(case.subject)
    if case.urgency not in URGENCIES:
        case.urgency = None
    for sight in sights:
        institution = _institution(work, _evaluate(sight.institution, names))
        if institution is None or institution == case.institution:
            continue
        try:
            seen = sight.condition is None or sight.condition.condition(names)
        except ExpressionError:
            continue
        participate(work, case.key, institution, None if seen else work.now)


def _evaluate(template: Template, names: Names) -> Any:
    try:
        return template.evaluate(names)
    except ExpressionError:
        return None


def _institution(work: UnitOfWork, code: Any) -> int | None:
    found: int | None = INSTITUTION.value(work.connection, code=str(code))
    return found
