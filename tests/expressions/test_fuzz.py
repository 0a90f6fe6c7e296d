"""Random texts and random trees: nothing but a value of the language or an ExpressionError ever comes out."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import ExpressionError
from engine.expressions import FUNCTIONS, compile_expression, compile_script, compile_template

WORDS = [
    *"()[]{}.,:?!+-*/%<>=;#$&|'\"\\ \n",
    "==",
    "!=",
    "<=",
    ">=",
    "&&",
    "||",
    "//",
    "**",
    "${",
    "#{",
    "and",
    "or",
    "not",
    "in",
    "if",
    "else",
    "empty",
    "eq",
    "lt",
    "div",
    "mod",
    "true",
    "false",
    "null",
    "x",
    "l",
    "d",
    "t",
    "n",
    "_x",
    "__class__",
    "0",
    "1",
    "2.5",
    "1e9",
    "'a'",
    "'2025-03-04'",
    "'P1D'",
    "lambda",
    "for",
    "is",
    "\x00",
    "中",
    "ｘ",
    "\u202e",
    "\ud800",
    *FUNCTIONS,
]
CHECKS: list[Callable[[str], object]] = [
    lambda text: compile_expression(text).tree,
    lambda text: compile_template(text).literal,
    lambda text: compile_script(text).source,
]
SOUP = st.lists(st.sampled_from(WORDS), max_size=30)
NUMBERS = st.integers() | st.floats() | st.decimals()
DATES = st.sampled_from(
    [
        "2025-03-04",
        "2025-02-30",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59Z",
        "2025-03-04T08:00",
        "P9999Y",
        "-P1M",
        "PT999999999H",
        "P1D",
        "yyyy",
        "-1.5",
        "1e5",
        "",
        "_",
        "赵建国·演示",
    ]
)
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=8) | DATES
KEYS = st.sampled_from("abx_")
DATA = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=12)
NAMES = st.fixed_dictionaries(dict.fromkeys("xldtn", DATA))
BINARY = ["+", "-", "*", "/", "//", "%", "==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]


def sources() -> st.SearchStrategy[str]:
    """Sources that parse, mostly of the wrong types."""
    literal = st.sampled_from(
        [
            "0",
            "1",
            "-1",
            "2.50",
            "999999999999999999999999999999",
            "0.00000000000000000001",
            "true",
            "null",
            "'a'",
            "''",
            "'_a'",
            "'2024-02-29'",
            "'2025-03-04T08:00:00Z'",
            "'P1M'",
            "[]",
            "{}",
            "x",
            "l",
            "d",
            "t",
            "n",
            "now()",
        ]
    )
    return st.recursive(
        literal,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(BINARY), inner).map(lambda p: f"({p[0]} {p[1]} {p[2]})"),
            inner.map(lambda of: f"(-{of})"),
            inner.map(lambda of: f"(not {of})"),
            inner.map(lambda of: f"(empty {of})"),
            st.tuples(inner, inner, inner).map(lambda p: f"({p[0]} ? {p[1]} : {p[2]})"),
            st.tuples(inner, inner).map(lambda p: f"({p[0]})[{p[1]}]"),
            inner.map(lambda of: f"({of}).a"),
            st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
            st.tuples(inner, inner).map(lambda p: f"{{{p[0]}: {p[1]}}}"),
            st.tuples(st.sampled_from(sorted(FUNCTIONS)), st.lists(inner, min_size=1, max_size=3)).map(
                lambda p: f"{p[0]}({', '.join(p[1])})"
            ),
        ),
        max_leaves=12,
    )


def check_value(value: Any) -> None:
    """A value of the language, within its bounds."""
    assert value is None or type(value) in (bool, int, Decimal, str, list, dict)
    if type(value) is Decimal:
        assert value.is_finite()
        assert -20 <= value.as_tuple().exponent < 0  # type: ignore[operator]


@settings(max_examples=400, deadline=None)
@given(st.text(max_size=60) | SOUP.map(" ".join) | SOUP.map("".join))
def test_random_text_is_checked_or_refused(text: str) -> None:
    for check in CHECKS:
        try:
            checked = check(text)
        except ExpressionError as error:
            json.dumps([error.code, dict(error.facts)], ensure_ascii=False).encode()
            str(error).encode()
        else:
            json.dumps(checked)


@settings(max_examples=600, deadline=None)
@given(sources(), NAMES)
def test_random_trees_on_random_data_give_a_value_or_an_expression_error(source: str, names: dict[str, Any]) -> None:
    try:
        value = compile_expression(source).evaluate({**names, "now": "2025-03-04T08:00:00+08:00"})
    except ExpressionError as error:
        assert error.code != "not-computable", error  # noqa: PT017 (an answer is as good as a refusal here)
    else:
        check_value(value)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(set(FUNCTIONS) - {"defined", "now"})), st.lists(DATA, min_size=1, max_size=4))
def test_functions_on_random_data_give_a_value_or_an_expression_error(name: str, arguments: list[Any]) -> None:
    names = {f"a{index}": argument for index, argument in enumerate(arguments)}
    try:
        check_value(compile_expression(f"{name}({', '.join(names)})").evaluate(names))
    except ExpressionError as error:
        json.dumps([error.code, dict(error.facts)])


SMALL = st.integers(-(10**9), 10**9) | st.decimals(-(10**6), 10**6, places=4, allow_nan=False, allow_infinity=False)


@settings(max_examples=300, deadline=None)
@given(SMALL, SMALL)
def test_arithmetic_is_exact(a: int | Decimal, b: int | Decimal) -> None:
    exact_a, exact_b = Fraction(a), Fraction(b)
    names = {"a": a, "b": b}

    def result(source: str) -> Fraction:
        value = compile_expression(source).evaluate(names)
        assert isinstance(value, int | Decimal)
        return Fraction(value)

    assert result("a + b") == exact_a + exact_b
    assert result("a - b") == exact_a - exact_b
    assert result("a * b") == exact_a * exact_b
    order = [exact_a < exact_b, exact_a <= exact_b, exact_a == exact_b]
    assert compile_expression("[a < b, a <= b, a == b]").evaluate(names) == order
    assume(b != 0)
    assert result("a // b") == exact_a // exact_b
    assert result("a % b") == exact_a % exact_b
    assert abs(result("a / b") - exact_a / exact_b) <= Fraction(1, 2 * 10**20)
