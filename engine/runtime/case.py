"""A locked process instance as the runtime handles it, and what is said of a move."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from engine.errors import Conflict
from engine.kernel.rows import JSON

if TYPE_CHECKING:
    from engine.runtime.terms import Term


class StepTooLarge(Conflict):
    """A step wanted more than its budget; nothing of it is kept. `instance` is None when it was to be the first step."""

    def __init__(self, instance: int | None, reason: str) -> None:
        super().__init__("budget", "Expected a step within its budget, but {reason}", reason=reason)
        self.instance = instance


@dataclass(frozen=True, kw_only=True)
class Act:
    """Why an instance moves, for the audit trail."""

    action: str
    object: str | None = None
    capacity: int | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Expected:
    """How a step opens that this move sends the case to by name."""

    persons: tuple[int, ...]
    """Keys of those who did it before, who are asked again; its rules are asked when none of them is left."""
    returned: Mapping[str, JSON] | None = None
    """Why it was sent back, as the round keeps it: `from`, `name`, `by`, `by_name`, `reason`, `resume`, `at`."""
    term: Term | None = None
    """The term of a task that goes on where it was; None begins one now."""
    round: int | None = None
    """Key of the decided round that goes on in the step instead of a new one."""


@dataclass(kw_only=True)
class Case:
    """A process instance whose row is locked, with the columns that are not the kernel's."""

    key: int
    id: UUID
    definition: int
    revision: int
    state: str
    institution: int | None
    institution_code: str | None
    collaboration: int
    number: str | None
    business_key: str | None
    subject: str | None
    subject_masked: str | None
    initials: str
    urgency: str | None
    started_by: int | None
    started_at: datetime
    occurred_at: datetime | None
    ended_at: datetime | None
    suspended_at: datetime | None
    audit_hash: str
    root_scope: int
    sequence: int
    correlation: dict[str, JSON]
    followed: bool = False
    """Whether somebody follows it (关注)."""
    stored: bool = True
    """False until the first step of a new instance has written its row."""
    expected: Mapping[str, Expected] = field(default_factory=dict)
    """By element: the steps that the move under way sends the case to."""

    def require_active(self) -> None:
        """Raises Conflict `instance-ended` when the instance has ended."""
        if self.state != "active":
            raise Conflict(
                "instance-ended", "Expected to move process instance '{id}', but it is {state}", id=str(self.id), state=self.state
            )

    def require_moving(self) -> None:
        """Raises Conflict `instance-ended`, or `instance-suspended` while nothing of it may move."""
        self.require_active()
        if self.suspended_at is not None:
            raise Conflict("instance-suspended", "Expected to move process instance '{id}', but it is suspended", id=str(self.id))


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """What a new instance is given beside its variables."""

    definition: int
    institution: int | None
    institution_code: str | None = None
    """Code of the institution, when whoever starts it knows it."""
    variables: Mapping[str, JSON]
    start_element: str | None = None
    start_event: tuple[str, str | None] | None = None
    """Kind and name of the event that starts it."""
    number: str | None = None
    business_key: str | None = None
    collaboration: int | None = None
    started_by: int | None = None
    occurred_at: datetime | None = None
    """When it really began, if it is entered afterwards."""
