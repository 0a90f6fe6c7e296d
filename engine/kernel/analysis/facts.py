"""What the analysis is told about the rest of a deployment, and how it words what it finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from engine.errors import Finding
from engine.kernel.environment import Budget
from engine.kernel.model import Element, Flow, ProcessModel


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What stands outside the diagrams."""

    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Top-level data keys of each form, by form id."""
    reserved: Mapping[str, Any] = field(default_factory=dict)
    """The reserved names with sample values; `parameters` holds the deployment's own, None when they are not known."""
    started: frozenset[str] = frozenset()
    """Variables that the runtime itself gives to a case at its start."""
    decision: frozenset[str] = frozenset()
    """Keys of the variable that a user task leaves under its own id."""
    table_inputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Variables that each decision of the deployment reads."""
    table_outputs: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Outputs of each decision."""
    budget: Budget = field(default_factory=Budget)


def found(
    level: Literal["error", "warning"], code: str, model: ProcessModel, place: Element | Flow | None, zh: str, en: str
) -> Finding:
    """A finding about an element or flow of a process, or about the process itself."""
    return Finding(
        level=level,
        code=code,
        resource=model.resource,
        element=model.id if place is None else place.id,
        line=model.line if place is None else place.line,
        message=zh,
        message_en=en,
    )


def called(place: Element | Flow) -> str:
    """What a designer calls an element: its name, else its id."""
    return place.name or place.id
