"""Tokens to the checked tree, by operator precedence. From loose to tight:

    a if c else b     c ? a : b          right to left
    or ||     and &&     not
    == != < <= > >= in, not in, eq ne lt le gt ge      chained: 1 < x <= 5
    + -     * / // % div mod
    - ! empty                                          before an operand
    a.b  a[b]  f(a, b)

What is not in this file is not in the language.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar

from engine.expressions.faults import Fault
from engine.expressions.functions import FUNCTIONS
from engine.expressions.limits import MAX_DEPTH, MAX_NODES, MAX_SOURCE
from engine.expressions.tokens import NAME, Token, tokens_of
from engine.expressions.tree import (
    Call,
    Compare,
    Constant,
    Defined,
    DictOf,
    If,
    Index,
    Key,
    ListOf,
    Logic,
    Math,
    Name,
    Node,
    Number,
    Prefix,
    Text,
)
from engine.expressions.values import number, open_key

CONSTANTS: dict[str, bool | None] = {"true": True, "True": True, "false": False, "False": False, "null": None, "None": None}
RESERVED_WORDS = frozenset({*CONSTANTS, "and", "or", "not", "in", "if", "else", "empty", "is", "for", "lambda", "instanceof"})
"""Words that are never names of variables. The last four mean nothing here, so that other languages are not misread."""

_OR, _AND, _NOT, _COMPARE, _SUM, _PRODUCT = 1, 2, 3, 4, 5, 6
_INFIX: dict[str, tuple[int, str]] = {
    "or": (_OR, "or"),
    "||": (_OR, "or"),
    "and": (_AND, "and"),
    "&&": (_AND, "and"),
    "==": (_COMPARE, "=="),
    "!=": (_COMPARE, "!="),
    "<": (_COMPARE, "<"),
    "<=": (_COMPARE, "<="),
    ">": (_COMPARE, ">"),
    ">=": (_COMPARE, ">="),
    "in": (_COMPARE, "in"),
    "not": (_COMPARE, "not-in"),
    "eq": (_COMPARE, "=="),
    "ne": (_COMPARE, "!="),
    "lt": (_COMPARE, "<"),
    "le": (_COMPARE, "<="),
    "gt": (_COMPARE, ">"),
    "ge": (_COMPARE, ">="),
    "+": (_SUM, "+"),
    "-": (_SUM, "-"),
    "*": (_PRODUCT, "*"),
    "/": (_PRODUCT, "/"),
    "//": (_PRODUCT, "//"),
    "%": (_PRODUCT, "%"),
    "div": (_PRODUCT, "/"),
    "mod": (_PRODUCT, "%"),
}
_N = TypeVar("_N", bound=Node)


def parse(source: str) -> Node:
    """The checked tree of a bare expression. Raises Fault."""
    if len(source) > MAX_SOURCE:
        raise Fault("too-long", f"it has more than {MAX_SOURCE} characters", limit=MAX_SOURCE)
    return _Parser(tokens_of(source)).whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._token = tokens[0]
        self._nodes = 0
        self._depth = 0

    def whole(self) -> Node:
        if self._token.kind == "end":
            raise Fault("syntax", "it is empty")
        node = self._expression()
        if self._token.kind != "end":
            raise self._unexpected()
        return node

    # -- tokens ------------------------------------------------------------------------------------------------------

    def _advance(self) -> Token:
        token = self._token
        self._at += 1
        if token.kind != "end":
            self._token = self._tokens[self._at]
        return token

    def _is(self, text: str) -> bool:
        return self._token.text == text and self._token.kind in ("operator", "name")

    def _take(self, text: str) -> bool:
        if self._is(text):
            self._advance()
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._take(text):
            raise self._unexpected(f"'{text}'")

    def _unexpected(self, wanted: str = "") -> Fault:
        token = self._token
        found = "it ends" if token.kind == "end" else f"'{token.text[:20]}' at position {token.start} is not expected"
        reason = f"{found}, {wanted} is" if wanted else found
        return Fault("syntax", reason if wanted or token.kind != "end" else "it ends too early", position=token.start)

    # -- bounds ------------------------------------------------------------------------------------------------------

    def _node(self, node: _N) -> _N:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise Fault("too-complex", f"it has more than {MAX_NODES} parts", limit=MAX_NODES)
        return node

    def _enter(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise Fault("too-deep", f"it is nested deeper than {MAX_DEPTH} levels", limit=MAX_DEPTH)

    # -- grammar -----------------------------------------------------------------------------------------------------

    def _expression(self) -> Node:
        self._enter()
        node = self._binary(_OR)
        if self._take("if"):
            test = self._binary(_OR)
            self._expect("else")
            node = self._node(If(test, node, self._expression()))
        elif self._take("?"):
            then = self._expression()
            self._expect(":")
            node = self._node(If(node, then, self._expression()))
        self._depth -= 1
        return node

    def _infix(self) -> tuple[int, str] | None:
        if self._token.kind not in ("operator", "name"):
            return None
        return _INFIX.get(self._token.text)

    def _binary(self, power: int) -> Node:
        node = self._prefix(power)
        while (infix := self._infix()) is not None and infix[0] >= power:
            level, operator = infix
            if level == _COMPARE:
                node = self._compare(node)
            elif level in (_OR, _AND):
                node = self._logic(node, level, operator)
            else:
                self._advance()
                node = self._node(Math(operator, node, self._binary(level + 1)))
        return node

    def _logic(self, first: Node, level: int, operator: str) -> Node:
        items = [first]
        while (infix := self._infix()) is not None and infix[0] == level:
            self._advance()
            items.append(self._binary(level + 1))
        return self._node(Logic(operator, tuple(items)))

    def _compare(self, first: Node) -> Node:
        rest: list[tuple[str, Node]] = []
        while (infix := self._infix()) is not None and infix[0] == _COMPARE:
            if self._advance().text == "not":
                self._expect("in")
            rest.append((infix[1], self._binary(_SUM)))
        return self._node(Compare(first, tuple(rest)))

    def _prefix(self, power: int) -> Node:
        """`not` is looser than a comparison, `! - empty` are tighter than a product."""
        token = self._token
        if token.kind not in ("operator", "name") or token.text not in ("not", "!", "-", "empty"):
            return self._postfix(self._primary())
        self._advance()
        self._enter()
        if token.text == "not":
            if power > _NOT:
                raise Fault("syntax", f"'not' at position {token.start} needs brackets around it", position=token.start)
            of = self._binary(_NOT)
        else:
            of = self._prefix(_PRODUCT)
        self._depth -= 1
        return self._node(Prefix({"!": "not", "-": "neg"}.get(token.text, token.text), of))

    def _postfix(self, node: Node) -> Node:
        while self._token.kind == "operator":
            if self._take("."):
                node = self._node(Key(node, self._key_name()))
            elif self._take("["):
                node = self._node(Index(node, self._index()))
            elif self._is("("):
                raise Fault("not-allowed", "only named functions can be called", thing="call", position=self._token.start)
            else:
                break
        return node

    def _key_name(self) -> str:
        if self._token.kind != "name":
            raise self._unexpected("a key")
        return open_key(self._advance().text)

    def _index(self) -> Node:
        at = self._expression()
        if self._is(":"):
            raise Fault("not-allowed", "slices are not part of the language", thing="slice", position=self._token.start)
        self._expect("]")
        if isinstance(at, Text):
            open_key(at.value)
        return at

    def _primary(self) -> Node:
        token = self._token
        if token.kind == "number":
            self._advance()
            return self._node(Number(number(Decimal(token.text))))
        if token.kind == "string":
            self._advance()
            return self._node(Text(token.text))
        if token.kind == "name":
            return self._word(self._advance())
        if self._take("("):
            node = self._expression()
            self._expect(")")
            return node
        if self._take("["):
            return self._node(ListOf(tuple(self._items("]"))))
        if self._take("{"):
            return self._node(DictOf(tuple(self._pairs())))
        raise self._unexpected()

    def _word(self, token: Token) -> Node:
        if token.text in CONSTANTS:
            return self._node(Constant(CONSTANTS[token.text]))
        if token.text in RESERVED_WORDS:
            raise Fault("syntax", f"'{token.text}' at position {token.start} is not expected", position=token.start)
        open_key(token.text)
        if self._take("("):
            return self._call(token.text)
        return self._node(Name(token.text))

    def _items(self, close: str) -> list[Node]:
        items: list[Node] = []
        while not self._take(close):
            items.append(self._expression())
            if not self._is(close):
                self._expect(",")
        return items

    def _pairs(self) -> list[tuple[Node, Node]]:
        pairs: list[tuple[Node, Node]] = []
        while not self._take("}"):
            key = self._expression()
            if isinstance(key, Text):
                open_key(key.value)
            self._expect(":")
            pairs.append((key, self._expression()))
            if not self._is("}"):
                self._expect(",")
        return pairs

    def _call(self, name: str) -> Node:
        function = FUNCTIONS.get(name)
        if function is None:
            raise Fault("unknown-function", f"there is no function '{name}'", function=name)
        arguments = self._items(")")
        if not function.least <= len(arguments) <= function.most:
            raise Fault(
                "wrong-arguments",
                f"{function.signature} does not take {len(arguments)} arguments",
                function=name,
                signature=function.signature,
                count=len(arguments),
            )
        if name == "defined":
            return self._defined(arguments[0])
        if name == "now":
            return self._node(Name("now"))
        return self._node(Call(name, tuple(arguments)))

    def _defined(self, argument: Node) -> Node:
        if not isinstance(argument, Text) or not NAME.fullmatch(argument.value) or argument.value in RESERVED_WORDS:
            raise Fault("syntax", "defined() takes one name in quotes")
        return self._node(Defined(open_key(argument.value)))
