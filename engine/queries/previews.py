"""What a designer sees while he writes: a form as a step would show it, and a decision made with a row of his own.

Both work on texts that are sent along, read nothing of any case and keep nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.authorization.designs import require_designing
from engine.calendar import TIME_ZONE
from engine.decisions import DecisionFault, Decisions, read_decisions
from engine.errors import Finding
from engine.expressions import RESERVED_NAMES
from engine.forms import AS_THE_FORM_SAYS, READ_ONLY, FieldRights, parse_document, parse_form
from engine.queries.registry import Query, Reader

_DOCUMENT = ".document.json"
_FAULTS = {
    "wrong-type": "填的值和列的类型不合",
    "not-allowed-value": "填的值不在这一列允许的值里",
    "several-rules": "有几条规则同时命中，而命中策略只允许一条",
    "different-outputs": "命中的几条规则结论不同，而命中策略要求相同",
    "no-version": "这一天没有有效的版本",
    "unknown-decision": "文件里没有这个决策",
    "several-results": "得出了几个结果，而这里只能有一个",
    "expression": "有一个表达式算不出来，多半是缺了它要读的值",
}
"""Codes of DecisionFault, as they are said to a designer."""


@dataclass(frozen=True, kw_only=True)
class PreviewForm(Query["FormPreview"]):
    """A form or document file as the browser draws it, with the field rights of one step."""

    name: str
    """Name of the file: `*.document.json` is a document."""
    content: str
    write: tuple[str, ...] | None = None
    """Fields that the step lets be written; None: as the form says."""
    required: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FormPreview:
    """The form, None when a finding is an error."""

    form: dict[str, Any] | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class TryDecision(Query["TriedDecision"]):
    """Makes a decision of DMN files with the values of `names`."""

    files: Mapping[str, str]
    """Texts by the names of the files."""
    decision: str
    """Key."""
    names: Mapping[str, Any]
    on: date | None = None
    """The day that chooses among dated versions; today when it is not said."""


@dataclass(frozen=True, kw_only=True)
class MadeDecision:
    """One decision that was made on the way."""

    id: str
    """Id of its element, which tells dated versions apart."""
    key: str
    rules: tuple[int, ...]
    """Numbers of the rules that counted, from 1."""


@dataclass(frozen=True, kw_only=True)
class TriedDecision:
    """What the decision came to."""

    reads: tuple[str, ...]
    """Names that it reads, to be given."""
    result: Any
    made: tuple[MadeDecision, ...]
    """The decisions that it builds on before it; empty when it could not be made."""
    problem: tuple[str, str] | None
    """Why it could not be made, in Chinese and English."""


def preview_form(query: PreviewForm, reader: Reader) -> FormPreview:
    """Answers PreviewForm. Raises NotAllowed for who neither designs nor deploys."""
    require_designing(reader.actor)
    now = {"now": reader.now.isoformat()}
    if query.name.endswith(_DOCUMENT):
        document, findings = parse_document(query.content, query.name)
        shown = None if document is None else document.form.view(READ_ONLY, now)
        return FormPreview(form=shown, findings=tuple(findings))
    form, findings = parse_form(query.content, query.name)
    plain = query.write is None and not query.required and not query.hidden
    rights = AS_THE_FORM_SAYS if plain else FieldRights.of(write=query.write, required=query.required, hidden=query.hidden)
    return FormPreview(form=None if form is None else form.view(rights, now), findings=tuple(findings))


def try_decision(query: TryDecision, reader: Reader) -> TriedDecision:
    """Answers TryDecision. Raises NotAllowed for who neither designs nor deploys."""
    require_designing(reader.actor)
    read = read_decisions({name: text.encode() for name, text in query.files.items()})
    error = next((finding for finding in read.findings if finding.level == "error"), None)
    if error is not None:
        return _failed((), error.message, error.message_en)
    reads = _reads(read.decisions, query.decision)
    names = {**dict.fromkeys(reads), "now": reader.now.isoformat(), **query.names}
    try:
        outcome = read.decisions.evaluate(query.decision, names, query.on or reader.now.astimezone(TIME_ZONE).date())
    except DecisionFault as fault:
        return _failed(reads, f"{_FAULTS.get(fault.code, '不能决定')}：{fault.message}", fault.message)
    made = tuple(MadeDecision(id=one.decision.id, key=one.decision.key, rules=one.rules) for one in outcome.chain())
    return TriedDecision(reads=reads, result=outcome.value, made=made, problem=None)


def _failed(reads: tuple[str, ...], zh: str, en: str) -> TriedDecision:
    return TriedDecision(reads=reads, result=None, made=(), problem=(zh, en))


def _reads(decisions: Decisions, key: str) -> tuple[str, ...]:
    """The names that a person gives: what required decisions answer and what the runtime knows is left out."""
    answered = {
        name
        for other, versions in decisions.versions.items()
        if other != key
        for version in versions
        for name in (version.variable, version.key, *version.outputs)
    }
    needed = {other for versions in decisions.versions.get(key, ()) for other in versions.requires}
    own = decisions.names(key) - RESERVED_NAMES
    return tuple(sorted(own - answered if needed else own))
