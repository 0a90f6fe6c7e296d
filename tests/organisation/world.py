"""A small county for tests: brought in by the engine's own commands, with cases written as rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select, update

from engine.appliers.tasks import offer
from engine.assignment import AssignmentRule, Resolution, resolve
from engine.authorization import Standing, sees_instance, sees_seat, standing, visible_instances
from engine.clock import VirtualClock
from engine.commands.organisation import (
    Appoint,
    PutDefaultPosts,
    PutDepartment,
    PutInstitution,
    PutMembership,
    PutPerson,
    PutTogether,
)
from engine.config import Config
from engine.engine import Engine
from engine.records import Actor
from engine.store.base import Executes
from engine.store.keys import KeySequence
from engine.store.tables import (
    Copy,
    Deployment,
    Institution,
    Participant,
    Person,
    ProcessDefinition,
    ProcessInstance,
    Round,
    Seat,
)
from engine.store.unit_of_work import UnitOfWork

NOW = datetime(2026, 5, 20, 2, 0, tzinfo=UTC)
SINCE = date(2024, 1, 1)
INSTITUTIONS = (
    ("CH00", "10", None, SINCE),
    ("CH01", "20", "CH00", SINCE),
    ("CH02", "21", "CH00", SINCE),
    ("CH09", "12", "CH00", SINCE),
    ("CH08", "21", "CH00", date(2026, 7, 1)),
    ("CH01-V01", "30", "CH01", SINCE),
    ("H50", "50", None, None),
)
CHAIRS = (
    ("president", "PRESIDENT", "CH00", None),
    ("vice", "VP_MED", "CH00", None),
    ("med", "MED_DIR", "CH00", None),
    ("desk1", "REF_CTR", "CH00", None),
    ("desk2", "REF_CTR", "CH00", None),
    ("bed", "BED_MGR", "CH00", None),
    ("card-head", "DEPT_HEAD", "CH00", "CARD"),
    ("card-doc", "SPEC_DOC", "CH00", "CARD"),
    ("card-doc2", "SPEC_DOC", "CH00", "CARD"),
    ("orth-head", "DEPT_HEAD", "CH00", "ORTH"),
    ("orth-doc", "SPEC_DOC", "CH00", "ORTH"),
    ("admin", "IT_ADMIN", "CH00", None),
    ("dir1", "BR_DIR", "CH01", None),
    ("ref1", "BR_REF", "CH01", None),
    ("gp1", "BR_GP", "CH01", None),
    ("gp1b", "BR_GP", "CH01", None),
    ("village", "V_DOC", "CH01-V01", None),
    ("ref2", "BR_REF", "CH02", None),
    ("gp2", "BR_GP", "CH02", None),
    ("gp8", "BR_GP", "CH08", None),
    ("gp9", "SPEC_DOC", "CH09", None),
)
"""Staff number, post, institution, department. CH02 has no director, CH08 joins in July 2026, H50 is no member."""


def bring_in(url: str) -> None:
    """Brings the county into an empty store."""
    engine = Engine(Config(database_url=url), clock=VirtualClock(NOW))
    engine.execute(
        PutTogether(
            commands=(
                PutDefaultPosts(),
                *(PutInstitution(code=code, name=code, type=type, parent=parent) for code, type, parent, _ in INSTITUTIONS),
                *(PutMembership(institution=code, from_date=member) for code, _, _, member in INSTITUTIONS if member),
                *(PutDepartment(institution="CH00", code=code, name=code) for code in ("CARD", "ORTH")),
                *(PutPerson(staff_number=number, name=number) for number, *_ in CHAIRS),
                *(
                    Appoint(person=number, post=post, institution=institution, department=department, from_date=SINCE)
                    for number, post, institution, department in CHAIRS
                ),
            )
        )
    )
    engine.close()


class County:
    """The county in one database, on a clock of its own."""

    def __init__(self, url: str) -> None:
        self.clock = VirtualClock(NOW)
        self.engine = Engine(Config(database_url=url), clock=self.clock)
        self._keys = KeySequence(self.engine.database)

    @property
    def now(self) -> datetime:
        return self.clock.now()

    @contextmanager
    def reading(self) -> Iterator[Executes]:
        with self.engine.database.reading() as connection:
            yield connection

    @contextmanager
    def working(self, person: str | None = None) -> Iterator[UnitOfWork]:
        """A unit of work of a person, or of the system, as a handler gets it."""
        key = None if person is None else self.person(person)
        actor = Actor(person=key, name=person or "system")
        self._keys.reserve()
        with self.engine.database.writing() as connection:
            work = UnitOfWork(connection=connection, now=self.now, actor=actor, config=self.engine.config, new_key=self._keys)
            yield work
            work.flush()

    def person(self, number: str) -> int:
        with self.reading() as connection:
            return int(connection.execute(select(Person.key).where(Person.staff_number == number)).scalar_one())

    def names(self, persons: tuple[int, ...]) -> list[str]:
        with self.reading() as connection:
            rows = connection.execute(select(Person.key, Person.name)).all()
        known = {row.key: row.name for row in rows}
        return [known[person] for person in persons]

    def institution(self, code: str) -> int:
        with self.reading() as connection:
            return int(connection.execute(select(Institution.key).where(Institution.code == code)).scalar_one())

    def standing(self, number: str) -> Standing:
        key = self.person(number)
        with self.reading() as connection:
            return standing(connection, key, self.now)

    def resolve(
        self, *rules: AssignmentRule, own: str | None = "CH01", starter: str | None = None, mode: str = "single"
    ) -> Resolution:
        key = None if starter is None else self.person(starter)
        with self.working() as work:
            return resolve(work, rules, own=own, starter=key, mode=mode)

    def open_case(self, *institutions: str, started_by: str | None = None) -> Case:
        """A case in which these institutions take part; the first one owns it."""
        owner = self.institution(institutions[0])
        starter = None if started_by is None else self.person(started_by)
        participants = [self.institution(code) for code in institutions]
        with self.working() as work:
            case = Case(county=self, key=work.new_key(), definition=self._definition(work))
            row = {
                "key": case.key,
                "definition": case.definition,
                "revision": 1,
                "state": "active",
                "root_scope": 1,
                "sequence": 1,
                "correlation": {},
                "institution": owner,
                "collaboration": case.key,
                "started_by": starter,
                "started_at": self.now,
                "audit_hash": "0" * 64,
            }
            work.connection.execute(insert(ProcessInstance).values(row))
            for institution in participants:
                work.connection.execute(insert(Participant).values(institution=institution, instance=case.key, until=None))
        return case

    def _definition(self, work: UnitOfWork) -> int:
        deployment, key = work.new_key(), work.new_key()
        facts = {"name": "x", "digest": "0" * 64, "deployed_at": self.now, "deployed_by": None, "warnings": []}
        work.connection.execute(insert(Deployment).values(key=deployment, **facts))
        work.connection.execute(
            insert(ProcessDefinition).values(
                key=key,
                deployment=deployment,
                process_id=f"p{key}",
                version=1,
                latest=True,
                resource="x",
                name="x",
                startable=False,
            )
        )
        return key


@dataclass(frozen=True, kw_only=True)
class Case:
    """One case of the county."""

    county: County
    key: int
    definition: int

    def seat(self, *principals: str, assignee: str | None = None, ended_by: str | None = None) -> int:
        """A task of the case: open for `principals`, held by `assignee`, or ended by `ended_by`."""
        county = self.county
        holder = None if assignee is None else county.person(assignee)
        ender = None if ended_by is None else county.person(ended_by)
        capacity = None if assignee is None else county.standing(assignee).capacities[0].appointment
        state = "completed" if ender else "claimed" if holder else "open"
        with county.working() as work:
            round, key = work.new_key(), work.new_key()
            work.connection.execute(
                insert(Round).values(
                    key=round,
                    instance=self.key,
                    token=key,
                    scope=1,
                    element="x",
                    number=1,
                    mode="single",
                    state="open",
                    definition=self.definition,
                    resolved={},
                    opened_at=county.now,
                )
            )
            work.connection.execute(
                insert(Seat).values(
                    key=key,
                    id=uuid4(),
                    round=round,
                    instance=self.key,
                    element="x",
                    name="x",
                    revision=1,
                    state=state,
                    assignee=holder,
                    direct=False,
                    capacity=capacity,
                    opened_at=county.now,
                    level=0,
                    ended_by=ender,
                    ended_at=county.now if ender else None,
                )
            )
            for principal in principals:
                offer(work, key, principal)
        return key

    def copy(self, seat: int, person: str) -> None:
        key = self.county.person(person)
        with self.county.working() as work:
            work.connection.execute(
                insert(Copy).values(
                    key=work.new_key(),
                    seat=seat,
                    instance=self.key,
                    person=key,
                    reason="model",
                    made_at=self.county.now,
                )
            )

    def end_sight(self, institution: str, at: datetime | None = None) -> None:
        """The institution may see the case until an instant only, now if none is given."""
        where = Participant.instance == self.key, Participant.institution == self.county.institution(institution)
        with self.county.working() as work:
            work.connection.execute(update(Participant).where(*where).values(until=at or self.county.now))

    def change(self, seat: int, **values: Any) -> None:
        with self.county.working() as work:
            work.connection.execute(update(Seat).where(Seat.key == seat).values(**values))

    def row(self, seat: int) -> Any:
        with self.county.reading() as connection:
            return connection.execute(select(*Seat.__table__.columns).where(Seat.key == seat)).one()

    def seen_by(self, *persons: str) -> list[str]:
        """Those of `persons` who see the case, asked one by one and in the list; both must say the same."""
        seeing = []
        for person in persons:
            who = self.county.standing(person)
            with self.county.reading() as connection:
                single = sees_instance(connection, who, self.county.now, self.key)
                listed = self.key in connection.execute(visible_instances(who, self.county.now)).scalars().all()
            assert single == listed
            seeing += [person] if single else []
        return seeing

    def seat_seen_by(self, seat: int, *persons: str) -> list[str]:
        """Those of `persons` who may open the task."""
        seeing = []
        for person in persons:
            who = self.county.standing(person)
            with self.county.reading() as connection:
                seeing += [person] if sees_seat(connection, who, self.county.now, seat) else []
        return seeing
