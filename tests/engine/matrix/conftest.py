"""One stage of each kind of database for all that is played on it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.matrix.stage import Stage, stage
from tests.servers.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def sqlite_stage(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage on SQLite."""
    path = shutil.copyfile(sqlite_template, tmp_path_factory.mktemp("matrix") / "matrix.db")
    with stage(f"sqlite:///{path}") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_stage(postgresql_server: PostgreSQL, postgresql_template: str) -> Iterator[Stage]:
    """The stage on PostgreSQL."""
    with stage(postgresql_server.create_database("matrix", postgresql_template)) as opened:
        yield opened
