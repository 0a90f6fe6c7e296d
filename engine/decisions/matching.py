"""Whether the cell of a rule matches an input, by the three-valued logic of unary tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, cast

from engine.decisions.cells import Cell, Condition, Equal, Literal, Negation, Null, Operand, Range, Test
from engine.decisions.faults import DecisionFault
from engine.decisions.kinds import Scalar, read, written
from engine.decisions.model import Column
from engine.expressions import JSON, Expression


class Names(Protocol):
    """Where names are looked up: `[]` raises KeyError for a name that does not exist."""

    def __getitem__(self, name: str, /) -> object: ...


class Layer:
    """Names in front of other names."""

    def __init__(self, front: Mapping[str, JSON], back: Names) -> None:
        self._front = front
        self._back = back

    def __getitem__(self, name: str) -> object:
        return self._front[name] if name in self._front else self._back[name]


def matches(cell: Cell, value: Scalar | None, column: Column, names: Names) -> bool:
    """Whether a cell matches an input. Raises DecisionFault or ExpressionError."""
    if not cell.tests:
        return True
    if cell.general:
        shown = written(value)
        names = Layer(dict.fromkeys(column.inputs, shown), names)
    return _any(cell.tests, value, column.kind, names) is True


def allows(cell: Cell, value: Scalar | None, kind: str) -> bool:
    """Whether a cell without expressions, such as a list of allowed values, matches a value; one of another type does not."""
    try:
        return not cell.tests or _any(cell.tests, value, kind, {}) is True
    except DecisionFault:
        return False


def _any(tests: Sequence[Test], value: Scalar | None, kind: str, names: Names) -> bool | None:
    """Whether one of the tests holds; None when none does and one cannot say because of a null."""
    unknown = False
    for test in tests:
        answer = _holds(test, value, kind, names)
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def _holds(test: Test, value: Scalar | None, kind: str, names: Names) -> bool | None:
    match test:
        case Null():
            return value is None
        case Equal(operand):
            return _equal(operand, value, kind, names)
        case Range():
            return _inside(test, value, kind, names)
        case Condition(expression):
            return expression.condition(names)
        case Negation(tests):
            answer = _any(tests, value, kind, names)
            return None if answer is None else not answer


def _equal(operand: Operand, value: Scalar | None, kind: str, names: Names) -> bool:
    if isinstance(operand, Literal):
        return value is not None and _alike(cast("Scalar", operand.value), value)
    found = operand.evaluate(names)
    several = found if isinstance(found, list) and not isinstance(value, list) else [found]
    return any(_alike(read(item, kind), value) for item in several)


def _alike(left: Scalar | None, right: Scalar | None) -> bool:
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _inside(test: Range, value: Scalar | None, kind: str, names: Names) -> bool | None:
    if value is None:
        return None
    for end, closed, low in ((test.low, test.low_closed, True), (test.high, test.high_closed, False)):
        if end is None:
            continue
        limit = _limit(end, kind, names)
        if limit is None:
            return None
        try:
            ordered = limit < value if low else value < limit  # type: ignore[operator]
        except TypeError:
            raise DecisionFault("wrong-type", "a value has no order to compare by") from None
        if not (ordered or (closed and limit == value)):
            return False
    return True


def _limit(end: Operand, kind: str, names: Names) -> Scalar | None:
    if isinstance(end, Expression):
        return read(end.evaluate(names), kind)
    return cast("Scalar", end.value)
