"""Collects what the deployment gate finds, and compiles the expressions of a file on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from lxml import etree

from engine.errors import ExpressionError, Finding
from engine.expressions import Expression, Script, Template, compile_expression, compile_script, compile_template
from engine.xml import line_of

T = TypeVar("T")


@dataclass
class Report:
    """The findings of one file."""

    resource: str
    findings: list[Finding] = field(default_factory=list)
    lost: list[Finding] = field(default_factory=list)
    """Those after which the records lack something that the file says: without it a process would run wrong."""

    def error(self, code: str, node: etree._Element | None, message: str, message_en: str) -> None:
        """Adds a finding that refuses the deployment."""
        self._add("error", code, node, message, message_en)

    def warning(self, code: str, node: etree._Element | None, message: str, message_en: str) -> None:
        """Adds a finding that lets the deployment pass."""
        self._add("warning", code, node, message, message_en)

    def add(self, finding: Finding) -> None:
        """Adds a finding made elsewhere."""
        self.findings.append(finding)

    def expression(self, text: str | None, node: etree._Element) -> Expression | None:
        """Compiles an expression; None, with a finding, when it is empty or outside the language."""
        return self._compile(compile_expression, text, node)

    def template(self, text: str | None, node: etree._Element) -> Template | None:
        """Compiles a text with `${…}` parts."""
        return self._compile(compile_template, text, node)

    def script(self, text: str | None, node: etree._Element) -> Script | None:
        """Compiles the lines of a script task."""
        return self._compile(compile_script, text, node)

    def _compile(self, compiler: Callable[[str], T], text: str | None, node: etree._Element) -> T | None:
        if text is None or not text.strip():
            self.error(
                "empty-expression", node, "此处需要表达式，但内容为空。", "An expression is expected here, but it is empty."
            )
            return None
        try:
            return compiler(text.strip())
        except ExpressionError as refused:
            self.error(
                "expression",
                node,
                f"表达式“{text.strip()[:200]}”不能使用：{refused}",
                f"The expression '{text.strip()[:200]}' cannot be used: {refused}",
            )
            self.lost.append(self.findings[-1])
            return None

    def _add(self, level: str, code: str, node: etree._Element | None, message: str, message_en: str) -> None:
        self.findings.append(
            Finding(
                level=level,
                code=code,
                resource=self.resource,
                element=owner_id(node),
                line=line_of(node),
                message=message,
                message_en=message_en,
            )
        )


def owner_id(node: etree._Element | None) -> str | None:
    """The id of a node, or of the nearest node around it that has one."""
    while node is not None:
        found = node.get("id")
        if found:
            return str(found)
        node = node.getparent()
    return None
