"""Reads the BPMN files of one deployment.

`parse` is the deployment gate: findings for the designer, and the process models when nothing is wrong. `read_stored`
reads files that passed the gate of their day: no check that came later can keep what runs on them from running.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from engine.decisions import Decisions
from engine.errors import Finding, InvalidModel
from engine.kernel.decision_reader import DecisionReader
from engine.kernel.extensions import ExtensionReader
from engine.kernel.gate import Gate
from engine.kernel.model import ProcessModel
from engine.kernel.reader import ProcessReader
from engine.kernel.report import Report
from engine.kernel.source import SUBPROCESSES, Source, local
from engine.xml import Unreadable, read

ForeignServices = Literal["refuse", "pass"]
"""What happens to service tasks with another engine's code: refused in a product, passed through in foreign test files."""
MAX_SUBPROCESSES = 500
"""Subprocesses in one file: each is a level of its own, and every check looks at every level."""


@dataclass(frozen=True, kw_only=True)
class ParsedDeployment:
    """What was found in the files of one deployment."""

    findings: tuple[Finding, ...]
    processes: tuple[ProcessModel, ...]
    """Executable processes of all files; empty when there is an error."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that refuse the deployment."""
        return tuple(finding for finding in self.findings if finding.level == "error")

    def check(self) -> None:
        """Raises InvalidModel with all findings when there is an error."""
        if self.errors:
            raise InvalidModel(self.findings)


def parse(
    resources: Mapping[str, bytes],
    *,
    functions: Collection[str] = (),
    form_keys: Collection[str] | None = None,
    decisions: Decisions | None = None,
    foreign_services: ForeignServices = "refuse",
) -> ParsedDeployment:
    """Reads BPMN files, given by name. `functions` are the registered ones; `form_keys` and `decisions` are those deployed
    together with the files, None accepts every reference."""
    surroundings = _Surroundings(
        functions=functions, form_keys=form_keys, decisions=decisions, foreign=foreign_services, bounded=True
    )
    findings: list[Finding] = []
    processes: list[ProcessModel] = []
    for resource in sorted(resources):
        report = Report(resource)
        processes.extend(_read_file(resource, resources[resource], report, surroundings))
        findings.extend(report.findings)
    findings.extend(_across_files(processes, findings))
    broken = any(finding.level == "error" for finding in findings)
    return ParsedDeployment(findings=tuple(findings), processes=() if broken else tuple(processes))


def read_stored(resources: Mapping[str, bytes]) -> tuple[ProcessModel, ...]:
    """The process models of files that were deployed, whatever today's gate would say of them.

    Raises InvalidModel only when the models would lack what the files say: a file or an expression that cannot be read.
    """
    models: list[ProcessModel] = []
    lost: list[Finding] = []
    for resource in sorted(resources):
        report = Report(resource)
        reader = _open(resource, resources[resource], report, _Surroundings(foreign="pass", bounded=False))
        if reader is None:
            lost += report.findings
        else:
            models += reader.processes()
            lost += report.lost
    if lost:
        raise InvalidModel(lost)
    return tuple(models)


@dataclass(frozen=True, kw_only=True)
class _Surroundings:
    """What a file may refer to, and how strictly it is read."""

    functions: Collection[str] = ()
    form_keys: Collection[str] | None = None
    decisions: Decisions | None = None
    foreign: ForeignServices
    bounded: bool


def _read_file(resource: str, data: bytes, report: Report, surroundings: _Surroundings) -> list[ProcessModel]:
    reader = _open(resource, data, report, surroundings)
    if reader is None:
        return []
    models = reader.processes()
    subprocesses = sum(element.type in SUBPROCESSES for model in models for element in model.elements.values())
    if subprocesses > MAX_SUBPROCESSES:
        report.error(
            "too-many-subprocesses",
            None,
            f"文件的子流程超过 {MAX_SUBPROCESSES} 个，请拆分为调用活动。",
            f"The file has more than {MAX_SUBPROCESSES} subprocesses; split it into called processes.",
        )
        return []
    for model in models:
        Gate(model, report).check()
    return models


def _open(resource: str, data: bytes, report: Report, surroundings: _Surroundings) -> ProcessReader | None:
    """A reader of the file; None, with a finding, when the bytes are no BPMN file."""
    try:
        root = read(data, bounded=surroundings.bounded)
    except Unreadable as error:
        report.add(
            Finding(
                level="error",
                code=error.code,
                resource=resource,
                element=None,
                line=error.line,
                message=error.message,
                message_en=error.message_en,
            )
        )
        return None
    if local(root) != "definitions":
        report.error("not-bpmn", root, "文件不是 BPMN 2.0 流程图。", "The file is not a BPMN 2.0 diagram.")
        return None
    strict = surroundings.foreign == "refuse"
    return ProcessReader(
        Source(resource, root, report),
        ExtensionReader(report, surroundings.functions, surroundings.form_keys),
        DecisionReader(report, surroundings.decisions, refuse_foreign=strict),
        refuse_foreign=strict,
    )


def _across_files(processes: list[ProcessModel], findings: list[Finding]) -> list[Finding]:
    found: list[Finding] = []
    seen: dict[str, str] = {}
    for model in processes:
        if model.id in seen:
            found.append(
                Finding(
                    level="error",
                    code="duplicate-process",
                    resource=model.resource,
                    element=model.id,
                    line=model.line,
                    message=f"流程编号“{model.id}”在文件 {seen[model.id]} 中已有。",
                    message_en=f"The process id '{model.id}' is already used in {seen[model.id]}.",
                )
            )
        seen.setdefault(model.id, model.resource)
    if not processes and not any(finding.level == "error" for finding in findings):
        found.append(
            Finding(
                level="error",
                code="no-process",
                resource="",
                element=None,
                line=None,
                message="没有可执行的流程。",
                message_en="There is no executable process.",
            )
        )
    return found
