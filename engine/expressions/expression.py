"""One compiled expression."""

from __future__ import annotations

from functools import cached_property, lru_cache

from engine.errors import ExpressionError
from engine.expressions.evaluation import Frame, Names, build
from engine.expressions.faults import Fault
from engine.expressions.limits import MAX_SOURCE
from engine.expressions.parser import parse
from engine.expressions.tree import Call, Constant, Defined, Index, Key, Name, Node, Number, Text, to_json, walk
from engine.expressions.values import JSON, measure, wrong_type

_CACHED = 2_048
_NOT_BUILT = (Name, Key, Index, Number, Text, Constant)


class Expression:
    """A checked expression. It holds no state of an evaluation, so threads may share it."""

    def __init__(self, source: str, node: Node) -> None:
        """Use `compile_expression`."""
        nodes = list(walk(node))
        self.source = source
        """The text as it was given, with its wrapping."""
        self.tested = frozenset(found.name for found in nodes if isinstance(found, Defined))
        """Names asked for by `defined('…')`."""
        self.names = self.tested | {found.name for found in nodes if isinstance(found, Name)}
        """Names whose value or existence the answer depends on."""
        self.functions = frozenset(found.function for found in nodes if isinstance(found, Call))
        """Functions it calls; a form may use only those in BROWSER_FUNCTIONS."""
        self._node = node
        self._run = build(node)
        self._builds = not isinstance(node, _NOT_BUILT)

    def __repr__(self) -> str:
        return f"Expression({self.source!r})"

    @cached_property
    def tree(self) -> JSON:
        """The checked tree as JSON for the browser, in the format that `engine.expressions` documents."""
        return to_json(self._node)

    def evaluate(self, names: Names) -> JSON:
        """The value. It may share parts with the data it was read from; nobody may change it. Raises ExpressionError."""
        try:
            frame = Frame(names)
            value = self._run(frame)
            if self._builds and (type(value) is list or type(value) is dict):
                measure(value, frame)
            return value
        except Fault as fault:
            raise fault.error("evaluate", self.source) from None
        except (ArithmeticError, RecursionError):
            raise Fault("not-computable", "it cannot be calculated").error("evaluate", self.source) from None

    def condition(self, names: Names) -> bool:
        """The value, which must be true or false. Raises ExpressionError, `not-boolean` for any other value."""
        value = self.evaluate(names)
        if value is True or value is False:
            return value
        fault = wrong_type("a boolean", value)
        raise Fault("not-boolean", fault.reason, **fault.facts).error("evaluate", self.source)


def compile_expression(source: str) -> Expression:
    """The checked expression of a source, bare or wrapped in `${…}` or `#{…}`. Raises ExpressionError."""
    if not isinstance(source, str):
        raise ExpressionError("syntax", "Expected to compile an expression, but it is not a text")
    if len(source) > MAX_SOURCE:
        raise Fault("too-long", f"it has more than {MAX_SOURCE} characters", limit=MAX_SOURCE).error("compile", source)
    return _compiled(source)


@lru_cache(maxsize=_CACHED)
def _compiled(source: str) -> Expression:
    try:
        return Expression(source, parse(_unwrapped(source)))
    except Fault as fault:
        raise fault.error("compile", source) from None


def _unwrapped(source: str) -> str:
    bare = source.strip(" \t\r\n")
    if bare.startswith(("${", "#{")) and bare.endswith("}"):
        return bare[2:-1]
    return bare
