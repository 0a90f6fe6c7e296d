"""A settled county on a fresh database of each kind. After every test the invariants of the whole store must hold."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.store.database import migrate
from engine.testing import County
from tests.engine.invariants import violations
from tests.servers.postgresql import PostgreSQL

TEMPLATE = "liandong_settled_county"
_numbers = itertools.count(1)


def _settled(url: str) -> None:
    migrate(url)
    with County(url) as county:
        county.settle()


@pytest.fixture(scope="session")
def sqlite_county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the county, to be copied."""
    path = tmp_path_factory.mktemp("county") / "liandong.sqlite"
    _settled(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgresql_county(postgresql_server: PostgreSQL) -> str:
    """The name of a PostgreSQL database with the county, to be copied."""
    _settled(postgresql_server.create_database(TEMPLATE))
    return TEMPLATE


@pytest.fixture(params=["sqlite", "postgresql"])
def county_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """URL of a fresh database with the county, once for each kind of database."""
    if request.param == "sqlite":
        path = tmp_path / "liandong.sqlite"
        shutil.copyfile(request.getfixturevalue("sqlite_county"), path)
        yield f"sqlite:///{path}"
        return
    server: PostgreSQL = request.getfixturevalue("postgresql_server")
    name = f"county_{next(_numbers)}"
    yield server.create_database(name, request.getfixturevalue("postgresql_county"))
    server.drop_database(name)


@pytest.fixture
def open_county(county_url: str) -> Iterator[Callable[..., County]]:
    """Opens the county with settings of one's own: `open_county(job_retries=1)`."""
    opened: list[County] = []

    def start(**settings: object) -> County:
        county = County(county_url, **settings)
        opened.append(county)
        return county

    yield start
    for county in opened:
        found = violations(county.engine.database)
        county.close()
        assert found == []


@pytest.fixture
def county(open_county: Callable[..., County]) -> County:
    """The county with the default settings."""
    return open_county()
