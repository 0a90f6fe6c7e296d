"""Text to tokens.

The alphabet is small on purpose. Names are ASCII letters, digits, `_` and CJK ideographs, so that no two different names
look alike (a full-width `ｌｅｎ`, a Cyrillic `а`); control, invisible and direction-changing characters are refused
everywhere, in strings too, because what a reviewer reads must be what runs.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from engine.expressions.faults import Fault

NAME = re.compile(r"[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*")

_FORBIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufe00-\ufe0f\ufeff\ufff9-\ufffb\U000e0000-\U000e0fff]"
)
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+)
      | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | (?P<string>'(?:[^'\\\n\r]|\\.)*'|"(?:[^"\\\n\r]|\\.)*")
      | (?P<name>[A-Za-z_\u4e00-\u9fff][A-Za-z0-9_\u4e00-\u9fff]*)
      | (?P<operator>&&|\|\||==|!=|<=|>=|//|\*\*|:=|->|=>|\+=|[-+*/%<>=!?:.,;()\[\]{}])
      | (?P<comment>\#[^\n]*)""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(u[0-9A-Fa-f]{4}|.)", re.DOTALL)
_ESCAPES = {"\\": "\\", "'": "'", '"': '"', "n": "\n", "t": "\t", "r": "\r"}


class Token(NamedTuple):
    """One token. `text` is the decoded text for a string and the source's own characters for all others."""

    kind: str
    """`number`, `string`, `name`, `operator`, `comment`, `line` (a line break) or `end`."""
    text: str
    start: int
    """Where it begins in the source, counted from 0."""
    end: int


def check_characters(text: str) -> None:
    """Refuses characters that cannot be seen or that change what is seen."""
    found = _FORBIDDEN.search(text)
    if found:
        point = f"U+{ord(found.group()):04X}"
        raise Fault("not-allowed", f"the character {point} is not allowed", thing=point, position=found.start())


def token_at(text: str, start: int) -> Token:
    """The next token at or after `start`. Spaces are skipped; a space with a line break is given as a `line` token."""
    position = start
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise Fault("syntax", f"'{text[position]}' at position {position} is not part of the language", position=position)
        kind, value, position = str(found.lastgroup), found.group(), found.end()
        if kind == "string":
            value = _decode(value[1:-1], found.start())
        elif kind == "number":
            _check_number(text, value, found.start(), position)
        elif kind == "space":
            if "\n" not in value:
                continue
            kind = "line"
        return Token(kind, value, found.start(), position)
    return Token("end", "", len(text), len(text))


def tokens_of(text: str) -> list[Token]:
    """All tokens of one expression, closed by `end`. Line breaks are spaces here; comments are refused."""
    check_characters(text)
    tokens: list[Token] = []
    position = 0
    while True:
        token = token_at(text, position)
        position = token.end
        if token.kind == "comment":
            raise Fault("syntax", f"'#' at position {token.start} is not part of the language", position=token.start)
        if token.kind != "line":
            tokens.append(token)
        if token.kind == "end":
            return tokens


def _check_number(text: str, digits: str, start: int, end: int) -> None:
    glued = end < len(text) and (text[end] in "._" or text[end].isalnum())
    if glued or (len(digits) > 1 and digits[0] == "0" and digits[1] != "."):
        raise Fault("syntax", f"the number at position {start} is not written as 12 or 12.5", position=start)


def _decode(body: str, position: int) -> str:
    def replace(match: re.Match[str]) -> str:
        escape = match.group(1)
        if len(escape) == 5:
            return chr(int(escape[1:], 16))
        if escape not in _ESCAPES:
            raise Fault("syntax", f"the text at position {position} has an unknown escape", position=position)
        return _ESCAPES[escape]

    if "\\" not in body:
        return body
    decoded = _ESCAPE.sub(replace, body)
    if decoded != body:
        check_characters(decoded)
    return decoded
