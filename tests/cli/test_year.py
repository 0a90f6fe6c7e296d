"""The invented year: its cases come from running the processes, nobody is stuck in it, and the same seed gives the same year."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree
from sqlalchemy import delete, func, select

from cli.demo import COMMUNITY
from cli.demo.year import CHAPTERS, SHARED_HABITS, live, prepare, write_year
from cli.demo.year.figures import figures
from cli.demo.year.proof import faults
from cli.demo.year.staff import NEWCOMERS
from cli.library import LIBRARY
from cli.settings import DEMO_STATIONING
from engine.clock import VirtualClock
from engine.config import Config
from engine.engine import Engine
from engine.errors import Conflict
from engine.store.tables import Incident, Message, ProcessInstance, Seat, Token
from tests.campaign import LONG, campaign
from tests.engine.invariants import violations

UNTIL = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
DAYS = campaign(3, 5)
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STARTED_BY_NOBODY = (
    "catalogue_",
    "clearing_dispute",
    "emergency_muster",
    "muster_unit",
    "further_training",
    "training_centre",
    "mentoring",
    "order_cancellation",
    "order_misdelivery",
    "order_recall",
    "order_urgent",
    "supplier_stop",
    "urgent_request",
)
"""Processes, by how their names begin, that the year leaves out."""
NEVER_REACHED = {
    ("committee_meeting", "count"),
    ("committee_meeting", "witness"),
    ("order_case", "claim"),
    ("order_case", "decide_astray"),
    ("order_case", "last_invoice"),
    ("order_member", "sign_revision"),
    ("order_return", "report_use"),
    ("shortage_alternative", "emergency_vote"),
}
"""Steps that only they lead to: ballots, changed reports, and what follows when an order is cancelled or its goods go astray."""


def opened(path: Path) -> tuple[Engine, VirtualClock]:
    """An engine on a file whose clock stands at the beginning of the slice."""
    clock = VirtualClock(UNTIL - timedelta(days=DAYS))
    config = Config(database_url=f"sqlite:///{path}", demo=True, stationing=DEMO_STATIONING)
    return Engine(config, clock=clock, lease_clock=clock), clock


def lived(path: Path, seed: int, days: int) -> Counter[str]:
    """What was counted in the first days of the slice."""
    engine, clock = opened(path)
    try:
        return live(engine, clock, clock.now() + timedelta(days=days), seed=seed, share=0.2).counted
    finally:
        engine.close()


@pytest.mark.timeout(300)
def test_some_days_of_the_year_are_lived_to_their_end(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "year.db"
    shutil.copyfile(sqlite_template, path)
    engine, _ = opened(path)
    prepare(engine)
    engine.close()
    copies = [shutil.copyfile(path, tmp_path / f"{number}.db") for number in range(2)]
    counted = lived(path, 3, DAYS)
    assert counted["referral_from"] >= DAYS

    engine = Engine(Config(database_url=f"sqlite:///{path}", demo=True), clock=VirtualClock(UNTIL))
    with engine.database.reading() as connection:
        states = dict(connection.execute(select(ProcessInstance.state, func.count()).group_by(ProcessInstance.state)).all())
        assert min(states["completed"], states["active"]) > 5
        assert connection.execute(select(func.count()).select_from(Incident)).scalar_one() == 0
        assert connection.execute(select(Message.name).where(Message.state == "dead")).all() == []
        late = select(func.count()).select_from(Seat).where(Seat.ended_at > Seat.due_at)
        assert connection.execute(late).scalar_one() < counted["decisions"] / 5
        assert connection.execute(select(func.max(Seat.ended_at))).scalar_one() <= UNTIL
        taken_before = select(func.count()).select_from(Seat).where(Seat.state == "completed", Seat.claimed_at < Seat.ended_at)
        assert connection.execute(taken_before).scalar_one() > counted["decisions"] * 0.8
    assert violations(engine.database) == []
    assert list(faults(engine)) == []
    told = "\n".join(figures(engine.database))
    assert f"referrals: {counted['referral_from']} " in told
    assert "incidents: 0; 死信 dead messages: 0" in told
    with engine.database.writing() as connection:
        connection.execute(
            delete(Token).where(Token.key == select(func.min(Token.key)).where(Token.state == "ready").scalar_subquery())
        )
    assert [line.partition(": ")[2] for line in faults(engine) if "rounds without a token" in line] == ["1"]
    engine.close()

    if LONG:
        one, other = (lived(copy, 4, 1) for copy in copies)
        assert one == other != counted


def test_a_store_that_is_there_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "there.db"
    path.write_text("kept")
    with pytest.raises(Conflict, match="already"):
        write_year(Config(database_url=f"sqlite:///{path}", demo=True), UNTIL, seed=3)
    assert path.read_text() == "kept"


def test_newcomers_are_nobody_whom_the_community_has() -> None:
    known = {person["staffNumber"] for person in json.loads(COMMUNITY.read_text(encoding="utf-8"))["people"]}
    assert {number for _, number, *_ in NEWCOMERS}.isdisjoint(known)


def test_every_step_that_the_year_may_reach_has_its_habit() -> None:
    """A diagram that gets a new step needs somebody who does it, else the year stops there."""
    known = {
        (process, step)
        for habits in (SHARED_HABITS, *(chapter.habits for chapter in CHAPTERS))
        for process in habits
        for step in habits[process]
    }
    drawn = {
        (process.get("id"), task.get("id"))
        for folder in {name for chapter in CHAPTERS for name in (*chapter.beside, chapter.folder)}
        for file in sorted((LIBRARY / folder).glob("*.bpmn"))
        for process in etree.parse(file).iter(f"{BPMN}process")
        if not process.get("id", "").startswith(STARTED_BY_NOBODY)
        for task in process.iter(f"{BPMN}userTask")
    }
    assert sorted(known - drawn) == []
    assert sorted(drawn - known - NEVER_REACHED) == []
