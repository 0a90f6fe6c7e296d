"""The checked tree as nested closures: built once, a small condition then costs about a microsecond.

Each closure takes a Frame (the names to read and the Meter of this evaluation) and returns a value of the language or
raises Fault. Data is admitted where it is read, so no float and no foreign object gets further than here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from engine.expressions import tree
from engine.expressions.arithmetic import MATH, negate, ordered
from engine.expressions.faults import Fault
from engine.expressions.functions import FUNCTIONS
from engine.expressions.limits import TEXT_STEP
from engine.expressions.texts import contains
from engine.expressions.tree import Node
from engine.expressions.values import JSON, Meter, admit, as_text, as_whole, equal, open_key, wrong_type

_PLAIN = frozenset({type(None), bool, int, str, list, dict})
_SAME = frozenset({str, int, bool})


class Names(Protocol):
    """Where names are looked up: anything with `[]` that raises KeyError for a name it does not have."""

    def __getitem__(self, name: str, /) -> object: ...


class Frame(Meter):
    """One evaluation: the names it reads, and the work it may still do."""

    __slots__ = ("names",)

    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names


Run: TypeAlias = Callable[[Frame], JSON]


def build(node: Node) -> Run:
    """The closure of a node."""
    match node:
        case tree.Number(value) | tree.Text(value) | tree.Constant(value):
            return _constant(value)
        case tree.Name(name):
            return _name(name)
        case tree.Defined(name):
            return _defined(name)
        case tree.Key(of, key):
            return _key(build(of), key)
        case tree.Index(of, at):
            return _index(build(of), build(at))
        case tree.Prefix(operator, of):
            return _PREFIX[operator](build(of))
        case tree.Logic(operator, items):
            return _logic([build(item) for item in items], operator == "or")
        case tree.Compare(first, rest):
            return _compare(build(first), [(_TESTS[operator], build(operand)) for operator, operand in rest])
        case tree.Math(operator, left, right):
            return _math(MATH[operator], build(left), build(right))
        case _:
            return _build_more(node)


def _build_more(node: Node) -> Run:
    match node:
        case tree.If(test, then, other):
            return _if(build(test), build(then), build(other))
        case tree.ListOf(items):
            return _list([build(item) for item in items])
        case tree.DictOf(pairs):
            return _dict([(build(key), build(value)) for key, value in pairs])
        case tree.Call(function, arguments):
            return _call(function, [build(argument) for argument in arguments])
        case _:
            raise AssertionError(node)


def _constant(value: JSON) -> Run:
    return lambda frame: value


def _name(name: str) -> Run:
    def run(frame: Frame) -> JSON:
        try:
            value = frame.names[name]
        except KeyError:
            raise Fault("missing-name", f"there is no '{name}'", name=name) from None
        return value if type(value) in _PLAIN else admit(value)  # type: ignore[return-value]

    return run


def _defined(name: str) -> Run:
    def run(frame: Frame) -> JSON:
        try:
            frame.names[name]
        except KeyError:
            return False
        return True

    return run


def _key(of: Run, key: str) -> Run:
    def run(frame: Frame) -> JSON:
        container = of(frame)
        if type(container) is not dict:
            raise wrong_type("a dict", container)
        try:
            value = container[key]
        except KeyError:
            raise Fault("missing-key", f"there is no key '{key}'", key=key) from None
        return value if type(value) in _PLAIN else admit(value)

    return run


def _index(of: Run, at: Run) -> Run:
    def run(frame: Frame) -> JSON:
        container, place = of(frame), at(frame)
        if type(container) is dict:
            key = open_key(as_text(place))
            if key not in container:
                raise Fault("missing-key", "a dict has no such key")
            return admit(container[key])
        if type(container) is not list:
            raise wrong_type("a list or dict", container)
        position = as_whole(place)
        if not -len(container) <= position < len(container):
            raise Fault("out-of-range", "a list has no such position")
        return admit(container[position])

    return run


def _not(of: Run) -> Run:
    def run(frame: Frame) -> JSON:
        return not _truth(of(frame))

    return run


def _negative(of: Run) -> Run:
    return lambda frame: negate(of(frame))


def _empty(of: Run) -> Run:
    def run(frame: Frame) -> JSON:
        value = of(frame)
        return value is None or ((type(value) is str or type(value) is list or type(value) is dict) and not value)

    return run


_PREFIX: dict[str, Callable[[Run], Run]] = {"not": _not, "neg": _negative, "empty": _empty}


def _truth(value: JSON) -> bool:
    if value is True or value is False:
        return value
    raise wrong_type("a boolean", value)


def _logic(items: list[Run], known: bool) -> Run:
    """`known` is the answer that needs no further item: true for `or`, false for `and`."""

    def run(frame: Frame) -> JSON:
        for item in items:
            if _truth(item(frame)) is known:
                return known
        return not known

    return run


def _if(test: Run, then: Run, other: Run) -> Run:
    return lambda frame: then(frame) if _truth(test(frame)) else other(frame)


Test: TypeAlias = Callable[[Frame, JSON, JSON], bool]


def _same(frame: Frame, left: JSON, right: JSON) -> bool:
    return left == right if type(left) is type(right) and type(left) in _SAME else equal(left, right, frame)


def _different(frame: Frame, left: JSON, right: JSON) -> bool:
    return not _same(frame, left, right)


def _inside(frame: Frame, left: JSON, right: JSON) -> bool:
    return contains(frame, right, left) is True


def _outside(frame: Frame, left: JSON, right: JSON) -> bool:
    return contains(frame, right, left) is False


def _order(operator: str) -> Test:
    return lambda frame, left, right: ordered(operator, left, right)


_TESTS: dict[str, Test] = {
    "==": _same,
    "!=": _different,
    "in": _inside,
    "not-in": _outside,
    "<": _order("<"),
    "<=": _order("<="),
    ">": _order(">"),
    ">=": _order(">="),
}


def _compare(first: Run, rest: list[tuple[Test, Run]]) -> Run:
    if len(rest) == 1:
        test, second = rest[0]
        return lambda frame: test(frame, first(frame), second(frame))

    def run(frame: Frame) -> JSON:
        left = first(frame)
        for holds, operand in rest:
            right = operand(frame)
            if not holds(frame, left, right):
                return False
            left = right
        return True

    return run


def _math(calculate: Callable[[JSON, JSON], JSON], left: Run, right: Run) -> Run:
    return lambda frame: calculate(left(frame), right(frame))


def _list(items: list[Run]) -> Run:
    return lambda frame: [item(frame) for item in items]


def _dict(pairs: list[tuple[Run, Run]]) -> Run:
    def run(frame: Frame) -> JSON:
        built: dict[str, JSON] = {}
        for key, value in pairs:
            built[open_key(as_text(key(frame)))] = value(frame)
        return built

    return run


def _call(name: str, arguments: list[Run]) -> Run:
    function = FUNCTIONS[name]
    call, metered = function.call, function.metered
    if call is None:
        raise AssertionError(name)

    def run(frame: Frame) -> JSON:
        values = [argument(frame) for argument in arguments]
        for value in values:
            if type(value) is list or type(value) is dict:
                frame.spend(len(value))
            elif type(value) is str:
                frame.spend(len(value) // TEXT_STEP)
        return call(frame, *values) if metered else call(*values)

    return run
