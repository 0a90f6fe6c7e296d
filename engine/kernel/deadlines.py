"""The clocks of a user task as the model gives them."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions import Template


@dataclass(frozen=True, kw_only=True)
class DeadlineModel:
    """When a task is overdue."""

    term: Template
    """ISO 8601 duration or point in time."""
    calendar: Template | None = None
    ladder: Template | None = None
    """Name of a ladder; None is `office`."""
    response: Template | None = None
    """ISO 8601 duration until somebody must have taken it up, on the same calendar."""
    response_ladder: Template | None = None
    """Name of the ladder that it climbs while nobody does; None is the task's own."""
