"""Names as they will be: what is there, under what is supposed of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.kernel.effects import Names


class SupposedNames:
    """Names as they will be once some values are written."""

    def __init__(self, names: Names, values: Mapping[str, Any]) -> None:
        self._names, self._values = names, values

    def __getitem__(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._names[name]

    def prefetch(self, names: Iterable[str]) -> None:
        """Reads these names in one statement."""
        self._names.prefetch(names)
