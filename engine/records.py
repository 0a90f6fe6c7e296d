"""Who acts, and the small answers of commands. Queries bring their own records beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who asks for something: a signed-in person, or the engine itself."""

    person: int | None
    """Key of the person; None for the system."""
    name: str
    rights: frozenset[str] = frozenset()
    """System rights such as `operations`, `deploy`, `integrate`; business rights come from appointments.

    `administrate` keeps the organisation and the accounts, `secure` says who holds which right, `audit` reads the trail: three
    people's rights (三员分立), none of whom does business.
    `design` draws processes, `deploy` publishes what others have drawn.
    `backfill` enters afterwards what happened before (补录).
    `archive` reads the copies that are kept of ended cases.
    `external-tasks` fetches the work of every topic, `external-tasks:TOPIC` that of one.
    """
    source: str | None = None
    """Network address the request came from."""
    request_id: str | None = None


SYSTEM = Actor(
    person=None,
    name="system",
    rights=frozenset({"operations", "deploy", "integrate", "administrate", "secure", "audit", "external-tasks"}),
)


@dataclass(frozen=True, kw_only=True)
class Done:
    """Answer of a command that moved a case: the ids to look up what became of it."""

    instance: UUID | None = None
    task: UUID | None = None
    message: UUID | None = None
    state: str | None = None


@dataclass(frozen=True, kw_only=True)
class BatchMade:
    """Answer of an operation over many cases: its id, and how many cases it is about."""

    batch: UUID
    total: int


@dataclass(frozen=True, kw_only=True)
class AttachmentRecord:
    """A file in a task's form, without its content."""

    id: UUID
    name: str
    type: str
    """Media type, told by the content."""
    size: int
    """Bytes."""
    uploaded_at: datetime


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """Answer of a deployment: its id, and the reference `<process id>:<version>` of every process in it."""

    deployment: UUID
    processes: tuple[str, ...]
    warnings: tuple[str, ...]
    unchanged: bool
    """True when the same files were there already."""


@dataclass(frozen=True, kw_only=True)
class InstanceFilter:
    """Which cases an operator means; None and nothing ask for all. See `engine.runtime.instance_filter`."""

    state: str | None = None
    """A stored state, or `suspended` or `incident`, which an active case can be."""
    process: str | None = None
    version: int | None = None
    """Of `process`; None takes every version."""
    text: str | None = None
    """Held by the number or the business key."""
    business_key: str | None = None
    """With which the business key begins."""
    element: str | None = None
    """Of `process`, where a token stands."""
    passed: str | None = None
    """Of `process`, which was completed at least once."""
    days: int | None = None
    """Begun so many days ago or later."""
    started_from: datetime | None = None
    started_until: datetime | None = None
    """The first instant that is too late."""
    where: tuple[str, ...] = ()
    """Conditions `name operator value` on what the processes are searched by."""
