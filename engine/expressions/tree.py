"""The checked tree: the only thing that is ever evaluated, here and in the browser. `engine.expressions` documents its JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

from engine.expressions.values import JSON, number_text


@dataclass(frozen=True, slots=True)
class Number:
    value: int | Decimal


@dataclass(frozen=True, slots=True)
class Text:
    value: str


@dataclass(frozen=True, slots=True)
class Constant:
    value: bool | None


@dataclass(frozen=True, slots=True)
class Name:
    name: str


@dataclass(frozen=True, slots=True)
class Defined:
    """Whether a name exists; it never fails."""

    name: str


@dataclass(frozen=True, slots=True)
class ListOf:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class DictOf:
    items: tuple[tuple[Node, Node], ...]


@dataclass(frozen=True, slots=True)
class Key:
    """`of.key`"""

    of: Node
    key: str


@dataclass(frozen=True, slots=True)
class Index:
    """`of[at]`"""

    of: Node
    at: Node


@dataclass(frozen=True, slots=True)
class Prefix:
    """`operator` is `not`, `neg` or `empty`."""

    operator: str
    of: Node


@dataclass(frozen=True, slots=True)
class Logic:
    """`operator` is `and` or `or`; items from left to right, the rest is not evaluated once the answer is known."""

    operator: str
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Compare:
    """`first op operand op operand …`; each operator is one of `== != < <= > >= in not-in`."""

    first: Node
    rest: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class Math:
    """`operator` is one of `+ - * / // %`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class If:
    test: Node
    then: Node
    other: Node


@dataclass(frozen=True, slots=True)
class Call:
    function: str
    arguments: tuple[Node, ...]


Node: TypeAlias = (
    Number | Text | Constant | Name | Defined | ListOf | DictOf | Key | Index | Prefix | Logic | Compare | Math | If | Call
)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below, in the order of the source."""
    match node:
        case Key(of) | Prefix(_, of):
            return (of,)
        case Index(left, right) | Math(_, left, right):
            return (left, right)
        case ListOf(items) | Logic(_, items) | Call(_, items):
            return items
        case DictOf(pairs):
            return tuple(node for pair in pairs for node in pair)
        case Compare(first, rest):
            return (first, *(operand for _, operand in rest))
        case If(test, then, other):
            return (test, then, other)
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """Every node of the tree."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(children(node))


def to_json(node: Node) -> JSON:
    """The tree as JSON in the documented format."""
    match node:
        case Key(of, key):
            return {"k": "key", "of": to_json(of), "key": key}
        case Index(of, at):
            return {"k": "index", "of": to_json(of), "at": to_json(at)}
        case Prefix(operator, of):
            return {"k": operator, "of": to_json(of)}
        case Logic(operator, items):
            return {"k": operator, "items": [to_json(item) for item in items]}
        case Compare(first, rest):
            return {"k": "compare", "first": to_json(first), "rest": [[operator, to_json(operand)] for operator, operand in rest]}
        case Math(operator, left, right):
            return {"k": "math", "op": operator, "left": to_json(left), "right": to_json(right)}
        case If(test, then, other):
            return {"k": "if", "test": to_json(test), "then": to_json(then), "else": to_json(other)}
        case Call(function, arguments):
            return {"k": "call", "f": function, "args": [to_json(argument) for argument in arguments]}
        case _:
            return _leaf_to_json(node)


def _leaf_to_json(node: Node) -> JSON:
    match node:
        case Number(value):
            return {"k": "num", "v": number_text(value)}
        case Text(value):
            return {"k": "str", "v": value}
        case Constant(None):
            return {"k": "null"}
        case Constant(value):
            return {"k": "bool", "v": value}
        case Name(name):
            return {"k": "name", "n": name}
        case Defined(name):
            return {"k": "defined", "n": name}
        case ListOf(items):
            return {"k": "list", "items": [to_json(item) for item in items]}
        case DictOf(pairs):
            return {"k": "dict", "items": [[to_json(key), to_json(value)] for key, value in pairs]}
        case _:
            raise AssertionError(node)
