"""Consents that a step has passed on and that are still to be given at a later step (重复审批人：末次).

A round keeps whom it did not ask, and the step at which each of them is asked instead. When that step opens, whoever is
owed to it is asked there. Where its rules find him no more, as after he has left, the administrators get it beside an
incident, so that the case does not go on without him unseen.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from engine.assignment import Resolution, narrowed
from engine.kernel.effects import Names
from engine.kernel.later import approvals_after
from engine.kernel.model import ApprovalModel, Element
from engine.runtime.ahead import asked_ahead, writable_by_people
from engine.runtime.asking import Asking
from engine.runtime.definitions import Definition
from engine.runtime.people import ONE_DECIDES, People
from engine.runtime.step import Step
from engine.store.base import Executes
from engine.store.tables import Round

LATER = "later"
"""Key in what a round keeps of its people: key of a person, as text -> element at which he is asked instead."""


def asked_later(
    step: Step, people: People, definition: Definition, element: Element, names: Names, persons: Collection[int]
) -> dict[int, str]:
    """Those of `persons`, by key, who are surely asked at a later approval, each with the element of the nearest one."""
    later: dict[int, str] = {}
    for found in approvals_after(definition.model, names, element, writable_by_people(definition)):
        ahead = found.step.element
        if found.obstacle is not None:
            continue
        asked = asked_ahead(people, definition.model, ahead, found.unsettled, names, step.case.started_by)
        if asked is None or asked.reason is not None or asked.found.reason is not None:
            continue
        there = asked.found.persons
        if (ahead.approval or ApprovalModel()).mode in ONE_DECIDES and len(there) > 1:
            continue
        for person in set(persons) & set(there):
            later.setdefault(person, ahead.id)
    return later


def owed(step: Step, definition: Definition, element: Element, scope: int) -> frozenset[int]:
    """Keys of those whose consent earlier steps of the scope have left to this one, and who have not been asked here since."""
    passing = [e.id for e in definition.model.elements.values() if e.approval and e.approval.automatic.repeated == "last"]
    if not passing:
        return frozenset()
    # A case that was migrated owes what its earlier version has passed on: the scope is of this process alone.
    here = (Round.instance == step.case.key, Round.scope == scope)
    # By time: keys of several nodes are in no order.
    order = (Round.opened_at, Round.key)
    asked = select(*order).where(*here, Round.element == element.id, Round.state == "decided")
    since = step.work.connection.execute(asked.order_by(*(column.desc() for column in order)).limit(1)).one_or_none()
    rounds = select(*order, Round.element, Round.state, Round.resolved).where(*here, Round.element.in_(passing))
    latest = {row.element: row for row in step.work.connection.execute(rounds.order_by(*order))}
    return frozenset(
        int(person)
        for row in latest.values()
        if row.state == "decided" and (since is None or (row.opened_at, row.key) > tuple(since))
        for person, place in row.resolved.get(LATER, {}).items()
        if place == element.id
    )


@dataclass(frozen=True, kw_only=True)
class Owed:
    """A consent that is still to be given at a later step."""

    round: int
    element: str
    """The step that was passed."""
    person: int
    later: str


def owed_by_case(connection: Executes, instance: int, definition: Definition) -> tuple[Owed, ...]:
    """Every consent that steps of a case have left to later ones of this version that have not come since."""
    passing = [e.id for e in definition.model.elements.values() if e.approval and e.approval.automatic.repeated == "last"]
    if not passing:
        return ()
    columns = (Round.key, Round.opened_at, Round.scope, Round.element, Round.state, Round.resolved)
    rounds = connection.execute(select(*columns).where(Round.instance == instance).order_by(Round.opened_at, Round.key)).all()
    asked = {(row.scope, row.element): (row.opened_at, row.key) for row in rounds if row.state == "decided"}
    latest = {(row.scope, row.element): row for row in rounds if row.element in passing}
    return tuple(
        Owed(round=row.key, element=row.element, person=int(person), later=later)
        for row in latest.values()
        if row.state == "decided"
        for person, later in row.resolved.get(LATER, {}).items()
        if (row.scope, later) not in asked or asked[row.scope, later] < (row.opened_at, row.key)
    )


def with_owed(asked: Asking, persons: frozenset[int], mode: str) -> Resolution | None:
    """The people who are asked, so that those who are owed speak; None where that cannot be."""
    found = asked.found
    if asked.reason is not None or found.reason is not None or not persons <= set(found.persons):
        return None
    if mode in ONE_DECIDES and len(found.persons) > 1:
        return narrowed(found, mode, set(found.persons) - persons) if len(persons) == 1 else None
    return found
