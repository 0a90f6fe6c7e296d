"""What is looked at in one case of the matrix, and what must hold of it after every act."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import bindparam, select

from engine.errors import Conflict, EngineError
from engine.queries.tasks import SearchTasks
from engine.store.prepared import Prepared
from engine.store.tables import Round, Seat, Token
from engine.testing import CaseView, County, Someone
from tests.engine.invariants import violations_of_case
from tests.engine.matrix.cases import AGENT, HELPERS, Scene
from tests.engine.matrix.clocks import Clocks
from tests.engine.matrix.drawings import PLACES, key
from tests.engine.matrix.reference import Reference

SIGNERS = ("gan", "guo", "ren")
OPERATOR = "it"
ACTING = ("open", "claimed")
SEATS = Prepared(select(*Seat.__table__.columns).where(Seat.instance == bindparam("instance")).order_by(Seat.key))
ROUNDS = Prepared(select(*Round.__table__.columns).where(Round.instance == bindparam("instance")).order_by(Round.key))


class People:
    """The people of a county, looked up once."""

    def __init__(self, county: County) -> None:
        self.by_login = {login: county.person(login) for login in (*SIGNERS, *HELPERS, AGENT)}
        self.by_login[OPERATOR] = county.person(OPERATOR, "operations")
        self.logins = {person.key: login for login, person in self.by_login.items()}

    def __getitem__(self, login: str) -> Someone:
        return self.by_login[login]


class Watch:
    """A case beside its reference."""

    def __init__(self, county: County, people: People, scene: Scene) -> None:
        self.county, self.people, self.scene = county, people, scene
        self.reference = Reference(scene.variant.mode, list(scene.variant.signers), **scene.variant.options)
        self.case: CaseView = self._begun()
        self.round: int = next(row for row in self._rounds() if row.element == "sign").key
        self.said: dict[int, str | None] = {}
        self.others = self._others()
        self.clocks = Clocks(county)
        self.last: tuple[str, Any] = ("", None)
        """Who has spoken last, and in which seat."""
        self.inboxes: dict[str, set[Any]] = {}
        """What everybody concerned had in hands when it was looked at last."""

    def _begun(self) -> CaseView:
        """The case with everything done that comes before the signed task."""
        name = key(self.scene.variant, self.scene.position, long=self.scene.long)
        if not self.scene.long:
            return self.county.run(name)
        case = self.people["gan"].start(name)
        for element in PLACES[self.scene.position].done:
            seat = case.task(element)
            self.people[self._login(seat.assignee)].complete(seat.id)
        return case

    # What must hold

    def refused(self, kind: type[EngineError], code: str, login: str, command: Any) -> None:
        """The engine says no, and nothing has changed."""
        before = self.case.revision
        with pytest.raises(kind) as refusal:
            self.people[login].do(command)
        assert (refusal.value.code, self.case.revision) == (code, before)

    def compare(self) -> None:
        """The same people may act, the round is as far, every vote stands, and nothing else has moved."""
        seats = self._seats()
        acting = {self._login(seat.assignee): seat for seat in seats if seat.state in ACTING}
        assert set(acting) == self.reference.acting()
        outcome = self._row(self.round).outcome
        assert outcome == self.reference.outcome
        for seat in seats:
            if seat.key in self.said:
                assert seat.vote == self.said[seat.key]
            elif seat.state == "completed":
                self.said[seat.key] = seat.vote
        if outcome is None:
            assert self._others() == self.others
        assert {login: seat.due_at for login, seat in acting.items()} == self.clocks.due(acting)
        self.sound()

    def sound(self) -> None:
        """Every invariant of the store holds for the case, and the inboxes of all concerned say what the tables say."""
        assert violations_of_case(self.county.engine.database, self.case.key) == []
        held: dict[str, set[Any]] = {login: set() for login in self.inboxes}
        for row in self._rows_of_case():
            if row.state in ACTING and row.assignee is not None:
                held.setdefault(self._login(row.assignee), set()).add(row.id)
        # An agent finds the work of his principals with his own. Of others' cases he is asked only where he acts.
        principals = (*SIGNERS, AGENT) if self.scene.hand == "agent" else ()
        held[AGENT] = set().union(*(held.get(login, set()) for login in principals))
        for login, tasks in held.items():
            if tasks != self.inboxes.get(login, set()):
                assert self._box(login, "todo") == tasks
        self.inboxes = held

    def decided(self) -> None:
        """The others have nothing to do, and a late click is told who decided."""
        seats, round_ = self._seats(), self._row(self.round)
        assert round_.state == "decided"
        assert all(seat.ended_at is not None for seat in seats)
        for seat in seats:
            if seat.ending == "unneeded":
                with pytest.raises(Conflict) as late:
                    self.people[self._login(seat.assignee)].complete(seat.id, "agree")
                assert late.value.code == "task-closed"
                assert late.value.facts["by"] is not None
                break
        assert self.county.rows(select(Token.key).where(Token.key == round_.token)) == []

    def left(self, outcome: str | None = None) -> None:
        """The step was left: nothing of the round is open, and no vote has changed."""
        round_ = self._row(self.round)
        held = self.reference.outcome is not None
        assert (round_.state, round_.outcome) == (("decided", self.reference.outcome) if held else ("cancelled", outcome))
        assert all(seat.ended_at is not None for seat in self._seats())
        self.sound()

    def clean(self) -> None:
        """Nobody's inbox shows the case any more, and every vote stands as it was given."""
        rows = self._rows_of_case()
        assert all(row.ended_at is not None for row in rows)
        for seat in rows:
            if seat.key in self.said:
                assert seat.vote == self.said[seat.key]
        for login, tasks in self.inboxes.items():
            assert tasks == self._box(login, "todo") == set()

    # What is there

    def _hand(self, login: str) -> str:
        """Who acts for a signer."""
        return AGENT if self.scene.hand == "agent" and login in SIGNERS else login

    def _next(self) -> str:
        return sorted(self.reference.acting())[0]

    def _box(self, login: str, box: Any) -> set[Any]:
        return {row.id for row in self.county.engine.query(SearchTasks(box=box), self.people[login].actor).items}

    def _seat(self, login: str) -> Any:
        person = self.people[login].key
        return [seat for seat in self._seats() if seat.assignee == person and seat.state in ("claimed", "waiting")][-1]

    def _seats(self) -> list[Any]:
        return [row for row in self._rows_of_case() if row.round == self.round]

    def _others(self) -> list[Any]:
        return [(row.key, row.state) for row in self._rows_of_case() if row.round != self.round and row.state in ACTING]

    def _rows_of_case(self) -> list[Any]:
        with self.county.engine.database.reading() as connection:
            return SEATS.all(connection, instance=self.case.key)

    def _rounds(self) -> list[Any]:
        with self.county.engine.database.reading() as connection:
            return ROUNDS.all(connection, instance=self.case.key)

    def _row(self, round: int) -> Any:
        return next(row for row in self._rounds() if row.key == round)

    def _login(self, person: int) -> str:
        return self.people.logins[person]
