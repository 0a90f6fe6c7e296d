"""Try a channel: a message to the operator himself, sent, receipted and listed like every other."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import insert, select

from engine.appliers import audit
from engine.authorization import require_right
from engine.commands.delivery import delivery_row
from engine.commands.registry import Command
from engine.errors import Conflict
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import Delivery, Notification, NotificationSetting
from engine.store.unit_of_work import UnitOfWork

KIND = "test"


@dataclass(frozen=True, kw_only=True)
class TryChannel(Command[Done]):
    """Send the caller a message over one of the channels that are his own and that this node has settings for."""

    channel: str
    configured: tuple[str, ...]


def try_channel(command: TryChannel, work: UnitOfWork, runtime: Runtime) -> Done:
    """Raises NotAllowed, Conflict `channel-not-configured` or `channel-not-chosen`."""
    require_right(work.actor, "operations")
    if command.channel not in command.configured:
        message = "Expected settings for channel '{channel}', but this node has none"
        raise Conflict("channel-not-configured", message, channel=command.channel[:20])
    table = NotificationSetting
    chosen = work.connection.execute(select(table.channels).where(table.person == work.actor.person)).scalar_one_or_none()
    person = work.actor.person
    if person is None or command.channel not in {item["channel"] for item in chosen or ()}:
        message = "Expected channel '{channel}' among those that you are told over, but it is not"
        raise Conflict("channel-not-chosen", message, channel=command.channel)
    key = work.new_key()
    line = {
        "key": key,
        "id": uuid4(),
        "person": person,
        "at": work.now,
        "kind": KIND,
        "text": f"测试消息已交给渠道“{command.channel}”。",
        "text_en": f"A test message was given to channel '{command.channel}'.",
        "seat": None,
        "instance": None,
        "read_at": None,
        "urgent": True,
        "dispatched_at": work.now,
    }
    work.connection.execute(insert(Notification).values(line))
    work.connection.execute(insert(Delivery), [delivery_row(work, key, person, command.channel, work.now)])
    audit.record(work, "try-channel", command.channel)
    work.wake(person)
    return Done(state="pending")
