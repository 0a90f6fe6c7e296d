"""How often, and after which pauses, failed work is tried again: `R3/PT10M` (three times, ten minutes apart) or a list of
pauses such as `PT1M,PT10M,PT1H` (as many times as it has entries)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from engine.kernel.timers import TimerFault, plain_due

MOST = 100
"""Times that anything is tried again."""
LONGEST = 200
"""Characters of a cycle."""
_REPEATED = re.compile(r"R(\d{1,4})/(\S+)\Z")
_ANCHOR = datetime(2026, 1, 1, tzinfo=UTC)


def retry_pauses(cycle: str) -> tuple[timedelta, ...]:
    """The pause before each further try; empty when nothing is tried again. Raises TimerFault."""
    text = cycle.strip().upper()
    repeated = _REPEATED.match(text)
    number = int(repeated.group(1)) if repeated else text.count(",") + 1
    if number > MOST or len(text) > LONGEST:
        raise TimerFault(f"'{cycle[:40]}' tries more than {MOST} times")
    if repeated:
        return (_pause(repeated.group(2)),) * number
    return tuple(_pause(part.strip()) for part in text.split(","))


def _pause(term: str) -> timedelta:
    return plain_due(term, _ANCHOR) - _ANCHOR
