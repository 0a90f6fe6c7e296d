from __future__ import annotations

from pathlib import Path

from engine.calendar import CALENDARS, LADDERS
from engine.expressions import FUNCTIONS
from engine.expressions.limits import MAX_ITEMS, MAX_NODES, MAX_PLACES, MAX_SOURCE, MAX_TEXT
from tests.house.sources import read


def test_the_reference_of_expressions_lists_every_function() -> None:
    page = read(Path("docs/reference/expressions.md"))
    rows = [line for line in page.splitlines() if line.startswith("| `") and line.count("|") == 4 and "(" in line]

    assert rows == [f"| `{f.signature}` | {f.doc_en} | {'yes' if f.browser else 'no'} |" for f in FUNCTIONS.values()]


def test_the_reference_of_expressions_states_the_bounds_in_force() -> None:
    bounds = read(Path("docs/reference/expressions.md")).partition("## Bounds")[2]

    for bound in (MAX_SOURCE, MAX_NODES, MAX_TEXT, MAX_ITEMS, MAX_PLACES):
        assert f"{bound:,}" in bounds


def test_the_reference_of_process_folders_names_every_calendar_and_ladder() -> None:
    page = read(Path("docs/reference/process-folders.md"))

    assert [code for code in (*CALENDARS, *LADDERS) if f"`{code}`" not in page] == []
