"""The door for texts and values from outside: what no column of either database can hold is refused before it is written."""

from __future__ import annotations

import re
from collections.abc import Mapping

from engine.errors import Invalid
from engine.kernel.rows import JSON

_UNHOLDABLE = re.compile("[\x00\ud800-\udfff]")


def require_text(field: str, text: str | None, longest: int | None = None) -> None:
    """Raises Invalid `invalid-text` when `text` has NUL, half a character, or more than `longest` characters."""
    if text is None:
        return
    if _UNHOLDABLE.search(text) or (longest is not None and len(text) > longest):
        limit = "" if longest is None else f" of at most {longest} characters"
        raise Invalid("invalid-text", "Expected a plain text{limit} for '{field}', but it is not one", field=field, limit=limit)


def require_values(values: Mapping[str, JSON]) -> None:
    """Raises Invalid `invalid-text` when a name or a text anywhere in `values` is unfit."""
    level: list[JSON] = [values]
    while level:
        inner: list[JSON] = []
        for item in level:
            if isinstance(item, str):
                require_text("data", item)
            elif isinstance(item, Mapping):
                inner += [*item, *item.values()]
            elif isinstance(item, (list, tuple)):
                inner += item
        level = inner
