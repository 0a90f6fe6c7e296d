"""Which deployed definitions name a person: in a rule that finds people, in a decision table, in the parameters.

A version never changes, so nothing here is changed either: whoever hands the work on is shown where it stands, and has a
new version deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from engine.expressions import Expression, Template
from engine.kernel import ProcessModel
from engine.runtime.definitions import Definition, Definitions
from engine.store.base import Executes
from engine.store.tables import Account, Person, ProcessDefinition, ProcessInstance, Resource


@dataclass(frozen=True, kw_only=True)
class Naming:
    """One place in a version of a process that names the person."""

    subject: int
    """Key of the process definition."""
    name: str
    name_en: str
    place: str
    """File, element and line, as far as they are told."""


def named_in(connection: Executes, definitions: Definitions, person: int) -> Iterator[Naming]:
    """Places in the newest versions, and in those that cases still run on, that name the person of this key."""
    names = _references(connection, person)
    running = select(ProcessInstance.definition).where(ProcessInstance.state == "active")
    used = or_(ProcessDefinition.latest.is_(True), ProcessDefinition.key.in_(running))
    columns = (ProcessDefinition.key, ProcessDefinition.version, ProcessDefinition.resource, ProcessDefinition.deployment)
    rows = connection.execute(
        select(*columns).where(used).order_by(ProcessDefinition.process_id, ProcessDefinition.version)
    ).all()
    files: dict[int, list[str]] = {}
    for row in rows:
        definition = definitions.get(row.key)
        if row.deployment not in files:
            files[row.deployment] = list(_in_files(connection, definition, row.deployment, names))
        places = [f"{row.resource}:{line or '—'} · {element}" for element, line in _in_rules(definition.model, names)]
        title = definition.model.title or definition.model.name or definition.model.id
        for place in (*places, *files[row.deployment]):
            yield Naming(
                subject=row.key,
                name=f"{title} v{row.version}"[:300],
                name_en=f"{definition.model.title_en or title} v{row.version}"[:300],
                place=place[:300],
            )


def _references(connection: Executes, person: int) -> frozenset[str]:
    """What a model may call a person: as `engine.assignment.find_person` reads it, and as a principal."""
    row = connection.execute(
        select(Person.key, Person.id, Person.staff_number, Account.login)
        .outerjoin(Account, Account.person == Person.key)
        .where(Person.key == person)
    ).one()
    bare = {str(row.id), row.staff_number, *([row.login] if row.login else [])}
    return frozenset(bare | {f"person:{name}" for name in (*bare, row.key)})


def _in_rules(model: ProcessModel, names: frozenset[str]) -> Iterator[tuple[str, int | None]]:
    for element in model.elements.values():
        approval = element.approval
        if approval is None:
            continue
        rules = (*approval.assigns, *approval.copies, *approval.recused, *approval.secretaries)
        told = (text for rule in rules for given in (rule.person, rule.value) if given is not None for text in _texts(given))
        if any(text.strip() in names for text in told):
            yield element.id, element.line


def _texts(given: Template | Expression) -> Iterator[str]:
    """The texts that a template or an expression holds."""
    if isinstance(given, Template) and given.literal is not None:
        yield given.literal
        return
    for expression in given.expressions if isinstance(given, Template) else (given,):
        yield from _strings(expression.tree)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from (str(name), *_strings(item))
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _in_files(connection: Executes, definition: Definition, deployment: int, names: frozenset[str]) -> Iterator[str]:
    """The parameters and the decision tables of a deployment."""
    if any(text.strip() in names for text in _strings(dict(definition.parameters))):
        yield "parameters.json"
    tables = select(Resource.name, Resource.content).where(Resource.deployment == deployment, Resource.kind == "decision")
    for row in connection.execute(tables.order_by(Resource.name)):
        quoted = re.findall(r'"([^"<>\n]{1,100})"', row.content.decode("utf-8", "replace").replace("&quot;", '"'))
        if not names.isdisjoint(text.strip() for text in quoted):
            yield str(row.name)
