"""Choose who is to do a later step: by the starter for any step that leaves it to him, by whoever is right before it.

What was chosen is kept in the variable `approvers` of the case and stays until it is chosen anew. People are looked for
when the step opens: one who can no longer work then is left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from engine.appliers.journal import Journal
from engine.assignment import find_person
from engine.commands.registry import Command
from engine.commands.signer import keep_apart_of
from engine.commands.task import lock_open_seat
from engine.errors import Invalid, NotAllowed, NotFound
from engine.kernel import ProcessModel
from engine.kernel.people_model import APPROVERS, AssignModel
from engine.kernel.triggers import SetVariables
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.chosen import choosing_rules, require_choosable
from engine.store.unit_of_work import UnitOfWork

CHOSEN_AT_MOST = 50


@dataclass(frozen=True, kw_only=True)
class ChooseApprovers(Command[Done]):
    """While working on a task, say who is to do the activity `element` when the case comes to it."""

    task: UUID
    element: str
    persons: tuple[UUID, ...]


def choose_approvers(command: ChooseApprovers, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task)
    if seat.state == "claimed" and work.actor.person is not None and seat.assignee != work.actor.person:
        raise NotAllowed("not-yours", "Expected a task of your own, but task '{id}' is another's", id=str(seat.id))
    model = runtime.definitions.get(seat.definition).model
    rule = _rule(case, work, model, seat.element, command.element)
    if not 1 <= len(set(command.persons)) <= CHOSEN_AT_MOST:
        count = len(set(command.persons))
        raise Invalid("chosen-count", "Expected 1 to {most} people, but found {count}", most=CHOSEN_AT_MOST, count=count)
    names = runtime.names(work, case, seat.scope)
    found = [(find_person(work.connection, str(person)), str(person)) for person in dict.fromkeys(command.persons)]
    keys = [require_choosable(work, case, rule, names, key, told) for key, told in found]
    keep_apart_of(work, runtime, case, seat, command.element, *keys)
    known = names.all().get(APPROVERS)
    chosen = {**(known if isinstance(known, dict) else {}), command.element: [str(key) for key in keys]}
    act = Act(
        action="choose",
        object=str(seat.id),
        capacity=None if capacity is None else capacity.appointment,
        data={"element": command.element, "persons": keys},
    )

    def noted(journal: Journal) -> None:
        journal.note("approvers-chosen", element=command.element, by_actor=True, capacity=act.capacity, persons=keys)

    runtime.advance(work, case, SetVariables(variables={APPROVERS: chosen}), act, before=noted)
    return Done(instance=case.id, task=seat.id)


def following_tasks(model: ProcessModel, element: str) -> Iterator[str]:
    """Ids of the user tasks that can come right after an element, without another one between."""
    waiting, seen = list(model.elements[element].outgoing), set[str]()
    while waiting:
        flow = waiting.pop(0)
        if flow in seen:
            continue
        seen.add(flow)
        target = model.elements[model.flows[flow].target]
        if target.type == "userTask":
            yield target.id
        else:
            waiting += target.outgoing


def _rule(case: Case, work: UnitOfWork, model: ProcessModel, here: str, element: str) -> AssignModel:
    """The rule by which the activity's people are chosen. Raises NotFound, or NotAllowed for who may not choose."""
    rules = choosing_rules(model, element)
    if not rules:
        raise NotFound("not-choosable", "Expected a step whose people are chosen, but '{element}' is none", element=element[:100])
    by_starter = work.actor.person is None or work.actor.person == case.started_by
    for rule in rules:
        if (rule.by == "starter" and by_starter) or (rule.by == "previous" and element in following_tasks(model, here)):
            return rule
    raise NotAllowed("not-chooser", "Expected who may choose the people of '{element}', but you may not", element=element[:100])
