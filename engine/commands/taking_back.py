"""Take one's own decision back (收回); see `engine.runtime.taking_back` for when that is possible."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from engine.appliers.attachments import reopen_uploads
from engine.appliers.journal import Journal
from engine.appliers.rounds import seats_of_round, votes_of
from engine.appliers.tasks import close_seats, end_turns
from engine.approvals import LIVE, VOTES_FIELD
from engine.authorization import require_visible_seat, standing
from engine.commands.motions import require_no_secret
from engine.commands.registry import Command
from engine.commands.task import lock_seat
from engine.errors import Conflict, NotAllowed
from engine.kernel.rows import JSON
from engine.kernel.triggers import SetVariables
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.case import Expected
from engine.runtime.rounds import ask_again
from engine.runtime.taking_back import Decision, Undoing, undoing, undoing_vote
from engine.runtime.terms import term_going_on
from engine.store.tables import Draft, Round, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert

HINDRANCES = {
    "heard": "it was only heard",
    "seats": "it was one of several decided side by side",
    "several": "others have voted since and decided it",
    "joined": "other branches have gone on with it",
    "acted": "somebody has acted on it",
    "taken": "somebody has taken the next task up",
    "effects": "something outside the case was done because of it",
    "called": "another process was called because of it",
}


@dataclass(frozen=True, kw_only=True)
class TakeBackTask(Command[Done]):
    """Undo one's own decision of a task, so that it is open again as it was."""

    task: UUID


def take_back_task(command: TakeBackTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat = lock_seat(work, runtime, command.task)
    who = standing(work.connection, work.actor.person, work.now)
    require_visible_seat(work.connection, who, work.now, seat.key, seat.id)
    if seat.state != "completed" or seat.ended_by != work.actor.person or seat.ending is not None:
        raise NotAllowed("not-your-decision", "Expected a task that you have decided, but '{id}' is none", id=str(seat.id))
    case.require_moving()
    require_no_secret(seat)
    # What goes on, goes on with its term; a round of several with its votes.
    goes_on = seat.round if seat.several and seat.decided_at is not None else None
    term = term_going_on(work, runtime.definitions.get(seat.definition), seat)
    case.expected = {seat.element: Expected(persons=(seat.assignee,), term=term, round=goes_on)}
    votes = votes_of(work.connection, seat.round).get(seat.key)
    typed = dict(_reopen_vote(work, runtime, case, seat) if seat.decided_at is None else _undo(work, runtime, case, seat))
    typed |= {VOTES_FIELD: votes} if votes else {}
    again = _again(work, case, seat)
    reopen_uploads(work, case.key, seat.key, again.key)
    if typed or seat.opinion:
        draft = {"seat": again.key, "person": work.actor.person, "data": typed, "opinion": seat.opinion}
        upsert(work.connection, Draft, [{**draft, "saved_at": work.now}])
    return Done(instance=case.id, task=again.id, state=case.state)


def _undo(work: UnitOfWork, runtime: Runtime, case: Case, seat: Any) -> Mapping[str, JSON]:
    """Takes a decision back that has moved the case. Returns what had been filled in."""
    model = runtime.definitions.get(seat.definition).model
    undone = undoing(work.connection, model, _decision(seat))
    if not isinstance(undone, Undoing):
        raise _hindered(seat, undone)

    def noted(journal: Journal) -> None:
        # The vote stays as it was given; the step as such is not decided any more.
        if seat.several:
            ask_again(work, runtime, case, seat, journal, undone.needless)
        else:
            work.connection.execute(update(Round).where(Round.key == seat.round).values(state="cancelled"))
        _note(journal, seat)

    runtime.advance(work, case, undone.move(seat.element), _act(seat), before=noted, operated=True)
    return undone.typed


def _reopen_vote(work: UnitOfWork, runtime: Runtime, case: Case, seat: Any) -> Mapping[str, JSON]:
    """Takes a vote back before its round is decided: its signer speaks again, and those wait whose turn it had begun."""
    undone = undoing_vote(work.connection, _decision(seat))
    if not isinstance(undone, Undoing):
        raise _hindered(seat, undone)
    seats = seats_of_round(work, seat.round)
    after = [other for other in seats if other.position > seat.position and other.sent_by == seat.ended_by]
    # Whom the vote has asked to speak afterwards is asked by it no more.
    added = [other for other in seats if other.parent == seat.key and other.kind == "after"]
    if any(other.state == "completed" for other in (*after, *added)):
        raise _hindered(seat, "acted")

    def noted(journal: Journal) -> None:
        close_seats(work, [other.key for other in added if other.state in LIVE], "removed", by=work.actor.person)
        end_turns(work, [other.key for other in after if other.state in ("open", "claimed") and other not in added])
        ask_again(work, runtime, case, seat, journal, undone.needless)
        _note(journal, seat)

    if undone.restored:
        trigger = SetVariables(variables=undone.restored, scope=seat.scope)
        runtime.advance(work, case, trigger, _act(seat), before=noted)
    else:
        runtime.note(work, case, _act(seat), noted)
    return undone.typed


def _hindered(seat: Any, hindrance: str) -> Conflict:
    reason = HINDRANCES[hindrance]
    return Conflict(f"take-back-{hindrance}", "Expected to take task '{id}' back, but {reason}", id=str(seat.id), reason=reason)


def _note(journal: Journal, seat: Any) -> None:
    journal.note(
        "task-taken-back", element=seat.element, token=seat.token, by_actor=True, capacity=seat.capacity, task=str(seat.id)
    )


def _act(seat: Any) -> Act:
    return Act(action="take-back", object=str(seat.id), capacity=seat.capacity)


def _decision(seat: Any) -> Decision:
    """A decided task from its row, which has the columns of its round."""
    return Decision(
        id=str(seat.id),
        instance=seat.instance,
        kind=seat.kind,
        several=seat.several,
        element=seat.element,
        token=seat.token,
        scope=seat.scope,
    )


def _again(work: UnitOfWork, case: Case, seat: Any) -> Any:
    newest = (
        select(Seat.key, Seat.id)
        .where(Seat.instance == case.key, Seat.element == seat.element, Seat.state.in_(("open", "claimed")))
        .where(Seat.assignee == seat.assignee)
        .order_by(Seat.opened_at.desc(), Seat.key.desc())
        .limit(1)
    )
    return work.connection.execute(newest).one()
