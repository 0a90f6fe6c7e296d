"""The matrix of approvals: every way to sign, at every place, with everything that can be done with a seat.

What must happen is told by `reference.py`, which knows the table and not the engine. After every step the same people may
act, and after every case the store holds no orphan and no vote has changed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.operation import CancelInstance
from engine.commands.seat_changes import AddSigners, DelegateTask, RemoveSigner, TransferTask
from engine.commands.task import CompleteTask
from engine.errors import Conflict
from engine.store.database import migrate
from engine.store.tables import Candidate, Draft, Job, Round, Rung, Seat, Token
from engine.testing import CaseView, County
from tests.engine.invariants import violations
from tests.engine.matrix.cases import HELPERS, POSITIONS, SIGNERS, VARIANTS, Scene, key, model, scenes
from tests.engine.matrix.reference import Reference

EVERY = list(scenes())
LONG = bool(os.environ.get("LIANDONG_CHAOS"))
CUT = 20
"""Out of how many cases a short run takes one; both databases take different ones."""
STEPS_AT_MOST = 40


def chosen(turn: int) -> list[Scene]:
    """All cases, or those of a short run on one database."""
    return EVERY if LONG else EVERY[turn::CUT]


PEOPLE: dict[str, People] = {}
CASES = [(kind, scene) for turn, kind in enumerate(("sqlite", "postgresql")) for scene in chosen(turn * CUT // 2)]


@pytest.fixture(scope="module")
def counties(request: pytest.FixtureRequest) -> Iterator[dict[str, County]]:
    """A settled county with every model deployed, on each kind of database that is asked for."""
    opened: dict[str, County] = {}
    yield opened
    for county in opened.values():
        found = violations(county.engine.database)
        county.close()
        assert found == []


def county_of(request: pytest.FixtureRequest, opened: dict[str, County], kind: str) -> County:
    """The county on one kind of database."""
    if kind not in opened:
        if kind == "sqlite":
            url = f"sqlite:///{request.getfixturevalue('tmp_path_factory').mktemp('matrix') / 'matrix.db'}"
        else:
            url = request.getfixturevalue("postgresql_server").create_database("matrix")
        migrate(url)
        county = opened[kind] = County(url)
        county.settle()
        for variant in VARIANTS:
            for position in POSITIONS:
                county.deploy(model(variant, position), name=key(variant, position))
    return opened[kind]


@pytest.mark.parametrize(
    ("kind", "scene"),
    [pytest.param(kind, scene, id=f"{kind}-{scene}", marks=pytest.mark.xdist_group(kind)) for kind, scene in CASES],
)
def test_case(request: pytest.FixtureRequest, counties: dict[str, County], kind: str, scene: Scene) -> None:
    county = county_of(request, counties, kind)
    if kind not in PEOPLE:
        PEOPLE[kind] = People(county)
    Play(county, PEOPLE[kind], scene).run()


class People:
    """The people of a county, looked up once."""

    def __init__(self, county: County) -> None:
        self.by_login = {login: county.person(login) for login in (*SIGNERS, *HELPERS)}
        self.logins = {person.key: login for login, person in self.by_login.items()}


class Play:
    """One case played on the engine and on the reference side by side."""

    def __init__(self, county: County, people: People, scene: Scene) -> None:
        self.county, self.people, self.scene = county, people, scene
        self.reference = Reference(scene.variant.mode, list(scene.variant.signers), **scene.variant.options)
        self.case: CaseView = county.run(key(scene.variant, scene.position))
        self.round = self._rows(select(Round.key).where(Round.instance == self.case.key, Round.element == "sign"))[0].key
        self.said: dict[int, str | None] = {}
        self.others = self._others()

    def run(self) -> None:
        """Plays it to its end, and cancels what is left."""
        if self.scene.variant.mode == "pool":
            self.people.by_login["gan"].claim(self._seats()[0].id)
        self.compare()
        for _ in range(self.scene.votes):
            self.say(self._next(), "agree")
        self.operate()
        self.compare()
        if self.scene.ending == "timeout":
            self.county.pass_time("PT8H")
            self.withdrawn()
        elif self.scene.ending != "cancelled":
            self.speak()
            self.decided()
        if self.case.state == "active":
            self.county.execute(CancelInstance(instance=self.case.id, reason="收尾"))
        if self.scene.ending == "cancelled":
            self.withdrawn()
        self.clean()

    def operate(self) -> None:
        """Does what the case is about, with the seat of whoever may act first."""
        operation = self.scene.operation
        if operation == "none":
            return
        actor = self._next()
        kind, _, how = operation.partition("-")
        {"transfer": self.transfer, "delegate": self.delegate, "before": self.before, "after": self.after, "beside": self.beside}[
            kind
        ](actor, how)

    def transfer(self, actor: str, how: str) -> None:
        command = TransferTask(task=self._seat(actor).id, person=self.people.by_login["shen"].id, reason="出差")
        self.people.by_login[actor].do(command)
        self.reference.transfer(actor, "shen")

    def delegate(self, actor: str, how: str) -> None:
        command = DelegateTask(task=self._seat(actor).id, person=self.people.by_login["shen"].id, reason="请看")
        self.people.by_login[actor].do(command)
        self.reference.ask_before(actor, "shen")
        if how == "remove":
            self.remove(actor, "shen")

    def before(self, actor: str, how: str) -> None:
        joint, binds = (how if how in ("any", "order") else "all"), how == "binding"
        self._add(actor, "before", HELPERS, joint=joint, binds=binds)
        self.reference.ask_before(actor, *HELPERS, joint=joint, binds=binds)
        if how == "remove":
            self.remove(actor, "shen")

    def after(self, actor: str, how: str) -> None:
        joint, binds = (how if how in ("any", "order") else "all"), how != "advice"
        persons = tuple(self.people.by_login[helper].id for helper in HELPERS)
        command = CompleteTask(task=self._seat(actor).id, outcome="agree", after=persons, joint=joint, binds=binds)
        self.people.by_login[actor].do(command)
        self.reference.say(actor, "agree")
        self.reference.ask_after(actor, *HELPERS, joint=joint, binds=binds)

    def beside(self, actor: str, how: str) -> None:
        self._add(actor, "beside", HELPERS[:1])
        self.reference.beside(actor, "shen")
        if how == "remove":
            self.remove(actor, "shen")

    def remove(self, actor: str, gone: str) -> None:
        self.compare()
        self.people.by_login[actor].do(RemoveSigner(task=self._seat(gone).id, reason="不需要了"))
        self.reference.remove(gone)

    def _add(self, actor: str, place: Any, helpers: tuple[str, ...], **more: Any) -> None:
        persons = tuple(self.people.by_login[helper].id for helper in helpers)
        self.people.by_login[actor].do(
            AddSigners(task=self._seat(actor).id, persons=persons, place=place, reason="请协助", **more)
        )

    def speak(self) -> None:
        """Everybody says what the case wants of him until it is decided."""
        refusers = {"first-refuses": SIGNERS[0], "last-refuses": self.scene.variant.signers[-1], "helper-refuses": "shen"}
        refuser = refusers.get(self.scene.ending)
        if self.scene.operation == "transfer" and refuser not in self.reference.acting() and "shen" in self.reference.acting():
            refuser = "shen" if self.scene.ending == "first-refuses" else refuser
        steps = 0
        while self.reference.outcome is None:
            actor = self._next()
            vote = "refuse" if actor == refuser else "agree"
            if vote == "refuse":
                refuser = None
            self.say(actor, vote)
            steps += 1
            assert steps < STEPS_AT_MOST

    def say(self, actor: str, vote: str) -> None:
        """Somebody speaks, in the engine and in the reference."""
        seat = self._seat(actor)
        outcome = "advised" if seat.kind == "advice" else vote
        self.people.by_login[actor].complete(seat.id, outcome, opinion="已阅")
        self.reference.say(actor, outcome)
        self.compare()

    def compare(self) -> None:
        """The same people may act, the round is as far, every vote stands, and nothing else has moved."""
        seats = self._seats()
        acting = {self._login(seat.assignee) for seat in seats if seat.state in ("open", "claimed") and seat.assignee}
        if self.scene.variant.mode == "pool" and any(seat.state == "open" for seat in seats):
            acting = {"gan"}
        assert acting == self.reference.acting()
        outcome = self._rows(select(Round.outcome).where(Round.key == self.round))[0].outcome
        assert outcome == self.reference.outcome
        for seat in seats:
            if seat.key in self.said:
                assert seat.vote == self.said[seat.key]
            elif seat.state == "completed":
                self.said[seat.key] = seat.vote
        if outcome is None:
            assert self._others() == self.others

    def decided(self) -> None:
        """The others have nothing to do, nobody's inbox holds it, and a late click is told who decided."""
        seats = self._seats()
        round_ = self._rows(select(Round.state, Round.counts).where(Round.key == self.round))[0]
        assert round_.state == "decided"
        assert all(seat.ended_at is not None for seat in seats)
        for seat in seats:
            if seat.ending == "unneeded":
                with pytest.raises(Conflict) as late:
                    self.people.by_login[self._login(seat.assignee)].complete(seat.id, "agree")
                assert late.value.code == "task-closed"
                assert late.value.facts["by"] is not None
                break
        waiting = self._rows(select(Token.key).where(Token.key == self._token()))
        assert waiting == []

    def withdrawn(self) -> None:
        """The step was left: nothing of the round is open, and no vote has changed."""
        round_ = self._rows(select(Round.state).where(Round.key == self.round))[0]
        held = self.reference.outcome is not None
        assert round_.state == ("decided" if held else "cancelled")
        assert all(seat.ended_at is not None for seat in self._seats())

    def clean(self) -> None:
        """No orphan timer, candidate, draft or ladder, and no inbox shows it."""
        keys = [seat.key for seat in self._seats()]
        assert self._rows(select(Candidate.seat).where(Candidate.seat.in_(keys))) == []
        assert self._rows(select(Draft.seat).where(Draft.seat.in_(keys))) == []
        assert self._rows(select(Rung.key).where(Rung.seat.in_(keys), Rung.done_at.is_(None))) == []
        assert self._rows(select(Job.key).where(Job.instance == self.case.key)) == []
        for seat in self._seats():
            if seat.key in self.said:
                assert seat.vote == self.said[seat.key]
        for login in (*SIGNERS, *HELPERS):
            assert self.people.by_login[login].box() == []

    def _next(self) -> str:
        return sorted(self.reference.acting())[0]

    def _seats(self) -> list[Any]:
        return self._rows(select(*Seat.__table__.columns).where(Seat.round == self.round).order_by(Seat.key))

    def _seat(self, login: str) -> Any:
        person = self.people.by_login[login].key
        return [seat for seat in self._seats() if seat.assignee == person and seat.state in ("claimed", "waiting")][-1]

    def _others(self) -> list[Any]:
        here = (Seat.instance == self.case.key, Seat.round != self.round, Seat.state.in_(("open", "claimed")))
        return self._rows(select(Seat.key, Seat.state).where(*here).order_by(Seat.key))

    def _token(self) -> int:
        return int(self._rows(select(Round.token).where(Round.key == self.round))[0].token)

    def _login(self, person: int) -> str:
        return self.people.logins[person]

    def _rows(self, statement: Any) -> list[Any]:
        return self.county.rows(statement)
