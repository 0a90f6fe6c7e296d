from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
import pytest

from api.config import ApiConfig
from cli.main import main
from cli.settings import API_SETTINGS, ENGINE_SETTINGS, SETTINGS, Setting
from engine.calendar import CALENDARS, LADDERS
from engine.config import Config
from engine.expressions import FUNCTIONS
from engine.expressions.limits import MAX_ITEMS, MAX_NODES, MAX_PLACES, MAX_SOURCE, MAX_TEXT
from tests.house.sources import read, sources
from worker.config import ChannelConfig


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


def test_the_operators_guide_lists_every_setting_with_its_default() -> None:
    table = dict(re.findall(r"^\| `LIANDONG_(\w+)` \| (.*?) \| .*\|$", read(Path("docs/guides/operators.md")), re.MULTILINE))
    defaults = {setting.name: getattr(home(setting), setting.field) for setting in SETTINGS}

    assert {name: table.get(name) for name in defaults} == {name: as_written(name, value) for name, value in defaults.items()}


def home(setting: Setting) -> Any:
    """The object that a setting belongs to, with its defaults."""
    if setting in ENGINE_SETTINGS:
        return Config()
    return ApiConfig() if setting in API_SETTINGS else ChannelConfig()


def as_written(name: str, value: Any) -> str:
    """A default as an operator would write it into the variable `name`."""
    if isinstance(value, timedelta):
        unit = name.rpartition("_")[2].lower()
        return str(value // timedelta(**{unit: 1}))
    return (f"`{value}`" if value else "none") if isinstance(value, str) else str(int(value))


@pytest.mark.parametrize("path", [path for path in sources(".md") if path.parts[0] == "docs"], ids=str)
def test_every_liandong_command_in_the_documents_exists(path: Path) -> None:
    named = re.findall(r"(?:^|[`/])liandong ((?:[a-z]+(?: |$|`)){1,2})", read(path), re.MULTILINE)

    assert [words for words in named if not is_command(words.replace("`", " ").split())] == []


def is_command(words: list[str]) -> bool:
    """Whether the first words name a command; what follows a command that is no group is an argument."""
    command: click.Command = main
    for word in words:
        if not isinstance(command, click.Group):
            return True
        if word not in command.commands:
            return False
        command = command.commands[word]
    return True
