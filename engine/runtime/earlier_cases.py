"""A function that looks for earlier cases with the same values, such as a referral of the same patient for the same illness.

It tells only of cases that the institution of the asking case may see today: what others have done stays theirs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import or_, select

from engine.appliers.reservations import Holder
from engine.errors import ExpressionError
from engine.expressions import compile_expression
from engine.functions import inputs as read
from engine.store.tables import Institution, Participant, ProcessDefinition, ProcessInstance, Variable
from engine.store.unit_of_work import UnitOfWork

JSON = Any
_MOST = 1_000
_BACK = compile_expression("add(at, '-' + length)")


def earlier(work: UnitOfWork, own: str | None, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The cases of a process that began within a term before now and hold certain values, the newest first.

    Takes `process` (its id), `within` (a duration such as P30D) and `values` {variable of the process: what it must be}, at
    least one and none of them null; `ended` (only cases that are over) and `tell` (names of variables of theirs). Gives `cases`
    [{number, at, and what `tell` names}], of the newest thousand: without the asking case and what belongs to it, and without
    those that the case's owner does not take part in (any more).
    """
    process, wanted = read.text(inputs, "process"), read.mapping(inputs, "values")
    told = read.texts(inputs, "tell")
    if process is None:
        raise read.wrong("process", "the id of a process")
    if not wanted or any(value is None for value in wanted.values()):
        raise read.wrong("values", "an object of variables and values without nulls")
    recent = (
        select(ProcessInstance.key, ProcessInstance.number, ProcessInstance.started_at, ProcessInstance.root_scope)
        .join(ProcessDefinition, ProcessDefinition.key == ProcessInstance.definition)
        .join(Participant, Participant.instance == ProcessInstance.key)
        .join(Institution, Institution.key == Participant.institution)
        .where(ProcessDefinition.process_id == process, Institution.code == own)
        .where(ProcessInstance.started_at >= read.instant({"since": _since(work, inputs)}, "since"))
        .where(ProcessInstance.collaboration != holder.collaboration)
        .where(or_(Participant.until.is_(None), Participant.until > work.now))
        .order_by(ProcessInstance.key.desc())
        .limit(_MOST)
    )
    if read.flag(inputs, "ended"):
        recent = recent.where(ProcessInstance.ended_at.is_not(None))
    rows = work.connection.execute(recent).all()
    held = (Variable.scope.in_([row.root_scope for row in rows]), Variable.name.in_(sorted({*wanted, *told})))
    values: dict[int, dict[str, JSON]] = {}
    for row in work.connection.execute(select(Variable.scope, Variable.name, Variable.value).where(*held)):
        values.setdefault(row.scope, {})[row.name] = row.value
    found = [(row, values[row.root_scope]) for row in rows if _holds(values.get(row.root_scope, {}), wanted)]
    return {
        "cases": [
            {**{name: held.get(name) for name in told}, "number": row.number, "at": read.written(row.started_at)}
            for row, held in found
        ]
    }


def _holds(values: Mapping[str, JSON], wanted: Mapping[str, JSON]) -> bool:
    return all(name in values and values[name] == value for name, value in wanted.items())


def _since(work: UnitOfWork, inputs: Mapping[str, JSON]) -> str:
    try:
        return str(_BACK.evaluate({"at": read.written(work.now), "length": read.text(inputs, "within") or ""}))
    except ExpressionError:
        raise read.wrong("within", "a duration such as P30D") from None


FUNCTIONS: Mapping[str, Callable[[UnitOfWork, str | None, Holder, Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {"cases.earlier": earlier}
)
