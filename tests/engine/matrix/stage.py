"""A settled county on one kind of database, on which the cases of the matrix are played one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from engine.commands.delegation import Delegate
from engine.testing import County
from tests.engine.invariants import violations
from tests.engine.matrix.cases import AGENT, Scene
from tests.engine.matrix.drawings import LADDERS, Variant, key, model
from tests.engine.matrix.play import Play
from tests.engine.matrix.watch import SIGNERS, People

AWAY = timedelta(days=300)


class Stage:
    """A settled county on one kind of database, and the processes that were deployed there."""

    def __init__(self, url: str) -> None:
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
    """A stage on a database that has the newest schema; when all is played, the invariants of the whole store hold."""
    opened = Stage(url)
    yield opened
    found = violations(opened.county.engine.database)
    opened.county.close()
    assert found == []
