"""What is entered afterwards (补录): it happened at one time and is recorded at another, and both are kept.

All clocks run from the recording: nobody can have been late at a task that nobody had, so nothing that lies back fires.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from engine.authorization import require_right
from engine.commands.texts import require_text
from engine.errors import FieldError, InvalidForm
from engine.store.unit_of_work import UnitOfWork

RIGHT = "backfill"
LONGEST_REASON = 500
FARTHEST = timedelta(days=3660)


@dataclass(frozen=True, kw_only=True)
class Afterwards:
    """When something really happened, and why it is entered only now."""

    occurred_at: datetime
    reason: str


def checked_afterwards(work: UnitOfWork, given: Afterwards | None, since: datetime | None = None) -> dict[str, Any]:
    """What history and audit say of an entry made afterwards; empty for one that is made in time.

    It needs the right `backfill`, a reason, and a time that lies back, at most ten years, and not before `since`.
    """
    if given is None:
        return {}
    require_right(work.actor, RIGHT)
    require_text("afterwards.reason", given.reason, LONGEST_REASON)
    if not given.reason.strip():
        raise _wrong("reason", "补录要写明原因。", "Say why it is entered afterwards.")
    if given.occurred_at >= work.now:
        raise _wrong("occurredAt", "实际发生时间要早于现在。", "It must have happened before now.")
    if given.occurred_at < work.now - FARTHEST:
        raise _wrong("occurredAt", "实际发生时间最多早十年。", "It happened at most ten years ago.")
    if since is not None and given.occurred_at < since:
        raise _wrong("occurredAt", "实际办理时间不能早于案件发生的时间。", "A decision cannot be older than its case.")
    return {"occurred_at": given.occurred_at.isoformat(), "afterwards": given.reason.strip()}


def _wrong(field: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=f"afterwards.{field}", code="afterwards", message=message, message_en=message_en)])
