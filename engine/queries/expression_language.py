"""The expression language as a designer's editor asks for it: what is wrong with a text, and the words that there are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.errors import ExpressionError
from engine.expressions import FUNCTIONS, RESERVED_WORDS, compile_expression, compile_script, compile_template
from engine.queries.registry import Query, Reader

Kind = Literal["expression", "template", "condition", "script"]
_COMPILERS: Mapping[str, Callable[[str], Any]] = {
    "expression": compile_expression,
    "condition": compile_expression,
    "template": compile_template,
    "script": compile_script,
}
_ABOUT: Mapping[str, tuple[str, str]] = {
    "syntax": ("写法不对", "it is not written as the language is"),
    "not-allowed": ("用了语言里没有的写法", "it uses what the language does not have"),
    "too-long": ("太长", "it is too long"),
    "too-deep": ("括号或运算套得太深", "it is nested too deep"),
    "too-complex": ("太复杂", "it is too complex"),
    "unknown-function": ("没有这个函数", "there is no such function"),
    "wrong-arguments": ("函数的参数个数不对", "the function takes another number of arguments"),
    "number-too-large": ("数字太大", "a number is too large"),
    "reserved-name": ("这个名称由系统保留，不能赋值", "the name is the system's own and cannot be written"),
}
_MEANINGS: Mapping[str, tuple[str, str]] = {
    "and": ("两边都成立", "both hold"),
    "or": ("至少一边成立", "one of the two holds"),
    "not": ("不成立", "does not hold"),
    "in": ("在列表、文字或字典的键中", "is in a list, a text or the keys of a dict"),
    "if": ("条件取值：a if 条件 else b", "one of two values: a if condition else b"),
    "else": ("条件取值的另一边", "the other one of two values"),
    "empty": ("空值、空文字或空列表", "null, an empty text or an empty list"),
    "true": ("真", "true"),
    "false": ("假", "false"),
    "null": ("空值", "no value"),
}


@dataclass(frozen=True, kw_only=True)
class CheckExpression(Query["Checked"]):
    """Whether a text belongs to the language."""

    text: str
    kind: Kind = "expression"


@dataclass(frozen=True, kw_only=True)
class ListWords(Query[tuple["Word", ...]]):
    """The functions and the words of the language."""


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found. `reason` is in English, `about` in both languages."""

    ok: bool
    reads: tuple[str, ...] = ()
    """Names whose value the text depends on."""
    about: tuple[str, str] | None = None
    reason: str | None = None
    at: int | None = None
    """Position in the expression from 0, where it is known."""


@dataclass(frozen=True, kw_only=True)
class Word:
    """One word with a sentence about it."""

    name: str
    about: str
    about_en: str
    example: str
    kind: str
    """`function` or `word`."""


def check_expression(query: CheckExpression, reader: Reader) -> Checked:
    """Evaluates nothing."""
    try:
        compiled = _COMPILERS[query.kind](query.text)
    except ExpressionError as refused:
        about = _ABOUT.get(refused.code, _ABOUT["syntax"])
        position = refused.facts.get("position")
        return Checked(ok=False, about=about, reason=str(refused.facts.get("reason") or refused), at=position)
    return Checked(ok=True, reads=tuple(sorted(compiled.names)))


def list_words(query: ListWords, reader: Reader) -> tuple[Word, ...]:
    """Functions first, then the words that join them."""
    functions = [
        Word(name=found.name, about=found.doc, about_en=found.doc_en, example=found.signature, kind="function")
        for found in FUNCTIONS.values()
    ]
    told = sorted(set(RESERVED_WORDS) & set(_MEANINGS))
    words = [Word(name=name, about=_MEANINGS[name][0], about_en=_MEANINGS[name][1], example=name, kind="word") for name in told]
    return (*functions, *words)
