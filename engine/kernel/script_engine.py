"""Where SpiffWorkflow asks for a condition or a script, it gets the closed language; no Python of a model is ever run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from engine.expressions import Expression, Script
from engine.kernel.rows import JSON

if TYPE_CHECKING:
    from engine.kernel.session import Session
    from engine.kernel.token import Token


class ClosedScriptEngine:
    """Stands where SpiffWorkflow expects its script engine. What it is given is compiled already."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def evaluate(self, task: Token, expression: Expression, external_context: Any = None) -> bool:
        """A condition of a sequence flow."""
        return self._session.condition(expression, task.data)

    def execute(self, task: Token, script: Script, external_context: Any = None) -> bool:
        """The lines of a script task: all are computed, then all are written."""
        written: dict[str, JSON] = {}
        task.data.prefetch(script.names)
        for name, expression in script.assignments:
            written[name] = expression.evaluate(Overlay(written, task.data))
        task.data.update(written)
        return True


class Overlay:
    """Names of a computation in front of the names of a scope."""

    def __init__(self, front: Mapping[str, JSON], back: Any) -> None:
        self._front = front
        self._back = back

    def __getitem__(self, name: str) -> JSON:
        return self._front[name] if name in self._front else self._back[name]
