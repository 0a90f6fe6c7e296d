"""Fixtures of a county that takes long to prepare: prepared once for a folder of tests, in SQLite copied for each of them.

    prepared_file, county, both = county_fixtures(prepared)

`county` is one in an SQLite file of its own, `both` one in each kind of database.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.testing import County


@dataclass(frozen=True)
class PreparedFile:
    """An SQLite file with a county in it, and what is to be known to open it again."""

    path: Path
    now: datetime
    settings: Mapping[str, Any]

    def copied(self, path: Path) -> County:
        """The county as it was prepared, in a file of its own."""
        shutil.copyfile(self.path, path)
        return County(f"sqlite:///{path}", clock=VirtualClock(self.now), **self.settings)


def county_fixtures(prepared: Callable[[str], County]) -> tuple[Any, Any, Any]:
    """The fixtures `prepared_file`, `county` and `both`; `prepared` makes the county in a database that has the newest schema."""

    @pytest.fixture(scope="package")
    def prepared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedFile:
        """An SQLite file with all that, to be copied."""
        path = tmp_path_factory.mktemp("prepared") / "county.sqlite"
        shutil.copyfile(sqlite_template, path)
        with prepared(f"sqlite:///{path}") as county:
            return PreparedFile(path, county.clock.now(), county.settings)

    @pytest.fixture
    def county(prepared_file: PreparedFile, tmp_path: Path) -> Iterator[County]:
        """A community of its own in an SQLite file."""
        with prepared_file.copied(tmp_path / "county.sqlite") as county:
            yield county

    @pytest.fixture
    def both(database_url: str) -> Iterator[County]:
        """A community of its own, once in each kind of database."""
        with prepared(database_url) as county:
            yield county

    return prepared_file, county, both
