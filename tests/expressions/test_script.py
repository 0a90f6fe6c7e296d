"""Scripts: lines of assignments."""

from __future__ import annotations

from typing import Any

import pytest

from engine.errors import ExpressionError
from engine.expressions import compile_script


def run(text: str, **names: Any) -> dict[str, Any]:
    for name, expression in compile_script(text).assignments:
        names[name] = expression.evaluate(names)
    return names


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\nb = a + 1",
        "a = 1; b = a + 1",
        "a=1;b=a+1;",
        "\n\n a = 1 # one\n\n# two = 2\n  b = a + 1  \n",
        "a = 1;;\r\n;b = a + 1",
        "a = 1\nb = [\n  a,\n  2\n][1]",
        "b = 2 ; a = (\n 1\n)",
    ],
)
def test_lines_are_assignments_in_order(text: str) -> None:
    assert run(text) == {"a": 1, "b": 2}


def test_separators_inside_a_text_do_not_separate() -> None:
    assert run("a = 'x;y#z'; b = \"=\"") == {"a": "x;y#z", "b": "="}


@pytest.mark.parametrize("text", ["", "\n \n", "# nothing", ";;"])
def test_an_empty_script_assigns_nothing(text: str) -> None:
    assert compile_script(text).assignments == ()


def test_names_are_those_read_from_outside() -> None:
    assert compile_script("a = b\nc = a + d\nb = c\ne = e").names == {"b", "d", "e"}


def test_variables_may_be_called_like_functions() -> None:
    assert run("count = 1\ncount = count + len([count])\n年龄 = count") == {"count": 2, "年龄": 2}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("now = 1", "reserved-name"),
        ("true = 1", "reserved-name"),
        ("_a = 1", "not-allowed"),
        ("a", "syntax"),
        ("a = ", "syntax"),
        ("a = b.c()", "not-allowed"),
        ("a = 1 b = 2", "syntax"),
        ("a = 1\n" * 201, "too-long"),
        ("# " + "a" * 20_000, "too-long"),
    ],
)
def test_anything_else_is_refused(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_script(text)
    assert refused.value.code == code
