"""Follow a case (关注): be told what happens to it without having a part in it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import delete, select

from engine.authorization import require_visible_instance, standing
from engine.commands.registry import Command
from engine.errors import NotFound
from engine.records import Done
from engine.runtime import Runtime
from engine.store.tables import Follow, ProcessInstance
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert


@dataclass(frozen=True, kw_only=True)
class FollowCase(Command[Done]):
    """Be told what happens to a case that one may see, for as long as one may see it. Following it again changes nothing."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class UnfollowCase(Command[Done]):
    """Be told no more, also of a followed case that one may not see any more."""

    instance: UUID


def follow_case(command: FollowCase, work: UnitOfWork, runtime: Runtime) -> Done:
    key = _key(work, command.instance)
    who = standing(work.connection, work.actor.person, work.now)
    require_visible_instance(work.connection, who, work.now, key, command.instance)
    known = select(Follow.since).where(Follow.instance == key, Follow.person == work.actor.person)
    if work.connection.execute(known).first() is None:
        upsert(work.connection, Follow, [{"instance": key, "person": work.actor.person, "since": work.now}])
    work.wake(work.actor.person)
    return Done(instance=command.instance)


def unfollow_case(command: UnfollowCase, work: UnitOfWork, runtime: Runtime) -> Done:
    key = _key(work, command.instance)
    gone = work.connection.execute(delete(Follow).where(Follow.instance == key, Follow.person == work.actor.person))
    if not gone.rowcount:
        require_visible_instance(
            work.connection, standing(work.connection, work.actor.person, work.now), work.now, key, command.instance
        )
    work.wake(work.actor.person)
    return Done(instance=command.instance)


def _key(work: UnitOfWork, instance: UUID) -> int:
    found = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == instance)).scalar_one_or_none()
    if found is None:
        raise NotFound("instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(instance))
    return int(found)
