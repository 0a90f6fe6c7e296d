from __future__ import annotations

from pathlib import Path

from engine.kernel.dialect_table import PLACES, RULES, Rule
from tests.house.sources import read

PAGE = Path("docs/reference/other-tools.md")


def row(rule: Rule) -> str:
    """A rule as a row of the page."""
    names = ", ".join(f"`{name}`" for name in rule.names)
    place = rule.place + (f" {rule.only.text}" if rule.only else "")
    code = f"`{rule.code}`: {rule.message_en}" if rule.code else ""
    return f"| {names} | {rule.kind} | {place} | {rule.treatment} | {code} |"


def test_the_page_of_other_tools_is_the_table() -> None:
    rows = [line for line in read(PAGE).splitlines() if line.startswith("| `")]

    assert rows == [row(rule) for rule in RULES]


def test_the_table_uses_every_place_and_has_two_languages() -> None:
    assert {rule.place for rule in RULES} == set(PLACES)
    assert [rule for rule in RULES if bool(rule.code) != bool(rule.message and rule.message_en)] == []
