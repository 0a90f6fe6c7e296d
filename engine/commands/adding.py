"""People who are brought into a round after it was opened: who may be, and what their seats are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from uuid import UUID, uuid4

from sqlalchemy import select

from engine.appliers.tasks import RoundPlace, SeatOpened
from engine.approvals import LIVE
from engine.authorization import capacities, institutions_taking_part, person_principal, today
from engine.errors import Conflict, Invalid, NotAllowed
from engine.kernel.model import ApprovalModel
from engine.runtime import Case
from engine.runtime.operations import operation_refusal
from engine.runtime.rights import role_of
from engine.runtime.terms import Term
from engine.store.tables import Person, Seat
from engine.store.unit_of_work import UnitOfWork

PEOPLE_AT_MOST = 50
Joint = Literal["all", "any", "order"]


def receivers(work: UnitOfWork, case: Case, seat: Any, persons: Sequence[UUID]) -> list[tuple[int, int]]:
    """Keys of people, and of their appointments, who can get a seat in the round of `seat`.

    Raises Invalid for none, too many or people of other institutions, Conflict for who has a seat already.
    """
    if not 1 <= len(persons) <= PEOPLE_AT_MOST:
        raise Invalid("persons", "Expected 1 to {limit} people, but found {found}", limit=PEOPLE_AT_MOST, found=len(persons))
    found = [receiver(work, case, person) for person in dict.fromkeys(persons)]
    require_no_seat(work, seat, [person for person, _ in found])
    return found


def receiver(work: UnitOfWork, case: Case, person: UUID) -> tuple[int, int]:
    """Key of the receiving person and of his appointment at an institution of the case. Raises Invalid when he has none."""
    key = work.connection.execute(select(Person.key).where(Person.id == person, Person.active)).scalar_one_or_none()
    # Who could see the case once and cannot any more would hold a task that he cannot open.
    here = institutions_taking_part(work.connection, work.now, case.key)
    chairs = () if key is None else capacities(work.connection, key, today(work.now))
    chair = next((chair for chair in chairs if chair.institution in here), None)
    if key is None or chair is None:
        raise Invalid("receiver", "Expected a person of an institution of this case, but '{person}' is none", person=str(person))
    return key, chair.appointment


def added_seats(
    work: UnitOfWork,
    people: Sequence[tuple[int, int]],
    *,
    kind: str,
    parent: int,
    joint: str,
    binds: bool,
    position: int,
    term: Term | None,
) -> list[SeatOpened]:
    """Seats of people whom a signer adds, given by keys of person and appointment; in order only the first begins."""
    seats = []
    for number, (person, chair) in enumerate(people):
        waiting = joint == "order" and number > 0
        seats.append(
            SeatOpened(
                seat=work.new_key(),
                seat_id=uuid4(),
                principals=(person_principal(person),),
                assignee=person,
                capacity=chair,
                kind=kind,
                parent=parent,
                position=number if joint == "order" else position,
                waiting=waiting,
                binds=binds,
                joint=joint,
                reason="added",
                **({} if term is None or waiting else vars(term)),
            )
        )
    return seats


def place_of(case: Case, seat: Any) -> RoundPlace:
    """The round of a seat's row."""
    return RoundPlace(
        round=seat.round, instance=case.key, token=seat.token, element=seat.element, name=seat.name, urgency=case.urgency
    )


def require_operation(approval: ApprovalModel, seat: Any, operation: str) -> None:
    """Raises NotAllowed when the step does not allow it, or it makes no sense with this seat."""
    refusal = operation_refusal(approval, seat.kind, operation, role_of(seat, seat.assignee))
    if refusal is not None:
        raise NotAllowed(refusal, "Expected to be allowed to {operation} at '{name}'", operation=operation, name=seat.name)


def require_advice_in_vote(seat: Any, binds: bool) -> None:
    """Raises Invalid when the refusal of an added signer is to decide a vote, where no single one does."""
    if binds and seat.mode == "vote":
        raise Invalid("binding-vote", "Expected advice in a vote, where one refusal decides nothing, but it was to bind")


def require_no_seat(work: UnitOfWork, seat: Any, persons: Sequence[int]) -> None:
    """Raises Conflict when one of these has a seat in the round already: one person, one seat."""
    mine = Seat.round == seat.round, Seat.assignee.in_(persons)
    standing_seat = Seat.state.in_(LIVE) | (Seat.state == "completed") & Seat.ending.is_(None)
    taken = work.connection.execute(select(Seat.assignee).where(*mine, standing_seat)).scalars().first()
    if taken is not None:
        raise Conflict("already-asked", "Expected somebody who has no part in '{name}' yet, but one of them has", name=seat.name)
