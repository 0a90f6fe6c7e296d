"""Housekeeping: forgets what has run out and seals the audit trail, every ten minutes by the engine's clock.

Doing it late, or twice, does no harm.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from engine.commands.attachment import PurgeAttachments
from engine.commands.audit import AnchorAudit
from engine.commands.identity import PurgeIdentity
from engine.commands.registry import Command
from engine.engine import Engine
from engine.errors import EngineError

EVERY = timedelta(minutes=10)
DUTIES: Sequence[Callable[[], Command[Any]]] = (PurgeIdentity, PurgeAttachments, AnchorAudit)
"""Ended sessions, old sign-in failures, old idempotency keys and uploads that were never sent go; the audit trail is sealed."""

log = logging.getLogger(__name__)


class Housekeeping:
    """The duties of one worker, and when they were done last."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._last: datetime | None = None

    def do_if_due(self) -> None:
        """Carries out every duty if ten minutes have passed since the last time. A duty that fails is left for the next time."""
        now = self._engine.clock.now()
        if self._last is not None and now - self._last < EVERY:
            return
        self._last = now
        for duty in DUTIES:
            try:
                self._engine.execute(duty())
            except (SQLAlchemyError, EngineError) as error:
                log.warning("housekeeping %s failed: %s", duty.__name__, type(error).__name__)
