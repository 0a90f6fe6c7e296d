"""Cuts the text of a cell into pieces, and turns FEEL's spelling of what the language can say into the language's own.

FEEL's `date and time("…")`, `starts with(a, b)`, `=`, `?` (the cell's input) and `@"2026-01-01"` mean the same things here
and are read. All else of FEEL (names with spaces, `for`, `some`, `every`, `function`, `between`, `if … then`) is outside
and refused by the language's own check.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.decisions.faults import Refused

CELL_INPUT = "cellInput"
"""The name under which an expression in a cell reads the value of its column."""
MAX_CELL = 2_000
"""Characters of one cell."""

_PIECE = re.compile(
    r"""(?P<space>\s+)
      | (?P<string>"(?:[^"\\\n\r]|\\.)*"|'(?:[^'\\\n\r]|\\.)*')
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<name>[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*)
      | (?P<sign>\.\.|<=|>=|==|!=|&&|\|\||//|\*\*|.)""",
    re.VERBOSE | re.DOTALL,
)
_FUNCTIONS = {
    ("date", "and", "time"): "datetime",
    ("starts", "with"): "starts_with",
    ("ends", "with"): "ends_with",
    ("upper", "case"): "upper",
    ("lower", "case"): "lower",
    ("string", "length"): "len",
    ("list", "contains"): "contains",
    ("distinct", "values"): "distinct",
    ("string",): "str",
    ("number",): "decimal",
}
_LONGEST = 3
_CLOSING = frozenset({")", "]", "}"})
_WORDS = frozenset({"and", "or", "not", "in", "if", "else", "empty"})


class Piece(NamedTuple):
    """One piece of a cell's text. `kind` is `string`, `number`, `name` or `sign`."""

    kind: str
    text: str
    start: int
    end: int


def pieces(text: str) -> list[Piece]:
    """The pieces of a text, spaces left out. Raises Refused for a text that is too long."""
    if len(text) > MAX_CELL:
        raise Refused("cell-too-long", f"单元格超过 {MAX_CELL} 个字符。", f"The cell has more than {MAX_CELL} characters.")
    found = (Piece(str(m.lastgroup), m.group(), m.start(), m.end()) for m in _PIECE.finditer(text))
    return [piece for piece in found if piece.kind != "space"]


def to_language(text: str) -> str:
    """An expression in FEEL's or the language's spelling as the language spells it."""
    given = pieces(text)
    written: list[str] = []
    at = position = 0
    while at < len(given):
        piece = given[at]
        written.append(text[position : piece.start])
        taken, replacement = _replacement(given, at)
        written.append(replacement)
        position = given[at + taken - 1].end
        at += taken
    return "".join(written) + text[position:]


def _replacement(given: list[Piece], at: int) -> tuple[int, str]:
    piece = given[at]
    if piece.kind == "name":
        return _function(given, at)
    if piece.kind != "sign":
        return 1, piece.text
    if piece.text == "=":
        return 1, "=="
    if piece.text == "?" and _operand_expected(given, at):
        return 1, CELL_INPUT
    if piece.text == "@" and at + 1 < len(given) and given[at + 1].kind == "string":
        moment = given[at + 1].text
        return 2, f"{'datetime' if 'T' in moment else 'date'}({moment})"
    return 1, piece.text


def _function(given: list[Piece], at: int) -> tuple[int, str]:
    for length in range(_LONGEST, 0, -1):
        words = tuple(piece.text for piece in given[at : at + length])
        called = at + length < len(given) and given[at + length].text == "("
        if called and words in _FUNCTIONS and not (at and given[at - 1].text == "."):
            return length, _FUNCTIONS[words]
    return 1, given[at].text


def _operand_expected(given: list[Piece], at: int) -> bool:
    if at == 0:
        return True
    before = given[at - 1]
    if before.kind == "name":
        return before.text in _WORDS
    return before.kind == "sign" and before.text not in _CLOSING
