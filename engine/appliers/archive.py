"""The wish for an archive copy, written in the step that ends a case."""

from __future__ import annotations

from engine.store.tables import ArchiveCopy
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

NEW_COPY = insert_of(ArchiveCopy)


def request_copy(work: UnitOfWork, instance: int) -> None:
    """Asks for the archive copy of a case that ends."""
    wish = {"instance": instance, "requested_at": work.now, "due_at": work.now, "failures": 0}
    work.write(NEW_COPY, {**wish, "made_at": None, "sha256": None, "size": None, "seats": None, "content": None})
