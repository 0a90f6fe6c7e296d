"""What was typed into a task and not sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from engine.approvals import VOTES_FIELD
from engine.commands.decision import OPINION_LIMIT
from engine.commands.registry import Command
from engine.commands.task import lock_open_seat
from engine.commands.texts import require_text, require_values
from engine.errors import Invalid
from engine.kernel.rows import JSON
from engine.records import Done
from engine.runtime import Runtime
from engine.store.base import dump_json
from engine.store.tables import Draft
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert


@dataclass(frozen=True, kw_only=True)
class SaveDraft(Command[Done]):
    """Keep what was typed into a task without sending it; of a secret vote nothing is kept."""

    task: UUID
    data: Mapping[str, JSON] = field(default_factory=dict)
    opinion: str | None = None


def save_draft(command: SaveDraft, work: UnitOfWork, runtime: Runtime) -> Done:
    case, seat, _ = lock_open_seat(work, runtime, command.task, moving=False)
    if len(dump_json(dict(command.data))) > 200_000 or len(command.opinion or "") > OPINION_LIMIT:
        raise Invalid("draft-too-large", "Expected a draft of at most 200 kB, but it is larger")
    require_values(command.data)
    require_text("opinion", command.opinion)
    row = {
        "seat": seat.key,
        "person": work.actor.person,
        "data": {name: value for name, value in command.data.items() if name != VOTES_FIELD or not seat.policy.get("secret")},
        "opinion": command.opinion,
        "saved_at": work.now,
    }
    upsert(work.connection, Draft, [row])
    return Done(instance=case.id, task=seat.id)
