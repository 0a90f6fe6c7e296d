"""The shared corpus: what this interpreter and the browser's must both answer."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.expressions import BROWSER_FUNCTIONS, FUNCTIONS, compile_expression

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "corpus.json").read_text("utf-8"), parse_float=Decimal)


def same(left: Any, right: Any) -> bool:
    """Equality of type and value: true is not 1, but 3 is 3.0; the corpus checks kept places by `str`."""
    if type(left) in (int, Decimal) and type(right) in (int, Decimal):
        return bool(left == right)
    if type(left) is not type(right):
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    return bool(left == right)


@pytest.mark.parametrize("case", [c for c in CASES if "value" in c], ids=lambda case: case["source"][:60])
def test_an_expression_gives_the_value_of_the_corpus(case: dict[str, Any]) -> None:
    value = compile_expression(case["source"]).evaluate(case["names"])
    assert same(value, case["value"]), value


@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda case: case["source"][:60])
def test_an_expression_is_refused_with_the_code_of_the_corpus(case: dict[str, Any]) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_expression(case["source"]).evaluate(case["names"])
    assert refused.value.code == case["error"], refused.value


def test_names_given_as_floats_answer_as_decimals_do() -> None:
    for case in json.loads((Path(__file__).parent / "corpus.json").read_text("utf-8")):
        if "value" in case and case["names"] and not isinstance(case["value"], float):
            assert compile_expression(case["source"]).evaluate(case["names"]) == case["value"], case["source"]


def test_every_function_and_every_kind_of_node_is_in_the_corpus() -> None:
    kinds: set[str] = set()
    operators: set[str] = set()
    called: set[str] = set()

    def visit(node: Any) -> None:
        if isinstance(node, dict):
            kinds.add(node["k"])
            operators.update([node["op"]] if "op" in node else [])
            operators.update(operator for operator, _ in node.get("rest", []))
            called.update([node["f"]] if "f" in node else [])
            node = list(node.values())
        if isinstance(node, list):
            for child in node:
                visit(child)

    for case in CASES:
        try:
            visit(compile_expression(case["source"]).tree)
        except ExpressionError:
            assert "error" in case
    assert kinds == {
        "num",
        "str",
        "bool",
        "null",
        "name",
        "defined",
        "list",
        "dict",
        "key",
        "index",
        "not",
        "neg",
        "empty",
        "and",
        "or",
        "compare",
        "math",
        "if",
        "call",
    }
    assert operators == {"==", "!=", "<", "<=", ">", ">=", "in", "not-in", "+", "-", "*", "/", "//", "%"}
    assert called == set(FUNCTIONS) - {"defined", "now"}


def test_cases_are_marked_when_the_browser_lacks_the_function() -> None:
    for case in CASES:
        try:
            used = compile_expression(case["source"]).functions
        except ExpressionError:
            continue
        assert case.get("browser", True) is (used <= BROWSER_FUNCTIONS), case["source"]
