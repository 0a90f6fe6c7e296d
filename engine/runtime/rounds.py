"""Carries out what the rules make of a round after one of its seats has changed.

Everything is one transaction: the vote, whose turn it is next, the seats that nobody needs any more with their ladders,
the lines to people, and, once the round is decided, the move of its token.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from engine.appliers import clocks
from engine.appliers.journal import Journal
from engine.appliers.rounds import decide_round, judged, results, retake_seats, seats_of_round
from engine.appliers.tasks import (
    RoundPlace,
    SeatOpened,
    TurnCome,
    add_seats,
    begin_turns,
    close_seats,
    reopen_seats,
    resume_turns,
)
from engine.approvals import MAIN, Policy, Verdict
from engine.authorization import person_principal
from engine.kernel.model import ApprovalModel
from engine.kernel.rows import JSON
from engine.kernel.supposed import SupposedNames
from engine.kernel.triggers import CompleteToken, SetVariables
from engine.runtime.case import Act, Case, Expected
from engine.runtime.definitions import Definition, Definitions
from engine.runtime.runtime import Runtime
from engine.runtime.signing import outcome_of_votes
from engine.runtime.tasks import tell_asked, titles
from engine.runtime.terms import Term, term_going_on, term_or_incident
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Change:
    """What has happened to a round, and what is to be said of it."""

    act: Act
    noted: Callable[[Journal], None]
    decision: Mapping[str, JSON] = field(default_factory=dict)
    """Who decides, should this decide: `opinion`, `by`, `byName`, `at`."""
    values: Mapping[str, JSON] = field(default_factory=dict)
    """Values of the form, written whether it decides or not."""


def settle(work: UnitOfWork, runtime: Runtime, case: Case, round: Any, change: Change) -> None:
    """Judges the open round of a seat's row after its seats were written, and carries the verdict out.

    `round` has the columns of `engine.commands.task.SEAT`.
    """
    seats = seats_of_round(work, round.round)
    verdict = judged(work.connection, policy_of(runtime.definitions, round), round.round, seats)
    settling = _Settling(work, runtime, case, round, seats, verdict, change)
    if verdict.outcome is not None:
        settling.decide()
    else:
        settling.go_on()


def ask_again(work: UnitOfWork, runtime: Runtime, case: Case, seat: Any, journal: Journal, needless: Collection[str]) -> None:
    """Gives the signer of a completed seat a new one in its place; the vote stays, and counts no more.

    `seat` has the columns of `engine.commands.task.SEAT`; `needless` are ids of seats that its vote had made so, which are
    needed again.
    """
    seats = seats_of_round(work, seat.round)
    verdict = judged(work.connection, policy_of(runtime.definitions, seat), seat.round, seats)
    change = Change(act=Act(action="ask-again"), noted=lambda _: None)
    _Settling(work, runtime, case, seat, seats, verdict, change).repeat(journal, needless)


def policy_of(definitions: Definitions, round: Any) -> Policy:
    """The policy of a round; one that had a single signer at first takes its outcomes from the model."""
    if round.policy:
        return Policy.read(round.policy, round.mode)
    element = definitions.get(round.definition).model.elements[round.element]
    outcomes = (element.approval or ApprovalModel()).outcomes
    return Policy(mode=round.mode, abstain="out", outcomes=outcome_of_votes(outcomes))


@dataclass
class _Settling:
    work: UnitOfWork
    runtime: Runtime
    case: Case
    round: Any
    seats: Sequence[Any]
    verdict: Verdict
    change: Change

    def __post_init__(self) -> None:
        self.definition: Definition = self.runtime.definitions.get(self.round.definition)
        self.place = RoundPlace(
            round=self.round.round,
            instance=self.case.key,
            token=self.round.token,
            element=self.round.element,
            name=self.round.name,
            urgency=self.case.urgency,
        )

    def decide(self) -> None:
        """Writes the outcome, ends the other seats and moves the token."""
        outcome, counts, motions = str(self.verdict.outcome), self.verdict.counts, results(self.verdict.motions)
        names = _names_by_vote(self.seats)
        variable = {
            **_nobody(self.work),
            **self.change.decision,
            **_sole_decision(self.seats),
            "outcome": outcome,
            **counts.plain(),
            "names": names,
            **motions,
        }
        label = self._label(outcome)

        def noted(journal: Journal) -> None:
            self.change.noted(journal)
            decide_round(self.work, self.round.round, outcome, self.verdict, names)
            self._close([seat for seat in self.seats if seat.ended_at is None], journal, decided=label)
            journal.note(
                "round-decided",
                element=self.round.element,
                token=self.round.token,
                outcome=outcome,
                label=label[0],
                label_en=label[1],
                counts=counts.plain(),
                **motions,
            )

        trigger = CompleteToken(
            token=self.round.token,
            variables={**self.change.values, self.round.element: variable},
            to=straight_back(self.case, self.definition, self.round),
        )
        self.runtime.advance(self.work, self.case, trigger, self.change.act, before=noted, scope=self.round.scope)

    def go_on(self) -> None:
        """Lets those speak whose turn it is. No token moves; what was filled in is written."""

        def noted(journal: Journal) -> None:
            self.change.noted(journal)
            self._close(self._of(self.verdict.unneeded), journal)
            self._begin(self._of(self.verdict.opens), journal)
            self._ask_again(self._of(self.verdict.again), journal)

        if self.change.values:
            trigger = SetVariables(variables=self.change.values, scope=self.round.scope)
            self.runtime.advance(self.work, self.case, trigger, self.change.act, before=noted)
        else:
            self.runtime.note(self.work, self.case, self.change.act, noted)

    def _of(self, keys: Iterable[int]) -> list[Any]:
        by_key = {seat.key: seat for seat in self.seats}
        return [by_key[key] for key in keys]

    def _begin(self, seats: Sequence[Any], journal: Journal) -> None:
        fresh = [seat for seat in seats if seat.claimed_at is None]
        term = self._term(journal) if fresh else None
        begin_turns(self.work, [self._turn(seat, term) for seat in fresh])
        self._resume([seat for seat in seats if seat.claimed_at is not None])
        for seat in seats:
            tell_asked(journal, self.definition, self.place, seat=seat.key, task=seat.id, persons=[seat.assignee])

    def _turn(self, seat: Any, term: Term | None) -> TurnCome:
        return TurnCome(
            seat=seat.key,
            assignee=seat.assignee,
            instance=self.case.key,
            due_at=None if term is None else term.due_at,
            soon_at=None if term is None else term.soon_at,
            term=None if term is None else term.term,
            rungs=() if term is None else term.rungs,
        )

    def _resume(self, seats: Sequence[Any]) -> None:
        """Gives seats back to who had asked others first; clocks that stood still go on."""
        resume_turns(self.work, [seat.key for seat in seats])
        for seat in seats:
            if seat.paused_at is not None and seat.due_at is not None:
                clocks.rewrite(self.work, [_WithDefinition(seat, self.round.definition)], self._ladders, seat.paused_at)

    def _ladders(self, definition: int) -> Mapping[str, Any] | None:
        found: Mapping[str, Any] | None = self.runtime.definitions.get(definition).parameters.get("ladders")
        return found

    def _ask_again(self, seats: Sequence[Any], journal: Journal) -> None:
        """Gives those who are asked once more a new seat each; the last of them waits for the others."""
        if not seats:
            return
        retake_seats(self.work, [seat.key for seat in seats])
        term = self._term(journal)
        opened = [self._successor(seat, term, waiting=seat is seats[-1]) for seat in seats]
        add_seats(self.work, self.place, opened)
        for seat in opened[:-1]:
            persons = [seat.assignee] if seat.assignee is not None else []
            tell_asked(journal, self.definition, self.place, seat=seat.seat, task=seat.seat_id, persons=persons)

    def repeat(self, journal: Journal, needless: Collection[str]) -> None:
        """Asks the signer of the one completed seat that `round` is the row of once more, and those whom his vote spared."""
        retake_seats(self.work, [self.round.key])
        term = term_going_on(self.work, self.definition, self.round)
        add_seats(self.work, self.place, [self._successor(self.round, term, waiting=False)])
        again = [seat for seat in self.seats if str(seat.id) in needless]
        reopen_seats(self.work, {seat.key: person_principal(seat.assignee) for seat in again})
        now = seats_of_round(self.work, self.round.round)
        policy = policy_of(self.runtime.definitions, self.round)
        opens = judged(self.work.connection, policy, self.round.round, now).opens
        self._begin([seat for seat in again if seat.key in opens], journal)
        acting = [seat.key for seat in again if seat.key in opens and seat.claimed_at is not None]
        stopped = [seat.key for seat in again if seat.key not in opens and seat.paused_at is not None]
        running = [_WithDefinition(seat, self.round.definition) for seat in again if seat.key in (*acting, *stopped)]
        clocks.restore(self.work, running, self._ladders)
        clocks.reschedule(self.work, acting)

    def _successor(self, seat: Any, term: Term | None, *, waiting: bool) -> SeatOpened:
        return SeatOpened(
            seat=self.work.new_key(),
            seat_id=uuid4(),
            principals=(person_principal(seat.assignee),),
            assignee=seat.assignee,
            capacity=seat.capacity,
            kind=seat.kind,
            parent=seat.key if seat.kind == "asked" else seat.parent,
            position=seat.position,
            waiting=waiting,
            **({} if term is None or waiting else vars(term)),
        )

    def _term(self, journal: Journal) -> Term | None:
        element = self.definition.model.elements[self.round.element]
        names = SupposedNames(self.runtime.names(self.work, self.case, self.round.scope), self.change.values)
        return term_or_incident(self.work, journal, self.case, self.definition, element, names)

    def _close(self, seats: Sequence[Any], journal: Journal, decided: tuple[str, str] | None = None) -> None:
        """Ends seats that nobody needs any more (无需处理), and tells those before whom they lay."""
        close_seats(self.work, [seat.key for seat in seats], "unneeded")
        title, title_en = titles(self.definition)
        for seat in seats:
            journal.note("task-closed", element=self.round.element, task=str(seat.id), ending="unneeded")
            if seat.state != "claimed" or seat.assignee in (None, self.work.actor.person):
                continue
            label, label_en = decided or ("他人已办", "done by another")
            text = f"{title}：“{self.round.name}”已有结果（{label}），无需您办理"
            text_en = f"{title_en}: “{self.round.name}” was decided ({label_en}); you need not act"
            journal.tell(seat.assignee, "task-closed", text, text_en, seat=seat.key)
        if decided is not None:
            self.work.wake(*self.round.resolved["persons"])

    def _label(self, outcome: str) -> tuple[str, str]:
        element = self.definition.model.elements[self.round.element]
        found = (item for item in (element.approval or ApprovalModel()).outcomes if item.value == outcome)
        chosen = next(found, None)
        return (outcome, outcome) if chosen is None else (chosen.label, chosen.label_en)


class _WithDefinition:
    """A seat's row as the clocks want it."""

    def __init__(self, seat: Any, definition: int) -> None:
        self._seat, self.definition = seat, definition

    def __getattr__(self, name: str) -> Any:
        return getattr(self._seat, name)


def _nobody(work: UnitOfWork) -> dict[str, JSON]:
    """A decision that followed from something else than a vote."""
    by = None if work.actor.person is None else str(work.actor.person)
    return {"opinion": None, "by": by, "byName": work.actor.name, "at": work.now.isoformat()}


def _sole_decision(seats: Sequence[Any]) -> dict[str, JSON]:
    """Where one person decides and others were only asked beside it, the decision is his."""
    deciding = [seat for seat in seats if seat.kind in MAIN and seat.ending is None]
    if len(deciding) != 1 or deciding[0].vote is None:
        return {}
    seat = deciding[0]
    by = None if seat.ended_by is None else str(seat.ended_by)
    return {"opinion": seat.opinion, "by": by, "byName": seat.person_name or "system", "at": seat.ended_at.isoformat()}


def _names_by_vote(seats: Sequence[Any]) -> dict[str, list[str]]:
    """Names of those whose vote counts, by what they said."""
    found: dict[str, list[str]] = {"agree": [], "refuse": [], "abstain": []}
    for seat in seats:
        if seat.vote in found and seat.kind in MAIN and seat.ending is None:
            found[seat.vote].append(seat.person_name or "—")
    return found


def straight_back(case: Case, definition: Definition, seat: Any) -> str | None:
    """The step that sent the task here and wants it back at once, whose sender is asked again; None for the ways out."""
    returned = seat.returned
    if not returned or returned["resume"] != "direct":
        return None
    origin = definition.model.elements.get(returned["from"])
    if origin is None or origin.type != "userTask" or origin.scope != definition.model.elements[seat.element].scope:
        # The case was migrated to a version that no longer has it there.
        return None
    case.expected = {origin.id: Expected(persons=(returned["by"],))}
    return origin.id
