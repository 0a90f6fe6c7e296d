"""Collects what the deployment gate finds in one form file, with the line of the component where it can be told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from engine.errors import Finding


@dataclass
class Findings:
    """The findings of one file."""

    resource: str
    text: str = ""
    """The file, to find lines in."""
    items: list[Finding] = field(default_factory=list)

    def error(self, code: str, element: str | None, zh: str, en: str, *, line: int | None = None) -> None:
        """Adds a finding that refuses the deployment."""
        self.items.append(
            Finding(
                level="error",
                code=code,
                resource=self.resource,
                element=element,
                line=line or self._line(element),
                message=zh,
                message_en=en,
            )
        )

    def _line(self, element: str | None) -> int | None:
        if not element:
            return None
        found = re.search(rf'"(?:id|key|path)"\s*:\s*"{re.escape(element)}"', self.text)
        return self.text.count("\n", 0, found.start()) + 1 if found else None
