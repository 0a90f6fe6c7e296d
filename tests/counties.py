"""Fixtures of a county that takes long to prepare: prepared once a run, in SQLite copied for each test.

    prepared_file, county, both = county_fixtures(prepared)

`county` is one in an SQLite file of its own, `both` one in each kind of database.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from engine.clock import VirtualClock
from engine.testing import County
from tests import preparation

_FILE, _OPENING = "county.sqlite", "opening.json"


@dataclass(frozen=True)
class PreparedFile:
    """An SQLite file with a county in it, and what is to be known to open it again."""

    path: Path
    now: datetime
    settings: Mapping[str, Any]

    def copied(self, path: Path) -> County:
        """The county as it was prepared, in a file of its own."""
        shutil.copyfile(self.path, path)
        return self.opened(f"sqlite:///{path}")

    def opened(self, url: str) -> County:
        """The county in a database that was prepared like the file."""
        return County(url, clock=VirtualClock(self.now), **self.settings)


def county_fixtures(prepared: Callable[[str], County]) -> tuple[Any, Any, Any]:
    """The fixtures `prepared_file`, `county` and `both`; `prepared` makes the county in a database that has the newest schema."""
    name = prepared.__module__

    def make(template: Path, folder: Path) -> None:
        with prepared(f"sqlite:///{shutil.copyfile(template, folder / _FILE)}") as county:
            opening = {"now": county.clock.now().isoformat(), "settings": county.settings}
        (folder / _OPENING).write_text(json.dumps(opening), encoding="utf-8")

    @pytest.fixture(scope="package")
    def prepared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> PreparedFile:
        """An SQLite file with all that, to be copied."""
        folder = preparation.prepared(tmp_path_factory, name, lambda folder: make(sqlite_template, folder))
        opening = json.loads((folder / _OPENING).read_text(encoding="utf-8"))
        return PreparedFile(folder / _FILE, datetime.fromisoformat(opening["now"]), opening["settings"])

    @pytest.fixture
    def county(prepared_file: PreparedFile, tmp_path: Path) -> Iterator[County]:
        """A community of its own in an SQLite file."""
        with prepared_file.copied(tmp_path / _FILE) as county:
            yield county

    @pytest.fixture(params=["sqlite", "postgresql"])
    def both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[County]:
        """A community of its own, once in each kind of database."""
        if request.param == "sqlite":
            file: PreparedFile = request.getfixturevalue("prepared_file")
            with file.copied(tmp_path / _FILE) as county:
                yield county
            return
        with prepared(request.getfixturevalue("postgresql_url")) as county:
            yield county

    return prepared_file, county, both
