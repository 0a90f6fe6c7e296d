"""Whom a step ahead would ask today, as far as that can be told, and what people may write on the way there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from engine.kernel.effects import Names
from engine.kernel.model import ApprovalModel, Element, ProcessModel
from engine.kernel.open_ways import EVERYTHING
from engine.kernel.people_model import APPROVERS
from engine.runtime.asking import Asking, asking
from engine.runtime.definitions import Definition
from engine.runtime.people import People
from engine.runtime.rights import field_rights

_FIXED = frozenset({"starter", "starterPost", "starterInst", "own", "parameters", "instance"})
"""Names that nothing writes any more once a case has begun."""


def writable_by_people(definition: Definition) -> Callable[[Element], Collection[str]]:
    """What people may write at a task."""

    def fields(element: Element) -> Collection[str]:
        approval = element.approval or ApprovalModel()
        form = definition.forms.get(approval.form) if approval.form else None
        roles = {None, *(role for fields in approval.fields for role in fields.roles)}
        return frozenset() if form is None else frozenset().union(*(form.writable(field_rights(approval, r)) for r in roles))

    return fields


def asked_ahead(
    people: People, model: ProcessModel, element: Element, unsettled: frozenset[str], names: Names, starter: int | None
) -> Asking | None:
    """Whom a step would ask today; None where that cannot be told yet, since `unsettled` names may still be written."""
    approval = element.approval or ApprovalModel()
    inner = [element, *(model.elements[name] for name in element.scope)]
    if any(found.loop is not None for found in inner) or _is_known_later(approval):
        return None
    if approval.names & unsettled or (EVERYTHING in unsettled and approval.names - _FIXED):
        return None
    names.prefetch(approval.names)
    if APPROVERS in approval.names and not _chosen(names, element.id):
        return None
    return asking(people, approval, names, starter, plain=False)


def _is_known_later(approval: ApprovalModel) -> bool:
    rules = (*approval.assigns, *approval.automatic.fallback)
    return any((rule.of == "previous" and rule.rule == "superior") or rule.at == "receiving" for rule in rules)


def _chosen(names: Names, element: str) -> bool:
    try:
        chosen = names[APPROVERS]
    except KeyError:
        return False
    return isinstance(chosen, Mapping) and bool(chosen.get(element))
