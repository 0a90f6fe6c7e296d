"""Seal the audit trail."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from engine.appliers import audit
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.records import Done
from engine.runtime import Runtime
from engine.store.unit_of_work import UnitOfWork

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class AnchorAudit(Command[Done]):
    """Seal what was written to the audit trail since the newest anchor, when an hour has passed. Doing it twice does no harm."""


def anchor_audit(command: AnchorAudit, work: UnitOfWork, runtime: Runtime) -> Done:
    require_right(work.actor, "operations")
    made = audit.anchor(work)
    if made is not None:
        # The system's log is kept elsewhere than the database: there the hash is out of reach of whoever changes the trail.
        log.warning("audit anchor %s", made)
    return Done(state=None if made is None else "anchored")
