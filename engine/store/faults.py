"""Named points of a command at which a test may stop the engine: raise there, wait there, or kill the process there.

Nothing is installed outside of tests; each point is then a call that does nothing.
"""

from __future__ import annotations

from collections.abc import Callable

Hook = Callable[[str], None]

BEFORE_TRANSACTION = "before-transaction"
AFTER_DELTA = "after-delta"
"""What the step changed is written, its revision and its audit entry are not."""
BEFORE_COMMIT = "before-commit"
"""Everything is written, nothing is kept yet."""
AFTER_COMMIT = "after-commit"
"""Everything is kept, nobody knows it yet."""
POINTS = (BEFORE_TRANSACTION, AFTER_DELTA, BEFORE_COMMIT, AFTER_COMMIT)

_hooks: list[Hook] = []


def fault(point: str) -> None:
    """The engine has come to `point`, one of `POINTS`."""
    for hook in _hooks:
        hook(point)


def install(hook: Hook) -> None:
    """Has `hook` called at every point from now on. For tests, which reach it through `engine.testing`."""
    _hooks.append(hook)


def remove(hook: Hook) -> None:
    """Ends what `install` began."""
    _hooks.remove(hook)
