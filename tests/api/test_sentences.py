from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.sentences import BY_CODE, BY_STATUS, TITLES, sentence

ENGINE = Path(__file__).parents[2] / "engine"
ROOMS = ("authorization", "commands", "queries")
"""Rooms whose refusals a caller can meet one by one; those of the others come from models, not from people."""
KINDS = {"NotFound", "NotAllowed", "Invalid", "Conflict"}
NEVER_ASKED_FOR = {
    "account-exists",
    "invalid-login",
    "invalid-source",
    "lease-lost",
    "login-taken",
    "no-institution",
    "no-person",
    "no-rehearsal",
}
"""Refusals of commands that the API does not offer."""
CODE = re.compile(r"[a-z]+(-[a-z]+)*")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def refusals(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS and node.args:
            named = (part.value for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant))
            yield from (name for name in named if isinstance(name, str) and CODE.fullmatch(name))


def test_every_refusal_that_a_caller_can_meet_has_words_of_its_own() -> None:
    found = {code for room in ROOMS for path in (ENGINE / room).rglob("*.py") for code in refusals(path)}

    assert "task-taken" in found
    assert found - NEVER_ASKED_FOR - set(BY_CODE) - {"claimed"} == set()


@pytest.mark.parametrize("words", [*BY_CODE.values(), *BY_STATUS.values(), *TITLES.values()])
def test_words_come_in_both_languages_and_name_the_same_facts(words: tuple[str, str]) -> None:
    chinese, english = words

    assert CHINESE.search(chinese)
    assert not CHINESE.search(english)
    assert re.findall(r"{(\w+)}", chinese) == re.findall(r"{(\w+)}", english)


def test_an_unknown_refusal_is_told_by_its_status() -> None:
    assert sentence("never-heard-of", 409, {}, "zh") == "状态已发生变化，请刷新后再试。"
    assert sentence("never-heard-of", 418, {}, "en") == "The request is malformed."


def test_a_missing_fact_does_not_hide_the_sentence() -> None:
    assert sentence("task-taken", 409, {}, "en") == "This task has been claimed by …."
    assert sentence("task-closed", 409, {"by": None, "at": None}, "en") == "This task is over; nothing is left to do."
    late = {"by": "甘平·演示", "at": "2026-11-30T15:58:05.239266+00:00"}
    assert sentence("task-closed", 409, late, "zh") == "此任务已由 甘平·演示 处理（2026-11-30 23:58）。"
