"""Every sentence with which the engine stops a case has its counterpart in Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from api.incident_sentences import chinese_incident
from tests.house.sources import read, sources

RAISED = frozenset({"ModelFailure", "DecisionFault", "Fault", "TimerFault", "StepTooLarge", "BudgetExceeded", "StepFailed"})
COMPILING = frozenset({"parser.py", "tokens.py", "script.py", "template.py"})
"""Files of the language whose refusals are findings at deployment."""
CHINESE = re.compile(r"[一-鿿]")


def sentences() -> Iterator[tuple[Path, str]]:
    """Each sentence that can become an incident, with a word in the place of each value."""
    for path in sources(".py", folders=("engine",)):
        if path.parts[1] == "expressions" and path.name in COMPILING:
            continue
        for node in ast.walk(ast.parse(read(path))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                if node.func.id in RAISED:
                    yield from ((path, text) for text in _texts(node.args))
                elif node.func.id == "raise_incident":
                    yield from ((path, text) for item in node.keywords if item.arg == "message" for text in _texts([item.value]))


def _texts(arguments: list[ast.expr]) -> Iterator[str]:
    for argument in arguments:
        parts = argument.values if isinstance(argument, ast.JoinedStr) else [argument]
        if all(isinstance(part, ast.FormattedValue) or _is_text(part) for part in parts):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in parts)
            if " " in text:
                yield re.sub(r"\{\w+\}", "X", text)


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_every_sentence_of_an_incident_is_told_in_chinese_too() -> None:
    found = list(sentences())
    assert len(found) > 60
    untold = [(str(path), text) for path, text in found if not CHINESE.search(chinese_incident(text) or "")]
    assert untold == []


def test_sentences_in_sentences_are_turned_and_the_words_of_others_stay() -> None:
    told = chinese_incident("decision 'fee': rule 3: Expected to evaluate expression 'a.b', but there is no key 'b'")
    assert told == "决策“fee”：规则 3：表达式“a.b”无法求值：没有键“b”"
    assert chinese_incident("function 'pay': the bank is closed") == "函数“pay”：the bank is closed"
    assert chinese_incident("a number is needed where a text was found") == "应为数字，实际为文本"
    assert chinese_incident("the bank is closed") is None
    assert (
        chinese_incident("function: Expected element 'pay' to do its work, but the bank is closed")
        == "“pay”没有完成：the bank is closed"
    )
    assert chinese_incident("store-busy: the database is locked") == "数据库繁忙，未作任何改动，请稍后再试。"
