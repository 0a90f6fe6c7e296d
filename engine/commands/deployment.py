"""Bring process definitions, decision tables, forms and parameters in: together, checked, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update

from engine.appliers import audit
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import InvalidModel
from engine.gate.inspection import LONGEST_NAME, examine, kind_of
from engine.kernel import ProcessModel
from engine.kernel.definition import ForeignServices
from engine.records import Deployed
from engine.runtime import Runtime
from engine.runtime.definitions import digest
from engine.runtime.timer_starts import Plans, disarm
from engine.store.tables import Deployment, ProcessDefinition, Resource, SearchAttribute, StartSubscription
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class Deploy(Command[Deployed]):
    """Deploy the files of one folder together. The same files again change nothing."""

    name: str
    resources: Mapping[str, bytes]
    """File name -> content: `*.bpmn` (or `*.xml`), `*.dmn`, `*.form.json`, `*.document.json`, `*.scenario.json`, and
    `parameters.json`."""
    note: str | None = None
    """What who publishes it says of it."""
    foreign_services: ForeignServices = "refuse"
    """`pass` lets service tasks of other engines through as if done, for the scenario runner only."""


def deploy(command: Deploy, work: UnitOfWork, runtime: Runtime) -> Deployed:
    require_right(work.actor, "deploy")
    for name in (command.name, *command.resources):
        require_text("name", name, 200)
    kinds = {name: kind_of(name) for name in command.resources}
    fingerprint = digest(command.resources)
    known = _known(work, command.name, fingerprint)
    if known is not None:
        return known
    inspected = examine(work, command.name, command.resources, foreign_services=command.foreign_services)
    if inspected.refused or inspected.plans is None:
        raise InvalidModel(inspected.findings)
    findings = inspected.findings
    key, identity = work.new_key(), uuid4()
    warnings = [asdict(finding) for finding in findings]
    work.connection.execute(
        insert(Deployment).values(
            key=key,
            id=identity,
            name=command.name,
            digest=fingerprint,
            deployed_at=work.now,
            deployed_by=work.actor.person,
            warnings=warnings,
            note=command.note,
        )
    )
    files = [
        {"key": work.new_key(), "deployment": key, "name": name, "kind": kinds[name], "content": content}
        for name, content in sorted(command.resources.items())
    ]
    work.connection.execute(insert(Resource), files)
    references = tuple(_define(work, key, model, inspected.plans) for model in inspected.processes)
    audit.record(work, "deploy", command.name, data={"digest": fingerprint, "processes": list(references)})
    return Deployed(
        deployment=identity,
        processes=references,
        unchanged=False,
        warnings=tuple(
            f"{finding.resource}:{finding.line or 0} {finding.element or ''} {finding.message}" for finding in findings
        ),
    )


def _define(work: UnitOfWork, deployment: int, model: ProcessModel, plans: Plans) -> str:
    table = ProcessDefinition
    older = select(func.coalesce(func.max(table.version), 0)).where(table.process_id == model.id)
    version = int(work.connection.execute(older).scalar_one()) + 1
    suspended = work.connection.execute(select(table.suspended_at).where(table.process_id == model.id, table.latest.is_(True)))
    previous = select(table.key).where(table.process_id == model.id)
    # A new version does not let a process go on that somebody has suspended.
    suspended_at = suspended.scalar_one_or_none()
    disarm(work, model.id)
    work.connection.execute(delete(StartSubscription).where(StartSubscription.definition.in_(previous)))
    work.connection.execute(update(table).where(table.process_id == model.id, table.latest.is_(True)).values(latest=False))
    key = work.new_key()
    work.connection.execute(
        insert(table).values(
            key=key,
            id=uuid4(),
            deployment=deployment,
            process_id=model.id,
            version=version,
            version_tag=model.version_tag,
            latest=True,
            resource=model.resource,
            name=(model.title or model.name or model.id)[:LONGEST_NAME],
            startable=model.startable,
            suspended_at=suspended_at,
        )
    )
    searches = [
        {"definition": key, "name": found.name, "label": found.label, "label_en": found.label_en} for found in model.searches
    ]
    if searches:
        work.connection.execute(insert(SearchAttribute), searches)
    keys = [work.new_key() for _ in model.start_subscriptions]
    starts = [
        {"key": row, "definition": key, "kind": start.kind, "name": start.name, "element": start.element}
        for row, start in zip(keys, model.start_subscriptions, strict=True)
    ]
    if starts:
        work.connection.execute(insert(StartSubscription), starts)
    for row, start in zip(keys, model.start_subscriptions, strict=True):
        plans.arm(work, row, model, start)
    return f"{model.id}:{version}"


def _known(work: UnitOfWork, name: str, fingerprint: str) -> Deployed | None:
    """The newest deployment of this name, when it holds exactly these files."""
    newest = (
        select(Deployment.key, Deployment.id, Deployment.digest)
        .where(Deployment.name == name)
        .order_by(Deployment.key.desc())
        .limit(1)
    )
    row = work.connection.execute(newest).one_or_none()
    if row is None or row.digest != fingerprint:
        return None
    definitions = select(ProcessDefinition.process_id, ProcessDefinition.version).where(ProcessDefinition.deployment == row.key)
    references = tuple(f"{process_id}:{version}" for process_id, version in work.connection.execute(definitions))
    return Deployed(deployment=row.id, processes=references, warnings=(), unchanged=True)
