"""What a signer's seat becomes when he hands it on, asks somebody first, or adds people to the round.

Tokens never move here: 转办, 委派, 加签 and 减签 change seats, and the round is judged anew in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import update

from engine.appliers.clocks import move_clocks, stop_clocks
from engine.appliers.journal import Journal
from engine.appliers.rounds import seats_of_round
from engine.appliers.tasks import SeatOpened, add_seats, close_seats, wait_for_others
from engine.approvals import LIVE
from engine.authorization import acts_for, person_principal, require_visible_instance, standing
from engine.commands.adding import Joint, added_seats, place_of, receivers, require_advice_in_vote, require_operation
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.signer import acting_for, holder, keep_apart
from engine.commands.task import expect_revision, lock_open_seat, lock_seat, require_open
from engine.errors import Conflict, Invalid, NotAllowed
from engine.kernel.model import ApprovalModel
from engine.records import Done
from engine.runtime import Act, Change, Runtime, settle
from engine.runtime.rights import handed_on
from engine.runtime.tasks import tell_asked
from engine.runtime.terms import Term, term_or_incident
from engine.store.tables import Round
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class TransferTask(Command[Done]):
    """Hand one's seat on to somebody (转办): he takes it with its term, and one is out."""

    task: UUID
    person: UUID
    reason: str
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class DelegateTask(Command[Done]):
    """Ask somebody for his opinion (委派): the seat comes back afterwards, and only its holder votes. The term runs on."""

    task: UUID
    person: UUID
    reason: str
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class AddSigners(Command[Done]):
    """Add people to a round: `before` oneself, whose clock stands still meanwhile, or `beside` oneself, with a vote each."""

    task: UUID
    persons: tuple[UUID, ...]
    place: Literal["before", "beside"]
    reason: str
    joint: Joint = "all"
    """How people added before act: all of them, any one, or one after the other."""
    binds: bool = False
    """Whether the refusal of somebody added before decides; else it is advice."""
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveSigner(Command[Done]):
    """Take back a seat that one has added and nobody has acted on (减签); an administrator any but the last."""

    task: UUID
    reason: str
    revision: int | None = None


def transfer_task(command: TransferTask, work: UnitOfWork, runtime: Runtime) -> Done:
    hand = _Hand(work, runtime, command.task, "transfer", command.revision)
    reason = required_reason(command.reason)
    ((person, chair),) = hand.receivers((command.person,))
    seat = hand.seat
    successor = SeatOpened(
        seat=work.new_key(),
        seat_id=uuid4(),
        principals=(person_principal(person),),
        assignee=person,
        capacity=chair,
        kind=seat.kind,
        parent=seat.parent,
        position=seat.position,
        binds=seat.binds,
        joint=seat.joint,
        reason="transferred",
        level=seat.level,
        due_at=seat.due_at,
        soon_at=seat.soon_at,
        term=seat.term,
    )

    add_seats(work, hand.place, [successor])
    kept = handed_on(seat.resolved, seat.assignee, person)
    if kept != seat.resolved:
        work.connection.execute(update(Round).where(Round.key == seat.round).values(resolved=kept))
    move_clocks(work, seat.key, successor.seat)
    close_seats(work, [seat.key], "transferred", by=work.actor.person, on_behalf_of=hand.principal)

    def noted(journal: Journal) -> None:
        hand.note(journal, "task-transferred", reason, to=person, successor=str(successor.seat_id))
        hand.tell(journal, [successor])

    hand.carry_out("transfer", noted, {"to": person})
    return Done(instance=hand.case.id, task=successor.seat_id)


def delegate_task(command: DelegateTask, work: UnitOfWork, runtime: Runtime) -> Done:
    hand = _Hand(work, runtime, command.task, "delegate", command.revision)
    reason = required_reason(command.reason)
    ((person, chair),) = hand.receivers((command.person,))
    seat = hand.seat
    asked = SeatOpened(
        seat=work.new_key(),
        seat_id=uuid4(),
        principals=(person_principal(person),),
        assignee=person,
        capacity=chair,
        kind="advice",
        parent=seat.key,
        binds=False,
        reason="delegated",
        level=seat.level,
        due_at=seat.due_at,
        soon_at=seat.soon_at,
        term=seat.term,
    )

    add_seats(work, hand.place, [asked])
    move_clocks(work, seat.key, asked.seat)
    wait_for_others(work, seat.key, paused=False)

    def noted(journal: Journal) -> None:
        hand.note(journal, "task-delegated", reason, to=person, successor=str(asked.seat_id))
        hand.tell(journal, [asked])

    hand.carry_out("delegate", noted, {"to": person})
    return Done(instance=hand.case.id, task=asked.seat_id)


def add_signers(command: AddSigners, work: UnitOfWork, runtime: Runtime) -> Done:
    hand = _Hand(work, runtime, command.task, f"add-{command.place}", command.revision)
    reason = required_reason(command.reason)
    before = command.place == "before"
    require_advice_in_vote(hand.seat, before and command.binds)
    people = hand.receivers(command.persons)
    added = added_seats(
        work,
        people,
        kind=command.place,
        parent=hand.seat.key,
        joint=command.joint if before else "all",
        binds=command.binds or not before,
        position=0 if before else hand.seat.position,
        term=hand.term(),
    )
    add_seats(work, hand.place, added)
    if before:
        stop_clocks(work, hand.seat.key)
        wait_for_others(work, hand.seat.key, paused=True)

    def noted(journal: Journal) -> None:
        hand.note(journal, "signers-added", reason, persons=[person for person, _ in people], place=command.place)
        hand.tell(journal, [seat for seat in added if not seat.waiting])

    hand.carry_out(f"add-{command.place}", noted, {"persons": [person for person, _ in people]})
    return Done(instance=hand.case.id, task=hand.seat.id)


def remove_signer(command: RemoveSigner, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = lock_seat(work, runtime, command.task)
    who = standing(work.connection, work.actor.person, work.now)
    operates = "operations" in work.actor.rights
    if not operates:
        require_visible_instance(work.connection, who, work.now, case.key, case.id)
    seats = seats_of_round(work, seat.round)
    adder = next((found for found in seats if found.key == seat.parent and seat.kind != "asked"), None)
    own = adder is not None and adder.assignee == work.actor.person
    principal = adder.assignee if adder and not own and acts_for(work.connection, who, adder.assignee, case.key) else None
    if not (operates or own or principal):
        raise NotAllowed("not-adder", "Expected a signer that you have added, but '{id}' is none", id=str(seat.id))
    if seat.state != "waiting":
        require_open(work, seat)
    expect_revision(seat, command.revision)
    case.require_moving()
    reason = required_reason(command.reason)
    gone = [seat.key, *_descendants(seats, seat.key)]
    others = [found for found in seats if found.key not in gone and found.kind in ("asked", "beside")]
    if seat.kind in ("asked", "beside") and not any(found.state in LIVE or found.vote for found in others):
        raise Conflict("last-signer", "Expected somebody to be left who decides, but '{id}' is the last", id=str(seat.id))

    if seat.kind == "advice" and adder is not None:
        move_clocks(work, seat.key, adder.key)
    close_seats(work, gone, "removed", by=work.actor.person, on_behalf_of=principal)

    def noted(journal: Journal) -> None:
        journal.note(
            "signer-removed",
            element=seat.element,
            by_actor=True,
            task=str(seat.id),
            person=seat.assignee,
            reason=reason,
            data={} if principal is None else {"on_behalf_of": principal},
        )
        if seat.assignee is not None and seat.state in ("open", "claimed"):
            text, text_en = f"“{seat.name}”不再需要您办理", f"“{seat.name}” is no longer yours to do"
            journal.tell(seat.assignee, "task-closed", text, text_en, seat=seat.key)

    data = {"person": seat.assignee} if principal is None else {"person": seat.assignee, "on_behalf_of": principal}
    act = Act(action="remove-signer", object=str(seat.id), data=data)
    settle(work, runtime, case, seat, Change(act=act, noted=noted))
    return Done(instance=case.id, task=seat.id, state=case.state)


class _Hand:
    """A seat in the hand of its holder, who is about to do something with it other than voting."""

    def __init__(self, work: UnitOfWork, runtime: Runtime, task: UUID, operation: str, revision: int | None) -> None:
        self.work, self.runtime = work, runtime
        self.case, self.seat, self.capacity = lock_open_seat(work, runtime, task)
        expect_revision(self.seat, revision)
        self.principal = acting_for(self.capacity).get("on_behalf_of")
        """Key of the person whose seat it is, where his agent has it in hand."""
        if self.seat.state != "claimed" or self.seat.assignee != holder(work, self.capacity):
            raise NotAllowed("not-holder", "Expected to hold task '{id}', but you do not: claim it first", id=str(self.seat.id))
        self.definition = runtime.definitions.get(self.seat.definition)
        self.element = self.definition.model.elements[self.seat.element]
        self.approval = self.element.approval or ApprovalModel()
        require_operation(self.approval, self.seat, operation)
        self.place = place_of(self.case, self.seat)

    def receivers(self, persons: Sequence[UUID]) -> list[tuple[int, int]]:
        """Keys of the people and of their chairs. Raises Invalid and Conflict for who cannot be asked."""
        found = receivers(self.work, self.case, self.seat, persons)
        if self.principal is not None and self.work.actor.person in [person for person, _ in found]:
            raise Invalid("agent-receives", "Expected somebody else than the agent, who may do it anyway, but it is him")
        keep_apart(self.work, self.runtime, self.case, self.seat, *(person for person, _ in found))
        return found

    def term(self) -> Term | None:
        """The term of somebody who is asked now."""
        names = self.runtime.names(self.work, self.case, self.seat.scope)
        return term_or_incident(self.work, None, self.case, self.definition, self.element, names)

    def note(self, journal: Journal, kind: str, reason: str, **more: Any) -> None:
        """Notes what its holder does with it."""
        capacity = None if self.capacity is None else self.capacity.appointment
        data = {"task": str(self.seat.id), "reason": reason, **acting_for(self.capacity), **more}
        journal.note(kind, element=self.seat.element, by_actor=True, capacity=capacity, data=data)

    def tell(self, journal: Journal, seats: Sequence[SeatOpened]) -> None:
        """Tells people that they are asked, and a principal what his agent has done with his task."""
        if self.principal is not None:
            agent, name = self.work.actor.name, self.seat.name
            text, text_en = f"{agent}代您转请他人办理“{name}”", f"{agent} has brought others into “{name}” for you"
            journal.tell(self.principal, "task", text, text_en, seat=self.seat.key)
        for seat in seats:
            persons = [] if seat.assignee is None else [seat.assignee]
            tell_asked(
                journal, self.definition, self.place, seat=seat.seat, task=seat.seat_id, persons=persons, reason=seat.reason
            )

    def carry_out(self, action: str, noted: Callable[[Journal], None], data: dict[str, Any]) -> None:
        """Writes it, and lets those speak whose turn it is."""
        capacity = None if self.capacity is None else self.capacity.appointment
        act = Act(action=action, object=str(self.seat.id), capacity=capacity, data={**data, **acting_for(self.capacity)})
        self.work.wake(self.work.actor.person, self.principal)
        settle(self.work, self.runtime, self.case, self.seat, Change(act=act, noted=noted))


def _descendants(seats: Sequence[Any], key: int) -> list[int]:
    """Seats still to act that were added by a seat, or by one of these."""
    found = [seat.key for seat in seats if seat.parent == key and seat.state in LIVE]
    return [*found, *(below for child in found for below in _descendants(seats, child))]
