"""Bring process definitions, forms and parameters in: together, checked, or not at all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import delete, func, insert, select, update

from engine.appliers import audit
from engine.authorization import require_right
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Finding, InvalidModel
from engine.forms import parse_form
from engine.functions import REGISTERED
from engine.kernel import ProcessModel, parse
from engine.kernel import StartSubscription as StartSubscriptionModel
from engine.kernel.definition import ForeignServices
from engine.records import Deployed
from engine.runtime import Runtime
from engine.runtime.definitions import digest
from engine.store.base import load_json
from engine.store.tables import Deployment, ProcessDefinition, Resource, StartSubscription
from engine.store.unit_of_work import UnitOfWork

PARAMETERS = "parameters.json"
NOT_STARTED = ("timer", "conditional")
"""Start events of a process that nothing would ever set off."""
LONGEST_ID, LONGEST_NAME, LONGEST_OUTCOME, LONGEST_ENDPOINT = 150, 200, 100, 40
"""Characters that the store keeps of what a model names."""


@dataclass(frozen=True, kw_only=True)
class Deploy(Command[Deployed]):
    """Deploy the files of one folder together. The same files again change nothing."""

    name: str
    resources: Mapping[str, bytes]
    """File name -> content: `*.bpmn` (or `*.xml`), `*.form.json`, `parameters.json`."""
    foreign_services: ForeignServices = "refuse"
    """`pass` lets service tasks of other engines through as if done, for the scenario runner only."""


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """What the gate found in a set of files."""

    findings: tuple[Finding, ...]
    processes: tuple[ProcessModel, ...]


def deploy(command: Deploy, work: UnitOfWork, runtime: Runtime) -> Deployed:
    require_right(work.actor, "deploy")
    for name in (command.name, *command.resources):
        require_text("name", name, 200)
    kinds = {name: kind_of(name) for name in command.resources}
    fingerprint = digest(command.resources)
    known = _known(work, command.name, fingerprint)
    if known is not None:
        return known
    inspected = inspect(command.resources, foreign_services=command.foreign_services)
    if any(finding.level == "error" for finding in inspected.findings):
        raise InvalidModel(inspected.findings)
    key, identity = work.new_key(), uuid4()
    warnings = [asdict(finding) for finding in inspected.findings]
    work.connection.execute(
        insert(Deployment).values(
            key=key,
            id=identity,
            name=command.name,
            digest=fingerprint,
            deployed_at=work.now,
            deployed_by=work.actor.person,
            warnings=warnings,
        )
    )
    files = [
        {"key": work.new_key(), "deployment": key, "name": name, "kind": kinds[name], "content": content}
        for name, content in sorted(command.resources.items())
    ]
    work.connection.execute(insert(Resource), files)
    references = tuple(_define(work, key, model) for model in inspected.processes)
    audit.record(work, "deploy", command.name, data={"digest": fingerprint, "processes": list(references)})
    return Deployed(
        deployment=identity,
        processes=references,
        unchanged=False,
        warnings=tuple(
            f"{finding.resource}:{finding.line or 0} {finding.element or ''} {finding.message}" for finding in inspected.findings
        ),
    )


def inspect(resources: Mapping[str, bytes], *, foreign_services: ForeignServices = "refuse") -> Inspected:
    """What the deployment gate says of these files; deploys nothing."""
    kinds = {name: kind_of(name) for name in resources}
    findings = [_unknown_file(name) for name, kind in kinds.items() if kind == "unknown"]
    form_keys = set()
    for name, kind in kinds.items():
        if kind == "form":
            form, found = parse_form(resources[name], name)
            findings += found
            if form is not None:
                form_keys.add(form.id)
    findings += _check_parameters(resources)
    bpmn = {name: content for name, content in resources.items() if kinds[name] == "bpmn"}
    parsed = parse(bpmn, functions=REGISTERED, form_keys=form_keys, foreign_services=foreign_services)
    findings += [
        _untimely(model, start) for model in parsed.processes for start in model.start_subscriptions if start.kind in NOT_STARTED
    ]
    findings += [finding for model in parsed.processes for finding in _too_long(model)]
    return Inspected(findings=(*findings, *parsed.findings), processes=parsed.processes)


def kind_of(name: str) -> str:
    """`bpmn`, `form`, `parameters` or `unknown`, by a file's name."""
    if name.endswith((".bpmn", ".bpmn20.xml", ".xml")):
        return "bpmn"
    if name.endswith(".form.json"):
        return "form"
    return "parameters" if name == PARAMETERS else "unknown"


def _define(work: UnitOfWork, deployment: int, model: ProcessModel) -> str:
    table = ProcessDefinition
    older = select(func.coalesce(func.max(table.version), 0)).where(table.process_id == model.id)
    version = int(work.connection.execute(older).scalar_one()) + 1
    previous = select(table.key).where(table.process_id == model.id)
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
            latest=True,
            resource=model.resource,
            name=(model.title or model.name or model.id)[:LONGEST_NAME],
            startable=model.startable,
        )
    )
    starts = [
        {"key": work.new_key(), "definition": key, "kind": start.kind, "name": start.name, "element": start.element}
        for start in model.start_subscriptions
    ]
    if starts:
        work.connection.execute(insert(StartSubscription), starts)
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


def _check_parameters(resources: Mapping[str, bytes]) -> list[Finding]:
    if PARAMETERS not in resources:
        return []
    try:
        value: Any = load_json(resources[PARAMETERS].decode("utf-8"))
    except ValueError as error:
        return [_parameters_finding(f"不是有效的 JSON：{error}", f"it is not JSON: {error}")]
    if not isinstance(value, dict):
        return [_parameters_finding("最外层应是一个对象。", "it is not an object")]
    return []


def _parameters_finding(message: str, message_en: str) -> Finding:
    return Finding(
        level="error", code="parameters", resource=PARAMETERS, element=None, line=None, message=message, message_en=message_en
    )


def _untimely(model: ProcessModel, start: StartSubscriptionModel) -> Finding:
    return Finding(
        level="error",
        code=f"{start.kind}-start",
        resource=model.resource,
        element=start.element,
        line=model.elements[start.element].line,
        message="流程不能由定时或条件开始事件启动，请改用消息、信号或人工启动。",
        message_en="a process cannot be started by a timer or a condition: start it by a message, a signal or by hand",
    )


def _too_long(model: ProcessModel) -> Iterator[Finding]:
    """What the store could not keep, found before a case stops at it."""
    named: list[tuple[str, str | None, int | None, int]] = [(model.id, None, model.line, LONGEST_ID)]
    for element in model.elements.values():
        outcomes = element.approval.outcomes if element.approval else ()
        endpoint = element.send.endpoint if element.send else None
        named += [(element.id, element.id, element.line, LONGEST_ID)]
        named += [(event.name or "", element.id, element.line, LONGEST_NAME) for event in element.events]
        named += [(outcome.value, element.id, element.line, LONGEST_OUTCOME) for outcome in outcomes]
        named += [(endpoint or "", element.id, element.line, LONGEST_ENDPOINT)]
    for text, owner, line, longest in named:
        if len(text) > longest:
            yield Finding(
                level="error",
                code="too-long",
                resource=model.resource,
                element=None if owner is None else owner[:LONGEST_ID],
                line=line,
                message=f"“{text[:20]}…”太长，最多 {longest} 个字符。",
                message_en=f"'{text[:20]}…' is too long: at most {longest} characters",
            )


def _unknown_file(name: str) -> Finding:
    return Finding(
        level="error",
        code="unknown-file",
        resource=name,
        element=None,
        line=None,
        message="只能部署 .bpmn、.form.json 和 parameters.json 文件。",
        message_en="only .bpmn, .form.json and parameters.json files can be deployed",
    )
