"""Note that somebody has opened the task he was given: from then on he knows of it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.appliers.clocks import answer, is_unanswered
from engine.appliers.journal import Journal
from engine.commands.registry import Command
from engine.commands.task import lock_open_seat
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class OpenTask(Command[Done]):
    """Note that one has opened a task that one holds. Opening it again, or one without a response clock, changes nothing."""

    task: UUID


def open_task(command: OpenTask, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, capacity = lock_open_seat(work, runtime, command.task, moving=False)
    if seat.assignee != work.actor.person or not is_unanswered(seat):
        return Done(instance=case.id, task=seat.id)
    answer(work, seat)
    chair = None if capacity is None else capacity.appointment

    def noted(journal: Journal) -> None:
        journal.note("task-seen", element=seat.element, by_actor=True, capacity=chair, task=str(seat.id))

    runtime.note(work, case, Act(action="open", object=str(seat.id), capacity=chair), noted)
    return Done(instance=case.id, task=seat.id)
