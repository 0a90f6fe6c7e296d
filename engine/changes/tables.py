"""How two DMN files differ: decision by decision, column by column, rule by rule and cell by cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.changes.elements import local, properties
from engine.changes.records import Change, Item, differing
from engine.xml import Node

_COLUMNS = ("input", "output", "annotation")
_PLACED = frozenset({*_COLUMNS, "rule"})


def table_items(before: Node, after: Node) -> list[Item]:
    """The items of two files, given by their root elements; what is gone comes last."""
    old, new = _by_id(before), _by_id(after)
    found: list[Item] = []
    for identity, node in new.items():
        if identity in old:
            found += _decision(identity, old[identity], node)
        else:
            found.append(_whole(node, "added"))
    return found + [_whole(node, "removed") for identity, node in old.items() if identity not in new]


def _decision(identity: str, before: Node, after: Node) -> list[Item]:
    found = differing(identity, _name(after), local(after), _said(before), _said(after))
    old, new = _table(before), _table(after)
    if old is None or new is None:
        return found
    columns = [(_listed(old, kind), _listed(new, kind)) for kind in _COLUMNS]
    for was, now in columns:
        found += _paired(was, now)
    rules, ruled = _listed(old, "rule"), _listed(new, "rule")
    found += _rules(columns, rules, ruled)
    kept = [name for name in ruled if name in rules]
    if kept != [name for name in rules if name in ruled]:
        before_text, after_text = " ".join(rules), " ".join(ruled)
        item = Item(element=identity, name=_name(after), type="decision", change="changed", property="order of rules")
        found.append(Item(**{**vars(item), "before": before_text, "after": after_text}))
    return found


def _rules(
    columns: Sequence[tuple[Mapping[str, Node], Mapping[str, Node]]], before: Mapping[str, Node], after: Mapping[str, Node]
) -> list[Item]:
    """Rules that are new, gone, or have another cell in a column that both tables have."""
    found = []
    for number, (identity, rule) in enumerate(after.items(), 1):
        if identity not in before:
            found.append(Item(element=identity, name=f"#{number}", type="rule", change="added", after=_row(rule)))
            continue
        was, now = ({"description": _text(_child(node, "description"))} for node in (before[identity], rule))
        for (old, new), entry in zip(columns, ("inputEntry", "outputEntry", "annotationEntry"), strict=True):
            cells_before, cells_after = (_cells(old, before[identity], entry), _cells(new, rule, entry))
            shared = [name for name in new if name in old]
            was |= {_label(new[name]): cells_before.get(name, "") for name in shared}
            now |= {_label(new[name]): cells_after.get(name, "") for name in shared}
        found += differing(identity, f"#{number}", "rule", was, now)
    gone = [(number, identity) for number, identity in enumerate(before, 1) if identity not in after]
    return found + [
        Item(element=identity, name=f"#{number}", type="rule", change="removed", before=_row(before[identity]))
        for number, identity in gone
    ]


def _paired(before: Mapping[str, Node], after: Mapping[str, Node]) -> list[Item]:
    """Columns that are new, gone or other."""
    found: list[Item] = []
    for identity, node in after.items():
        if identity not in before:
            found.append(Item(element=identity, name=_label(node), type=local(node), change="added"))
        else:
            found += differing(
                identity, _label(node), local(node), *(properties(one, lambda _: False) for one in (before[identity], node))
            )
    gone = [(identity, node) for identity, node in before.items() if identity not in after]
    return found + [Item(element=name, name=_label(node), type=local(node), change="removed") for name, node in gone]


def _by_id(root: Node) -> dict[str, Node]:
    return {str(node.get("id")): node for node in root if node.get("id") is not None and local(node) not in ("DMNDI",)}


def _table(decision: Node) -> Node | None:
    return next((node for node in decision if local(node) == "decisionTable"), None)


def _listed(table: Node, kind: str) -> dict[str, Node]:
    """Columns or rules in their order, by id; by number where there is none."""
    nodes = [node for node in table if local(node) == kind]
    return {str(node.get("id") or f"{kind} {number}"): node for number, node in enumerate(nodes, 1)}


def _cells(columns: Mapping[str, Node], rule: Node, entry: str) -> dict[str, str]:
    return dict(zip(columns, (_text(node) for node in rule if local(node) == entry), strict=False))


def _row(rule: Node) -> str:
    """A rule as one line."""
    inputs, outputs = ([_text(node) or "-" for node in rule if local(node) == kind] for kind in ("inputEntry", "outputEntry"))
    return f"{' | '.join(inputs)} → {' | '.join(outputs)}"


def _said(decision: Node) -> dict[str, str]:
    """What a decision says beside its columns and rules."""
    return properties(decision, lambda node: local(node) in _PLACED)


def _label(column: Node) -> str:
    return str(column.get("label") or column.get("name") or _text(_child(column, "inputExpression")) or column.get("id"))


def _child(node: Node, name: str) -> Node | None:
    return next((child for child in node if local(child) == name), None)


def _text(node: Node | None) -> str:
    return "" if node is None else "".join(str(part) for part in node.itertext()).strip()


def _name(node: Node) -> str:
    return str(node.get("name") or node.get("id"))


def _whole(node: Node, change: Change) -> Item:
    return Item(element=str(node.get("id")), name=_name(node), type=local(node), change=change)
