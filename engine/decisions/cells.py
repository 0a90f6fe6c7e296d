"""Cells of a decision table: unary tests (DMN 1.3 §7.3.13, §10.3.1.2, rules 7 to 17) over the closed language.

    -                          always holds, as does an empty cell
    12   "R"   true            the input is equal
    date("2026-01-01")         a literal too, as is everything that can be calculated at deployment
    null                       the input is null
    < 5   <= 5   > 5   >= 5    = and != as well
    [1..5]   (1..5)   ]1..5[   a range with or without its ends
    "R", "U", > 5              one of several tests holds
    not("R", [1..5])           none of them holds
    an expression              a comparison, and/or/not, or one that names the input (`cellInput`, `?`), must be true;
                               any other gives the value, or the list of values, that the input is compared with

A comparison with null, and a range around it, neither holds nor fails: it does not match, and neither does its `not`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.decisions.faults import DecisionFault, Refused
from engine.decisions.kinds import ANY, ORDERED, Scalar, read
from engine.decisions.spelling import CELL_INPUT, pieces, to_language
from engine.errors import ExpressionError
from engine.expressions import JSON, Expression, compile_expression

_ORDERS = frozenset({"<", "<=", ">", ">="})
_EQUALS = frozenset({"=", "==", "!="})
_OPENING = frozenset({"(", "[", "{"})
_CLOSING = frozenset({")", "]", "}"})
_CONDITIONS = frozenset({"compare", "and", "or", "not", "empty", "defined"})
_BOOLEAN_CALLS = frozenset({"contains", "starts_with", "ends_with", "before", "after", "any", "all"})
_UNORDERED = frozenset({"boolean", "list", "dict", "null"})
_HINTS = {"date": "date", "datetime": "dateTime"}


@dataclass(frozen=True, slots=True)
class Literal:
    """A value known at deployment. `hint` is the kind that its spelling shows."""

    value: JSON | Scalar
    """As it was spelt, and once it is typed as a value of the column's kind."""
    hint: str


Operand: TypeAlias = "Literal | Expression"


@dataclass(frozen=True, slots=True)
class Null:
    """The input is null."""


@dataclass(frozen=True, slots=True)
class Equal:
    """The input equals the value, or is in the list that the expression gives."""

    value: Operand


@dataclass(frozen=True, slots=True)
class Range:
    """The input lies between two ends; a missing end is open to infinity."""

    low: Operand | None
    low_closed: bool
    high: Operand | None
    high_closed: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """The expression, which may read the input, is true."""

    expression: Expression


@dataclass(frozen=True, slots=True)
class Negation:
    """None of the tests holds."""

    tests: tuple[Test, ...]


Test: TypeAlias = "Null | Equal | Range | Condition | Negation"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: it matches when one of its tests holds; without tests it always does."""

    text: str
    tests: tuple[Test, ...]

    def operands(self) -> Iterator[Operand]:
        """Every literal and expression in it."""
        yield from _operands(self.tests)

    @property
    def general(self) -> bool:
        """Whether it holds an expression whose value only a case decides."""
        return any(isinstance(operand, Expression) for operand in self.operands())

    @property
    def names(self) -> frozenset[str]:
        """Names that its expressions read; the cell's own input is among them."""
        return frozenset(name for operand in self.operands() if isinstance(operand, Expression) for name in operand.names)


def _operands(tests: Sequence[Test]) -> Iterator[Operand]:
    for test in tests:
        if isinstance(test, Negation):
            yield from _operands(test.tests)
        elif isinstance(test, Equal):
            yield test.value
        elif isinstance(test, Condition):
            yield test.expression
        elif isinstance(test, Range):
            yield from (end for end in (test.low, test.high) if end is not None)


def parse_cell(text: str, inputs: frozenset[str] = frozenset({CELL_INPUT})) -> Cell:
    """The tests of a cell. `inputs` are the names of its own input. Raises Refused."""
    bare = _unwrapped(text.strip())
    if bare in ("", "-"):
        return Cell(text=bare, tests=())
    return Cell(text=bare, tests=_Parser(bare, inputs).whole())


def typed(cell: Cell, kind: str) -> Cell:
    """The cell with its literals as values of the column's kind. Raises Refused for other kinds, orders and empty ranges."""
    return Cell(text=cell.text, tests=_typed(cell.tests, kind))


def _typed(tests: Sequence[Test], kind: str) -> tuple[Test, ...]:
    return tuple(_typed_test(test, kind) for test in tests)


def _typed_test(test: Test, kind: str) -> Test:
    match test:
        case Negation(tests):
            return Negation(_typed(tests, kind))
        case Equal(value):
            return Equal(_typed_operand(value, kind))
        case Range():
            return _typed_range(test, kind)
        case _:
            return test


def _typed_range(test: Range, kind: str) -> Range:
    if kind != ANY and kind not in ORDERED:
        raise Refused("cell-type", f"类型 {kind} 没有大小，不能比较先后。", f"Values of type {kind} have no order to compare by.")
    low = None if test.low is None else _typed_operand(test.low, kind)
    high = None if test.high is None else _typed_operand(test.high, kind)
    for end in (low, high):
        if isinstance(end, Literal) and end.hint in _UNORDERED:
            raise Refused("cell-type", f"{end.hint} 没有大小，不能比较先后。", f"A {end.hint} has no order to compare by.")
    if isinstance(low, Literal) and isinstance(high, Literal):
        _check_ends(low, high, closed=test.low_closed and test.high_closed)
    return Range(low, test.low_closed, high, test.high_closed)


def _check_ends(low: Literal, high: Literal, *, closed: bool) -> None:
    try:
        empty = low.value > high.value or (low.value == high.value and not closed)  # type: ignore[operator]
    except TypeError:
        raise Refused(
            "cell-type", "区间的两端类型不同，或没有大小。", "The ends of the range are of different types, or have no order."
        ) from None
    if empty:
        raise Refused("empty-range", "区间是空的：没有值能落在其中。", "The range is empty: no value lies in it.")


def _typed_operand(operand: Operand, kind: str) -> Operand:
    if isinstance(operand, Expression):
        return operand
    textual = kind == "string" and operand.hint in ("date", "dateTime")
    try:
        value = None if textual else read(operand.value, kind)  # type: ignore[arg-type]
    except DecisionFault:
        value = None
    if value is None:
        raise Refused(
            "cell-type",
            f"列的类型是 {kind}，但此处的值是 {operand.hint}。",
            f"The column is of type {kind}, but this value is of type {operand.hint}.",
        )
    return Literal(value, operand.hint)


def _unwrapped(text: str) -> str:
    return text[2:-1].strip() if text.startswith(("${", "#{")) and text.endswith("}") else text


class _Parser:
    def __init__(self, text: str, inputs: frozenset[str]) -> None:
        self._text = text
        self._inputs = inputs
        self._pieces = pieces(text)

    def whole(self) -> tuple[Test, ...]:
        end = len(self._pieces)
        if self._negated():
            return (Negation(self._tests(2, end - 1)),)
        return self._tests(0, end)

    def _negated(self) -> bool:
        """Whether the cell as a whole is `not(…)`."""
        given = self._pieces
        if len(given) < 3 or given[0].text != "not" or given[1].text != "(" or given[-1].text != ")":
            return False
        # A range such as `[1..5)` leaves brackets without a partner; what holds one can only be a list of tests.
        return any(piece.text == ".." for piece in given) or self._until_closed(2) == len(given) - 1

    def _until_closed(self, start: int) -> int:
        depth = 1
        for at in range(start, len(self._pieces)):
            text = self._pieces[at].text
            depth += (text == "(") - (text == ")")
            if depth == 0:
                return at
        return len(self._pieces)

    def _tests(self, start: int, end: int) -> tuple[Test, ...]:
        found: list[Test] = []
        at = start
        while True:
            tests, at = self._test(at, end)
            found += tests
            if at >= end:
                return tuple(found)
            if self._pieces[at].text != ",":
                raise self._outside(at)
            at += 1

    def _test(self, at: int, end: int) -> tuple[list[Test], int]:
        if at >= end:
            raise Refused("cell", "逗号之后缺少内容。", "Something is missing after a comma.")
        interval = self._interval(at, end)
        if interval is not None:
            return [interval[0]], interval[1]
        piece = self._pieces[at]
        if piece.kind == "sign" and piece.text in _ORDERS | _EQUALS:
            stop = self._until_comma(at + 1, end)
            return [self._order(piece.text, self._operand(at + 1, stop))], stop
        stop = self._until_comma(at, end)
        return self._value(at, stop), stop

    def _interval(self, at: int, end: int) -> tuple[Range, int] | None:
        opening = self._pieces[at].text
        if self._pieces[at].kind != "sign" or opening not in ("[", "(", "]"):
            return None
        dots = self._dots(at + 1, end)
        close = None if dots is None else self._interval_end(dots + 1, end)
        if dots is None or close is None:
            return None
        closing = self._pieces[close].text
        low, high = self._operand(at + 1, dots), self._operand(dots + 1, close)
        return Range(low, opening == "[", high, closing == "]"), close + 1

    def _dots(self, start: int, end: int) -> int | None:
        depth = 0
        for at in range(start, end):
            piece = self._pieces[at]
            if piece.kind != "sign":
                continue
            if depth == 0 and (piece.text == ".." or piece.text in _CLOSING or piece.text == ","):
                return at if piece.text == ".." else None
            depth += (piece.text in _OPENING) - (piece.text in _CLOSING)
        return None

    def _interval_end(self, start: int, end: int) -> int | None:
        depth = 0
        for at in range(start, end):
            piece = self._pieces[at]
            if piece.kind != "sign":
                continue
            if depth == 0 and piece.text in ("]", ")", "["):
                return at
            depth += (piece.text in "({") - (piece.text in ")}")
        return None

    def _until_comma(self, start: int, end: int) -> int:
        depth = 0
        for at in range(start, end):
            piece = self._pieces[at]
            if piece.kind != "sign":
                continue
            if depth == 0 and piece.text == ",":
                return at
            depth += (piece.text in _OPENING) - (piece.text in _CLOSING)
        return end

    def _order(self, sign: str, operand: Operand) -> Test:
        if sign in _EQUALS:
            test: Test = Null() if isinstance(operand, Literal) and operand.value is None else Equal(operand)
            return Negation((test,)) if sign == "!=" else test
        if sign in ("<", "<="):
            return Range(None, False, operand, sign == "<=")
        return Range(operand, sign == ">=", None, False)

    def _value(self, start: int, stop: int) -> list[Test]:
        expression = self._compiled(start, stop)
        if expression.names:
            condition = expression.names & self._inputs or _is_condition(expression)
            return [Condition(expression) if condition else Equal(expression)]
        value = _constant(expression)
        if isinstance(value, list):
            return [Null() if item is None else Equal(Literal(item, _hint(item))) for item in value]
        return [Null() if value is None else Equal(Literal(value, _hint(value, expression)))]

    def _operand(self, start: int, stop: int) -> Operand:
        expression = self._compiled(start, stop)
        if expression.names:
            return expression
        value = _constant(expression)
        return Literal(value, _hint(value, expression))

    def _compiled(self, start: int, stop: int) -> Expression:
        if start >= stop:
            raise Refused("cell", "此处缺少一个值。", "A value is missing here.")
        text = self._text[self._pieces[start].start : self._pieces[stop - 1].end]
        if text.startswith(("${", "#{")):
            raise Refused("cell", "${…}只能包住整个单元格。", "${…} may only stand around the whole cell.")
        return compiled(text)

    def _outside(self, at: int) -> Refused:
        start = self._pieces[at].start
        shown = self._text[start : start + 20]
        return Refused("cell", f"“{shown}”处无法理解，此处应是逗号。", f"'{shown}' is not understood; a comma is expected.")


def compiled(text: str) -> Expression:
    """An expression of a table in either spelling, checked. Raises Refused."""
    try:
        return compile_expression(to_language(text.strip()))
    except ExpressionError as refused:
        raise Refused("expression", f"“{text[:100]}”不能使用：{refused}", f"'{text[:100]}' cannot be used: {refused}") from None


def _constant(expression: Expression) -> JSON:
    try:
        return expression.evaluate({})
    except ExpressionError as refused:
        raise Refused("expression", f"无法计算：{refused}", f"It cannot be calculated: {refused}") from None


def _is_condition(expression: Expression) -> bool:
    tree = expression.tree
    if not isinstance(tree, dict):
        return False
    return tree["k"] in _CONDITIONS or (tree["k"] == "call" and tree["f"] in _BOOLEAN_CALLS)


def _hint(value: JSON, expression: Expression | None = None) -> str:
    tree = None if expression is None else expression.tree
    if isinstance(tree, dict) and tree["k"] == "call" and tree["f"] in _HINTS:
        return _HINTS[str(tree["f"])]
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    return "null" if value is None else "list" if isinstance(value, list) else "dict" if isinstance(value, dict) else "number"
