"""From the rules that match to the result (DMN 1.3 §8.2.8).

UNIQUE: at most one rule may match. ANY: several may, with equal outputs. FIRST: the first in the table. PRIORITY: the one
whose output stands first in the list of allowed outputs. RULE ORDER, OUTPUT ORDER: all, in the order of the table or of
that list. COLLECT: all, or their sum, smallest, largest or number. Without a match a single hit gives null and a list is
empty, unless the outputs have defaults; the sum, smallest and largest of nothing are null, its number is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.decisions.faults import DecisionFault
from engine.decisions.kinds import read, same, written
from engine.decisions.model import BY_OUTPUT, SINGLE_HIT, Table
from engine.errors import ExpressionError
from engine.expressions import JSON, compile_expression

Row = tuple[int, dict[str, JSON]]
"""A rule's number, and its outputs by name."""
_SUM = compile_expression("sum(x)")


def select(table: Table, hits: Sequence[Row]) -> list[Row]:
    """The rows that count, in the order of the hit policy. Raises DecisionFault when the rules contradict the policy."""
    if table.policy == "UNIQUE" and len(hits) > 1:
        raise DecisionFault("several-rules", f"rules {_listed(hits)} match, but the hit policy UNIQUE allows one")
    if table.policy == "ANY":
        _check_equal(hits)
    ordered = sorted(hits, key=lambda row: rank(table, row[1])) if table.policy in BY_OUTPUT else list(hits)
    return ordered[:1] if table.policy in SINGLE_HIT else ordered


def rank(table: Table, outputs: Mapping[str, JSON]) -> tuple[int, ...]:
    """Where outputs stand by the lists of allowed outputs; the first output counts most, a value outside comes last."""
    return tuple(
        next((place for place, value in enumerate(output.order) if same(value, outputs[output.name])), len(output.order))
        for output in table.outputs
    )


def result(table: Table, rows: Sequence[Row]) -> tuple[tuple[Mapping[str, JSON], ...], JSON]:
    """The results as mappings, and the value by the standard. Raises DecisionFault."""
    if table.aggregator is not None:
        output = table.outputs[0]
        value = aggregate(table.aggregator, [row[output.name] for _, row in rows], output.kind)
        return ({output.name: value},), value
    results = tuple(row for _, row in rows)
    values: list[JSON] = [dict(row) if len(table.outputs) > 1 else row[table.outputs[0].name] for row in results]
    if table.policy in SINGLE_HIT:
        return results, values[0] if values else None
    return results, values


def aggregate(aggregator: str, values: Sequence[JSON], kind: str) -> JSON:
    """Sum, smallest, largest or number of the outputs. Nulls are counted and otherwise left out. Raises DecisionFault."""
    if aggregator == "COUNT":
        return len(values)
    present = [value for value in values if value is not None]
    if not present:
        return None
    if aggregator == "SUM":
        try:
            return _SUM.evaluate({"x": present})
        except ExpressionError as error:
            raise DecisionFault("wrong-type", f"the outputs cannot be summed: {error.facts['reason']}") from error
    choose: Callable[..., Any] = min if aggregator == "MIN" else max
    try:
        return written(choose(read(value, kind) for value in present))
    except TypeError:
        raise DecisionFault("wrong-type", "the outputs have no order to choose by") from None


def _check_equal(hits: Sequence[Row]) -> None:
    for number, outputs in hits[1:]:
        if not all(same(value, hits[0][1][name]) for name, value in outputs.items()):
            raise DecisionFault(
                "different-outputs",
                f"rules {hits[0][0]} and {number} match with different outputs, which the hit policy ANY forbids",
            )


def _listed(hits: Sequence[Row]) -> str:
    return ", ".join(str(number) for number, _ in hits)
