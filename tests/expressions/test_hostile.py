"""Hostile inputs: every one is refused by an ExpressionError, at the check or, where only data decides, at evaluation."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.expressions import compile_expression, compile_script, compile_template

INPUTS: list[dict[str, Any]] = json.loads((Path(__file__).parent / "hostile.json").read_text("utf-8"))
DATA = {
    "x": {"a": 1},
    "parameters": {},
    "big": 10**400,
    "NaN": float("nan"),
    "Infinity": Decimal("Infinity"),
    "text": "a" * 10_000,
    "items": [0] * 10_000,
}


def source_of(case: dict[str, Any]) -> str:
    """A source is a text, or a list of [text, times]."""
    source = case["source"]
    return source if isinstance(source, str) else "".join(text * times for text, times in source)


@pytest.mark.parametrize("case", [c for c in INPUTS if c["when"] == "compile"], ids=lambda case: ascii(case["source"])[:50])
def test_a_hostile_source_is_refused_when_it_is_checked(case: dict[str, Any]) -> None:
    source = source_of(case)
    with pytest.raises(ExpressionError) as refused:
        compile_expression(source)
    assert refused.value.code
    assert json.dumps(dict(refused.value.facts))


@pytest.mark.parametrize("case", [c for c in INPUTS if c["when"] == "evaluate"], ids=lambda case: ascii(case["source"])[:50])
def test_a_source_that_turns_hostile_with_its_data_is_refused_when_it_is_evaluated(case: dict[str, Any]) -> None:
    expression = compile_expression(source_of(case))
    with pytest.raises(ExpressionError):
        expression.evaluate(DATA)


@pytest.mark.parametrize("case", [c for c in INPUTS if c["when"] == "compile"], ids=lambda case: ascii(case["source"])[:50])
def test_a_hostile_source_is_refused_in_a_script_line(case: dict[str, Any]) -> None:
    source = source_of(case)
    if "\n" in source or ";" in source or "#" in source or source.strip() == "":
        return
    with pytest.raises(ExpressionError):
        compile_script("y = " + source)


@pytest.mark.parametrize(
    "text",
    [
        "${",
        "#{",
        "${x",
        "${x}${",
        "${'}",
        "${{'a': 1}",
        "a ${x b",
        "${}",
        "${ }",
        "${x}} ${",
        "${x.y()}",
        "a ${__x} b",
        "${\u0000}",
        "${x # }",
        "${" * 5000,
        "${1 +}",
        "${(}",
    ],
)
def test_a_hostile_template_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_template(text)


@pytest.mark.parametrize(
    "text",
    [
        "x",
        "x + 1",
        "print(1)",
        "import os",
        "x += 1",
        "x -= 1",
        "x: int = 1",
        "x.y = 1",
        "x['a'] = 1",
        "x, y = 1, 2",
        "(x) = 1",
        "1 = x",
        "'x' = 1",
        "x = y = 1",
        "= 1",
        "x =",
        "x = 1 y = 2",
        "_x = 1",
        "__builtins__ = 1",
        "now = 1",
        "parameters = {}",
        "instance = 1",
        "own = 'A'",
        "true = 1",
        "in = 1",
        "not = 1",
        "empty = 1",
        "for = 1",
        "if x: y = 1",
        "def f(): x = 1",
        "${x = 1}",
        "x = ${1}",
        "x == 1",
        "del x",
        "x = [1,\n# c\n2]",
        "x = (1",
        "x = 1)",
        "x = {'a': 1;}",
        "x\u0000 = 1",
        "\u202ex = 1",
        "x = 'a\nb'",
        "=" * 5000,
        "execution.setVariable('a', 1)",
        "a = 1\n" * 201,
        "a" * 20_001,
        "x := 1",
        "x = y := 1",
        "x = lambda: 1",
        "lambda = 1",
    ],
)
def test_a_hostile_script_is_refused(text: str) -> None:
    with pytest.raises(ExpressionError):
        compile_script(text)


@pytest.mark.parametrize("source", [None, 1, b"x", ["x"], {"a": 1}])
def test_what_is_not_a_text_is_refused(source: Any) -> None:
    for check in (compile_expression, compile_template, compile_script):
        with pytest.raises(ExpressionError):
            check(source)
