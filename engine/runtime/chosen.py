"""People chosen for steps that a case has not come to: who may be, where somebody is, and another in his place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.assignment import AssignmentRule, Place, bars, resolve
from engine.errors import Invalid
from engine.kernel.effects import Names
from engine.kernel.model import ProcessModel
from engine.kernel.people_model import APPROVERS, AssignModel
from engine.runtime.definitions import Definitions
from engine.runtime.people import Origin
from engine.runtime.rules import evaluated_apart, evaluated_rules
from engine.store.tables import ProcessInstance, Round, Variable

RUNNING = ("active", "incident", "suspended")


@dataclass(frozen=True, kw_only=True)
class ChosenSteps:
    """The steps of one case for which a person was chosen, and that it has not come to."""

    instance: int
    id: UUID
    number: str | None
    definition: int
    elements: tuple[str, ...]


def chosen_steps(place: Place, definitions: Definitions, person: int, instance: int | None = None) -> Iterator[ChosenSteps]:
    """The running cases, or the one of a key, in which a person is chosen for a later step."""
    running = (ProcessInstance.state.in_(RUNNING), *(() if instance is None else (ProcessInstance.key == instance,)))
    asked = select(ProcessInstance.definition).where(*running).distinct()
    choosing = [key for key in place.connection.execute(asked).scalars() if _leaves_a_choice(definitions.model(key))]
    if not choosing:
        return
    rows = (
        select(ProcessInstance.key, ProcessInstance.id, ProcessInstance.number, ProcessInstance.definition, Variable.value)
        .join(Variable, Variable.scope == ProcessInstance.root_scope)
        .where(*running, ProcessInstance.definition.in_(choosing), Variable.name == APPROVERS)
        .order_by(ProcessInstance.key)
    )
    for row in place.connection.execute(rows).all():
        named = [element for element, people in _choices(row.value) if str(person) in people]
        opened = select(Round.element).where(Round.instance == row.key, Round.element.in_(named))
        gone = set(place.connection.execute(opened).scalars()) if named else set()
        elements = tuple(element for element in named if element not in gone)
        if elements:
            yield ChosenSteps(instance=row.key, id=row.id, number=row.number, definition=row.definition, elements=elements)


def in_place_of(value: Any, elements: Sequence[str], old: int, new: int) -> dict[str, list[str]]:
    """The people chosen with one in the place of another in these steps, nobody twice."""
    chosen = dict(_choices(value))
    for element in elements:
        people = (str(new) if found == str(old) else found for found in chosen.get(element, ()))
        chosen[element] = list(dict.fromkeys(people))
    return chosen


def choosing_rules(model: ProcessModel, element: str) -> tuple[AssignModel, ...]:
    """The rules by which the people of an activity are chosen."""
    approval = model.elements[element].approval if element in model.elements else None
    return () if approval is None else tuple(rule for rule in approval.assigns if rule.rule == "chosen")


def require_choosable(place: Place, case: Origin, rule: AssignModel, names: Names, person: int | None, told: str) -> int:
    """Key of a person whom the rule lets be chosen: a holder of its post, or whoever has a chair at a member.

    Raises Invalid `not-a-choice` for anybody else, who is `told` to the caller.
    """
    limit = AssignmentRule(kind="person", person=person)
    if rule.post is not None:
        (limit,) = evaluated_rules((AssignModel(rule="post", post=rule.post, institution=rule.institution, at=rule.at),), names)
    allowed = resolve(place, (limit,), own=case.institution_code, starter=case.started_by, mode="pool", case=case.key)
    if person is None or person not in allowed.persons or allowed.reason is not None:
        raise Invalid("not-a-choice", "Expected somebody who can be chosen, but '{person}' cannot", person=told)
    return person


def require_for_steps(
    place: Place, model: ProcessModel, case: Origin, names: Names, elements: Sequence[str], person: int
) -> None:
    """Raises Invalid or NotAllowed when a person, by key, could not be chosen for one of these steps, or must keep out of it."""
    for element in elements:
        for rule in choosing_rules(model, element):
            require_choosable(place, case, rule, names, person, str(person))
        approval = model.elements[element].approval if element in model.elements else None
        aparts = evaluated_apart(approval.apart, names) if approval is not None else ()
        for bar in bars(place, aparts, [person], case=case.key, starter=case.started_by).values() if aparts else ():
            raise bar.refusal()


def _leaves_a_choice(model: ProcessModel) -> bool:
    return any(choosing_rules(model, element) for element in model.elements)


def _choices(value: Any) -> Iterator[tuple[str, list[str]]]:
    for element, people in value.items() if isinstance(value, Mapping) else ():
        yield element, [str(person) for person in people] if isinstance(people, list) else []
