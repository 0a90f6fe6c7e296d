"""What stands around the diagrams of a deployment, for the analysis: forms, tables, parameters and what a case is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.decisions import Decisions
from engine.errors import Finding
from engine.forms import FormModel
from engine.forms.tree import data_key, data_nodes
from engine.kernel import Budget, ProcessModel
from engine.kernel.analysis import Facts
from engine.kernel.model import Element
from engine.runtime import field_rights
from engine.runtime.names import reserved_names

STARTED = frozenset({"starter", "starterInst", "starterPost", "fromInst"})
"""Variables that a start by hand or by a message gives."""
DECISION = frozenset({"outcome", "opinion", "by", "byName", "at"})
VOTES = frozenset({"agree", "refuse", "abstain", "expected", "present", "base", "names", "motions"})
"""What several signers leave beside it."""
"""What a completed user task leaves under its id."""


def facts(forms: Mapping[str, FormModel], decisions: Decisions, parameters: Mapping[str, Any] | None, budget: Budget) -> Facts:
    """Everything the analysis may know. `parameters` None: they lie elsewhere."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    reserved = reserved_names(now=now, parameters={}, institution=None, number=None, starter=None, started_at=now)
    return Facts(
        fields={form.id: frozenset(map(data_key, data_nodes(form.nodes))) for form in forms.values()},
        reserved={**reserved, "parameters": parameters},
        started=STARTED,
        decision=DECISION | VOTES,
        table_inputs={key: _inputs(decisions, key) for key in decisions.versions},
        table_outputs={key: frozenset(_outputs(decisions, key)) for key in decisions.versions},
        budget=budget,
    )


def unknown_fields(model: ProcessModel, forms: Mapping[str, FormModel]) -> Iterator[Finding]:
    """Field rights and outcomes that name fields which the task's form does not have."""
    for element in model.elements.values():
        approval = element.approval
        form = forms.get(approval.form or "") if approval is not None else None
        if approval is None or form is None:
            continue
        roles = (None, *(role for fields in approval.fields for role in fields.roles))
        unknown = {name for role in roles for name in form.unknown_names(field_rights(approval, role))}
        bare = {name for role in roles for name in form.rows_without_columns(field_rights(approval, role))}
        for name in sorted(bare - unknown):
            yield Finding(
                level="error",
                code="rows-without-columns",
                resource=model.resource,
                element=element.id,
                line=element.line,
                message=f"子表“{name}”的行可增加或填写，但没有一列可写，请在 write 中写明列。",
                message_en=f"Rows of '{name}' may be added or written on, but no column may be written; name some in write.",
            )
        for name in sorted(unknown):
            yield Finding(
                level="error",
                code="unknown-field",
                resource=model.resource,
                element=element.id,
                line=element.line,
                message=f"表单“{form.id}”中没有可填的字段“{name}”，请检查 liandong:fields 和 liandong:outcome。",
                message_en=f"The form '{form.id}' has no such field '{name}'; check liandong:fields and liandong:outcome.",
            )


def unknown_duties(models: Sequence[ProcessModel]) -> Iterator[Finding]:
    """Tasks of other processes that a task is kept apart from, and that are not there; who is not here cannot be checked."""
    by_id = {model.id: model for model in models}
    for model in models:
        for element in model.elements.values():
            named = {pair for apart in element.approval.apart for pair in apart.elements} if element.approval is not None else ()
            for process, task in sorted(named):
                if process not in by_id:
                    yield _duty(
                        "warning",
                        "apart-elsewhere",
                        model,
                        element,
                        f"不相容岗位所指的流程“{process}”不在这次部署里，没有核对它有没有用户任务“{task}”。",
                        f"The process '{process}' is not part of this deployment, so nobody has checked that it has"
                        f" the user task '{task}'.",
                    )
                elif process != model.id and getattr(by_id[process].elements.get(task), "approval", None) is None:
                    yield _duty(
                        "error",
                        "apart",
                        model,
                        element,
                        f"不相容岗位所指的流程“{process}”没有用户任务“{task}”。",
                        f"The process '{process}' has no user task '{task}' to keep this one apart from.",
                    )


def _duty(level: str, code: str, model: ProcessModel, element: Element, zh: str, en: str) -> Finding:
    where: dict[str, Any] = {"resource": model.resource, "element": element.id, "line": element.line}
    return Finding(level=level, code=code, **where, message=zh, message_en=en)


def _inputs(decisions: Decisions, key: str) -> frozenset[str]:
    """The variables that a decision needs, without what the decisions before it put out."""
    given: set[str] = set()
    waiting, needed = [key], {key}
    while waiting:
        for version in decisions.versions.get(waiting.pop(), ()):
            waiting += [name for name in version.requires if name not in needed]
            needed.update(version.requires)
    for name in needed - {key}:
        given |= {name, *_outputs(decisions, name), *(version.variable for version in decisions.versions.get(name, ()))}
    return decisions.names(key) - given


def _outputs(decisions: Decisions, key: str) -> Iterator[str]:
    for version in decisions.versions.get(key, ()):
        yield from (output.name for output in getattr(version.logic, "outputs", ()))
