from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from engine.commands.authority import PutBody, PutBodyMember, PutCharge, PutDuty, PutLine, PutLineDepartment, RemoveDuty
from engine.commands.organisation import Appoint, PutDepartment, PutTogether
from engine.commands.registry import Command
from engine.errors import Conflict, EngineError, Invalid, NotAllowed
from engine.queries.authority import ListBodies, ListDuties
from engine.queries.organisation import ListDepartments
from engine.records import Actor
from engine.store.tables import Appointment, Body, Charge, Duty
from tests.organisation.world import County

YEAR = date(2026, 1, 1)
MORNING, EVENING = datetime(2026, 6, 1, 0, tzinfo=UTC), datetime(2026, 6, 1, 10, tzinfo=UTC)
COMMITTEE = PutBody(institution="CH00", code="DTC", name="药事会", quorum=67, from_date=YEAR)
TURN = PutDuty(institution="CH00", post="MED_DIR", person="med", from_at=MORNING, to_at=EVENING)


def member(person: str, role: str = "member", **more: Any) -> PutBodyMember:
    return PutBodyMember(institution="CH00", body="DTC", person=person, role=role, **{"from_date": YEAR, **more})


def heads(county: County) -> dict[str, str | None]:
    return {row.code: row.head for row in county.engine.query(ListDepartments(institution="CH00"))}


def test_the_head_of_a_department_is_the_acting_one_while_there_is_one(county: County) -> None:
    assert heads(county) == {"CARD": "card-head", "ORTH": "orth-head"}
    acting = Appoint(
        person="card-doc",
        post="DEPT_HEAD",
        institution="CH00",
        department="CARD",
        kind="acting",
        from_date=date(2026, 5, 1),
        to_date=date(2026, 5, 31),
    )
    county.engine.execute(acting)
    assert heads(county)["CARD"] == "card-doc"
    county.clock.set(datetime(2026, 6, 1, tzinfo=UTC))
    assert heads(county)["CARD"] == "card-head"


def test_a_department_has_one_head_at_a_time(county: County) -> None:
    second = Appoint(person="orth-doc", post="SPEC_DOC", institution="CH00", department="CARD", from_date=YEAR, head=True)
    with pytest.raises(Conflict) as refusal:
        county.engine.execute(second)
    assert (refusal.value.code, refusal.value.facts["name"]) == ("head-taken", "card-head")
    county.engine.execute(PutDepartment(institution="CH00", code="MCO", name="医共体办公室", kind="office"))
    office = Appoint(person="bed", post="MC_OFFICE", institution="CH00", department="MCO", from_date=YEAR, head=True)
    county.engine.execute(office)
    assert heads(county)["MCO"] == "bed"


def test_a_committee_has_dated_members_in_order_and_one_chair(county: County) -> None:
    commands = (
        COMMITTEE,
        member("vice", "chair", position=1),
        member("med", position=3),
        member("bed", "secretary", position=2, votes=False),
    )
    county.engine.execute(PutTogether(commands=commands))
    assert county.engine.execute(PutTogether(commands=commands)).changed is False
    with pytest.raises(Conflict) as refusal:
        county.engine.execute(member("president", "chair"))
    assert refusal.value.code == "chair-taken"
    county.engine.execute(member("vice", "chair", position=1, to_date=date(2026, 5, 19)))
    county.engine.execute(member("president", "chair", position=1, from_date=date(2026, 5, 20)))
    (body,) = county.engine.query(ListBodies(institution="CH00"))
    assert [(row.name, row.role, row.votes) for row in body.members] == [
        ("president", "chair", True),
        ("bed", "secretary", False),
        ("med", "member", True),
    ]
    (before,) = county.engine.query(ListBodies(on=date(2026, 5, 19)))
    assert before.members[0].name == "vice"


def test_turns_of_one_person_in_one_roster_do_not_overlap(county: County) -> None:
    made = county.engine.execute(TURN)
    with pytest.raises(Conflict) as refusal:
        county.engine.execute(
            PutDuty(
                institution="CH00", post="MED_DIR", person="med", from_at=EVENING.replace(hour=9), to_at=EVENING.replace(hour=20)
            )
        )
    assert refusal.value.code == "duty-overlaps"
    county.engine.execute(PutDuty(institution="CH00", department="CARD", person="med", from_at=MORNING, to_at=EVENING))
    listed = county.engine.query(ListDuties(institution="CH00", from_at=MORNING, to_at=EVENING))
    assert [(row.post, row.department) for row in listed] == [("MED_DIR", None), (None, "CARD")]
    assert made.id is not None
    county.clock.set(MORNING)
    with pytest.raises(Conflict) as begun:
        county.engine.execute(RemoveDuty(duty=made.id))
    assert begun.value.code == "duty-begun"


WRONG: tuple[tuple[Command[Any], str], ...] = (
    (PutBody(institution="CH00", code="X", name="x", kind="club", from_date=YEAR), "unknown-code"),
    (PutBody(institution="CH00", code="X", name="x", quorum=101, from_date=YEAR), "quorum"),
    (PutBodyMember(institution="CH00", body="NONE", person="med", from_date=YEAR), "body-not-found"),
    (PutDuty(institution="CH00", person="med", from_at=EVENING, to_at=MORNING), "duty-times"),
    (PutCharge(institution="CH00", person="vice", from_date=YEAR), "charge-what"),
    (PutCharge(institution="CH00", person="vice", department="CARD", matter="x", from_date=YEAR), "charge-what"),
    (PutLineDepartment(line="NONE", institution="CH00", department="CARD"), "line-not-found"),
    (Appoint(person="gp1", post="BR_GP", institution="CH01", head=True, from_date=YEAR), "head-without-department"),
)


def test_what_is_wrong_is_refused(county: County) -> None:
    for command, code in WRONG:
        with pytest.raises(EngineError) as refusal:
            county.engine.execute(command)
        assert refusal.value.code == code


def test_only_those_who_keep_the_organisation_keep_these(county: County) -> None:
    actor = Actor(person=county.person("president"), name="president", rights=frozenset({"operations", "deploy"}))
    for command in (COMMITTEE, TURN, PutLine(code="L", name="l")):
        with pytest.raises(NotAllowed):
            county.engine.execute(command, actor)


def test_the_database_itself_refuses_what_cannot_be(county: County) -> None:
    lead, med = county.institution("CH00"), county.person("med")
    dated = {"from_date": YEAR, "to_date": None}
    wrong = (
        insert(Body).values(key=1, institution=lead, code="X", name="x", kind="club", quorum=None, **dated),
        insert(Body).values(key=1, institution=lead, code="X", name="x", kind="team", quorum=0, **dated),
        insert(Charge).values(key=1, institution=lead, person=med, department=None, line=None, matter=None, **dated),
        insert(Duty).values(key=1, institution=lead, person=med, from_at=EVENING, to_at=MORNING),
        update(Appointment).values(kind="for ever"),
        update(Appointment).where(Appointment.department.is_(None)).values(head=True),
    )
    for statement in wrong:
        with pytest.raises(IntegrityError), county.working() as work:
            work.connection.execute(statement)
    with county.working() as work:
        work.connection.execute(update(Appointment).where(Appointment.person == med).values(kind="secondment"))
    with county.reading() as connection:
        if connection.dialect.name == "sqlite":  # type: ignore[attr-defined]
            assert connection.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"


def test_a_seconded_person_sits_in_his_chair(county: County) -> None:
    county.engine.execute(Appoint(person="gp2", post="BR_VD", institution="CH01", kind="secondment", from_date=YEAR))
    assert [chair.institution_code for chair in county.standing("gp2").capacities] == ["CH02", "CH01"]
    with pytest.raises(Invalid):
        county.engine.execute(Appoint(person="gp2", post="BR_VD", institution="CH01", kind="rented", from_date=YEAR))
