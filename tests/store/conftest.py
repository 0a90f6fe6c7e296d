"""An empty store of each kind, opened."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from engine.store.database import Database


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with the newest schema."""
    opened = Database(database_url)
    yield opened
    opened.close()
