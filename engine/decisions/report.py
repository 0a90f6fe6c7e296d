"""Collects what the deployment gate finds in one DMN file."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.decisions.faults import Refused
from engine.errors import Finding
from engine.xml import Node, line_of


@dataclass
class Report:
    """The findings of one file."""

    resource: str
    findings: list[Finding] = field(default_factory=list)
    lost: bool = False
    """Whether a decision of the file, or the file itself, could not be read."""

    def add(self, level: str, code: str, element: str | None, line: int | None, message: str, message_en: str) -> None:
        """Adds a finding. `level` is `error` or `warning`."""
        self.findings.append(
            Finding(
                level=level, code=code, resource=self.resource, element=element, line=line, message=message, message_en=message_en
            )
        )

    def error(self, code: str, node: Node | None, message: str, message_en: str) -> None:
        """Adds a finding that refuses the deployment."""
        self.add("error", code, owner_id(node), line_of(node), message, message_en)

    def warning(self, code: str, node: Node | None, message: str, message_en: str) -> None:
        """Adds a finding that lets the deployment pass."""
        self.add("warning", code, owner_id(node), line_of(node), message, message_en)

    def refused(self, node: Node | None, refused: Refused, place: str = "", place_en: str = "") -> None:
        """Adds a refusal as an error at its place."""
        self.error(refused.code, node, place + refused.message, place_en + refused.message_en)


def owner_id(node: Node | None) -> str | None:
    """The id of a node, or of the nearest node around it that has one."""
    while node is not None:
        found = node.get("id")
        if found:
            return str(found)
        node = node.getparent()
    return None
