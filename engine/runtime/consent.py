"""Who has agreed to a case before, so that he need not be asked once more.

Only what a person has decided himself counts, at a step that could have been refused. It counts no more when the case was
sent back or withdrawn since, or when any of its data was written by somebody or something else.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from engine.approvals import AGREE, MAIN
from engine.kernel.effects import VariableWritten
from engine.kernel.model import ApprovalModel, Element, ProcessModel
from engine.kernel.people_model import APPROVERS
from engine.runtime.definitions import Definition
from engine.runtime.step import Step
from engine.runtime.written import KINDS, writes
from engine.store.tables import History, Round, Seat

_UNDOING = frozenset({"task-returned", "instance-withdrawn", "task-taken-back", "instance-modified"})
"""Facts after which an earlier consent says nothing any more."""
_READ = sorted({"task-completed", *KINDS, *_UNDOING})


class Consents:
    """The consents of one case, before one of its steps opens."""

    def __init__(self, step: Step, definition: Definition, element: Element) -> None:
        self._step, self._definition, self._element = step, definition, element

    def agreed(self, persons: Collection[int], rule: str) -> set[int]:
        """Those of `persons`, by key, whose consent still holds: given anywhere, or with `adjacent` right before."""
        given = [seat for seat in self._given(persons) if self._approves(seat)]
        if rule == "adjacent" and given:
            before = set(self._right_before())
            given = [seat for seat in given if seat.definition == self._definition.key and seat.element in before]
        if not given:
            return set()
        facts = self._facts(min(seat.ended_at for seat in given))
        revisions = {fact.data.get("task"): fact.revision for fact in facts if fact.kind == "task-completed"}
        return {seat.assignee for seat in given if self._holds(seat, revisions.get(str(seat.id)), facts)}

    def _given(self, persons: Collection[int]) -> Sequence[Any]:
        columns = (Seat.id, Seat.assignee, Seat.element, Seat.ended_at, Round.definition)
        statement = select(*columns).join(Round, Round.key == Seat.round)
        own = (Seat.ended_by == Seat.assignee, Seat.recorded_by.is_(None), Seat.on_behalf_of.is_(None))
        counted = (Seat.vote == AGREE, Seat.ending.is_(None), Seat.kind.in_(MAIN), Round.state == "decided")
        here = (Seat.instance == self._step.case.key, Seat.assignee.in_(sorted(persons)))
        return self._step.work.connection.execute(statement.where(*here, *own, *counted).order_by(Seat.key)).all()

    def _approves(self, seat: Row[Any]) -> bool:
        """Whether he could have said no: who only did some work has agreed to nothing."""
        element = self._step.definitions.get(seat.definition).model.elements.get(seat.element)
        approval = (element.approval if element is not None else None) or ApprovalModel()
        return any(outcome.kind == "negative" for outcome in approval.outcomes)

    def _right_before(self) -> Iterator[str]:
        """The user tasks before this one, behind those that the system has decided also those before them."""
        passed = self._decided_by_system()
        seen: set[str] = set()
        ahead = [self._element.id]
        while ahead:
            for name in _before(self._definition.model, ahead.pop()):
                if name in seen:
                    continue
                seen.add(name)
                task = self._definition.model.elements[name].type == "userTask"
                if task:
                    yield name
                if not task or name in passed:
                    ahead.append(name)

    def _decided_by_system(self) -> set[str]:
        here = (Seat.instance == self._step.case.key, Seat.state == "completed", Seat.assignee.is_(None))
        found = select(Seat.element).where(*here).distinct()
        return set(self._step.work.connection.execute(found).scalars())

    def _facts(self, since: Any) -> Sequence[Row[Any]]:
        """What earlier revisions have noted; those of this one are still in the step's hands."""
        columns = (History.revision, History.kind, History.element, History.data)
        here = (History.instance == self._step.case.key, History.kind.in_(_READ), History.at >= since)
        found = select(*columns).where(*here, History.revision < self._step.case.revision)
        return self._step.work.connection.execute(found.order_by(History.revision, History.key)).all()

    def _holds(self, seat: Row[Any], revision: int | None, facts: Sequence[Row[Any]]) -> bool:
        """Whether nothing has happened to the case since; `revision` is None when this very step decided the seat."""
        if self._step.journal.holds(_UNDOING):
            return False
        unweighed = {APPROVERS}.union(e.id for e in self._definition.model.elements.values() if e.type == "userTask")
        current = ((effect.element, effect.name) for effect in self._step.result.of(VariableWritten))
        if revision is None:
            return not any(element != seat.element and name not in unweighed for element, name in current)
        if any(name not in unweighed for _, name in current):
            return False
        later = [fact for fact in facts if fact.revision >= revision]
        if any(fact.kind in _UNDOING for fact in later):
            return False
        return all(
            write.name in unweighed or (write.revision == revision and write.element == seat.element) for write in writes(later)
        )


def _before(model: ProcessModel, name: str) -> Iterator[str]:
    flows: Mapping[str, Any] = model.flows
    yield from (flows[flow].source for flow in model.elements[name].incoming)
