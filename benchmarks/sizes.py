"""How large the workloads are when nothing else is said, for our own runs and other engines' alike."""

from __future__ import annotations

INSTANCES = 1_000
"""Counted instances of W1."""
WARM_UP = 200
"""Instances of W1 before those that count."""
SIZES = (70, 637, 4_459)
"""Seats of W2."""
LIMIT = 500
"""Completions of one size of W2 where both sides are compared; our own runs complete all by default."""
TIMERS = 6_000
TASKS = 100_000
