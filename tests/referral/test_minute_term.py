"""The demo of the escalation ladder: one task, one minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from cli.demo import load_demo
from cli.library import LIBRARY, read_folder
from engine.clock import VirtualClock
from engine.commands.deployment import Deploy
from engine.store.database import migrate
from engine.store.tables import Seat
from engine.testing import County
from tests.referral.community import TUESDAY

DOCTOR = "CH05-003"
"""A general practitioner at a branch; the branch director is the superior."""


@pytest.fixture
def county(tmp_path: Path) -> Iterator[County]:
    """The demo community with the examples deployed."""
    url = f"sqlite:///{tmp_path / 'county.db'}"
    migrate(url)
    with County(url, clock=VirtualClock(TUESDAY), demo=True) as county:
        load_demo(county.engine)
        county.execute(Deploy(name="examples", resources=read_folder(LIBRARY / "examples")))
        yield county


def level(county: County) -> int:
    return int(county.scalar(select(Seat.level)))


def test_the_ladder_is_climbed_in_three_minutes(county: County) -> None:
    case = county.person(DOCTOR).start("minute_term")
    assert case.open == ["answer_in_time"]
    county.pass_time("PT59S")
    assert level(county) == 0
    county.pass_time("PT1S")
    assert level(county) == 1
    county.pass_time("PT1M")
    assert level(county) == 2
    county.pass_time("PT1M")
    assert level(county) == 3
