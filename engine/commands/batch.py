"""One operation over many cases: suspend, resume, cancel or migrate them, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Select, insert, select, update

from engine.appliers import audit
from engine.appliers.jobs import JobScheduled, drop_free, schedule
from engine.authorization import require_right
from engine.commands.operation import required_reason
from engine.commands.registry import Command
from engine.errors import Conflict, Invalid, NotFound
from engine.records import BatchMade, InstanceFilter
from engine.runtime import Runtime
from engine.runtime.instance_filter import matching
from engine.store.state import chunks
from engine.store.tables import Batch, BatchItem, Deployment, ProcessDefinition, ProcessInstance
from engine.store.unit_of_work import UnitOfWork

ITEM = "batch-item"
KINDS = ("suspend", "resume", "cancel", "migrate", "revert")
PARAMETERS: Mapping[str, frozenset[str]] = {
    "cancel": frozenset({"compensate"}),
    "migrate": frozenset({"version", "mapping", "recompute_timers"}),
}
AT_MOST = 10_000
"""Cases of one batch."""
NAMED_AT_MOST = 5
"""Unknown cases that a refusal names."""


@dataclass(frozen=True, kw_only=True)
class StartBatch(Command[BatchMade]):
    """Carry an operation out on the cases that are named or that a filter finds, or on all active ones of a process, a version or
    a deployment."""

    kind: str
    reason: str
    instances: tuple[UUID, ...] = ()
    process: str | None = None
    version: int | None = None
    """Of `process`; None takes every version."""
    deployment: UUID | None = None
    filter: InstanceFilter | None = None
    """The cases that it finds when the batch is started; what cannot be done to one is said on its item."""
    expected: int | None = None
    """How many cases its maker has been told; another number refuses the batch."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """`compensate` of a cancellation; `version`, `mapping` and `recompute_timers` of a migration."""


@dataclass(frozen=True, kw_only=True)
class StopBatch(Command[BatchMade]):
    """Leave the cases alone that a batch has not come to yet."""

    batch: UUID


def start_batch(command: StartBatch, work: UnitOfWork, runtime: Runtime) -> BatchMade:
    require_right(work.actor, "operations")
    reason = required_reason(command.reason)
    _check(command)
    _require_named(work, command.instances)
    instances = list(work.connection.execute(_selected(work, runtime, command).limit(AT_MOST + 1)).scalars())
    if not 1 <= len(instances) <= AT_MOST:
        raise Invalid("batch-size", "Expected 1 to {most} cases, but found {count}", most=AT_MOST, count=len(instances))
    if command.expected not in (None, len(instances)):
        raise Conflict(
            "batch-changed",
            "Expected {expected} cases, but there are {count} by this time",
            expected=command.expected,
            count=len(instances),
        )
    key, identity = work.new_key(), uuid4()
    work.connection.execute(
        insert(Batch).values(
            key=key,
            id=identity,
            kind=command.kind,
            parameters=dict(command.parameters),
            reason=reason,
            total=len(instances),
            made_at=work.now,
            made_by=work.actor.person,
            stopped_at=None,
        )
    )
    items = [
        {
            "key": work.new_key(),
            "batch": key,
            "instance": instance,
            "state": "pending",
            "code": None,
            "message": None,
            "done_at": None,
        }
        for instance in instances
    ]
    work.connection.execute(insert(BatchItem), items)
    schedule(work, [JobScheduled(kind=ITEM, subject=item["key"], due_at=work.now) for item in items])
    facts = {"kind": command.kind, "reason": reason, "total": len(instances), "parameters": dict(command.parameters)}
    audit.record(work, "batch", str(identity), data=facts)
    return BatchMade(batch=identity, total=len(instances))


def stop_batch(command: StopBatch, work: UnitOfWork, runtime: Runtime) -> BatchMade:
    require_right(work.actor, "operations")
    found = select(Batch.key, Batch.total, Batch.stopped_at).where(Batch.id == command.batch).with_for_update()
    batch = work.connection.execute(found).one_or_none()
    if batch is None:
        raise NotFound("no-batch", "Expected to find batch '{id}', but there is none", id=str(command.batch))
    pending = (BatchItem.batch == batch.key, BatchItem.state == "pending")
    left = list(work.connection.execute(select(BatchItem.key).where(*pending).with_for_update(skip_locked=True)).scalars())
    if not left:
        raise Conflict("batch-over", "Expected batch '{id}' to have cases left, but it has none", id=str(command.batch))
    for chunk in chunks(left):
        work.connection.execute(update(BatchItem).where(BatchItem.key.in_(chunk)).values(state="stopped", done_at=work.now))
    drop_free(work, ITEM, left)
    work.connection.execute(update(Batch).where(Batch.key == batch.key).values(stopped_at=work.now))
    audit.record(work, "stop-batch", str(command.batch), data={"left": len(left)})
    return BatchMade(batch=command.batch, total=batch.total)


def _check(command: StartBatch) -> None:
    if command.kind not in KINDS:
        raise Invalid(
            "batch-kind", "Expected one of {kinds}, but found '{found}'", kinds=", ".join(KINDS), found=command.kind[:40]
        )
    unknown = set(command.parameters) - PARAMETERS.get(command.kind, frozenset())
    missing = command.kind == "migrate" and not isinstance(command.parameters.get("version"), int)
    if unknown or missing:
        raise Invalid("batch-parameters", "Expected the parameters of '{kind}', but found others", kind=command.kind)
    ways = [bool(command.instances), command.process is not None, command.deployment is not None]
    ways.append(command.filter is not None)
    if sum(ways) != 1:
        raise Invalid(
            "batch-selection",
            "Expected cases by id, by filter, by process or by deployment, but found {count} ways",
            count=sum(ways),
        )


def _require_named(work: UnitOfWork, named: tuple[UUID, ...]) -> None:
    """Raises Invalid `batch-unknown` unless every case that is named is there: none is left out in silence."""
    found = select(ProcessInstance.id).where(ProcessInstance.id.in_(named))
    left = set(named).difference(work.connection.execute(found).scalars() if named else ())
    if left:
        shown = ", ".join(str(id) for id in sorted(left)[:NAMED_AT_MOST])
        raise Invalid(
            "batch-unknown", "Expected cases that exist, but {count} do not, such as {shown}", count=len(left), shown=shown
        )


def _selected(work: UnitOfWork, runtime: Runtime, command: StartBatch) -> Select[Any]:
    """Keys of the cases. Those that are named are all taken; what cannot be done to one is said on its item."""
    table = ProcessInstance
    statement = select(table.key).order_by(table.key)
    if command.instances:
        return statement.where(table.id.in_(command.instances))
    if command.filter is not None:
        return statement.where(*matching(work.connection, runtime.definitions, command.filter, work.now))
    versions = select(ProcessDefinition.key)
    if command.process is not None:
        versions = versions.where(ProcessDefinition.process_id == command.process)
        if command.version is not None:
            versions = versions.where(ProcessDefinition.version == command.version)
    else:
        versions = versions.join(Deployment, Deployment.key == ProcessDefinition.deployment)
        versions = versions.where(Deployment.id == command.deployment)
    statement = statement.where(table.state == "active", table.definition.in_(versions))
    if command.kind == "resume":
        return statement.where(table.suspended_at.is_not(None))
    return statement.where(table.suspended_at.is_(None)) if command.kind == "suspend" else statement
