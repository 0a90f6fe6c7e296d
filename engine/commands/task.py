"""Work on tasks: who holds them, what was typed into them, how they end."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, select, update

from engine.appliers.attachments import submit_uploads
from engine.appliers.clocks import answer, ask_again, move_clocks
from engine.appliers.journal import Journal
from engine.appliers.tasks import SeatOpened, add_seats, end_seats
from engine.approvals import CAST, VOTES_FIELD
from engine.authorization import (
    Capacity,
    access_questions,
    may_act_on_seat,
    seat_access,
    task_not_found,
)
from engine.commands.adding import Joint, added_seats, place_of
from engine.commands.afterwards import Afterwards, checked_afterwards
from engine.commands.decision import Checked, checked, people_after
from engine.commands.motions import cast_votes, told_votes
from engine.commands.registry import Command
from engine.commands.signer import Signer, acting_for, holder, keep_apart, signed_for, signer_of
from engine.commands.texts import require_text
from engine.errors import Conflict, FieldError, InvalidForm, NotAllowed
from engine.kernel.model import OutcomeModel
from engine.kernel.rows import JSON
from engine.kernel.triggers import CompleteToken
from engine.records import Done
from engine.runtime import VOTES, Act, Case, Change, Runtime, settle, straight_back
from engine.runtime.attachments import EnclosedFile, enclosed_uploads
from engine.runtime.operations import CAST_VOTES
from engine.runtime.signatures import bind_signature
from engine.runtime.tasks import tell_asked
from engine.runtime.terms import term_or_incident
from engine.store.base import dump_json
from engine.store.prepared import Prepared
from engine.store.tables import Attachment, Draft, HeldDecision, Person, Round, Seat, Signature
from engine.store.tables.attachment import OPINION
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import update_of

_drafted = exists().where(Draft.seat == Seat.key)
_enclosed = exists().where(Attachment.seat == Seat.key, Attachment.submitted_at.is_(None), Attachment.field == OPINION)
_drawn = exists().where(Signature.seat == Seat.key, Signature.bound_at.is_(None))
_held_by = select(HeldDecision.person).where(HeldDecision.seat == Seat.key, HeldDecision.refusal.is_(None)).scalar_subquery()
SEAT = Prepared(
    select(
        *Seat.__table__.columns,
        Round.token,
        Round.scope,
        Round.definition,
        Round.resolved,
        Round.returned,
        Round.mode,
        Round.policy,
        Round.several,
        Round.decided_at,
        Round.decided_by,
        _drafted.label("drafted"),
        _drawn.label("signature_waits"),
        _enclosed.label("enclosing"),
        _held_by.label("held_by"),
    )
    .join(Round, Round.key == Seat.round)
    .where(Seat.id == bindparam("task"))
)
ENDED_SEAT = update_of(
    Seat,
    "state",
    "assignee",
    "capacity",
    "ended_at",
    "ended_by",
    "outcome",
    "opinion",
    "vote",
    "revision",
    "form_hash",
    "recorded_by",
    "evidence",
    "occurred_at",
    "on_behalf_of",
)
DECIDED_ROUND = update_of(Round, "state", "outcome", "decided_at", "decided_by")


@dataclass(frozen=True, kw_only=True)
class ClaimTask(Command[Done]):
    """Take an open task that is offered to one's post. Claiming one's own task again changes nothing."""

    task: UUID
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class UnclaimTask(Command[Done]):
    """Give a claimed task back to those it was offered to, with a reason."""

    task: UUID
    reason: str
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class CompleteTask(Command[Done]):
    """Decide a task: its outcome, the changed fields of its form, an opinion. An open one is claimed by it.

    With `after` the step is held until these people have spoken too (后加签).
    """

    task: UUID
    outcome: str = "done"
    data: Mapping[str, JSON] = field(default_factory=dict)
    opinion: str | None = None
    revision: int | None = None
    after: tuple[UUID, ...] = ()
    form_version: int | None = None
    """Revision of the case in which the form was read: what others have written since is not overwritten unseen."""
    joint: Joint = "all"
    """How those who are added act: all of them, any one, or one after the other."""
    afterwards: Afterwards | None = None
    """Set when the decision is entered afterwards."""
    binds: bool = True
    """Whether the refusal of one of them decides; else it is advice."""


def claim_task(command: ClaimTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task)
    if seat.state == "claimed" and seat.assignee == holder(work, capacity):
        return Done(instance=case.id, task=seat.id)
    expect_revision(seat, command.revision)
    _hold(work, seat, capacity)

    def noted(journal: Journal) -> None:
        journal.note(
            "task-claimed",
            element=seat.element,
            by_actor=True,
            capacity=_key(capacity),
            task=str(seat.id),
            data=acting_for(capacity),
        )

    runtime.note(work, case, Act(action="claim", object=str(seat.id), capacity=_key(capacity)), noted)
    return Done(instance=case.id, task=seat.id)


def unclaim_task(command: UnclaimTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task)
    expect_revision(seat, command.revision)
    if seat.state != "claimed" or seat.assignee != holder(work, capacity):
        raise NotAllowed("not-claimed", "Expected to give back task '{id}', but you do not hold it", id=str(seat.id))
    if seat.direct:
        raise NotAllowed("named-person", "Expected to give back task '{id}', but it was given to you by name", id=str(seat.id))
    require_text("reason", command.reason)
    if not command.reason.strip():
        raise InvalidForm(
            [FieldError(path="reason", code="required", message="退回待领要写明原因。", message_en="Say why you give it back.")]
        )
    work.connection.execute(
        update(Seat)
        .where(Seat.key == seat.key)
        .values(state="open", assignee=None, capacity=None, claimed_at=None, revision=seat.revision + 1)
    )
    ask_again(work, seat, runtime.definitions.parameters(seat.definition).get("ladders"))
    work.wake(work.actor.person, *seat.resolved["persons"])

    def noted(journal: Journal) -> None:
        journal.note(
            "task-unclaimed",
            element=seat.element,
            by_actor=True,
            capacity=_key(capacity),
            task=str(seat.id),
            reason=command.reason.strip(),
        )

    runtime.note(work, case, Act(action="unclaim", object=str(seat.id), capacity=_key(capacity)), noted)
    return Done(instance=case.id, task=seat.id)


def complete_task(command: CompleteTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task)
    expect_revision(seat, command.revision)
    return sign(command, work, runtime, case, seat, signer_of(work, capacity))


def sign(command: CompleteTask, work: UnitOfWork, runtime: Runtime, case: Case, seat: Any, signer: Signer) -> Done:
    """Records a decision on a locked, open seat, and lets the case go on as far as the decision carries it."""
    definition = runtime.definitions.get(seat.definition)
    said = checked(
        work,
        runtime,
        case,
        seat,
        signer,
        outcome=command.outcome,
        opinion=command.opinion,
        data=command.data,
        version=command.form_version,
    )
    outcome, opinion, values = said.outcome, said.opinion, said.values
    entered = checked_afterwards(work, command.afterwards, case.occurred_at or case.started_at)
    occurred = None if command.afterwards is None else command.afterwards.occurred_at
    decision = {
        "outcome": outcome.value,
        "opinion": opinion,
        "by": None if signer.person is None else str(signer.person),
        "byName": signer.name,
        "at": work.now.isoformat(),
    }
    attached = sorted(said.form.attachments(values)) if said.form is not None else []
    enclosed = _enclosed_by(work, seat)
    submit_uploads(work, case.key, seat.key, [*attached, *(str(file.id) for file in enclosed)])
    added = _added_after(command, work, runtime, case, seat)
    signed = None
    if signer.evidence is None and seat.signature_waits:
        signed = bind_signature(work, seat, outcome=outcome.value, opinion=opinion, form_hash=hash_of(_hashed(seat, said)))

    def noted(journal: Journal) -> None:
        if not several:
            _end(work, seat, signer, said, occurred)
            row = {"key": seat.round, "state": "decided", "outcome": outcome.value, "decided_at": work.now}
            work.write(DECIDED_ROUND, {**row, "decided_by": work.actor.person})
        journal.note(
            "task-completed",
            element=seat.element,
            token=seat.token,
            by_actor=True,
            capacity=signer.capacity,
            task=str(seat.id),
            outcome=outcome.value,
            label=outcome.label,
            label_en=outcome.label_en,
            opinion=opinion,
            data={
                **entered,
                **signed_for(signer),
                **({"signature": signed["id"]} if signed else {}),
                **_enclosing(enclosed),
                **told_votes(seat, said.votes),
            },
        )
        if signer.agent is not None and signer.person is not None:
            text, text_en = f"{signer.name}办理了“{seat.name}”", f"“{seat.name}” was done: {signer.name}"
            journal.tell(signer.person, "task", text, text_en, seat=seat.key)
        for new in added:
            tell_asked(journal, definition, place_of(case, seat), seat=new.seat, task=new.seat_id, persons=[new.assignee or 0])

    several = seat.several or bool(added)
    data: dict[str, JSON] = {"outcome": outcome.value, **entered, **_written(said, attached, enclosed)}
    if signed is not None:
        data["signature"] = {**signed}
    if signer.evidence is not None or signer.agent is not None:
        data["on_behalf_of"] = signer.person
    act = Act(action="complete", object=str(seat.id), capacity=signer.capacity, data=data)
    if several:
        if seat.kind == "advice":
            move_clocks(work, seat.key, seat.parent)
        _end(work, seat, signer, said, occurred)
        cast_votes(work, seat, said.votes)
        settle(work, runtime, case, seat, Change(act=act, noted=noted, decision=decision, values=values))
        return Done(instance=case.id, task=seat.id, state=case.state)
    trigger = CompleteToken(
        token=seat.token, variables={**values, seat.element: decision}, to=straight_back(case, definition, seat)
    )
    runtime.advance(work, case, trigger, act, before=noted, scope=seat.scope)
    return Done(instance=case.id, task=seat.id, state=case.state)


def _added_after(command: CompleteTask, work: UnitOfWork, runtime: Runtime, case: Case, seat: Any) -> list[SeatOpened]:
    """Writes the seats of those who are to speak after the signer, and returns those whose turn it is at once."""
    people = people_after(work, runtime, case, seat, command.after, binds=command.binds)
    if not people:
        return []
    definition = runtime.definitions.get(seat.definition)
    element = definition.model.elements[seat.element]
    names = runtime.names(work, case, seat.scope)
    added = added_seats(
        work,
        people,
        kind="after",
        parent=seat.key,
        joint=command.joint,
        binds=command.binds,
        position=0,
        term=term_or_incident(work, None, case, definition, element, names),
    )
    add_seats(work, place_of(case, seat), added)
    return [new for new in added if not new.waiting]


def lock_seat(work: UnitOfWork, runtime: Runtime, task: UUID) -> tuple[Case, Any]:
    """Locks the instance of a task, then reads the task: in this order everywhere, so that no two commands deadlock."""
    case, answers = runtime.lock_of_task(work, task, SEAT.question(task=task))
    if case is None:
        raise task_not_found(task)
    return case, answers[0][0]


def lock_open_seat(work: UnitOfWork, runtime: Runtime, task: UUID, *, moving: bool = True) -> tuple[Case, Any, Capacity | None]:
    """A locked task that the actor may work on, with the chair that he does it in; `moving` where the case may not be suspended.

    Raises Conflict when the task has ended.
    """
    case, answers = runtime.lock_of_task(work, task, SEAT.question(task=task), *access_questions(work, task))
    if case is None:
        raise task_not_found(task)
    (seat,), *access = answers
    capacity = may_act_on_seat(work, seat, seat_access(work, access))
    require_open(work, seat)
    if moving:
        case.require_moving()
    keep_apart(work, runtime, case, seat, work.actor.person, holder(work, capacity))
    return case, seat, capacity


def require_open(work: UnitOfWork, seat: Any) -> None:
    """Raises Conflict when a seat has ended, with who did that and when, or when its turn has not come."""
    if seat.state in ("completed", "closed"):
        ended_by = seat.decided_by if seat.ending == "unneeded" else seat.ended_by
        name = work.connection.execute(select(Person.name).where(Person.key == ended_by)).scalar_one_or_none()
        raise Conflict(
            "task-closed",
            "Expected task '{id}' to be open, but it is {state}",
            id=str(seat.id),
            state=seat.state,
            by=name,
            at=seat.ended_at.isoformat(),
        )
    if seat.state == "waiting":
        raise Conflict("task-waiting", "Expected task '{id}' to be open, but it waits for others", id=str(seat.id))
    if seat.held_by is not None:
        by = work.connection.execute(select(Person.name).where(Person.key == seat.held_by)).scalar_one()
        raise Conflict("task-held", "Expected task '{id}' to be open, but {by} has just decided it", id=str(seat.id), by=by)


def _hold(work: UnitOfWork, seat: Any, capacity: Capacity | None) -> None:
    held = {
        "state": "claimed",
        "assignee": holder(work, capacity),
        "capacity": _key(capacity),
        "claimed_at": work.now,
        "revision": seat.revision + 1,
    }
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(held))
    answer(work, seat)
    work.wake(work.actor.person, holder(work, capacity), *seat.resolved["persons"])


def _end(
    work: UnitOfWork,
    seat: Any,
    signer: Signer,
    said: Checked,
    occurred: datetime | None,
) -> None:
    ended = {
        "state": "completed",
        "assignee": signer.person,
        "capacity": signer.capacity,
        "ended_at": work.now,
        "ended_by": signer.agent or signer.person,
        "on_behalf_of": None if signer.agent is None else signer.person,
        "outcome": said.outcome.value,
        "opinion": said.opinion,
        "vote": _vote(seat, said.outcome),
        "revision": seat.revision + 1,
        "recorded_by": None if signer.evidence is None else work.actor.person,
        "evidence": signer.evidence,
        "occurred_at": occurred,
        "form_hash": hash_of(_hashed(seat, said)),
    }
    work.write(ENDED_SEAT, {**ended, "key": seat.key})
    work.wake(signer.person)
    end_seats(work, [seat.key], drafts=seat.drafted, ladders=seat.term is not None)
    work.wake(work.actor.person, *seat.resolved["persons"])


def hash_of(values: Mapping[str, JSON]) -> str:
    """SHA-256 in hexadecimal of values of a form."""
    return hashlib.sha256(dump_json(dict(values)).encode()).hexdigest()


def _vote(seat: Any, outcome: OutcomeModel) -> str | None:
    """What a seat says by ending so; advice is no vote."""
    if outcome.value == CAST_VOTES.value:
        return CAST
    return None if seat.kind == "advice" else VOTES[outcome.kind]


def _hashed(seat: Any, said: Checked) -> Mapping[str, JSON]:
    """What a decision is bound to: the values of its form, and its votes on motions where they are no secret."""
    if not said.votes or seat.policy["secret"]:
        return said.values
    return {**said.values, VOTES_FIELD: said.votes}


def _enclosing(files: Sequence[EnclosedFile]) -> dict[str, JSON]:
    """What the history says of the files that go with an opinion."""
    return {"enclosures": [file.name for file in files]} if files else {}


def _enclosed_by(work: UnitOfWork, seat: Any) -> tuple[EnclosedFile, ...]:
    """The files that the actor sends with his opinion."""
    return enclosed_uploads(work.connection, seat.key, work.actor.person) if seat.enclosing else ()


def _written(said: Checked, attached: list[str], enclosed: Sequence[EnclosedFile]) -> dict[str, JSON]:
    """What the audit trail keeps of a form: the hashes of the values that were changed, before and after, and the files."""
    kept: dict[str, JSON] = {"attachments": [*attached]} if attached else {}
    if said.form is not None and said.values:
        kept["form"] = {"before": hash_of(said.before), "after": hash_of(said.values)}
    if enclosed:
        kept["enclosures"] = [{"id": str(file.id), "sha256": file.sha256} for file in enclosed]
    return kept


def expect_revision(seat: Any, revision: int | None) -> None:
    """Raises Conflict `stale` when somebody has looked at another revision of the task."""
    if revision is not None and revision != seat.revision:
        raise Conflict(
            "stale",
            "Expected task '{id}' at revision {revision}, but it is at {found}",
            id=str(seat.id),
            revision=revision,
            found=seat.revision,
        )


def _key(capacity: Capacity | None) -> int | None:
    return None if capacity is None else capacity.appointment
