"""The demo of the escalation ladder: one task, one minute."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.clock import VirtualClock
from engine.store.tables import Seat
from engine.testing import County
from tests.referral.community import TUESDAY

DOCTOR = "CH05-003"
"""A general practitioner at a branch; the branch director is the superior."""


@pytest.fixture
def county(examples_file: Path, tmp_path: Path) -> Iterator[County]:
    """The demo community with the examples deployed."""
    path = tmp_path / "county.sqlite"
    shutil.copyfile(examples_file, path)
    with County(f"sqlite:///{path}", clock=VirtualClock(TUESDAY), demo=True) as county:
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
