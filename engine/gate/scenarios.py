"""The shape of a scenario file: it belongs to its folder and is played in rehearsals; in production nothing runs it."""

from __future__ import annotations

from typing import Any

from engine.errors import Finding
from engine.store.base import load_json

MOST_STEPS = 1_000


def check_scenario(content: bytes, name: str) -> list[Finding]:
    """What is wrong with a scenario file: it is an object with a list of steps, each an object that says what to do."""
    try:
        value: Any = load_json(content.decode("utf-8"))
    except (ValueError, IndexError, RecursionError) as error:
        return [_finding(name, f"不是有效的 JSON：{error}", f"it is not JSON: {error}")]
    if not isinstance(value, dict):
        return [_finding(name, "最外层应是一个对象。", "it is not an object")]
    steps = value.get("steps")
    if not isinstance(steps, list) or not 0 < len(steps) <= MOST_STEPS:
        return [_finding(name, f"“steps”应是 1 到 {MOST_STEPS} 步的列表。", f"'steps' is a list of 1 to {MOST_STEPS} steps")]
    wrong = [number for number, step in enumerate(steps, 1) if not isinstance(step, dict) or not step]
    return [
        _finding(name, f"第 {number} 步应是一个对象，写明做什么。", f"step {number} is an object that says what to do")
        for number in wrong
    ]


def _finding(name: str, message: str, message_en: str) -> Finding:
    return Finding(level="error", code="scenario", resource=name, element=None, line=None, message=message, message_en=message_en)
