"""A demo community with the dispatch deployed: one to be copied in SQLite, and one in each kind of database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.testing import County
from tests.dispatch.community import opened, prepared


@pytest.fixture(scope="session")
def prepared_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with all that, to be copied."""
    path = tmp_path_factory.mktemp("dispatch") / "county.sqlite"
    shutil.copyfile(sqlite_template, path)
    prepared(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def county(prepared_file: Path, tmp_path: Path) -> Iterator[County]:
    """A community of its own in an SQLite file."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(prepared_file, path)
    with opened(f"sqlite:///{path}") as county:
        yield county


@pytest.fixture
def both(database_url: str) -> Iterator[County]:
    """A community of its own, once in each kind of database."""
    with prepared(database_url) as county:
        yield county
