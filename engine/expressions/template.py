"""A text that may hold expressions: `CH00`, `${toInst}`, `转诊 ${referralNo}，${urgency}`."""

from __future__ import annotations

from functools import lru_cache

from engine.errors import ExpressionError
from engine.expressions.evaluation import Names
from engine.expressions.expression import Expression, compile_expression
from engine.expressions.faults import Fault
from engine.expressions.limits import MAX_SCRIPT
from engine.expressions.tokens import check_characters, token_at
from engine.expressions.values import JSON, bounded_text, text_of

_CACHED = 2_048


class Template:
    """A checked template."""

    def __init__(self, source: str, parts: tuple[str | Expression, ...]) -> None:
        """Use `compile_template`."""
        self.source = source
        self.expressions = tuple(part for part in parts if isinstance(part, Expression))
        """Its expressions from left to right."""
        self.literal: str | None = None if self.expressions else source
        """The text itself when it holds no expression."""
        self.names = frozenset(name for expression in self.expressions for name in expression.names)
        """Names whose value or existence the answer depends on."""
        self._parts = parts

    def __repr__(self) -> str:
        return f"Template({self.source!r})"

    def evaluate(self, names: Names) -> JSON:
        """The literal text; the value of a single expression; or all parts as one text. Raises ExpressionError."""
        if self.literal is not None:
            return self.literal
        if len(self._parts) == 1:
            return self.expressions[0].evaluate(names)
        try:
            return bounded_text("".join(self._text(part, names) for part in self._parts))
        except Fault as fault:
            raise fault.error("evaluate", self.source) from None

    def filled(self, names: Names, gap: str) -> str:
        """All parts as one text, with `gap` for what is null, empty or cannot be evaluated: for paper that a pen completes."""
        return "".join(part if isinstance(part, str) else self._filled(part, names, gap) for part in self._parts)

    def _filled(self, part: Expression, names: Names, gap: str) -> str:
        try:
            value = part.evaluate(names)
        except ExpressionError:
            return gap
        return gap if value is None or value == "" else text_of(value)

    @staticmethod
    def _text(part: str | Expression, names: Names) -> str:
        return part if isinstance(part, str) else text_of(part.evaluate(names))


def compile_template(text: str) -> Template:
    """The checked template of a text. Raises ExpressionError."""
    if not isinstance(text, str):
        raise ExpressionError("syntax", "Expected to compile a template, but it is not a text")
    if len(text) > MAX_SCRIPT:
        raise Fault("too-long", f"it has more than {MAX_SCRIPT} characters", limit=MAX_SCRIPT).error("compile", text)
    return _compiled(text)


@lru_cache(maxsize=_CACHED)
def _compiled(text: str) -> Template:
    try:
        parts = _parts(text)
    except Fault as fault:
        raise fault.error("compile", text) from None
    # White space around a single expression comes from how the XML is laid out.
    filled = tuple(part for part in parts if isinstance(part, Expression) or part.strip())
    return Template(text, filled if len(filled) == 1 and isinstance(filled[0], Expression) else parts)


def _parts(text: str) -> tuple[str | Expression, ...]:
    parts: list[str | Expression] = []
    position = 0
    while (start := _next_start(text, position)) >= 0:
        if start > position:
            parts.append(text[position:start])
        position = _end(text, start + 2)
        parts.append(compile_expression(text[start:position]))
    if position < len(text):
        parts.append(text[position:])
    return tuple(parts)


def _next_start(text: str, position: int) -> int:
    return min((at for at in (text.find("${", position), text.find("#{", position)) if at >= 0), default=-1)


def _end(text: str, position: int) -> int:
    """Where the expression that begins at `position` is closed, brackets and texts inside it counted."""
    check_characters(text[position:])
    open_braces = 1
    while open_braces:
        token = token_at(text, position)
        if token.kind in ("end", "comment"):
            raise Fault("syntax", "an expression is not closed by '}'", position=position)
        if token.kind == "operator":
            open_braces += {"{": 1, "}": -1}.get(token.text, 0)
        position = token.end
    return position
