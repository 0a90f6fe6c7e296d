"""What a secretary writes down at a meeting: votes given there, with what proves them (秘书代录), and who is absent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine.appliers.journal import Journal
from engine.appliers.tasks import close_seats
from engine.approvals import VOTES_FIELD
from engine.authorization import require_visible_instance, standing
from engine.commands.decision import OPINION_LIMIT
from engine.commands.registry import Command
from engine.commands.signer import Signer
from engine.commands.task import CompleteTask, expect_revision, lock_seat, require_open, sign
from engine.commands.texts import require_text
from engine.errors import FieldError, InvalidForm, NotAllowed
from engine.records import Done
from engine.runtime import Act, Case, Change, Runtime, settle
from engine.store.tables import Person, Seat
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class RecordVote(Command[Done]):
    """Enter a signer's vote on his behalf, with what proves it, such as the page of the minutes."""

    task: UUID
    outcome: str
    evidence: str
    opinion: str | None = None
    votes: Mapping[str, str] = field(default_factory=dict)
    """What he said to each motion, by its key, where they are voted on one by one."""
    revision: int | None = None


@dataclass(frozen=True, kw_only=True)
class RecordAbsence(Command[Done]):
    """Note that a signer is absent. A written opinion of his is minuted and does not count."""

    task: UUID
    opinion: str | None = None
    revision: int | None = None


def record_vote(command: RecordVote, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = _at_the_meeting(work, runtime, command.task, command.revision)
    if seat.policy.get("secret"):
        raise NotAllowed("secret-ballot", "Expected a vote by name, but '{name}' is a secret ballot", name=seat.name)
    require_text("evidence", command.evidence, OPINION_LIMIT)
    evidence = command.evidence.strip()
    if not evidence:
        message, message_en = "代录须写明依据。", "Say what proves the vote."
        raise InvalidForm([FieldError(path="evidence", code="required", message=message, message_en=message_en)])
    name = work.connection.execute(select(Person.name).where(Person.key == seat.assignee)).scalar_one()
    signer = Signer(person=seat.assignee, name=name, capacity=seat.capacity, evidence=evidence)
    data = {VOTES_FIELD: dict(command.votes)} if command.votes else {}
    vote = CompleteTask(task=command.task, outcome=command.outcome, opinion=command.opinion, data=data)
    return sign(vote, work, runtime, case, seat, signer)


def record_absence(command: RecordAbsence, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = _at_the_meeting(work, runtime, command.task, command.revision)
    require_text("opinion", command.opinion, OPINION_LIMIT)
    opinion = (command.opinion or "").strip() or None
    close_seats(work, [seat.key], "absent", by=work.actor.person)
    work.connection.execute(update(Seat).where(Seat.key == seat.key).values(opinion=opinion, recorded_by=work.actor.person))

    def noted(journal: Journal) -> None:
        journal.note(
            "signer-absent", element=seat.element, by_actor=True, task=str(seat.id), person=seat.assignee, opinion=opinion
        )

    act = Act(action="record-absence", object=str(seat.id), data={"person": seat.assignee})
    settle(work, runtime, case, seat, Change(act=act, noted=noted))
    return Done(instance=case.id, task=seat.id, state=case.state)


def _at_the_meeting(work: UnitOfWork, runtime: Runtime, task: UUID, revision: int | None) -> tuple[Case, Any]:
    """An open seat of a round whose secretary the actor is. Raises NotFound, NotAllowed and Conflict."""
    case, seat = lock_seat(work, runtime, task)
    who = standing(work.connection, work.actor.person, work.now)
    secretaries = set(seat.policy.get("secretaries", ()))
    if not secretaries.intersection(who.principals):
        require_visible_instance(work.connection, who, work.now, case.key, case.id)
        raise NotAllowed("not-secretary", "Expected the secretary of '{name}', but you are not", name=seat.name)
    require_open(work, seat)
    expect_revision(seat, revision)
    case.require_moving()
    return case, seat
