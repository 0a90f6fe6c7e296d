"""The engine's settings: one frozen object, read once by the composition root and passed down."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class Config:
    """Settings of one node. Every field has a default that is safe in production."""

    database_url: str = "sqlite:///var/liandong.db"
    demo: bool = False
    """Demo mode: invented identity numbers pass, demo log-ins are shown, first passwords need no change."""
    rehearsal: bool = False
    """Whether the store is a rehearsal's own (试运行): sample values of any name may begin a case, and history keeps what a
    picture of the run needs. Set by `engine.rehearsal` alone."""
    lead_institution: str = "CH00"
    """Code of the community's lead hospital."""
    administrator_post: str = "IT_ADMIN"
    """Post at the lead institution that gets a task whose rules find nobody."""
    stationing: str = ""
    """Keys, with spaces between, of processes that may seat people in dispatched chairs and have agents act for them. None
    may unless who runs the server names it here: a designer cannot give his own model that power.
    """
    session_idle: timedelta = timedelta(minutes=30)
    session_limit: timedelta = timedelta(hours=12)
    lockout_failures: int = 5
    lockout: timedelta = timedelta(minutes=10)
    job_lease: timedelta = timedelta(seconds=60)
    job_retries: int = 3
    lost_locks: int = 5
    """Locks of an external task that may run out without a word of their workers before it becomes an incident."""
    step_tokens: int = 10_000
    """Tokens that one step may run before it is undone and becomes an incident."""
    step_time: timedelta = timedelta(seconds=5)
    """How long one step may take before it is undone."""
    call_depth: int = 20
    """Call activities inside each other."""
    multi_instance: int = 10_000
    """Seats of one multi-instance activity."""
    message_expiry: timedelta = timedelta(days=30)
    idempotency: timedelta = timedelta(days=7)
    """How long a request may be repeated under its idempotency key and be answered with the first result."""
    quiet_hours: str = "21:00-07:00"
    """When people are not disturbed by what is not urgent, where neither they nor their institution say otherwise."""
    confirm: timedelta = timedelta(minutes=30)
    """How long a message may stay unconfirmed before the person's next channel is tried; urgent ones five minutes."""
    case_attachments: int = 100
    """Megabytes that the attachments of one case may have together."""
    visible_after_end: timedelta = timedelta(days=90)
    """How long the institutions of a case may still read it after it ended."""
