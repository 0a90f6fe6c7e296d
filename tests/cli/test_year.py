"""The invented year: its cases come from running the processes, nobody is stuck in it, and the same seed gives the same year."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from cli.demo.year import write_year
from engine.clock import VirtualClock
from engine.config import Config
from engine.engine import Engine
from engine.errors import Conflict
from engine.store.tables import Incident, Message, ProcessInstance, Seat
from tests.engine.invariants import violations

UNTIL = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)


def test_some_days_of_the_year_are_lived_to_their_end(tmp_path: Path) -> None:
    config = Config(database_url=f"sqlite:///{tmp_path}/first.db", demo=True)
    counted = write_year(config, UNTIL, seed=3, share=0.2, days=9)
    with pytest.raises(Conflict, match="already"):
        write_year(config, UNTIL, seed=3)
    assert counted["referral_from"] > 4

    engine = Engine(config, clock=VirtualClock(UNTIL))
    with engine.database.reading() as connection:
        states = dict(connection.execute(select(ProcessInstance.state, func.count()).group_by(ProcessInstance.state)).all())
        assert min(states["completed"], states["active"]) > 5
        assert connection.execute(select(func.count()).select_from(Incident)).scalar_one() == 0
        assert connection.execute(select(Message.name).where(Message.state == "dead")).all() == []
        late = select(func.count()).select_from(Seat).where(Seat.ended_at > Seat.due_at)
        assert 0 < connection.execute(late).scalar_one() < counted["decisions"] / 5
        assert connection.execute(select(func.max(Seat.ended_at))).scalar_one() <= UNTIL
    assert violations(engine.database) == []
    engine.close()

    twice = [replace(config, database_url=f"sqlite:///{tmp_path}/again-{number}.db") for number in range(2)]
    one, other = (write_year(again, UNTIL, seed=3, share=0.2, days=2) for again in twice)
    assert one == other != counted
