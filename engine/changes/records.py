"""What a comparison tells: per file, and in a file per element and property."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

MOST_ITEMS = 2_000
"""Items that are told of one file."""
LONGEST_VALUE = 2_000

Change = Literal["added", "removed", "changed", "moved"]


@dataclass(frozen=True, kw_only=True)
class Item:
    """One thing that differs. `moved` is layout alone: where something is drawn, or stands in a form."""

    element: str | None
    """Id of the element, rule, column or field; the key of a parameter. None for the file as a whole."""
    name: str
    """What people call it."""
    type: str
    """Local name of the element, such as `userTask`; type of the field."""
    change: Change
    property: str | None = None
    """Path of what has changed of it, such as `liandong:deadline.term`; None for the thing as a whole."""
    before: str | None = None
    after: str | None = None


@dataclass(frozen=True, kw_only=True)
class FileChange:
    """One file that differs."""

    name: str
    kind: str
    change: Literal["added", "removed", "changed", "layout", "spelling"]
    """`layout`: drawn otherwise, `spelling`: written otherwise (blanks, comments); neither changes what it means."""
    readable: bool = True
    """False where one of the two cannot be read, so that only the bytes are known to differ."""
    items: tuple[Item, ...] = ()
    more: int = 0
    """Items that are left out, when there are very many."""


Properties = Mapping[str, str]
"""Path -> value of all that one thing says."""


def differing(element: str | None, name: str, kind: str, before: Properties, after: Properties) -> list[Item]:
    """An item for each property that the two do not share, in the order of their paths."""
    return [
        Item(
            element=element,
            name=name,
            type=kind,
            change="changed",
            property=path,
            before=_short(before.get(path)),
            after=_short(after.get(path)),
        )
        for path in [*before, *(path for path in after if path not in before)]
        if before.get(path) != after.get(path)
    ]


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= LONGEST_VALUE else value[:LONGEST_VALUE] + "…"
