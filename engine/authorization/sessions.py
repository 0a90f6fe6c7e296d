"""What a signed-in browser holds and what the store keeps of it.

The browser holds a random token of 256 bits. The store keeps its SHA-256 only, and the SHA-256 of the CSRF token that is
derived from it: whoever reads the table can neither sign in nor forge a request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Protocol

from engine.config import Config

TOUCH_INTERVAL = timedelta(minutes=1)
"""A session is marked as used at most so often."""
SESSIONS_PER_ACCOUNT = 10
"""Browsers that one account may be signed in with; the one used longest ago is signed out for an eleventh."""


class SessionTimes(Protocol):
    """When a session began and when it was used last."""

    @property
    def created_at(self) -> datetime: ...
    @property
    def seen_at(self) -> datetime: ...


def new_token() -> str:
    """A fresh session token, 256 bits of chance."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the store keeps of a session or CSRF token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def csrf_token(token: str) -> str:
    """The CSRF token of the session that holds `token`."""
    return hmac.new(token.encode("utf-8", "replace"), b"liandong csrf", hashlib.sha256).hexdigest()


def ends_at(session: SessionTimes, config: Config) -> datetime:
    """When the session ends if it is not used again: the idle limit, or the absolute one if that comes first."""
    return min(session.seen_at + config.session_idle, session.created_at + config.session_limit)


def is_live(session: SessionTimes, config: Config, now: datetime) -> bool:
    """Whether the session still holds at `now`."""
    return now < ends_at(session, config)


def touch_is_due(session: SessionTimes, now: datetime) -> bool:
    """Whether using the session now is worth a write."""
    return now - session.seen_at >= TOUCH_INTERVAL
