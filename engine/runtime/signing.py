"""The seats of a task that several people sign: who they are, in which order they speak, and by which rules they decide."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

from engine.appliers.incidents import raise_incident
from engine.appliers.journal import Journal
from engine.appliers.tasks import SeatOpened
from engine.approvals import Motion, Policy, Share, parse_share
from engine.approvals.policy import MAJORITY
from engine.assignment import Asked, Resolution
from engine.authorization import person_principal
from engine.errors import ExpressionError
from engine.expressions import Template
from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel, Element, OutcomeModel
from engine.kernel.people_model import AssignModel
from engine.runtime.case import Case
from engine.runtime.motions import motions_of
from engine.runtime.people import People
from engine.runtime.terms import Term
from engine.store.unit_of_work import UnitOfWork

SEVERAL = frozenset({"all", "any", "order", "vote"})
"""Modes in which each person has a seat of his own."""
VOTES = {"primary": "agree", "negative": "refuse", "neutral": "abstain", "adjourn": "adjourn"}
"""What choosing an outcome of a kind says."""
EVERYBODY = Share(numerator=1, denominator=1)


class Signing:
    """The several people of one task, each found once, and the policy that turns their votes into one outcome."""

    def __init__(
        self,
        work: UnitOfWork,
        journal: Journal | None,
        case: Case,
        people: People,
        element: Element,
        names: Names,
        found: Resolution,
    ) -> None:
        self._work, self._journal, self._case = work, journal, case
        self._people, self._element, self._names = people, element, names
        self._asked = found.people
        self._approval = element.approval or ApprovalModel()
        self._recused = set(self._persons(self._approval.recused))
        self._unreadable = False
        self._motions = self._put()
        self._recused |= self._without_motion()
        self._chair = self._chairing()
        self.policy = self._policy()

    @property
    def asks_anybody(self) -> bool:
        """Whether anybody is left who may decide, and it can be told on what."""
        if self._unreadable:
            return False
        return any(asked.person not in self._recused for asked in self._asked)

    @property
    def persons(self) -> tuple[int, ...]:
        """Keys of the persons who are asked."""
        return tuple(asked.person for asked in self._asked)

    @property
    def principals(self) -> tuple[str, ...]:
        """Names under which they are asked."""
        return tuple(map(person_principal, self.persons))

    def opened(self, term: Term | None) -> tuple[SeatOpened, ...]:
        """The seats; those whose turn it is begin their term."""
        positions = [self._position(number, asked) for number, asked in enumerate(self._asked)]
        acting = [place for place, asked in zip(positions, self._asked, strict=True) if asked.person not in self._recused]
        first = min(acting)
        return tuple(
            self._seat(asked, position, term if position == first else None, waiting=position != first)
            for asked, position in zip(self._asked, positions, strict=True)
        )

    def _seat(self, asked: Asked, position: int, term: Term | None, *, waiting: bool) -> SeatOpened:
        recused = asked.person in self._recused
        return SeatOpened(
            seat=self._work.new_key(),
            seat_id=uuid4(),
            principals=(person_principal(asked.person),),
            assignee=asked.person,
            capacity=asked.capacity,
            position=position,
            waiting=waiting and not recused,
            recused=recused,
            **({} if term is None or recused else vars(term)),
        )

    def _position(self, number: int, asked: Asked) -> int:
        if self._approval.mode == "order":
            return number
        return 1 if self._approval.signing.chair_last and asked.person == self._chair else 0

    def _put(self) -> tuple[Motion, ...]:
        """What is voted on item by item; nothing where the case says null, and the vote is one question.

        Rows that cannot be read are put to no vote, and raise an incident.
        """
        wanted = self._approval.signing.motions
        try:
            value = None if wanted is None else wanted.evaluate(self._names)
            motions, unknown = ((), ()) if value is None else motions_of(value, self._people.named)
        except (ExpressionError, ValueError) as found:
            self._unreadable = True
            text = f"Expected rows with a key and a title to vote on item by item, but {found}; nobody was asked to vote"
            self._stop("approval-motions", text)
            return ()
        if unknown:
            text = f"Expected people who keep out of a motion, but found nobody as '{', '.join(unknown)[:200]}'"
            self._stop("approval-recusal", text)
        return motions

    def _without_motion(self) -> set[int]:
        """Those who are recused from every motion, and have nothing to vote on."""
        return set.intersection(*(set(motion.recused) for motion in self._motions)) if self._motions else set()

    def _persons(self, rules: Sequence[AssignModel]) -> tuple[int, ...]:
        found = self._people.found(rules, self._names)
        return () if found is None else found.persons

    def _chairing(self) -> int | None:
        """Who presides: the first of the people whom a rule of the chair finds, unless he is recused."""
        chairs = self._persons([rule for rule in self._approval.assigns if rule.chair])
        asked = {asked.person for asked in self._asked} - self._recused
        return next((person for person in chairs if person in asked), None)

    def _policy(self) -> Policy:
        signing, mode = self._approval.signing, self._approval.mode
        secretaries = self._people.found(self._approval.secretaries, self._names)
        if secretaries is not None:
            self._people.institutions.update(secretaries.institutions)
        return Policy(
            mode=mode,
            refusal=signing.refusal,
            threshold=self._share(signing.threshold) or MAJORITY,
            base=signing.base,
            quorum=self._share(signing.quorum),
            abstain=signing.abstain or ("base" if mode == "vote" else "out"),
            early=signing.early and not signing.chair_last and not signing.secret,
            chair=self._chair,
            secretaries=() if secretaries is None else secretaries.principals,
            outcomes=outcome_of_votes(self._approval.outcomes),
            motions=self._motions,
            secret=signing.secret and bool(self._motions),
        )

    def _share(self, template: Template | None) -> Share | None:
        """A share as the case gives it. One that cannot be read asks for everybody, beside an incident: nothing passes unseen."""
        if template is None:
            return None
        try:
            return parse_share(str(template.evaluate(self._names)))
        except (ExpressionError, ValueError):
            text = f"Expected a share such as 60% or 2/3, but found none in '{template.source[:200]}'; everybody must agree"
            self._stop("approval-share", text)
            return EVERYBODY

    def _stop(self, code: str, text: str) -> None:
        raise_incident(self._work, self._journal, instance=self._case.key, element=self._element.id, code=code, message=text)


def outcome_of_votes(outcomes: Sequence[OutcomeModel]) -> tuple[tuple[str, str], ...]:
    """The outcome that each vote stands for: the first of its kind."""
    found: dict[str, str] = {}
    for outcome in outcomes:
        found.setdefault(VOTES[outcome.kind], outcome.value)
    return tuple(found.items())
