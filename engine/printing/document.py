"""What is printed of a case: words in one language, in the order of the paper. Whoever composes it has applied all rights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

COLUMNS = 16
"""Columns that the cells of a form's line share."""


@dataclass(frozen=True, kw_only=True)
class Fact:
    """One labelled fact of the head."""

    label: str
    value: str


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One field of a form."""

    label: str
    value: str
    columns: int
    """How many of the COLUMNS it takes."""
    critical: bool = False


@dataclass(frozen=True, kw_only=True)
class Block:
    """A section of a form: lines of cells, a table of rows, or a paragraph; any of them may be absent."""

    heading: str
    lines: tuple[tuple[Cell, ...], ...] = ()
    columns: tuple[str, ...] = ()
    """Headings of the table."""
    rows: tuple[tuple[str, ...], ...] = ()
    text: str = ""
    prose: bool = False
    """The text is what the paper says, in paragraphs, and no remark beside its fields."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """One form."""

    title: str
    """Empty when the head of the paper says it."""
    copy: str | None
    """Which copy of the slip it is (联次)."""
    blocks: tuple[Block, ...]


@dataclass(frozen=True, kw_only=True)
class Signature:
    """What one person decided at one step."""

    step: str
    chair: str
    """Post and institution."""
    outcome: str
    negative: bool
    opinion: str
    person: str
    """With the principal where an agent has signed."""
    at: str
    note: str = ""
    """Further words in small print, such as what proves a vote that was entered on behalf."""
    image: bytes | None = None
    """The handwritten signature, as PNG."""


@dataclass(frozen=True, kw_only=True)
class TimelineLine:
    """One line of what happened."""

    at: str
    title: str
    person: str
    detail: str


@dataclass(frozen=True, kw_only=True)
class Words:
    """The fixed words of the paper in its language."""

    signatures: str
    timeline: str
    time: str
    event: str
    person: str
    detail: str
    page: str
    """With `{page}` and `{pages}`."""


@dataclass(frozen=True, kw_only=True)
class Document:
    """One print."""

    language: str
    """`zh` or `en`."""
    institution: str
    title: str
    number: str | None
    mark: str | None
    """A word across the head, such as 作废."""
    notes: tuple[str, ...]
    """Sentences below the head, such as that only a part is shown."""
    facts: tuple[Fact, ...]
    sheets: tuple[Sheet, ...]
    signatures: tuple[Signature, ...]
    timeline: tuple[TimelineLine, ...]
    printed: str
    """Who prints it and when, for the foot of every page."""
    made_at: datetime
    words: Words
    copy: str | None = None
    """Which copy it is (联次), of a paper that is made in several."""
    letterhead: bool = False
    """Whether the institution's name stands in red above a red line (红头)."""
    closing: tuple[str, ...] = ()
    """Lines at the end on the right: who issues it, and the day; the seal goes over them."""


def texts(part: Any) -> Iterator[str]:
    """Every text in a document or a part of it."""
    if isinstance(part, str):
        yield part
    elif isinstance(part, tuple):
        for item in part:
            yield from texts(item)
    elif is_dataclass(part):
        for item in fields(part):
            yield from texts(getattr(part, item.name))
