"""The safe subset of regular expressions for a form's `pattern`.

The pattern comes from a model and the text from a client, so a pattern must not be able to run long. Allowed are literals,
`.`, `\\d \\w` and their opposites, escaped punctuation, `\\uXXXX`, classes, plain and `(?:…)` groups, `|`, `^`, `$` and the
greedy quantifiers. A bound is computed on how many ways a text of MAX_TEXT characters can be divided among the repeats,
from every start; a pattern above it (`(a+)+`, `\\d*\\d*\\d*`) is refused. The subset means the same in the browser.
"""

from __future__ import annotations

import re

MAX_TEXT = 200
"""Longest text that is compared with a pattern."""

_MAX_PATTERN = 200
_MAX_WAYS = 50_000
_MAX_REPEAT = 200
_MAX_GROUPS = 10
_QUANTIFIER = re.compile(r"[?*+]|\{(\d{1,4})(?:(,)(\d{1,4})?)?\}", re.ASCII)
_ESCAPE = re.compile(r"\\(?:[dDwW]|u[0-9a-fA-F]{4}|[^A-Za-z0-9\s])")
_CLASS = re.compile(r"\[\^?(?:\\(?:[dDwW]|u[0-9a-fA-F]{4}|[^A-Za-z0-9\s])|[^\]\[\\\n&~|-]|-)+\]")


class UnsafePattern(Exception):
    """The pattern is outside the subset; the text of the exception says why."""


def compile_pattern(source: str) -> re.Pattern[str]:
    """The compiled pattern, to be searched in texts of at most MAX_TEXT characters. Raises UnsafePattern."""
    if len(source) > _MAX_PATTERN:
        raise UnsafePattern(f"it is longer than {_MAX_PATTERN} characters")
    reader = _Reader(source)
    ways = reader.alternatives(0)
    if reader.at < len(source):
        raise UnsafePattern(f"'{source[reader.at]}' at position {reader.at + 1} has no opening bracket")
    if ways > _MAX_WAYS:
        raise UnsafePattern("its repeats can be matched in too many ways")
    try:
        # A text has no line break at its end, so `$` means the same as in the browser.
        return re.compile(source, re.ASCII)
    except re.error as error:
        raise UnsafePattern(f"it is not a regular expression: {error.msg}") from None


class _Reader:
    """Reads a pattern from left to right; every method returns the number of ways its part can match."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.groups = 0

    def alternatives(self, depth: int) -> int:
        ways = self.sequence(depth)
        while self.source[self.at : self.at + 1] == "|":
            self.at += 1
            ways += self.sequence(depth)
        return ways

    def sequence(self, depth: int) -> int:
        ways = 1
        while self.at < len(self.source) and self.source[self.at] not in "|)":
            ways = min(ways * self.repeat(self.atom(depth)), _MAX_WAYS + 1)
        return ways

    def repeat(self, ways: int) -> int:
        found = _QUANTIFIER.match(self.source, self.at)
        if not found:
            return ways
        self.at = found.end()
        if self.source[self.at : self.at + 1] in ("?", "+", "*", "{"):
            raise UnsafePattern("only one plain quantifier may follow a part")
        low, high = _bounds(found)
        if ways > 1 and high > 1:
            return min((high - low + 1) * int(ways ** min(high, 30)), _MAX_WAYS + 1)
        return max(high - low + 1, ways + (low == 0 and ways > 1))

    def atom(self, depth: int) -> int:
        char = self.source[self.at]
        if char == "(":
            return self.group(depth)
        if char in "?*+{}]":
            raise UnsafePattern(f"'{char}' at position {self.at + 1} stands alone")
        part = {"\\": _ESCAPE, "[": _CLASS}.get(char)
        if part is None:
            self.at += 1
            return 1
        found = part.match(self.source, self.at)
        if not found:
            raise UnsafePattern(f"'{self.source[self.at : self.at + 6]}' at position {self.at + 1} is not allowed")
        self.at = found.end()
        return 1

    def group(self, depth: int) -> int:
        self.groups += 1
        if depth >= 3 or self.groups > _MAX_GROUPS:
            raise UnsafePattern("it has too many groups")
        start = self.at
        self.at += 3 if self.source.startswith("(?:", start) else 1
        if self.source[self.at : self.at + 1] == "?":
            raise UnsafePattern("look-around and named groups are not allowed")
        ways = self.alternatives(depth + 1)
        if self.source[self.at : self.at + 1] != ")":
            raise UnsafePattern(f"the bracket at position {start + 1} is not closed")
        self.at += 1
        return ways


def _bounds(found: re.Match[str]) -> tuple[int, int]:
    """Lowest and highest number of repeats; an open end counts as the longest text."""
    text = found.group()
    if text in ("?", "*", "+"):
        return (1 if text == "+" else 0), (1 if text == "?" else MAX_TEXT)
    low = int(found[1])
    high = low if not found[2] else int(found[3]) if found[3] else MAX_TEXT
    if low > high or high > _MAX_REPEAT:
        raise UnsafePattern(f"'{text}' is not a range up to {_MAX_REPEAT}")
    return low, high
