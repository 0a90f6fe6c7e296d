"""The automatic rules in the matrix: `make matrix` plays every seventh case, `make test` every 61st, `make chaos` all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import Conflict
from engine.store.tables import Candidate, History, Round
from engine.testing import CaseView, County
from tests.engine.invariants import violations_of_case
from tests.engine.matrix.automatic import AutomaticScene, automatic_scenes
from tests.engine.matrix.drawings import PLACES, key
from tests.engine.matrix.stage import Stage

KINDS = ("sqlite", "postgresql")
STEPS_AT_MOST = 40


def cases() -> Iterator[tuple[str, AutomaticScene]]:
    """The cases that are played, each with its kind of database."""
    every = list(automatic_scenes())
    step = 1 if os.environ.get("LIANDONG_CHAOS") else 7 if os.environ.get("LIANDONG_MATRIX") else 61
    for number, kind in enumerate(KINDS):
        yield from ((kind, scene) for scene in every[number::step])


class Automatic:
    """One case of a rule."""

    def __init__(self, county: County, people: Any, scene: AutomaticScene) -> None:
        self.county, self.people, self.scene = county, people, scene
        self.name = key(scene.variant, scene.position, long=True)
        self.case: CaseView = people["gan"].start(self.name)

    def play(self) -> None:
        """Plays it to its end."""
        expected = self.scene.expected
        sends = "beside" if self.scene.position == "joined" else "prior"
        for element in PLACES[self.scene.position].done:
            if expected.blocked and element == sends:
                self.blocked(element)
                return
            self.do(element)
        rounds = [row for row in self.rounds() if row.element == "sign"]
        assert rounds
        for row in rounds:
            self.opened(row)
        self.finish()
        if expected.system is not None:
            assert self.case.variables.get("sign", {}).get("automatic", expected.system[1]) == expected.system[1]

    def do(self, element: str) -> None:
        """Somebody does a step before the signed one."""
        seat = self.case.task(element)
        who = "dai" if seat.assignee is None else self.people.logins[seat.assignee]
        self.people[who].complete(seat.id, "agree" if element == "prior" else "done")
        self.sound()

    def blocked(self, last: str) -> None:
        """阻止提交: whoever would send the case there is stopped, and nothing has changed."""
        revision = self.case.revision
        with pytest.raises(Conflict) as refusal:
            self.do(last)
        assert (refusal.value.code, self.case.revision) == ("nobody-next", revision)
        self.sound()

    def opened(self, row: Any) -> None:
        """A round of the signed task is as the table says."""
        expected = self.scene.expected
        seats = [seat for seat in self.case.seats("sign") if seat.round == row.key]
        if expected.system is not None:
            outcome, reason = expected.system
            assert (row.state, row.outcome) == ("decided", outcome)
            assert [(seat.state, seat.reason, seat.assignee, seat.ended_by) for seat in seats] == [
                ("completed", reason, None, None)
            ]
            return
        assert row.state == "open"
        live = [seat for seat in seats if seat.state in ("open", "claimed", "waiting")]
        if expected.offered:
            (seat,) = live
            names = select(Candidate.principal).where(Candidate.seat == seat.key)
            assert (seat.state, seat.reason) == ("open", "no-candidate")
            assert [found.principal for found in self.county.rows(names)] == ["post:IT_ADMIN@CH00"]
        else:
            assert {self.people.logins[seat.assignee] for seat in live} == set(expected.asked)

    def finish(self) -> None:
        """Those who are asked agree, or the first of them refuses; then everybody does what is left."""
        refuses = self.scene.ending == "refused"
        for _ in range(STEPS_AT_MOST):
            acting = [seat for seat in self.case.seats() if seat.state in ("open", "claimed")]
            if not acting:
                break
            seat = acting[0]
            who = self.people.logins[seat.assignee] if seat.assignee is not None else "it" if seat.element == "sign" else "dai"
            said = "refuse" if refuses and seat.element == "sign" else "agree"
            self.people[who].complete(seat.id, said if seat.element in ("sign", "prior") else "done")
            self.sound()
        assert self.case.state == "completed"
        decided = {row.outcome for row in self.rounds() if row.element == "sign"}
        system = self.scene.expected.system
        assert decided == {system[0] if system is not None else "refuse" if refuses else "agree"}
        told = select(History.key).where(History.instance == self.case.key, History.kind == "task-completed")
        assert len(self.county.rows(told)) == len([seat for seat in self.case.seats() if seat.state == "completed"])

    def sound(self) -> None:
        """Every invariant of the store holds."""
        assert violations_of_case(self.county.engine.database, self.case.key) == []

    def rounds(self) -> list[Any]:
        """Every round of the case."""
        return self.county.rows(select(*Round.__table__.columns).where(Round.instance == self.case.key).order_by(Round.key))


@pytest.mark.parametrize(
    ("kind", "scene"),
    [pytest.param(kind, scene, id=f"{kind}-{scene}", marks=pytest.mark.xdist_group(kind)) for kind, scene in cases()],
)
def test_rule(request: pytest.FixtureRequest, kind: str, scene: AutomaticScene) -> None:
    stage: Stage = request.getfixturevalue(f"{kind}_stage")
    stage.draw(scene.variant, scene.position, long=True)
    Automatic(stage.county, stage.people, scene).play()
