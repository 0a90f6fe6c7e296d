"""A plugin of pytest for `make matrix` and `make processes`: the last line says how many cases passed and how many failed."""

from __future__ import annotations

from typing import Any

COUNTED = {"passed": 0, "failed": 0}


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Counts what was reported."""
    COUNTED["passed"] = len(terminalreporter.stats.get("passed", ()))
    COUNTED["failed"] = len(terminalreporter.stats.get("failed", ())) + len(terminalreporter.stats.get("error", ()))


def pytest_unconfigure(config: Any) -> None:
    """Says it; the processes that share the work say nothing."""
    if not hasattr(config, "workerinput"):
        print(f"{COUNTED['passed']} passed, {COUNTED['failed']} failed")
