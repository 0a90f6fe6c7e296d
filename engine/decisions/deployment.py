"""Reads the DMN files of one deployment together, and checks what only all of them show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from engine.decisions.evaluation import Decisions
from engine.decisions.gate import check_table
from engine.decisions.model import Decision, Table
from engine.decisions.reader import read_file
from engine.decisions.report import Report
from engine.errors import Finding, InvalidModel

MAX_LEVELS = 50
"""Decisions that require each other in a row."""


@dataclass(frozen=True, kw_only=True)
class ReadDecisions:
    """What was found in the DMN files of a deployment."""

    findings: tuple[Finding, ...]
    decisions: Decisions
    """Every sound decision, also when another one is refused."""


def read_decisions(resources: Mapping[str, bytes]) -> ReadDecisions:
    """Reads DMN files, given by name."""
    reports = {resource: Report(resource) for resource in sorted(resources)}
    found = [decision for name, report in reports.items() for decision in read_file(name, resources[name], report)]
    versions = _by_key(found)
    for key, dated in versions.items():
        _check_dates(key, dated, reports)
    _check_cycles(versions, reports)
    for decision in found:
        _check_names(decision, versions, reports[decision.resource])
        if isinstance(decision.logic, Table):
            check_table(decision, decision.logic, reports[decision.resource])
    return ReadDecisions(
        findings=tuple(finding for report in reports.values() for finding in report.findings),
        decisions=Decisions(versions),
    )


def read_stored_decisions(resources: Mapping[str, bytes]) -> Decisions:
    """The decisions of files that were deployed, whatever the gate would say of them today.

    Raises InvalidModel only when a decision could not be read.
    """
    reports = {resource: Report(resource) for resource in sorted(resources)}
    found = [decision for name, report in reports.items() for decision in read_file(name, resources[name], report, bounded=False)]
    lost = [report for report in reports.values() if report.lost]
    if lost:
        raise InvalidModel([finding for report in lost for finding in report.findings if finding.level == "error"])
    return Decisions(_by_key(found))


def _by_key(found: Sequence[Decision]) -> dict[str, list[Decision]]:
    versions: dict[str, list[Decision]] = {}
    for decision in sorted(found, key=lambda decision: decision.valid_from or date.min):
        versions.setdefault(decision.key, []).append(decision)
    return versions


def _check_dates(key: str, dated: Sequence[Decision], reports: Mapping[str, Report]) -> None:
    for first, second in pairwise(dated):
        report = reports[second.resource]
        if first.valid_to is None or (second.valid_from or date.min) <= first.valid_to:
            report.add(
                "error",
                "duplicate-decision",
                second.id,
                second.line,
                f"决策“{key}”有两个同时有效的版本（另一个在 {first.resource} 第 {first.line} 行）；请写明互不重叠的有效期。",
                f"Two versions of decision '{key}' are valid at once (the other one: {first.resource}, line {first.line}); "
                "give them validity that does not overlap.",
            )
        elif second.valid_from != first.valid_to + timedelta(days=1):
            report.add(
                "warning",
                "validity-gap",
                second.id,
                second.line,
                f"决策“{key}”在 {first.valid_to} 与 {second.valid_from} 之间没有有效版本。",
                f"No version of decision '{key}' is valid between {first.valid_to} and {second.valid_from}.",
            )


def _check_cycles(versions: Mapping[str, Sequence[Decision]], reports: Mapping[str, Report]) -> None:
    required = {key: {name for decision in found for name in decision.requires} for key, found in versions.items()}
    settled: set[str] = set()
    for _ in range(MAX_LEVELS):
        ready = {key for key, needs in required.items() if key not in settled and needs <= settled | (needs - required.keys())}
        if not ready:
            break
        settled |= ready
    for key in sorted(required.keys() - settled):
        decision = versions[key][0]
        reports[decision.resource].add(
            "error",
            "decision-cycle",
            decision.id,
            decision.line,
            f"决策“{key}”所需的决策又需要它自己，或层层相需超过 {MAX_LEVELS} 层。",
            f"Decision '{key}' requires itself through others, or more than {MAX_LEVELS} levels of decisions.",
        )


def _check_names(decision: Decision, versions: Mapping[str, Sequence[Decision]], report: Report) -> None:
    """A required decision that has no sound version, and a name that two required decisions both give."""
    given: dict[str, str] = {}
    for key in dict.fromkeys(decision.requires):
        if key not in versions:
            continue
        names = {name for version in versions[key] for name in (version.variable, *version.outputs)}
        for name in sorted(names & given.keys() & decision.logic.names):
            report.add(
                "error",
                "ambiguous-name",
                decision.id,
                decision.line,
                f"名称“{name}”既来自决策“{given[name]}”，又来自决策“{key}”。",
                f"The name '{name}' comes from decision '{given[name]}' and from decision '{key}'.",
            )
        given.update(dict.fromkeys(names, key))
