"""A script: lines `name = expression`, and nothing else.

Lines end with a line break or `;`; inside brackets a line break is a space. `#` begins a comment.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from engine.errors import ExpressionError
from engine.expressions.expression import Expression, compile_expression
from engine.expressions.faults import Fault
from engine.expressions.limits import MAX_SCRIPT
from engine.expressions.parser import RESERVED_WORDS
from engine.expressions.tokens import Token, check_characters, token_at
from engine.expressions.values import open_key

RESERVED_NAMES = frozenset({"now", "parameters", "instance", "own"})
"""Names that the runtime gives and nobody may assign."""

_MAX_LINES = 200
_CACHED = 1_024


@dataclass(frozen=True, kw_only=True)
class Script:
    """A checked script."""

    source: str
    assignments: tuple[tuple[str, Expression], ...]
    """Name and expression of each line, in order; a line sees what the lines before it assigned."""

    @property
    def names(self) -> frozenset[str]:
        """Names that the script reads from outside: those not assigned by an earlier line."""
        read: set[str] = set()
        assigned: set[str] = set()
        for target, expression in self.assignments:
            read |= expression.names - assigned
            assigned.add(target)
        return frozenset(read)


def compile_script(text: str) -> Script:
    """The checked script of a text. Raises ExpressionError."""
    if not isinstance(text, str):
        raise ExpressionError("syntax", "Expected to compile a script, but it is not a text")
    if len(text) > MAX_SCRIPT:
        raise Fault("too-long", f"it has more than {MAX_SCRIPT} characters", limit=MAX_SCRIPT).error("compile", text)
    return _compiled(text)


@lru_cache(maxsize=_CACHED)
def _compiled(text: str) -> Script:
    try:
        check_characters(text)
        lines = _lines(text)
        if len(lines) > _MAX_LINES:
            raise Fault("too-long", f"it has more than {_MAX_LINES} lines", limit=_MAX_LINES)
        return Script(source=text, assignments=tuple(_assignment(text, line) for line in lines))
    except Fault as fault:
        raise fault.error("compile", text) from None


def _lines(text: str) -> list[list[Token]]:
    lines: list[list[Token]] = [[]]
    brackets = 0
    token = token_at(text, 0)
    while token.kind != "end":
        if token.kind == "operator":
            brackets += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(token.text, 0)
        if (token.kind == "line" and brackets <= 0) or (token.kind == "operator" and token.text == ";"):
            lines.append([])
        elif token.kind == "comment" and brackets > 0:
            raise Fault("syntax", f"the comment at position {token.start} is inside brackets", position=token.start)
        elif token.kind not in ("comment", "line"):
            lines[-1].append(token)
        token = token_at(text, token.end)
    return [line for line in lines if line]


def _assignment(text: str, line: list[Token]) -> tuple[str, Expression]:
    is_assignment = len(line) > 2 and line[0].kind == "name" and line[1].kind == "operator" and line[1].text == "="
    if not is_assignment:
        raise Fault("syntax", f"at position {line[0].start} a line 'name = expression' is needed", position=line[0].start)
    name = open_key(line[0].text)
    if name in RESERVED_WORDS or name in RESERVED_NAMES:
        raise Fault("reserved-name", f"the name '{name}' cannot be assigned", name=name)
    return name, compile_expression(text[line[2].start : line[-1].end])
