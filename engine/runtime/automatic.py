"""Decisions that a step takes by itself (自动规则), and whom it asks instead: where nobody is found, where the starter is
found, and where somebody has agreed before or is asked later.

A person's consent is taken for given only where he has nothing to fill in and no vote, and nothing of the case's data has
changed since he agreed. At the step that a case was sent back to, nothing is decided automatically. What is decided is
signed by the system with its reason, never by the absent person.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from engine.appliers.incidents import raise_incident
from engine.appliers.journal import Journal
from engine.appliers.rounds import decide_by_system
from engine.approvals import AGREE, LOOP_GUARD, REFUSE, Counts
from engine.assignment import Resolution, narrowed
from engine.errors import Conflict
from engine.kernel.effects import Names, TaskOpened
from engine.kernel.model import ApprovalModel, Element, OutcomeModel
from engine.kernel.triggers import CompleteToken
from engine.runtime.asking import EMPTY, LATER_STEP, REPEATED, STARTER, asking, may_pass
from engine.runtime.case import Act, Expected
from engine.runtime.consent import Consents
from engine.runtime.definitions import Definition
from engine.runtime.owed import asked_later, owed, with_owed
from engine.runtime.people import People
from engine.runtime.signing import SEVERAL, VOTES
from engine.runtime.step import Step
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Decided:
    """What a step decides by itself."""

    reason: str
    vote: str
    persons: tuple[int, ...] = ()
    """Keys of those who are not asked because of it."""


@dataclass(frozen=True, kw_only=True)
class Pending:
    """An open round that the system is to decide in a step of its own."""

    round: int
    seat: int
    seat_id: UUID
    token: int
    scope: int
    element: Element
    decided: Decided

    def outcome(self) -> OutcomeModel:
        """The outcome that it stands for. The deployment has made sure that there is exactly one of its kind."""
        outcomes = (self.element.approval or ApprovalModel()).outcomes
        return next(outcome for outcome in outcomes if VOTES[outcome.kind] == self.decided.vote)

    def trigger(self, work: UnitOfWork) -> CompleteToken:
        """What moves the token on."""
        outcome, mode = self.outcome(), (self.element.approval or ApprovalModel()).mode
        at = work.now.isoformat()
        variable: dict[str, Any] = {"outcome": outcome.value, "opinion": None, "by": None, "byName": work.actor.name, "at": at}
        if mode in SEVERAL:
            variable |= {**_NO_VOTES.plain(), "names": {"agree": [], "refuse": [], "abstain": []}}
        return CompleteToken(token=self.token, variables={self.element.id: {**variable, "automatic": self.decided.reason}})

    def act(self) -> Act:
        """What the audit trail says of it."""
        data = {"outcome": self.outcome().value, "automatic": self.decided.reason}
        return Act(action="decide", object=str(self.seat_id), data=data)

    def noted(self, work: UnitOfWork) -> Callable[[Journal], None]:
        """Ends the seat and the round, and tells of it."""

        def noted(journal: Journal) -> None:
            outcome = self.outcome()
            decide_by_system(work, round=self.round, seat=self.seat, outcome=outcome.value, vote=self.decided.vote)
            journal.note(
                "task-completed",
                element=self.element.id,
                token=self.token,
                task=str(self.seat_id),
                outcome=outcome.value,
                label=outcome.label,
                label_en=outcome.label_en,
                opinion=None,
                automatic=self.decided.reason,
                persons=list(self.decided.persons),
            )

        return noted


_NO_VOTES = Counts(agree=0, refuse=0, abstain=0, expected=0, present=0, base=0)


class AutomaticRules:
    """The rules of one step that opens, held against the people that were found for it."""

    def __init__(
        self, step: Step, people: People, definition: Definition, effect: TaskOpened, names: Names, expected: Expected | None
    ) -> None:
        self._step, self._people, self._definition, self._names = step, people, definition, names
        self._element = definition.model.elements[effect.element]
        self._approval = self._element.approval or ApprovalModel()
        self._rules = self._approval.automatic
        self._scope = step.executing_scope(effect.token)
        self._has_own_data = effect.scope != self._scope
        self.later: dict[int, str] = {}
        """Keys of those who are not asked, since they are at a later step, with that step's element."""
        returned = expected is not None and expected.returned is not None
        self._asks_only = returned or step.case.suspended_at is not None

    def applied(self, expected: Expected | None) -> tuple[Resolution, Decided | None]:
        """Who is asked in the end, and what is decided instead of asking them."""
        starter = self._step.case.started_by
        asked = asking(self._people, self._approval, self._names, starter, expected, plain=self._asks_only)
        awaited = owed(self._step, self._definition, self._element, self._scope)
        if awaited:
            found = with_owed(asked, awaited, self._approval.mode)
            if found is None:
                return self._unowed(), None
            asked = replace(asked, found=found)
        if asked.reason == STARTER:
            return self._decided(asked.found, Decided(reason=STARTER, vote=AGREE, persons=asked.found.persons))
        if asked.reason is not None:
            return self._instead(asked.found)
        if asked.passed is not None:
            self._passed(STARTER, asked.passed)
        if self._rules.repeated != "none" and not self._asks_only:
            return self._without_repeated(asked.found)
        return asked.found, None

    def _instead(self, nobody: Resolution) -> tuple[Resolution, Decided | None]:
        """What happens where the rules find nobody; `nobody` are the administrators."""
        match self._rules.empty:
            case "block" if self._step.submitted:
                name = self._element.name or self._element.id
                raise Conflict(
                    "nobody-next",
                    "Expected somebody to be found for the next step '{step}', but its rules find nobody",
                    step=name,
                )
            case "pass" | "refuse" as what if not self._asks_only:
                return self._decided(nobody, Decided(reason=EMPTY, vote=AGREE if what == "pass" else REFUSE))
            case _:
                return nobody, None

    def _without_repeated(self, found: Resolution) -> tuple[Resolution, Decided | None]:
        """Those who have not agreed before. In a pool anybody may take it, so that it takes one who is asked alone."""
        mode = self._approval.mode
        if not may_pass(self._approval) or (mode not in SEVERAL and len(found.persons) > 1):
            return found, None
        agreed, reason = self._agreed(found)
        if not agreed:
            return found, None
        left = None if mode == "any" else narrowed(found, mode, agreed)
        if left is None:
            return self._decided(found, Decided(reason=reason, vote=AGREE, persons=tuple(sorted(agreed))))
        self._passed(reason, *sorted(agreed))
        return left, None

    def _agreed(self, found: Resolution) -> tuple[set[int], str]:
        """Whose consent is taken for given, and why."""
        if self._rules.repeated == "last" and self._has_own_data:
            # What its rules read is not what a later step reads.
            return set(), LATER_STEP
        if self._rules.repeated == "last":
            self.later = asked_later(self._step, self._people, self._definition, self._element, self._names, found.persons)
            return set(self.later), LATER_STEP
        consents = Consents(self._step, self._definition, self._element)
        return consents.agreed(found.persons, self._rules.repeated), REPEATED

    def _unowed(self) -> Resolution:
        """The administrators, beside an incident: somebody whose consent an earlier step has left to this one is not found."""
        raise_incident(
            self._step.work,
            self._step.journal,
            instance=self._step.case.key,
            element=self._element.id,
            code="auto-later",
            message="Expected those to be asked here whom an earlier step has not asked for it, but its rules find them no more",
        )
        return self._people.administrators()

    def _decided(self, found: Resolution, decided: Decided) -> tuple[Resolution, Decided | None]:
        """The decision, unless the case has taken too many in a row: then people are asked, beside an incident."""
        if self._step.automatic_left > len(self._step.pending):
            return found, decided
        self.later = {}
        message = f"Expected at most {LOOP_GUARD} automatic decisions in a row, but found more; people are asked"
        raise_incident(
            self._step.work,
            self._step.journal,
            instance=self._step.case.key,
            element=self._element.id,
            code="auto-loop",
            message=message,
        )
        return found, None

    def _passed(self, reason: str, *persons: int) -> None:
        """Notes who is not asked while others are."""
        self._step.journal.note("signers-passed", element=self._element.id, persons=list(persons), reason=reason)
