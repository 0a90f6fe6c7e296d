"""Read-only copies of a task: sent by its holder (抄送), or passed round for an opinion (传阅). They never hold anything up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update

from engine.appliers.journal import Journal
from engine.appliers.tasks import copy_row
from engine.authorization import may_act_on_seat, require_visible_seat, standing, task_not_found
from engine.commands.adding import PEOPLE_AT_MOST, receiver, require_operation
from engine.commands.decision import OPINION_LIMIT
from engine.commands.registry import Command
from engine.commands.task import lock_seat
from engine.commands.texts import require_text
from engine.errors import Conflict, FieldError, Invalid, InvalidForm
from engine.kernel.model import ApprovalModel
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.runtime.tasks import titles
from engine.store.tables import Copy, Seat
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class SendCopies(Command[Done]):
    """Send read-only copies of a task, also of one that one has done; `circulate` asks for an opinion."""

    task: UUID
    persons: tuple[UUID, ...]
    circulate: bool = False


@dataclass(frozen=True, kw_only=True)
class AnswerCopy(Command[Done]):
    """Give one's opinion on a copy that was passed round."""

    copy: UUID
    opinion: str


@dataclass(frozen=True, kw_only=True)
class MarkCopyRead(Command[Done]):
    """Note that a copy was read."""

    copy: UUID


def send_copies(command: SendCopies, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = lock_seat(work, runtime, command.task)
    capacity = may_act_on_seat(work, seat)
    definition = runtime.definitions.get(seat.definition)
    approval = definition.model.elements[seat.element].approval or ApprovalModel()
    require_operation(approval, seat, "circulate" if command.circulate else "copy")
    if not 1 <= len(command.persons) <= PEOPLE_AT_MOST:
        raise Invalid(
            "persons", "Expected 1 to {limit} people, but found {found}", limit=PEOPLE_AT_MOST, found=len(command.persons)
        )
    reason = "circulate" if command.circulate else "person"
    found = [receiver(work, case, person)[0] for person in dict.fromkeys(command.persons)]
    known = select(Copy.person).where(Copy.seat == seat.key, Copy.reason == reason, Copy.person.in_(found))
    have = set(work.connection.execute(known).scalars())
    persons = [person for person in found if person not in have]
    rows = [{**copy_row(work, case.key, seat.key, person, reason), "sent_by": work.actor.person} for person in persons]
    if rows:
        work.connection.execute(insert(Copy), rows)

    def noted(journal: Journal) -> None:
        title, title_en = titles(definition)
        zh, en = ("传阅", "for your opinion") if command.circulate else ("抄送", "copy")
        for person in persons:
            journal.note("copied", element=seat.element, by_actor=True, task=str(seat.id), person=person, reason=reason)
            journal.tell(person, "copy", f"{title}：{zh}“{seat.name}”", f"{title_en}: “{seat.name}”, {en}", seat=seat.key)

    chair = None if capacity is None else capacity.appointment
    act = Act(action="copy", object=str(seat.id), capacity=chair, data={"persons": persons, "reason": reason})
    runtime.note(work, case, act, noted)
    return Done(instance=case.id, task=seat.id)


def answer_copy(command: AnswerCopy, work: UnitOfWork, runtime: Runtime) -> Done:
    copy, seat = _own_copy(work, command.copy)
    require_text("opinion", command.opinion, OPINION_LIMIT)
    opinion = command.opinion.strip()
    if not opinion:
        message, message_en = "请写明意见。", "Give your opinion."
        raise InvalidForm([FieldError(path="opinion", code="required", message=message, message_en=message_en)])
    if copy.reason != "circulate":
        raise Conflict("no-opinion-wanted", "Expected a copy that asks for an opinion, but '{id}' is to be read", id=str(copy.id))
    case = runtime.lock(work, copy.instance)
    if copy.answered_at is not None:
        raise Conflict("copy-answered", "Expected a copy without an opinion, but '{id}' has one", id=str(copy.id))
    answered = {"opinion": opinion, "answered_at": work.now, "read_at": copy.read_at or work.now}
    work.connection.execute(update(Copy).where(Copy.key == copy.key).values(answered))

    def noted(journal: Journal) -> None:
        journal.note("copy-answered", element=seat.element, by_actor=True, task=str(seat.id), opinion=opinion)
        if copy.sent_by is not None:
            text, text_en = f"“{seat.name}”的传阅有了意见", f"An opinion on “{seat.name}” has come"
            journal.tell(copy.sent_by, "copy-answered", text, text_en, seat=seat.key)

    runtime.note(work, case, Act(action="answer-copy", object=str(copy.id)), noted)
    return Done(instance=case.id, task=seat.id)


def mark_copy_read(command: MarkCopyRead, work: UnitOfWork, runtime: Runtime) -> Done:
    copy, seat = _own_copy(work, command.copy)
    work.connection.execute(update(Copy).where(Copy.key == copy.key, Copy.read_at.is_(None)).values(read_at=work.now))
    work.wake(work.actor.person)
    return Done(task=seat.id)


def _own_copy(work: UnitOfWork, name: UUID) -> tuple[Any, Any]:
    """A copy of the actor's own and the seat it is of. Raises NotFound."""
    own = select(*Copy.__table__.columns).where(Copy.id == name, Copy.person == work.actor.person)
    copy = work.connection.execute(own).one_or_none()
    if copy is None:
        raise task_not_found(name)
    seat = work.connection.execute(select(Seat.key, Seat.id, Seat.element, Seat.name).where(Seat.key == copy.seat)).one()
    require_visible_seat(work.connection, standing(work.connection, work.actor.person, work.now), work.now, seat.key, seat.id)
    return copy, seat
