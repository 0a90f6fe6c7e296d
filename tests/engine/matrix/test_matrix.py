"""The matrix of approvals: every way to sign, at every place, with everything that can be done with a seat.

What must happen is told by `reference.py` and `drawings.py`, which know the tables and not the engine. `make matrix` plays
a cut that has each two properties of a case together, all of it on SQLite and half of it on PostgreSQL; `make test`
plays a third of the cut on each of them, and `make chaos` everything on both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from engine.commands.delegation import Delegate
from engine.store.database import migrate
from engine.testing import County
from tests.engine.invariants import violations
from tests.engine.matrix.cases import AGENT, Scene, ordered, scenes
from tests.engine.matrix.drawings import LADDERS, Variant, key, model
from tests.engine.matrix.play import Play
from tests.engine.matrix.watch import SIGNERS, People
from tests.servers.postgresql import PostgreSQL

EVERY, COVERING = ordered(list(scenes()))
KINDS = ("sqlite", "postgresql")
AWAY = timedelta(days=300)


def cases() -> Iterator[tuple[str, Scene]]:
    """The cases that are played, each with its kind of database."""
    for number, kind in enumerate(KINDS):
        if os.environ.get("LIANDONG_CHAOS"):
            chosen = EVERY
        elif os.environ.get("LIANDONG_MATRIX"):
            chosen = EVERY[number : COVERING : number + 1]
        else:
            chosen = EVERY[number:COVERING:3]
        yield from ((kind, scene) for scene in chosen)


class Stage:
    """A settled county on one kind of database, and the processes that were deployed there."""

    def __init__(self, url: str) -> None:
        migrate(url)
        self.county = County(url)
        self.county.settle()
        self.people = People(self.county)
        self._deployed: set[str] = set()
        self._away_until: datetime | None = None

    def draw(self, variant: Variant, position: str, *, long: bool) -> None:
        """Deploys the process of a variant at a position, once."""
        name = key(variant, position, long=long)
        if name not in self._deployed:
            self.county.deploy(model(variant, position, long=long), name=name, parameters__json=LADDERS)
            self._deployed.add(name)

    def play(self, scene: Scene) -> None:
        """Plays one case."""
        self.draw(scene.variant, scene.position, long=scene.long)
        if scene.hand == "agent":
            self._send_away()
        played = Play(self.county, self.people, scene)
        try:
            played.run()
        finally:
            played.close()

    def _send_away(self) -> None:
        """Every signer has an agent, for as long as the longest delegation lasts."""
        now = self.county.clock.now()
        if self._away_until is None or self._away_until < now + timedelta(days=2):
            self._away_until = now + AWAY
            for login in SIGNERS:
                span = {"from_at": now, "to_at": self._away_until}
                self.people[login].do(Delegate(agent=self.people[AGENT].id, reason="外出学习", **span))


@contextmanager
def stage(url: str) -> Iterator[Stage]:
    """A stage on a new database; when all is played, the invariants of the whole store hold."""
    opened = Stage(url)
    yield opened
    found = violations(opened.county.engine.database)
    opened.county.close()
    assert found == []


@pytest.fixture(scope="session")
def sqlite_stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The stage on SQLite."""
    with stage(f"sqlite:///{tmp_path_factory.mktemp('matrix') / 'matrix.db'}") as opened:
        yield opened


@pytest.fixture(scope="session")
def postgresql_stage(postgresql_server: PostgreSQL) -> Iterator[Stage]:
    """The stage on PostgreSQL."""
    with stage(postgresql_server.create_database("matrix")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "scene"),
    [pytest.param(kind, scene, id=f"{kind}-{scene}", marks=pytest.mark.xdist_group(kind)) for kind, scene in cases()],
)
def test_case(request: pytest.FixtureRequest, kind: str, scene: Scene) -> None:
    request.getfixturevalue(f"{kind}_stage").play(scene)
