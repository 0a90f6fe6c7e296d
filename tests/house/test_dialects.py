from __future__ import annotations

from pathlib import Path
from typing import get_args

from engine.kernel.dialect_table import CONDITIONS, PLACES, RULES, Rule, Treatment
from tests.house.sources import read

PAGE = Path("docs/reference/other-tools.md")


def row(rule: Rule) -> str:
    """A rule as a row of the page."""
    names = ", ".join(f"`{name}`" for name in rule.names)
    values = " with the value " + " or ".join(f"`{value}`" for value in rule.values) if rule.values else ""
    place = rule.place + values + (f" {rule.only}" if rule.only else "")
    finding = f"`{rule.finding}`: {rule.message_en}" if rule.finding else ""
    return f"| {names} | {rule.kind} | {place} | {rule.treatment} | {finding} |"


def test_the_page_of_other_tools_is_the_table() -> None:
    rows = [line for line in read(PAGE).splitlines() if line.startswith("| `")]

    assert rows == [row(rule) for rule in RULES]


def test_the_table_uses_every_place_and_has_two_languages() -> None:
    assert {rule.place for rule in RULES} == set(PLACES)
    assert {rule.only for rule in RULES} - {None} == set(CONDITIONS)
    assert {rule.treatment for rule in RULES} == set(get_args(Treatment))
    told = [rule for rule in RULES if rule.treatment in ("warning", "error")]
    assert [rule for rule in told if not (rule.finding and rule.message and rule.message_en)] == []
    assert [rule for rule in RULES if rule not in told and (rule.finding or rule.message or rule.message_en)] == []
