"""The demo community with procurement, before a cycle and with orders placed, as files to be copied."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.clock import VirtualClock
from engine.testing import County
from tests import preparation
from tests.procurement.orders import AMLODIPINE, INSULIN, METFORMIN, MONDAY, counted, ordered, prepared


@pytest.fixture(scope="session")
def ordered_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file in which CH01 has two orders: 600 and 400 boxes from S01, 60 pens of insulin from S02."""

    def make(folder: Path) -> None:
        path = shutil.copyfile(sqlite_template, folder / "county.sqlite")
        with prepared(f"sqlite:///{path}") as county:
            ordered(county, counted(METFORMIN), counted(AMLODIPINE), counted(INSULIN))

    return preparation.prepared(tmp_path_factory, "orders", make) / "county.sqlite"


@pytest.fixture
def county(ordered_file: Path, tmp_path: Path) -> Iterator[County]:
    """A community of its own with these orders."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(ordered_file, path)
    with County(f"sqlite:///{path}", clock=VirtualClock(MONDAY), demo=True) as county:
        yield county


@pytest.fixture
def both(database_url: str) -> Iterator[County]:
    """A community without a cycle, once in each kind of database."""
    with prepared(database_url) as county:
        yield county
