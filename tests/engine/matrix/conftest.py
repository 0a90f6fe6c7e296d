"""One stage of each kind of database for all that is played on it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.engine.matrix.stage import Stage, stage
from tests.servers.postgresql import PostgreSQL


@pytest.fixture(scope="session")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage on SQLite."""
    with stage(f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'matrix.db'}") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_stage(postgresql_server: PostgreSQL) -> Iterator[Stage]:
    """The stage on PostgreSQL."""
    with stage(postgresql_server.create_database("matrix")) as opened:
        yield opened
