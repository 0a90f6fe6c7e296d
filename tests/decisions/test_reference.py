"""The reference of decision tables is true."""

from __future__ import annotations

import re
from pathlib import Path

from engine.decisions import MAPPINGS
from engine.decisions import gate as gate_module
from engine.decisions.deployment import MAX_LEVELS
from engine.decisions.kinds import KINDS
from engine.decisions.model import AGGREGATORS, MULTIPLE_HIT, SINGLE_HIT
from engine.decisions.spelling import MAX_CELL
from engine.decisions.table_reader import MAX_COLUMNS, MAX_RULES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "decisions.md").read_text(encoding="utf-8")


def test_every_policy_mapping_and_type_is_on_the_page() -> None:
    named = {*SINGLE_HIT, *MULTIPLE_HIT, *AGGREGATORS, *MAPPINGS, *(kind for kind in KINDS.values() if kind != "any")}
    assert [word for word in sorted(named) if f"`{word}`" not in PAGE] == []


def test_every_finding_about_a_table_is_on_the_page() -> None:
    source = Path(gate_module.__file__).read_text(encoding="utf-8")
    codes = set(re.findall(r'"((?:[a-z]+-)+[a-z]+|gap)"', source))
    assert len(codes) >= 9
    assert [code for code in sorted(codes) if f"`{code}`" not in PAGE] == []


def test_the_bounds_in_force_are_on_the_page() -> None:
    bounds = PAGE.partition("Bounds:")[2]
    assert [bound for bound in (MAX_RULES, MAX_COLUMNS, MAX_CELL, MAX_LEVELS) if f"{bound:,} " not in bounds] == []
