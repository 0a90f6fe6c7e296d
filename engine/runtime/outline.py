"""What of an instance is computed from its variables: subject, urgency, business key, who else may see it, how it is found."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, select

from engine.appliers.journal import MIGRATED
from engine.appliers.participants import participate
from engine.errors import ExpressionError
from engine.expressions import Template
from engine.initials import initials_of
from engine.kernel.effects import Names, VariableWritten
from engine.runtime.step import Step
from engine.store.prepared import Prepared
from engine.store.sortable import sortable
from engine.store.tables import Institution, SearchValue
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import upsert_of

INSTITUTION = Prepared(select(Institution.key).where(Institution.code == bindparam("code")))
URGENCIES = ("E", "U", "R")
KEY_LENGTH = 200
PUT_SEARCH = upsert_of(SearchValue)


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
    # A new version is searched by what it names, whatever the one before was searched by.
    anew = not case.stored or step.journal.holds({MIGRATED})
    searches = [search for search in model.searches if anew or written & search.value.names]
    if not stale and not sights and not searches:
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

    for search in searches:
        _find_by(work, case.key, search.name, _evaluate(search.value, names))


def _find_by(work: UnitOfWork, instance: int, name: str, value: Any) -> None:
    """Keeps what a case is found by. What has no value any more keeps the last one that it had."""
    text = sortable(value)
    if text is not None:
        work.write(PUT_SEARCH, {"instance": instance, "name": name, "value": text})


def _evaluate(template: Template, names: Names) -> Any:
    try:
        return template.evaluate(names)
    except ExpressionError:
        return None


def _institution(work: UnitOfWork, code: Any) -> int | None:
    found: int | None = INSTITUTION.value(work.connection, code=str(code))
    return found
