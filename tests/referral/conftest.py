"""The demo community with the referral library deployed, prepared once for all tests that carry referrals on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.testing import County
from tests import preparation
from tests.counties import county_fixtures
from tests.referral.community import TUESDAY
from tests.referral.referrals import prepared

prepared_file, county, both = county_fixtures(prepared)


@pytest.fixture(scope="package")
def examples_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file of the demo community with the examples deployed, to be copied."""

    def make(folder: Path) -> None:
        path = shutil.copyfile(sqlite_template, folder / "county.sqlite")
        with County(f"sqlite:///{path}", clock=VirtualClock(TUESDAY), demo=True) as county:
            load_demo(county.engine)
            county.execute(Deploy(name="examples", resources=read_folder(LIBRARY / "examples")))

    return preparation.prepared(tmp_path_factory, "examples", make) / "county.sqlite"
