"""Exporting statistics. The rows themselves are queries; that somebody takes them along is written down first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from engine.appliers import audit
from engine.commands.registry import Command
from engine.records import Done
from engine.store.unit_of_work import UnitOfWork

LONGEST = 100


@dataclass(frozen=True, kw_only=True)
class NoteExport(Command[Done]):
    """Write into the audit trail that the actor exports the work of a process folder over a period."""

    folder: str
    format: str
    first: date
    last: date


def note_export(command: NoteExport, work: UnitOfWork, runtime: object) -> Done:
    data = {"format": command.format, "first": command.first.isoformat(), "last": command.last.isoformat()}
    audit.record(work, "export-statistics", command.folder[:LONGEST], data=data)
    return Done()
