"""Which cases an operator means: every condition that he may ask for, as conditions on `process_instance`.

Values are found by the names that the processes give them (`liandong:search`), never by variables as such: those hold
patients. A name, a version or an element that does not exist is refused, so that a misspelt filter never finds nothing, or
everything, in silence.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from engine.errors import Invalid
from engine.records import InstanceFilter
from engine.runtime.definitions import Definitions
from engine.store.base import Executes
from engine.store.sortable import LONGEST, sortable
from engine.store.tables import History, Incident, ProcessDefinition, ProcessInstance, SearchAttribute, SearchValue, Token

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "~")
"""`~` holds a text."""
VALUES_AT_MOST = 10
COUNTED_AT_MOST = 10_000
_TRUTHS = {"true": True, "false": False, "是": True, "否": False}


def has_incident() -> ColumnElement[bool]:
    """Condition that something of a case waits for a person to resolve it."""
    return exists().where(Incident.instance == ProcessInstance.key, Incident.state == "open")


def in_state(state: str) -> ColumnElement[bool]:
    """Condition that a case is in a state: the stored ones, or `suspended` or `incident`, which an active case can be."""
    if state == "suspended":
        return and_(ProcessInstance.state == "active", ProcessInstance.suspended_at.is_not(None))
    if state == "incident":
        return and_(ProcessInstance.state == "active", has_incident())
    return ProcessInstance.state == state


def matching(connection: Executes, definitions: Definitions, asked: InstanceFilter, now: datetime) -> list[ColumnElement[bool]]:
    """The conditions of a filter.

    Raises Invalid `filter-process`, `filter-needs-process`, `filter-element`, `filter-condition`, `filter-name`, `filter-value`
    or `filter-size`.
    """
    versions = _versions(connection, asked)
    found: list[ColumnElement[bool]] = []
    if asked.state:
        found.append(in_state(asked.state))
    if versions is not None:
        found.append(ProcessInstance.definition.in_(versions))
    if asked.text:
        number = ProcessInstance.number.icontains(asked.text, autoescape=True)
        found.append(or_(number, ProcessInstance.business_key.icontains(asked.text, autoescape=True)))
    if asked.business_key:
        found.append(ProcessInstance.business_key.startswith(asked.business_key, autoescape=True))
    if asked.days is not None:
        found.append(ProcessInstance.started_at >= now - timedelta(days=asked.days))
    if asked.started_from is not None:
        found.append(ProcessInstance.started_at >= asked.started_from)
    if asked.started_until is not None:
        found.append(ProcessInstance.started_at < asked.started_until)
    _require_elements(definitions, versions, asked)
    if asked.element:
        found.append(exists().where(Token.instance == ProcessInstance.key, Token.element == asked.element))
    if asked.passed:
        ended = (History.kind == "activity-ended", History.element == asked.passed)
        found.append(exists().where(History.instance == ProcessInstance.key, *ended))
    return found + [_where(condition) for condition in _conditions(connection, versions, asked.where)]


def counted(connection: Executes, conditions: Sequence[ColumnElement[bool]]) -> int:
    """How many cases there are, or one more than `COUNTED_AT_MOST`: nobody waits for the rest to be counted."""
    some = select(ProcessInstance.key).where(*conditions).limit(COUNTED_AT_MOST + 1).subquery()
    return int(connection.execute(select(func.count()).select_from(some)).scalar_one())


def _versions(connection: Executes, asked: InstanceFilter) -> list[int] | None:
    """Keys of the definitions; None for those of every process."""
    if not asked.process:
        if asked.version is not None or asked.element or asked.passed:
            raise Invalid("filter-needs-process", "Expected the process of a version or an element, but none is named")
        return None
    table = ProcessDefinition
    statement = select(table.key).where(table.process_id == asked.process).order_by(table.version.desc())
    if asked.version is not None:
        statement = statement.where(table.version == asked.version)
    found = list(connection.execute(statement).scalars())
    if not found:
        version = "" if asked.version is None else f" {asked.version}"
        raise Invalid(
            "filter-process",
            "Expected a deployed process, but there is no '{process}'{version}",
            process=asked.process,
            version=version,
        )
    return found


def _require_elements(definitions: Definitions, versions: list[int] | None, asked: InstanceFilter) -> None:
    for element in (asked.element, asked.passed):
        if element and versions and not any(element in definitions.model(key).elements for key in versions):
            raise Invalid(
                "filter-element",
                "Expected an element of '{process}', but '{element}' is none",
                process=asked.process,
                element=element,
            )


@dataclass(frozen=True)
class _Condition:
    name: str
    operator: str
    value: str


def _conditions(connection: Executes, versions: list[int] | None, where: tuple[str, ...]) -> list[_Condition]:
    if len(where) > VALUES_AT_MOST:
        raise Invalid(
            "filter-size", "Expected at most {most} conditions, but found {count}", most=VALUES_AT_MOST, count=len(where)
        )
    conditions = [_read(text) for text in where]
    if not conditions:
        return []
    statement = select(SearchAttribute.name).distinct()
    known = set(connection.execute(_of_versions(statement, versions)).scalars())
    for condition in conditions:
        if condition.name not in known:
            raise Invalid(
                "filter-name",
                "Expected one of the values that cases are searched by ({known}), but '{name}' is none",
                known=", ".join(sorted(known)) or "—",
                name=condition.name,
            )
    return conditions


def _of_versions(statement: Select[Any], versions: list[int] | None) -> Select[Any]:
    return statement if versions is None else statement.where(SearchAttribute.definition.in_(versions))


def _read(text: str) -> _Condition:
    name, operator, value = (*text.split(None, 2), "", "", "")[:3]
    if operator not in OPERATORS or not value.strip():
        raise Invalid(
            "filter-condition",
            "Expected a name, one of {operators} and a value, but found '{text}'",
            operators=" ".join(OPERATORS),
            text=text[:LONGEST],
        )
    return _Condition(name, operator, value.strip())


def _where(condition: _Condition) -> ColumnElement[bool]:
    """Cases that have the value; `!=` finds those that have another one, not those that have none."""
    mine = (SearchValue.name == condition.name, _compared(condition))
    return ProcessInstance.key.in_(select(SearchValue.instance).where(*mine))


def _compared(condition: _Condition) -> ColumnElement[bool]:
    column, value = SearchValue.value, condition.value
    if condition.operator == "~":
        return and_(column.startswith("t"), column.icontains(value, autoescape=True))
    spelled = _spelled(value)
    if condition.operator == "=":
        return column.in_(spelled)
    if condition.operator == "!=":
        return column.not_in(spelled)
    # What reads as a number is compared with numbers, else with texts, such as dates.
    bound = spelled[-1]
    same_kind = column.startswith(bound[0])
    compared = {"<": column < bound, "<=": column <= bound, ">": column > bound, ">=": column >= bound}
    return and_(same_kind, compared[condition.operator])


def _spelled(value: str) -> list[str]:
    """How the value is kept if it is a text, and if it is a truth or a number: nobody says of which kind it is."""
    meant: list[Any] = [value]
    if value in _TRUTHS:
        meant.append(_TRUTHS[value])
    with suppress(InvalidOperation):
        meant.append(Decimal(value))
    return [text for each in meant if (text := sortable(each)) is not None]
