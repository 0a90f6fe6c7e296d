from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.organisation.world import County, bring_in
from tests.preparation import prepared
from tests.servers.postgresql import PostgreSQL

TEMPLATE = "county_template"
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def sqlite_county(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file that holds the small county, to be copied."""

    def make(folder: Path) -> None:
        bring_in(f"sqlite:///{shutil.copyfile(sqlite_template, folder / 'liandong.sqlite')}")

    return prepared(tmp_path_factory, "small_county", make) / "liandong.sqlite"


@pytest.fixture(scope="session")
def postgresql_county(postgresql_server: PostgreSQL, postgresql_template: str) -> str:
    """The name of a database that holds the small county, to be copied."""
    bring_in(postgresql_server.create_database(TEMPLATE, postgresql_template))
    return TEMPLATE


@pytest.fixture
def postgresql_county_url(postgresql_server: PostgreSQL, postgresql_county: str) -> Iterator[str]:
    name = f"county_{next(_numbers)}"
    yield postgresql_server.create_database(name, postgresql_county)
    postgresql_server.drop_database(name)


@pytest.fixture
def sqlite_county_url(sqlite_county: Path, tmp_path: Path) -> str:
    path = tmp_path / "county.sqlite"
    shutil.copyfile(sqlite_county, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def county(request: pytest.FixtureRequest) -> Iterator[County]:
    """The small county in a database of its own, on 20 May 2026 at ten in the morning; once for each kind of database."""
    made = County(request.getfixturevalue(f"{request.param}_county_url"))
    yield made
    made.engine.close()
