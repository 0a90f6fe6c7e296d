"""Opens the rounds of user tasks: finds their people, reckons their terms, plans their ladders, tells who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import uuid4

from engine.appliers.journal import Journal
from engine.appliers.participants import participate
from engine.appliers.tasks import RoundOpened, open_rounds
from engine.assignment import AssignmentRule, Resolution, resolve
from engine.errors import ExpressionError
from engine.expressions import Template
from engine.kernel.effects import Names, TaskOpened
from engine.kernel.model import ApprovalModel, AssignModel, Element
from engine.runtime.case import Case, Expected
from engine.runtime.definitions import Definition
from engine.runtime.step import Step
from engine.runtime.terms import term_or_incident
from engine.store.unit_of_work import UnitOfWork

NO_APPROVAL = ApprovalModel()
ONE_DECIDES = frozenset({"single", "pool"})
"""Modes in which one person does the task, so that whoever did it before does it again."""
NAME_LENGTH = 200
"""Characters of a step's name that a task keeps."""
RETURNED = "returned"
"""Reason of a seat whose step the case was sent back to."""
KEPT_AT_MOST = 500
"""Persons of one round whose keys are kept with it."""
TOLD_AT_MOST = 50
"""Persons of one pool who get a line each; a larger pool finds its work in the list."""


class _People:
    """Whom the rules of one step's tasks find; each rule is asked once, however many tasks have it."""

    def __init__(self, work: UnitOfWork, case: Case) -> None:
        self.institutions: set[int] = set()
        """Where those who are asked or get a copy sit: they take part, or nobody there could read the case."""
        self._work = work
        self._case = case
        self._found: dict[tuple[str, tuple[AssignmentRule, ...]], Resolution] = {}

    def asked(self, approval: ApprovalModel, names: Names, expected: Expected | None = None) -> Resolution:
        """The people who are to do a task: those who did it before, where the case was sent back to it and one is left."""
        again = tuple(AssignmentRule(kind="person", person=person) for person in (expected.persons if expected else ()))
        found = self._resolve("single", again) if again and approval.mode in ONE_DECIDES else None
        if found is None or found.reason:
            found = self._resolve(approval.mode, _rules(approval.assigns, names, self._case.institution_code))
        self.institutions.update(found.institutions)
        return found

    def copied(self, approval: ApprovalModel, names: Names) -> tuple[int, ...]:
        """The persons who get a read-only copy, none when the rules find nobody."""
        found = self._resolve("pool", _rules(approval.copies, names, self._case.institution_code)) if approval.copies else None
        if found is None or found.reason:
            return ()
        self.institutions.update(found.institutions)
        return found.persons

    def _resolve(self, mode: str, rules: tuple[AssignmentRule, ...]) -> Resolution:
        if (mode, rules) not in self._found:
            own, starter = self._case.institution_code, self._case.started_by
            self._found[mode, rules] = resolve(self._work, rules, own=own, starter=starter, mode=mode)
        return self._found[mode, rules]


def people_asked(work: UnitOfWork, case: Case, approval: ApprovalModel, names: Names) -> tuple[int, ...]:
    """Keys of the persons whom a task of the case would ask now."""
    return _People(work, case).asked(approval, names).persons


def open_tasks(step: Step, opened: Sequence[TaskOpened]) -> None:
    """Opens one round for each of these user task tokens and tells the people who are asked."""
    work, case = step.work, step.case
    people = _People(work, case)
    rounds: list[RoundOpened] = []
    for effect in opened:
        definition = step.home(effect.token)
        element = definition.model.elements[effect.element]
        approval = element.approval or NO_APPROVAL
        names = step.names(effect.scope)
        names.prefetch(approval.names)
        expected = case.expected.get(element.id)
        bare = _round(step, definition, effect, element, people.asked(approval, names, expected))
        term = term_or_incident(work, step.journal, case, definition, element, names)
        rounds.append(replace(bare, copies=people.copied(approval, names), **({} if term is None else vars(term))))
    open_rounds(work, rounds)
    for institution in people.institutions - {case.institution}:
        participate(work, case.key, institution, None)
    for entry in rounds:
        _tell(step.definitions.get(entry.definition), entry, step.journal)


def _round(step: Step, definition: Definition, effect: TaskOpened, element: Element, found: Resolution) -> RoundOpened:
    expected = step.case.expected.get(element.id)
    returned = None if expected is None or expected.returned is None else dict(expected.returned)
    return RoundOpened(
        round=step.work.new_key(),
        seat=step.work.new_key(),
        seat_id=uuid4(),
        instance=step.case.key,
        token=effect.token,
        scope=effect.scope,
        definition=definition.key,
        element=effect.element,
        name=(element.name or element.id)[:NAME_LENGTH],
        mode=element.approval.mode if element.approval else NO_APPROVAL.mode,
        principals=found.principals,
        assignee=found.direct,
        capacity=found.capacity,
        reason=found.reason or (RETURNED if returned else None),
        returned=returned,
        resolved={"persons": list(found.persons[:KEPT_AT_MOST]), "principals": list(found.principals)},
    )


def _rules(assigns: Sequence[AssignModel], names: Names, own: str | None) -> tuple[AssignmentRule, ...]:
    """The rules with their expressions evaluated; a rule whose expression fails finds nobody and is left out."""
    rules = []
    for assign in assigns:
        try:
            rules.append(
                AssignmentRule(
                    kind=assign.rule,
                    post=_text(assign.post, names),
                    person=_text(assign.person, names),
                    institution=_text(assign.institution, names) or own,
                    department=_text(assign.department, names),
                )
            )
        except ExpressionError:
            continue
    return tuple(rules)


def _text(template: Template | None, names: Names) -> str | None:
    if template is None:
        return None
    value = template.evaluate(names)
    return None if value is None or value == "" else str(value)


def _tell(definition: Definition, entry: RoundOpened, journal: Journal) -> None:
    persons = entry.resolved["persons"]
    journal.note(
        "task-opened",
        element=entry.element,
        token=entry.token,
        task=str(entry.seat_id),
        persons=persons[:TOLD_AT_MOST],
        reason=entry.reason,
    )
    model = definition.model
    title, title_en = model.title or model.name or model.id, model.title_en or model.name or model.id
    if len(persons) <= TOLD_AT_MOST:
        for person in persons:
            journal.tell(
                person, "task", f"{title}：请办“{entry.name}”", f"{title_en}: “{entry.name}” awaits you", seat=entry.seat
            )
    for person in entry.copies:
        journal.note("copied", element=entry.element, task=str(entry.seat_id), person=person, reason="model")
        journal.tell(person, "copy", f"{title}：抄送“{entry.name}”", f"{title_en}: copy of “{entry.name}”", seat=entry.seat)
