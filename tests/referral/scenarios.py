"""Runs the scenario files of the referral library. The format is that of the conformance files, with institutions:

start: process, at: institution, vars            complete: task, outcome, opinion, vars, nth
message: {name, to, correlation, vars}           expect_variables: {…}, process
expect_outside: ["endpoint name"]                messages to pools without a process since the last such step
expect_dead: [names]                             messages that nobody took
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.referral.community import Community

FOLDER = Path(__file__).parent / "scenarios"


class Failed(AssertionError):
    """A scenario did not go as it says."""


def cases() -> list[Path]:
    """The scenario files."""
    return sorted(FOLDER.glob("*.json"))


def tagged(tag: str) -> list[Path]:
    """The scenario files with a tag."""
    return [path for path in cases() if tag in json.loads(path.read_text(encoding="utf-8"))["tags"]]


def run(path: Path, *, reload: bool = False) -> Community:
    """Runs a scenario. Raises Failed at the first step that does not hold."""
    case = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    community = Community(case.get("folder", "referral"), reload=reload)
    for number, step in enumerate(case["steps"]):
        try:
            _do(community, step)
        except Exception as error:
            errors = getattr(error, "errors", "")
            raise Failed(f"{path.stem} step {number} {json.dumps(step, default=str)[:120]}: {error!r} {errors}") from error
    return community


def _do(community: Community, step: dict[str, Any]) -> None:
    kind = next(name for name in _STEPS if name in step)
    _STEPS[kind](community, step[kind], step)


def _start(community: Community, process: str, step: dict[str, Any]) -> None:
    community.begin(process, step["at"], **step.get("vars", {}))


def _complete(community: Community, element: str, step: dict[str, Any]) -> None:
    community.decide(element, step.get("outcome", "done"), step.get("vars"), step.get("opinion"), step.get("nth", 0))


def _message(community: Community, message: dict[str, Any], step: dict[str, Any]) -> None:
    taken = community.tell(message["name"], message.get("to"), message.get("correlation", {}), message.get("vars", {}))
    assert taken != bool(step.get("expect_error")), "taken" if taken else "nobody waits for it"


def _expect_tasks(community: Community, elements: list[str], step: dict[str, Any]) -> None:
    assert community.open() == sorted(elements), f"open: {community.open()}"


def _expect_waiting(community: Community, elements: list[str], step: dict[str, Any]) -> None:
    found = Counter(row.element for _, row in community.waiting())
    assert all(found[name] == count for name, count in Counter(elements).items()), f"waiting: {dict(found)}"


def _expect_variables(community: Community, expected: dict[str, Any], step: dict[str, Any]) -> None:
    found = community.seen(step["process"])
    wrong = {name: found.get(name) for name, value in expected.items() if found.get(name) != value}
    assert not wrong, f"found: {wrong}"


def _expect_ended(community: Community, expected: bool, step: dict[str, Any]) -> None:
    assert community.ended() == expected, f"live: {[community._process(key) for key in community.live()]}"


def _expect_outside(community: Community, expected: list[str], step: dict[str, Any]) -> None:
    found = [f"{endpoint} {name}" for endpoint, name, _ in community.outside]
    community.outside.clear()
    assert sorted(found) == sorted(expected), f"sent: {found}"


def _expect_dead(community: Community, expected: list[str], step: dict[str, Any]) -> None:
    found = [message.name for message in community.waiting_messages]
    assert found == expected, f"not taken: {found}"


def _advance_time(community: Community, term: str, step: dict[str, Any]) -> None:
    community.advance_time(term)


_STEPS: dict[str, Callable[[Community, Any, dict[str, Any]], None]] = {
    "start": _start,
    "complete": _complete,
    "message": _message,
    "advance_time": _advance_time,
    "expect_tasks": _expect_tasks,
    "expect_waiting": _expect_waiting,
    "expect_variables": _expect_variables,
    "expect_ended": _expect_ended,
    "expect_outside": _expect_outside,
    "expect_dead": _expect_dead,
}
