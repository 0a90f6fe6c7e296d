"""Note that somebody asked for what is not his to do: the audit administrator reads who has tried which doors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from engine.appliers import audit
from engine.commands.registry import Command
from engine.records import Done
from engine.store.unit_of_work import UnitOfWork

LONGEST = 100
"""Characters kept of a door's name."""


@dataclass(frozen=True, kw_only=True)
class NoteRefusal(Command[Done]):
    """Write down that the actor was refused at `door`, the name of a route, with the refusal's code."""

    repeatable: ClassVar[bool] = True
    door: str
    code: str


def note_refusal(command: NoteRefusal, work: UnitOfWork, runtime: object) -> Done:
    audit.record(work, "access-refused", command.door[:LONGEST], result="refused", data={"code": command.code})
    return Done()
