"""Printing a case. The paper itself is a query; that somebody takes it along is written down first."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from engine.commands.registry import Command
from engine.commands.withdrawal import lock_seen_case
from engine.records import Done
from engine.runtime import Act, Runtime
from engine.store.unit_of_work import UnitOfWork

PRINT = "print"


@dataclass(frozen=True, kw_only=True)
class NotePrinting(Command[Done]):
    """Write into a case's audit trail that the actor prints it, as far as he may see it."""

    instance: UUID
    document: str | None = None
    """Id of the document of its process; None is the case itself."""


def note_printing(command: NotePrinting, work: UnitOfWork, runtime: Runtime) -> Done:
    data = {} if command.document is None else {"document": command.document}
    case = lock_seen_case(work, runtime, command.instance)
    runtime.note(work, case, Act(action=PRINT, data=data), lambda journal: None)
    return Done(instance=case.id, state=case.state)
