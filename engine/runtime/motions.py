"""What is put to the vote item by item (逐项表决): rows of the case, read once when the round opens and kept with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.approvals import Motion

MOTIONS_AT_MOST = 100
KEY_LENGTH = 60
TITLE_LENGTH = 300
Named = Callable[[str], Sequence[int]]
"""Keys of the persons that a reference to people means."""


def motions_of(value: Any, named: Named) -> tuple[tuple[Motion, ...], tuple[str, ...]]:
    """The motions that rows of the case stand for, and the references to recused people that mean nobody.

    A row has `key`, `title` and, where somebody has to keep out of it, `recused`: one reference to people or a list of them.
    Raises ValueError, with what was found, for anything else.
    """
    if not isinstance(value, (list, tuple)) or not 1 <= len(value) <= MOTIONS_AT_MOST:
        raise ValueError(f"a list of 1 to {MOTIONS_AT_MOST} rows was expected")
    unknown: list[str] = []
    motions = tuple(_motion(number, row, named, unknown) for number, row in enumerate(value, 1))
    keys = [motion.key for motion in motions]
    twice = next((key for key in keys if keys.count(key) > 1), None)
    if twice is not None:
        raise ValueError(f"two rows have the key '{twice}'")
    return motions, tuple(unknown)


def _motion(number: int, row: Any, named: Named, unknown: list[str]) -> Motion:
    if not isinstance(row, Mapping):
        raise ValueError(f"row {number} is no row with a key and a title")
    key, title = (_text(number, row, name, longest) for name, longest in (("key", KEY_LENGTH), ("title", TITLE_LENGTH)))
    recused: list[int] = []
    for reference in _references(number, row.get("recused")):
        found = named(reference)
        recused += found
        if not found:
            unknown.append(reference)
    return Motion(key=key, title=title, recused=tuple(dict.fromkeys(recused)), row=dict(row))


def _text(number: int, row: Mapping[str, Any], name: str, longest: int) -> str:
    given = row.get(name)
    text = str(given).strip() if isinstance(given, (str, int)) and not isinstance(given, bool) else ""
    if not 1 <= len(text) <= longest:
        raise ValueError(f"row {number} has no {name} of 1 to {longest} characters")
    return text


def _references(number: int, value: Any) -> list[str]:
    given = value if isinstance(value, (list, tuple)) else [] if value in (None, "") else [value]
    if not all(isinstance(reference, str) and reference.strip() for reference in given):
        raise ValueError(f"row {number} names who is recused by something else than references to people")
    return [reference.strip() for reference in given]
