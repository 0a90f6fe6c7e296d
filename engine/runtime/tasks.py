"""Opens the rounds of user tasks: finds their people, gives them their terms and ladders, tells who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from engine.appliers.journal import Journal
from engine.appliers.participants import participate
from engine.appliers.rounds import continue_round
from engine.appliers.tasks import RoundOpened, RoundPlace, SeatOpened, open_rounds
from engine.assignment import Resolution
from engine.kernel.effects import Names, TaskOpened
from engine.kernel.model import ApprovalModel, Element
from engine.runtime.automatic import AutomaticRules, Decided, Pending
from engine.runtime.case import StepTooLarge
from engine.runtime.definitions import Definition
from engine.runtime.owed import LATER
from engine.runtime.people import People
from engine.runtime.rights import resolved_of
from engine.runtime.signing import SEVERAL, Signing
from engine.runtime.step import Step
from engine.runtime.terms import Term, term_or_incident
from engine.store.unit_of_work import UnitOfWork

NO_APPROVAL = ApprovalModel()
NAME_LENGTH = 200
"""Characters of a step's name that a task keeps."""
RETURNED = "returned"
"""Reason of a seat whose step the case was sent back to."""
KEPT_AT_MOST = 500
"""Persons of one round whose keys are kept with it."""
TOLD_AT_MOST = 50
"""Persons of one pool who get a line each; a larger pool finds its work in the list."""


def open_tasks(step: Step, opened: Sequence[TaskOpened]) -> None:
    """Opens one round for each of these user task tokens and tells the people who are asked."""
    work, case = step.work, step.case
    people = People(work, case)
    rounds: list[RoundOpened] = []
    for effect in opened:
        expected = case.expected.get(effect.element)
        if expected is not None and expected.round is not None:
            continue_round(work, expected.round, token=effect.token, scope=effect.scope)
            continue
        definition = step.home(effect.token)
        element = definition.model.elements[effect.element]
        approval = element.approval or NO_APPROVAL
        names = step.names(effect.scope)
        names.prefetch(approval.names)
        rounds.append(_round(step, people, definition, effect, element, names))
    open_rounds(work, rounds)
    for institution in people.institutions - {case.institution}:
        participate(work, case.key, institution, None)
    for entry in rounds:
        definition = step.definitions.get(entry.definition)
        for seat in entry.seats:
            if not seat.waiting and not seat.recused and not entry.automatic:
                persons = _persons(entry, seat)
                tell_asked(
                    step.journal, definition, entry, seat=seat.seat, task=seat.seat_id, persons=persons, reason=seat.reason
                )
        _tell_copied(step.journal, definition, entry)


def _round(step: Step, people: People, definition: Definition, effect: TaskOpened, element: Element, names: Names) -> RoundOpened:
    approval = element.approval or NO_APPROVAL
    expected = step.case.expected.get(element.id)
    returned = None if expected is None or expected.returned is None else dict(expected.returned)
    rules = AutomaticRules(step, people, definition, effect, names, expected)
    found, decided = rules.applied(expected)
    if decided is not None:
        return _unasked(step, people, definition, effect, element, names, decided, _left(rules))
    term = term_or_incident(step.work, step.journal, step.case, definition, element, names)
    signing = None
    if approval.mode in SEVERAL and found.reason is None:
        signing = Signing(step.work, step.journal, step.case, people, element, names, found)
        if not signing.asks_anybody:
            found, signing = people.administrators(), None
    people.institutions.update(found.institutions)
    if signing is not None:
        seats, principals, persons = signing.opened(term), signing.principals, signing.persons
    else:
        seats, principals, persons = (_seat(step.work, found, term),), found.principals, found.persons
    _require_room(step, element, len(seats))
    if returned is not None:
        seats = tuple(replace(seat, reason=seat.reason or RETURNED) for seat in seats)
    return RoundOpened(
        round=step.work.new_key(),
        instance=step.case.key,
        token=effect.token,
        scope=effect.scope,
        definition=definition.key,
        element=effect.element,
        name=(element.name or element.id)[:NAME_LENGTH],
        urgency=step.case.urgency,
        mode="pool" if signing is None and approval.mode in SEVERAL else approval.mode,
        resolved={
            **resolved_of(found, KEPT_AT_MOST),
            "persons": list(persons[:KEPT_AT_MOST]),
            "principals": list(principals),
            **_left(rules),
        },
        returned=returned,
        policy={} if signing is None else signing.policy.plain(),
        several=signing is not None,
        seats=seats,
        copies=people.copied(approval, names),
    )


def _left(rules: AutomaticRules) -> dict[str, Any]:
    """What the round keeps of those whose consent is left to a later step."""
    return {LATER: {str(person): element for person, element in rules.later.items()}} if rules.later else {}


def _require_room(step: Step, element: Element, seats: int) -> None:
    """Raises StepTooLarge when more people are to sign than an activity may have seats."""
    most = step.work.config.multi_instance
    if seats > most:
        reason = f"'{element.id}' asks {seats} people, more than {most}"
        raise StepTooLarge(step.case.key if step.case.stored else None, reason)


def _unasked(
    step: Step,
    people: People,
    definition: Definition,
    effect: TaskOpened,
    element: Element,
    names: Names,
    decided: Decided,
    left: dict[str, Any],
) -> RoundOpened:
    """A round that nobody is asked in: its one seat is the system's."""
    seat = SeatOpened(seat=step.work.new_key(), seat_id=uuid4(), principals=(), reason=decided.reason)
    opened = RoundOpened(
        round=step.work.new_key(),
        instance=step.case.key,
        token=effect.token,
        scope=effect.scope,
        definition=definition.key,
        element=effect.element,
        name=(element.name or element.id)[:NAME_LENGTH],
        urgency=step.case.urgency,
        mode="single",
        resolved={"persons": [], "principals": [], **left},
        seats=(seat,),
        copies=people.copied(element.approval or NO_APPROVAL, names),
        automatic=True,
    )
    step.pending.append(
        Pending(
            round=opened.round,
            seat=seat.seat,
            seat_id=seat.seat_id,
            token=effect.token,
            scope=effect.scope,
            element=element,
            decided=decided,
        )
    )
    return opened


def _seat(work: UnitOfWork, found: Resolution, term: Term | None) -> SeatOpened:
    """The one seat of a task that one person is to do."""
    return SeatOpened(
        seat=work.new_key(),
        seat_id=uuid4(),
        principals=found.principals,
        assignee=found.direct,
        capacity=found.capacity,
        reason=found.reason,
        **({} if term is None else vars(term)),
    )


def _persons(entry: RoundOpened, seat: SeatOpened) -> list[int]:
    found: list[int] = entry.resolved["persons"]
    return [seat.assignee] if entry.several and seat.assignee is not None else found


def tell_asked(
    journal: Journal,
    definition: Definition,
    place: RoundPlace,
    *,
    seat: int,
    task: UUID,
    persons: Sequence[int],
    reason: str | None = None,
) -> None:
    """Notes that a seat, given by its key and as the task it is outside, is before its people, and tells them."""
    journal.note(
        "task-opened",
        element=place.element,
        token=place.token,
        task=str(task),
        persons=list(persons[:TOLD_AT_MOST]),
        reason=reason,
    )
    title, title_en = titles(definition)
    if len(persons) <= TOLD_AT_MOST:
        for person in persons:
            text, text_en = f"{title}：请办“{place.name}”", f"{title_en}: “{place.name}” awaits you"
            journal.tell(person, "task", text, text_en, seat=seat)


def titles(definition: Definition) -> tuple[str, str]:
    """What people call the process, in Chinese and in English."""
    model = definition.model
    return model.title or model.name or model.id, model.title_en or model.name or model.id


def _tell_copied(journal: Journal, definition: Definition, entry: RoundOpened) -> None:
    title, title_en = titles(definition)
    first = entry.seats[0]
    for person in entry.copies:
        journal.note("copied", element=entry.element, task=str(first.seat_id), person=person, reason="model")
        journal.tell(person, "copy", f"{title}：抄送“{entry.name}”", f"{title_en}: copy of “{entry.name}”", seat=first.seat)
