"""Find the people of an open round anew (重新计算审批人), by an administrator after the organisation has changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from engine.appliers.clocks import ask_again
from engine.appliers.journal import Journal
from engine.appliers.organisation import NEWEST_VERSION
from engine.appliers.participants import participate
from engine.appliers.rounds import seats_of_round
from engine.appliers.tasks import add_seats, close_seats, offer
from engine.approvals import LIVE, Policy
from engine.authorization import require_right, today
from engine.commands.adding import place_of
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.task import expect_revision, lock_seat, require_open
from engine.errors import Conflict
from engine.kernel.model import ApprovalModel
from engine.records import Done
from engine.runtime import Act, Change, Runtime, settle
from engine.runtime.people import People
from engine.runtime.recalculation import Recalculation, recalculation
from engine.runtime.rights import resolved_of
from engine.runtime.signing import SEVERAL, Signing
from engine.runtime.tasks import tell_asked
from engine.runtime.terms import term_or_incident
from engine.store.tables import Candidate, Round, Seat
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class RecalculateApprovers(Command[Done]):
    """Ask whom the rules find today instead of whom they found when the round of a task opened; votes stay."""

    task: UUID
    reason: str
    revision: int | None = None
    """Revision of the task that the administrator has looked at."""


def recalculate_approvers(command: RecalculateApprovers, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    case, seat = lock_seat(work, runtime, command.task)
    if seat.state != "waiting":
        require_open(work, seat)
    case.require_moving()
    expect_revision(seat, command.revision)
    reason = required_reason(command.reason)
    again = _Again(work, runtime, case, seat, reason)
    if not again.plan.changes:
        raise Conflict("nobody-changed", "Expected the rules of '{name}' to find others, but they find the same", name=seat.name)
    for institution in {asked.institution for asked in again.plan.joining} - {case.institution}:
        participate(work, case.key, institution, None)
    work.wake(*again.plan.leaving, *again.plan.staying, *(asked.person for asked in again.plan.joining))
    again.carry_out()
    return Done(instance=case.id, task=seat.id, state=case.state)


class _Again:
    """An open round whose people are found anew."""

    def __init__(self, work: UnitOfWork, runtime: Runtime, case: Any, seat: Any, reason: str) -> None:
        self.work, self.runtime, self.case, self.seat, self.reason = work, runtime, case, seat, reason
        self.definition = runtime.definitions.get(seat.definition)
        self.element = self.definition.model.elements[seat.element]
        self.approval = self.element.approval or ApprovalModel()
        self.names = runtime.names(work, case, seat.scope)
        self.people = People(work, case)
        self.seats = seats_of_round(work, seat.round)
        self.plan: Recalculation = recalculation(self.people, case, self.approval, self.names, seat, self.seats)

    def carry_out(self) -> None:
        """Writes who comes and goes, tells them, and lets the votes decide if they do."""
        persons = [asked.person for asked in self.plan.joining]
        act = Act(
            action="recalculate-approvers",
            object=str(self.seat.id),
            data={"reason": self.reason, "joined": persons, "left": list(self.plan.leaving)},
        )
        if self.seat.several:
            self._change_seats()
            settle(self.work, self.runtime, self.case, self.seat, Change(act=act, noted=self._note))
        elif self.approval.mode in SEVERAL:
            self.runtime.note(self.work, self.case, act, self._split)
        else:
            self.runtime.note(self.work, self.case, act, self._offer)

    def _note(self, journal: Journal) -> None:
        journal.note(
            "approvers-recalculated",
            element=self.seat.element,
            by_actor=True,
            task=str(self.seat.id),
            joined=[asked.person for asked in self.plan.joining],
            left=list(self.plan.leaving),
            reason=self.reason,
        )
        text, text_en = f"“{self.seat.name}”不再需要您办理", f"“{self.seat.name}” is no longer yours to do"
        for person in self.plan.leaving:
            journal.tell(person, "task-closed", text, text_en, seat=self.seat.key)

    def _change_seats(self) -> None:
        """In a round of several: a seat ends for each who goes, with what hangs on it, and begins for each who comes."""
        self._close([seat.key for seat in self.plan.seats])
        signing = self._signing(None)
        opened = {new.assignee: new for new in signing.opened(None)}
        last = max(seat.position for seat in self.seats)
        added = []
        for number, asked in enumerate(self.plan.joining):
            new = opened[asked.person]
            # In order, who comes later speaks after those who were there.
            position = last + 1 + number if self.approval.mode == "order" else new.position
            added.append(replace(new, position=position, waiting=not new.recused))
        if added:
            add_seats(self.work, place_of(self.case, self.seat), added)
        policy = replace(
            Policy.read(self.seat.policy, self.seat.mode), chair=signing.policy.chair, secretaries=signing.policy.secretaries
        )
        self._write_round(signing, policy=policy.plain())

    def _split(self, journal: Journal) -> None:
        """A round that had fallen to one person becomes one of several."""
        self._note(journal)
        self._close([seat.key for seat in self.seats if seat.state in LIVE])
        signing = self._signing(journal)
        if not signing.asks_anybody:
            name = self.seat.name
            raise Conflict("nobody-found", "Expected the rules of '{name}' to find somebody, but all must keep out", name=name)
        term = term_or_incident(self.work, journal, self.case, self.definition, self.element, self.names)
        opened = signing.opened(term)
        add_seats(self.work, place_of(self.case, self.seat), opened)
        self._write_round(signing, mode=self.approval.mode, policy=signing.policy.plain(), several=True)
        for new in opened:
            if not new.waiting and not new.recused:
                self._tell(journal, new.seat, new.seat_id, [new.assignee or 0])

    def _offer(self, journal: Journal) -> None:
        """A task of one signer is offered to those who are found; who holds it and is found keeps it."""
        self._note(journal)
        found, seat = self.plan.found, next(row for row in self.seats if row.state in LIVE and row.kind == "asked")
        connection = self.work.connection
        connection.execute(delete(Candidate).where(Candidate.seat == seat.key))
        offer(self.work, seat.key, *found.principals)
        self._write_found(resolved=resolved_of(found))
        changed: dict[str, Any] = {"reason": None, "revision": seat.revision + 1}
        keeps = seat.assignee is not None and seat.assignee in found.persons
        if not keeps and seat.state != "waiting":
            state = "open" if found.direct is None else "claimed"
            held = None if found.direct is None else self.work.now
            changed |= {"state": state, "assignee": found.direct, "claimed_at": held}
            changed |= {"capacity": found.capacity, "direct": found.direct is not None}
        connection.execute(update(Seat).where(Seat.key == seat.key).values(changed))
        if not keeps and seat.assignee is not None and found.direct is None:
            ask_again(self.work, seat, self.runtime.definitions.parameters(self.seat.definition).get("ladders"))
        self._tell(journal, seat.key, seat.id, [asked.person for asked in self.plan.joining])

    def _signing(self, journal: Journal | None) -> Signing:
        return Signing(self.work, journal, self.case, self.people, self.element, self.names, self.plan.found)

    def _write_round(self, signing: Signing, **values: Any) -> None:
        resolved = {**resolved_of(self.plan.found), "principals": list(signing.principals)}
        self._write_found(resolved=resolved, **values)

    def _write_found(self, **values: Any) -> None:
        """What the round keeps of its people, who are those of the organisation as it stands today."""
        found = {**values, "organisation": NEWEST_VERSION, "found_on": today(self.work.now)}
        self.work.connection.execute(update(Round).where(Round.key == self.seat.round).values(found))

    def _close(self, keys: list[int]) -> None:
        """Ends seats, and those still to act that their holders had added."""
        gone = set(keys)
        while more := {s.key for s in self.seats if s.parent in gone and s.state in LIVE and s.kind != "asked"} - gone:
            gone |= more
        if gone:
            close_seats(self.work, sorted(gone), "removed", by=self.work.actor.person)

    def _tell(self, journal: Journal, seat: int, task: UUID, persons: list[int]) -> None:
        tell_asked(journal, self.definition, place_of(self.case, self.seat), seat=seat, task=task, persons=persons)
