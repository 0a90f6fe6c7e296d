"""Named points of a command at which a test may stop the engine: raise there, wait there, or kill the process there.

Nothing is installed outside of tests; each point is then a call that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable

Hook = Callable[[str], None]

BEFORE_TRANSACTION = "before-transaction"
AFTER_KEY = "after-key"
"""The idempotency key is held, and nobody has used it yet."""
AFTER_CLAIM = "after-claim"
"""A worker's lease on its jobs is written."""
AFTER_LOCK = "after-lock"
"""The instance is locked and read."""
BEFORE_EXECUTE = "before-execute"
"""A worker's job is locked, its handler has not begun."""
AFTER_STEP = "after-step"
"""The kernel has advanced; nothing of it is written."""
AFTER_DELTA = "after-delta"
"""What the step changed is written, its revision and its audit entry are not."""
AFTER_JOBS = "after-jobs"
"""Timers have their jobs; the step's effects are still to be carried out."""
AFTER_EFFECTS = "after-effects"
"""Tasks are opened and closed, messages sent, people told."""
AFTER_AUDIT = "after-audit"
"""The audit entry of the revision is written, the instance still has the old revision."""
AFTER_EXECUTE = "after-execute"
"""A job's handler has ended, the job is still there."""
BEFORE_ANSWER = "before-answer"
"""The command is carried out; its answer is not yet kept under its idempotency key."""
AFTER_ANSWER = "after-answer"
BEFORE_COMMIT = "before-commit"
"""Everything is written, nothing is kept yet."""
AFTER_COMMIT = "after-commit"
"""Everything is kept, nobody knows it yet."""
BEFORE_REPLY = "before-reply"
"""The hints after the commit are given; the caller still waits."""
POINTS = (
    BEFORE_TRANSACTION,
    AFTER_KEY,
    AFTER_CLAIM,
    AFTER_LOCK,
    BEFORE_EXECUTE,
    AFTER_STEP,
    AFTER_DELTA,
    AFTER_JOBS,
    AFTER_EFFECTS,
    AFTER_AUDIT,
    AFTER_EXECUTE,
    BEFORE_ANSWER,
    AFTER_ANSWER,
    BEFORE_COMMIT,
    AFTER_COMMIT,
    BEFORE_REPLY,
)
"""Every point, in the order in which a command comes to them."""
KEPT = frozenset({AFTER_COMMIT, BEFORE_REPLY})
"""The points at which the command's changes survive whatever happens."""

_hooks: list[Hook] = []


def fault(point: str) -> None:
    """The engine has come to `point`, one of `POINTS`."""
    for hook in _hooks:
        hook(point)


def watched() -> bool:
    """Whether anybody has asked to be called at the points."""
    return bool(_hooks)


def install(hook: Hook) -> None:
    """Has `hook` called at every point from now on. For tests, which reach it through `engine.testing`."""
    _hooks.append(hook)


def remove(hook: Hook) -> None:
    """Ends what `install` began."""
    _hooks.remove(hook)
