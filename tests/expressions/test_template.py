"""Templates: literal texts, single expressions, mixed texts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.expressions import compile_template


@pytest.mark.parametrize("text", ["CH00", "", " a b ", "$5", "{x}", "50% }", "it's #1", "$ {x}", "PT24H"])
def test_a_text_without_an_expression_is_itself(text: str) -> None:
    template = compile_template(text)
    assert template.literal == text
    assert template.evaluate({}) == text
    assert template.names == frozenset()


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${x}", 5),
        ("#{x}", 5),
        ("  ${x}\n ", 5),
        ("${x == 5}", True),
        ("${[x]}", [5]),
        ("${{'a': {'b': x}}}", {"a": {"b": 5}}),
        ("${'}'}", "}"),
        ("${'${x}'}", "${x}"),
        ("${null}", None),
        ("${{}}", {}),
    ],
)
def test_a_single_expression_gives_its_value(text: str, value: Any) -> None:
    template = compile_template(text)
    assert template.literal is None
    assert template.evaluate({"x": 5}) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("转诊 ${no}，${urgent ? '急' : '平'}", "转诊 ZZ-1，急"),
        ("${no}${no}", "ZZ-1ZZ-1"),
        ("a${null}b", "ab"),
        ("${1.50}#{2} ", "1.502 "),
        ("${no} ${urgent}", "ZZ-1 true"),
        ("it's ${no}'s", "it's ZZ-1's"),
        ("} ${no} {", "} ZZ-1 {"),
    ],
)
def test_a_mixed_text_is_joined(text: str, value: str) -> None:
    template = compile_template(text)
    assert template.literal is None
    assert template.evaluate({"no": "ZZ-1", "urgent": True}) == value


def test_names_are_those_of_all_expressions() -> None:
    assert compile_template("a ${b} ${c.d} ${defined('e')}").names == {"b", "c", "e"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a ${x}", "missing-name"),
        ("a ${[1]}", "wrong-type"),
        ("a ${{}}", "wrong-type"),
        ("${t}${t}", "too-large"),
        ("${1/0} a", "division-by-zero"),
    ],
)
def test_a_template_that_cannot_be_evaluated_says_so(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_template(text).evaluate({"t": "a" * 6000})
    assert refused.value.code == code


def test_numbers_keep_their_places() -> None:
    assert compile_template("¥${price}").evaluate({"price": Decimal("12.50")}) == "¥12.50"


def test_a_template_is_compiled_once() -> None:
    assert compile_template("a ${x}") is compile_template("a ${x}")
