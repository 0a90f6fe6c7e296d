"""What the deployment gate says of a set of files, BPMN, decision tables, forms and parameters together. Deploys nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from engine.assignment import Place
from engine.decisions import read_decisions
from engine.errors import Finding
from engine.forms import FormModel, parse_form
from engine.gate.clock_names import unknown_clocks, unusable_ladders
from engine.gate.documents import Documents, check_documents, read_documents, unknown_posts
from engine.gate.metrics import METRICS, check_metrics
from engine.gate.neighbours import neighbours
from engine.gate.scenarios import check_scenario
from engine.gate.staffing import staffing
from engine.gate.surroundings import facts, unknown_duties, unknown_fields
from engine.kernel import Budget, ProcessModel, parse
from engine.kernel import StartSubscription as StartSubscriptionModel
from engine.kernel.analysis import analyse
from engine.kernel.definition import ForeignServices
from engine.runtime.directory import callable_functions
from engine.runtime.environment import budget
from engine.runtime.timer_starts import Moment, Plans, plan
from engine.store.base import load_json

PARAMETERS = "parameters.json"
LONGEST_ID, LONGEST_NAME, LONGEST_OUTCOME, LONGEST_ENDPOINT, LONGEST_TAG = 150, 200, 100, 40, 100
"""Characters that the store keeps of what a model names."""
MOST_FINDINGS = 200
"""Findings that are told; nobody reads more, and a file made to have very many must not fill the answer."""


class Community(Place, Moment, Protocol):
    """The organisation and its calendars as they are today."""


@dataclass(frozen=True, kw_only=True)
class Inspected:
    """What the gate found in a set of files."""

    findings: tuple[Finding, ...]
    processes: tuple[ProcessModel, ...]
    documents: Documents
    plans: Plans | None = None
    """When the timers start something first, where that was asked."""

    @property
    def refused(self) -> bool:
        """Whether the files may not be deployed."""
        return any(finding.level == "error" for finding in self.findings)


def examine(
    community: Community, folder: str, resources: Mapping[str, bytes], *, foreign_services: ForeignServices = "refuse"
) -> Inspected:
    """What the gate says of all files of a folder; of files without errors also what is there today says of them."""
    inspected = inspect(resources, foreign_services=foreign_services, limits=budget(community.config))
    if inspected.refused:
        return inspected
    plans = plan(community, inspected.processes, resources.get(PARAMETERS))
    staffed = (*staffing(community, inspected.processes), *unknown_posts(community, inspected.documents))
    others = neighbours(community, folder, inspected.processes)
    return replace(inspected, findings=(*inspected.findings, *staffed, *plans.findings, *others), plans=plans)


def inspect(
    resources: Mapping[str, bytes],
    *,
    foreign_services: ForeignServices = "refuse",
    whole: bool = True,
    limits: Budget | None = None,
) -> Inspected:
    """What the gate says of these files. `whole` False: they are part of a deployment, so forms and tables may lie elsewhere.

    `limits` is what a step may spend where the files are to run.
    """
    kinds = {name: kind_of(name) for name in resources}
    findings = [_unknown_file(name) for name, kind in kinds.items() if kind == "unknown"]
    forms: dict[str, FormModel] = {}
    for name, kind in kinds.items():
        if kind == "form":
            form, found = parse_form(resources[name], name)
            findings += found
            if form is not None:
                forms[form.id] = form
    documents = read_documents({name: resources[name] for name, kind in kinds.items() if kind == "document"}, findings)
    for name, kind in kinds.items():
        if kind == "scenario":
            findings += check_scenario(resources[name], name)
    parameters = _parameters(resources, findings)
    tables = read_decisions({name: content for name, content in resources.items() if kinds[name] == "decision"})
    findings += tables.findings
    bpmn = {name: content for name, content in resources.items() if kinds[name] == "bpmn"}
    if not whole and not bpmn:
        return Inspected(findings=_bounded(findings), processes=(), documents=documents)
    parsed = parse(
        bpmn,
        functions=callable_functions(),
        form_keys=forms if whole else None,
        decisions=tables.decisions if whole else None,
        foreign_services=foreign_services,
    )
    findings += [
        _unset(model, start) for model in parsed.processes for start in model.start_subscriptions if start.kind == "conditional"
    ]
    findings += [finding for model in parsed.processes for finding in (*_too_long(model), *unknown_fields(model, forms))]
    # A diagram that could not be read hides processes that others name: one error is not told many times over.
    all_read = whole and not any(finding.level == "error" for finding in parsed.findings)
    findings += unknown_duties(parsed.processes) if all_read else ()
    told = parameters if whole else None
    findings += unusable_ladders(parameters, PARAMETERS)
    findings += [finding for model in parsed.processes for finding in unknown_clocks(model, told)]
    known = facts(forms, tables.decisions, told, limits or Budget())
    findings += analyse(parsed.processes, known)
    if all_read:
        findings += check_documents(documents, parsed.processes, known)
        if METRICS in resources:
            findings += check_metrics(resources[METRICS], METRICS, parsed.processes)
    told_all = _bounded([*findings, *parsed.findings])
    return Inspected(findings=told_all, processes=parsed.processes, documents=documents)


def kind_of(name: str) -> str:
    """`bpmn`, `decision`, `form`, `document`, `scenario`, `metrics`, `parameters` or `unknown`, by a file's name."""
    if name.endswith((".dmn", ".dmn11.xml")):
        return "decision"
    if name.endswith((".bpmn", ".bpmn20.xml", ".xml")):
        return "bpmn"
    if name.endswith(".form.json"):
        return "form"
    if name.endswith(".document.json"):
        return "document"
    if name.endswith(".scenario.json"):
        return "scenario"
    if name == METRICS:
        return "metrics"
    return "parameters" if name == PARAMETERS else "unknown"


def _parameters(resources: Mapping[str, bytes], findings: list[Finding]) -> Mapping[str, Any]:
    """The parameters of the deployment; empty, with a finding, when they cannot be read."""
    if PARAMETERS not in resources:
        return {}
    try:
        value: Any = load_json(resources[PARAMETERS].decode("utf-8"))
    except ValueError as error:
        findings.append(_parameters_finding(f"不是有效的 JSON：{error}", f"it is not JSON: {error}"))
        return {}
    if not isinstance(value, dict):
        findings.append(_parameters_finding("最外层应是一个对象。", "it is not an object"))
        return {}
    return value


def _parameters_finding(message: str, message_en: str) -> Finding:
    return Finding(
        level="error", code="parameters", resource=PARAMETERS, element=None, line=None, message=message, message_en=message_en
    )


def _unset(model: ProcessModel, start: StartSubscriptionModel) -> Finding:
    return Finding(
        level="error",
        code="conditional-start",
        resource=model.resource,
        element=start.element,
        line=model.elements[start.element].line,
        message="流程不能由条件启动：启动之前没有会变化的数据；请改用消息、信号、定时或人工启动。",
        message_en="a process cannot be started by a condition, since before it starts there is no data that could change:"
        " start it by a message, a signal, a timer or by hand",
    )


def _bounded(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """At most `MOST_FINDINGS` of them in their order, errors before warnings if need be, and how many more there are."""
    if len(findings) <= MOST_FINDINGS:
        return tuple(findings)
    ranked = sorted(range(len(findings)), key=lambda number: (findings[number].level != "error", number))
    kept = sorted(ranked[:MOST_FINDINGS])
    left = [findings[number] for number in ranked[MOST_FINDINGS:]]
    errors = sum(finding.level == "error" for finding in left)
    more = Finding(
        level="error" if errors else "warning",
        code="more-findings",
        resource=left[0].resource,
        element=None,
        line=None,
        message=f"另有 {len(left)} 条未列出（其中错误 {errors} 条），请先处理以上各条。",
        message_en=f"and {len(left)} more, {errors} of them errors, which are not listed: mend these first",
    )
    return (*(findings[number] for number in kept), more)


def _too_long(model: ProcessModel) -> Iterator[Finding]:
    """What the store could not keep, found before a case stops at it."""
    named: list[tuple[str, str | None, int | None, int]] = [
        (model.id, None, model.line, LONGEST_ID),
        (model.version_tag or "", None, model.line, LONGEST_TAG),
    ]
    for element in model.elements.values():
        outcomes = element.approval.outcomes if element.approval else ()
        endpoint = element.send.endpoint if element.send else None
        result = element.decision.result if element.decision else None
        named += [(element.id, element.id, element.line, LONGEST_ID)]
        named += [(event.name or "", element.id, element.line, LONGEST_NAME) for event in element.events]
        named += [(outcome.value, element.id, element.line, LONGEST_OUTCOME) for outcome in outcomes]
        named += [
            (endpoint or "", element.id, element.line, LONGEST_ENDPOINT),
            (result or "", element.id, element.line, LONGEST_NAME),
        ]
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
        message="只能部署 .bpmn、.dmn、.form.json、.document.json、.scenario.json、metrics.json 和 parameters.json 文件。",
        message_en="only .bpmn, .dmn, .form.json, .document.json, .scenario.json, metrics.json and parameters.json files can be"
        " deployed",
    )
