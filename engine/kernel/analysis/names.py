"""Names in expressions that nothing in the deployment gives a value.

Such a name is a warning, because whoever starts a process or sends it a message may bring variables. A key of a reserved
name that does not exist is an error: its value is known at deployment, and reading the key can only fail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from engine.errors import Finding
from engine.kernel.analysis.facts import Facts, found
from engine.kernel.analysis.variables import GIVEN, Reading, awaited, readings, sent, written_by
from engine.kernel.model import Element, Flow, ProcessModel


def check_names(models: Sequence[ProcessModel], facts: Facts) -> Iterator[Finding]:
    """One finding for each name of a process, at its first use."""
    known = known_names(models, facts)
    for model in models:
        told: set[str] = set()
        for reading in readings(model):
            for name in sorted(reading.names - known[model.id] - told):
                told.add(name)
                yield _unknown(model, reading.place, name, known[model.id])
            yield from _keys(model, reading, facts)
        yield from _called_outputs(model, known, told)
        for element in model.elements.values():
            asked = facts.table_inputs.get(element.decision.decision, frozenset()) if element.decision is not None else ()
            for name in sorted(set(asked) - known[model.id] - told):
                told.add(name)
                yield _unknown(model, element, name, known[model.id])


def known_names(models: Sequence[ProcessModel], facts: Facts) -> Mapping[str, frozenset[str]]:
    """For each process, the names that something in the deployment gives a value."""
    known = {model.id: _own(model, facts) for model in models}
    payloads: dict[str, set[str]] = {}
    for model in models:
        for element, event in sent(model.elements.values()):
            names = {item.name for item in element.send.payload} if element.send is not None else set()
            payloads.setdefault(event.name or "", set()).update(names)
    for model in models:
        for element, event in awaited(model.elements.values()):
            if element.receive is None or not element.receive.accepts:
                known[model.id] |= payloads.get(event.name or "", set())
    while True:
        before = sum(map(len, known.values()))
        for model in models:
            _cross_calls(model, known)
        if sum(map(len, known.values())) == before:
            return {name: frozenset(found_names) for name, found_names in known.items()}


def _own(model: ProcessModel, facts: Facts) -> set[str]:
    names = {*facts.reserved, *facts.started, *GIVEN}
    names |= {name for declared in model.declared.values() for name in declared}
    if model.number is not None:
        names.add(model.number.variable)
    for element in model.elements.values():
        names |= set(written_by(element))
        if element.approval is not None and element.approval.form is not None:
            names |= facts.fields.get(element.approval.form, frozenset())
        if element.decision is not None and element.decision.mapping == "variables":
            names |= {element.decision.decision, *facts.table_outputs.get(element.decision.decision, frozenset())}
    return names


def _cross_calls(model: ProcessModel, known: dict[str, set[str]]) -> None:
    """What a call activity takes over the border, in both directions."""
    for element in model.elements.values():
        called = None if element.call is None else element.call.process.literal
        if element.call is None or called not in known:
            continue
        known[called] |= {item.name for item in element.call.inputs}
        if element.call.all_inputs:
            known[called] |= known[model.id]
        if element.call.all_outputs:
            known[model.id] |= known[called]


def _called_outputs(model: ProcessModel, known: Mapping[str, frozenset[str]], told: set[str]) -> Iterator[Finding]:
    for element in model.elements.values():
        names = known.get(element.call.process.literal or "") if element.call is not None else None
        if names is None or element.call is None:
            continue
        for item in element.call.outputs:
            for name in sorted(item.value.names - names - told) if item.value is not None else ():
                told.add(name)
                yield _unknown(model, element, name, names)


def _unknown(model: ProcessModel, place: Element | Flow | None, name: str, known: frozenset[str]) -> Finding:
    near = get_close_matches(name, known, 1, 0.75)
    meant = f"是不是“{near[0]}”？" if near else ""
    meant_en = f"Did you mean '{near[0]}'? " if near else ""
    return found(
        "warning",
        "unknown-name",
        model,
        place,
        f"没有任何步骤、表单或消息给“{name}”赋值。{meant}由发起者带来的，请用数据对象声明；没有值会停下并产生异常单。",
        f"No step, form or message gives '{name}' a value. {meant_en}"
        "When whoever starts the case brings it, declare it as a data object; without a value the case stops.",
    )


def _keys(model: ProcessModel, reading: Reading, facts: Facts) -> Iterator[Finding]:
    tree = reading.expression.tree
    paths = {path for path in _paths(tree) if facts.reserved.get(path[0]) is not None}
    for path in sorted(paths):
        at, value = 1, facts.reserved[path[0]]
        while at < len(path) and isinstance(value, Mapping) and path[at] in value:
            value, at = value[path[at]], at + 1
        if at < len(path) and isinstance(value, Mapping):
            whole, owner = ".".join(path[: at + 1]), ".".join(path[:at])
            yield found(
                "warning" if _guarded(tree) else "error",
                "unknown-key",
                model,
                reading.place,
                f"“{whole}”不存在：{owner} 中没有“{path[at]}”。",
                f"There is no '{whole}': {owner} holds no '{path[at]}'.",
            )


def _paths(node: Any) -> Iterator[tuple[str, ...]]:
    """The longest chains `name.key.key` in a tree."""
    path = _path(node)
    if path is not None and len(path) > 1:
        yield path
    elif isinstance(node, Mapping):
        for value in node.values():
            yield from _paths(value)
    elif isinstance(node, list):
        for item in node:
            yield from _paths(item)


def _path(node: Any) -> tuple[str, ...] | None:
    if not isinstance(node, Mapping):
        return None
    if node.get("k") == "name":
        return (node["n"],)
    above = _path(node.get("of")) if node.get("k") == "key" else None
    return None if above is None else (*above, node["key"])


def _guarded(node: Any) -> bool:
    """Whether a tree evaluates some of its parts only when others allow it."""
    if isinstance(node, Mapping):
        return node.get("k") in ("if", "and", "or") or any(map(_guarded, node.values()))
    return isinstance(node, list) and any(map(_guarded, node))
