"""Urge those who have a case in their hands (催办), and say something about it (评论)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine.appliers.journal import Journal
from engine.authorization import Standing, require_visible_instance, standing
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, NotAllowed, NotFound
from engine.kernel.model import ApprovalModel
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.tasks import TOLD_AT_MOST, titles
from engine.store.tables import Copy, ProcessInstance, Round, Seat
from engine.store.unit_of_work import UnitOfWork

URGE_PAUSE = timedelta(minutes=30)
"""How long a task is left in peace after somebody was urged to do it."""
TEXT_LIMIT = 500


@dataclass(frozen=True, kw_only=True)
class UrgeCase(Command[Done]):
    """Urge everybody who has an open task of a case. Its starter, a superior after escalation and an operator may."""

    instance: UUID
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class CommentOnCase(Command[Done]):
    """Add a comment to a case that one may see. It stays for ever and moves nothing."""

    instance: UUID
    text: str


def urge_case(command: UrgeCase, work: UnitOfWork, runtime: Runtime) -> Done:
    case, who = _visible(work, runtime, command.instance)
    require_text("text", command.text, TEXT_LIMIT)
    case.require_moving()
    _require_may_urge(work, case, who)
    open_seats = _open_seats(work, runtime, case)
    if not open_seats:
        raise Conflict(
            "nobody-to-urge", "Expected somebody who could be urged in case '{id}', but there is nobody", id=str(case.id)
        )
    rested = [seat for seat in open_seats if seat.urged_at is None or seat.urged_at + URGE_PAUSE <= work.now]
    if not rested:
        until = min(seat.urged_at for seat in open_seats) + URGE_PAUSE
        raise Conflict(
            "urged-already",
            "Expected to urge after {until}, but case '{id}' was urged before",
            until=until.isoformat(),
            id=str(case.id),
        )
    urged = update(Seat).where(Seat.key.in_([seat.key for seat in rested]))
    work.connection.execute(urged.values(urged=Seat.urged + 1, urged_at=work.now))
    text = command.text.strip() or None

    def noted(journal: Journal) -> None:
        for seat in rested:
            journal.note("task-urged", element=seat.element, by_actor=True, task=str(seat.id), times=seat.urged + 1, reason=text)
            title, title_en = titles(runtime.definitions.get(seat.definition))
            persons: Sequence[int] = [seat.assignee] if seat.assignee is not None else seat.resolved["persons"][:TOLD_AT_MOST]
            for person in persons:
                told, told_en = f"{title}：催办“{seat.name}”", f"{title_en}: please do “{seat.name}”"
                journal.tell(person, "urged", told, told_en, seat=seat.key)

    runtime.note(work, case, Act(action="urge", object=str(case.id), data={"tasks": len(rested)}), noted)
    return Done(instance=case.id)


def comment_on_case(command: CommentOnCase, work: UnitOfWork, runtime: Runtime) -> Done:
    case, _ = _visible(work, runtime, command.instance)
    text = required_reason(command.text)

    def noted(journal: Journal) -> None:
        journal.note("comment", by_actor=True, reason=text)

    runtime.note(work, case, Act(action="comment", object=str(case.id)), noted)
    return Done(instance=case.id)


def _visible(work: UnitOfWork, runtime: Runtime, instance: UUID) -> tuple[Case, Standing]:
    """The locked case, when the actor may see it. Raises NotFound."""
    key = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == instance)).scalar_one_or_none()
    if key is None:
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(instance))
    case = runtime.lock(work, key)
    who = standing(work.connection, work.actor.person, work.now)
    if "operations" not in work.actor.rights:
        require_visible_instance(work.connection, who, work.now, case.key, case.id)
    return case, who


def _require_may_urge(work: UnitOfWork, case: Case, who: Standing) -> None:
    if "operations" in work.actor.rights or (who.person is not None and case.started_by == who.person):
        return
    climbed = (Copy.instance == case.key, Copy.person == who.person, Copy.reason.in_(("overdue", "level2", "level3")))
    if work.connection.execute(select(Copy.key).where(*climbed).limit(1)).first() is None:
        raise NotAllowed("not-urging", "Expected the starter of case '{id}' or a superior, but you are neither", id=str(case.id))


def _open_seats(work: UnitOfWork, runtime: Runtime, case: Case) -> list[Any]:
    """Open seats of the case at steps that allow it."""
    columns = (*Seat.__table__.columns, Round.definition, Round.resolved)
    found = select(*columns).join(Round, Round.key == Seat.round)
    rows = work.connection.execute(found.where(Seat.instance == case.key, Seat.state.in_(("open", "claimed"))).order_by(Seat.key))

    def allowed(seat: Any) -> bool:
        element = runtime.definitions.get(seat.definition).model.elements[seat.element]
        return "urge" in (element.approval or ApprovalModel()).signing.operations

    return [seat for seat in rows if allowed(seat)]
