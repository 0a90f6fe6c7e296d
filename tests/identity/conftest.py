from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.identity.desk import Desk


@pytest.fixture
def desk(database_url: str) -> Iterator[Desk]:
    """A branch doctor's desk in a fresh database, on 20 May 2026."""
    made = Desk(database_url)
    yield made
    made.engine.close()
