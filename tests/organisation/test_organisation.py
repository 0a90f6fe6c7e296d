from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select

from engine.commands.account import CreateAccount
from engine.commands.organisation import (
    Appoint,
    EndAppointment,
    PutDefaultPosts,
    PutDepartment,
    PutInstitution,
    PutMembership,
    PutPerson,
    PutPost,
    PutTogether,
)
from engine.commands.registry import Command
from engine.errors import Invalid, NotAllowed, NotFound
from engine.queries.organisation import ListDepartments, ListInstitutions, ListMyCapacities, SearchPeople
from engine.records import Actor
from engine.store.tables import Appointment, AuditEntry, Institution
from tests.organisation.world import County

BRANCH = PutInstitution(code="CH03", name="石桥院区", type="22", parent="CH00")


def actor(county: County, person: str) -> Actor:
    return Actor(person=county.person(person), name=person)


def test_the_same_again_changes_nothing_and_is_not_noted(county: County) -> None:
    first = county.engine.execute(BRANCH)
    with county.reading() as connection:
        entries = connection.execute(select(func.count()).select_from(AuditEntry)).scalar_one()
    second = county.engine.execute(BRANCH)
    with county.reading() as connection:
        assert connection.execute(select(func.count()).select_from(AuditEntry)).scalar_one() == entries
    assert (first.changed, second.changed, first.id == second.id) == (True, False, True)


def test_a_change_keeps_the_id_and_is_noted(county: County) -> None:
    first = county.engine.execute(BRANCH)
    second = county.engine.execute(PutInstitution(code="CH03", name="石桥新院区", type="22", parent="CH00"))
    assert (second.id, second.changed) == (first.id, True)
    with county.reading() as connection:
        newest = connection.execute(select(AuditEntry).order_by(AuditEntry.key.desc()).limit(1)).one()
        assert connection.execute(select(Institution.name).where(Institution.code == "CH03")).scalar_one() == "石桥新院区"
    assert (newest.action, newest.object) == ("institution-changed", "CH03")
    assert newest.data == {"name": "石桥新院区", "short_name": "石桥新院区"}


def test_a_request_repeated_under_its_key_is_answered_alike(county: County) -> None:
    first = county.engine.execute(BRANCH, idempotency_key="k1")
    assert county.engine.execute(BRANCH, idempotency_key="k1") == first


def test_no_institution_lies_below_itself(county: County) -> None:
    for code, parent in (("CH00", "CH01-V01"), ("CH01", "CH01")):
        with pytest.raises(Invalid) as refusal:
            county.engine.execute(PutInstitution(code=code, name=code, type="20", parent=parent))
        assert refusal.value.code == "tree-loop"


WRONG: tuple[tuple[Command[Any], str], ...] = (
    (PutInstitution(code="N1", name="n", type="99"), "unknown-code"),
    (PutInstitution(code="N1", name="n", type="21", calendar="MOON"), "unknown-calendar"),
    (PutInstitution(code="N1", name="  ", type="21"), "invalid-text"),
    (PutInstitution(code="N1\n", name="n", type="21"), "invalid-text"),
    (PutInstitution(code="N" * 21, name="n", type="21"), "invalid-text"),
    (PutDepartment(institution="CH00", code="X", name="x", kind="secret"), "unknown-code"),
    (Appoint(person="gp1", post="BR_GP", institution="CH01", kind="for ever", from_date=date(2026, 1, 1)), "unknown-code"),
    (Appoint(person="gp1", post="BR_GP", institution="CH01", from_date=date(2026, 2, 1), to_date=date(2026, 1, 1)), "dates"),
    (PutMembership(institution="CH01", from_date=date(2026, 2, 1), to_date=date(2026, 1, 1)), "dates"),
)
MISSING: tuple[tuple[Command[Any], str], ...] = (
    (PutInstitution(code="N1", name="n", type="21", parent="N2"), "institution-not-found"),
    (PutMembership(institution="N2", from_date=date(2026, 1, 1)), "institution-not-found"),
    (PutPost(code="P", name="p", name_en="p", superior="Q"), "post-not-found"),
    (Appoint(person="nobody", post="BR_GP", institution="CH01", from_date=date(2026, 1, 1)), "person-not-found"),
    (Appoint(person="gp1", post="Q", institution="CH01", from_date=date(2026, 1, 1)), "post-not-found"),
    (Appoint(person="gp1", post="BR_GP", institution="CH01", department="X", from_date=date(2026, 1, 1)), "department-not-found"),
)


def test_what_is_wrong_in_itself_is_refused(county: County) -> None:
    for command, code in WRONG:
        with pytest.raises(Invalid) as refusal:
            county.engine.execute(command)
        assert refusal.value.code == code


def test_what_names_a_thing_that_is_not_there_is_refused(county: County) -> None:
    for command, code in MISSING:
        with pytest.raises(NotFound) as refusal:
            county.engine.execute(command)
        assert refusal.value.code == code


def test_many_things_are_brought_in_together_or_not_at_all(county: County) -> None:
    broken = PutDepartment(institution="CH03", code="X", name="x", kind="secret")
    with pytest.raises(Invalid):
        county.engine.execute(PutTogether(commands=(BRANCH, broken)))
    with county.reading() as connection:
        assert connection.execute(select(Institution.key).where(Institution.code == "CH03")).first() is None


def test_only_those_who_keep_the_organisation_change_it(county: County) -> None:
    chair = county.standing("gp2").capacities[0].id
    commands: list[Command[Any]] = [
        BRANCH,
        PutTogether(commands=(BRANCH,)),
        PutDefaultPosts(),
        PutPerson(staff_number="x", name="x"),
        EndAppointment(appointment=chair, to_date=date(2026, 6, 1)),
    ]
    for command in commands:
        with pytest.raises(NotAllowed):
            county.engine.execute(command, actor(county, "president"))


def test_built_in_posts_do_not_undo_what_the_community_changed(county: County) -> None:
    county.engine.execute(PutPost(code="BR_GP", name="家庭医生", name_en="Family doctor", superior="BR_DIR"))
    assert county.engine.execute(PutDefaultPosts()).changed is False
    assert county.standing("gp1").capacities[0].post_name == "家庭医生"


def test_an_appointment_ends_with_a_day_and_not_before_its_first(county: County) -> None:
    chair = county.standing("gp1").capacities[0].id
    with pytest.raises(Invalid):
        county.engine.execute(EndAppointment(appointment=chair, to_date=date(2023, 12, 31)))
    county.engine.execute(EndAppointment(appointment=chair, to_date=date(2026, 6, 30)))
    with county.reading() as connection:
        assert connection.execute(select(Appointment.to_date).where(Appointment.id == chair)).scalar_one() == date(2026, 6, 30)


def test_people_are_found_by_name_number_and_log_in(county: County) -> None:
    county.engine.execute(PutPerson(staff_number="gp1", name="孟凡·演示"))
    county.engine.execute(CreateAccount(person="gp1", login="mengfan"))
    for text in ("孟", "mengf", "gp1", "ＭENG"):
        found = county.engine.query(SearchPeople(q=text), actor(county, "gp2"))
        assert "孟凡·演示" in [person.name for person in found], text
    assert county.engine.query(SearchPeople(q="%"), actor(county, "gp2")) == ()


def test_people_of_one_institution_are_listed_with_their_posts(county: County) -> None:
    found = county.engine.query(SearchPeople(institution="CH02"), actor(county, "gp1"))
    assert [(person.name, person.post, person.post_en) for person in found] == [
        ("gp2", "全科医生", "Branch general practitioner"),
        ("ref2", "转诊专员", "Branch referral officer"),
    ]
    heads = county.engine.query(SearchPeople(q="card-head"), actor(county, "gp1"))
    assert [person.post for person in heads] == ["科主任 · CARD"]
    assert len(county.engine.query(SearchPeople(limit=3), actor(county, "gp1"))) == 3


def test_who_has_no_chair_looks_nobody_up(county: County) -> None:
    county.engine.execute(PutPerson(staff_number="guest", name="guest"))
    guest = actor(county, "guest")
    assert county.engine.query(SearchPeople(), guest) == ()
    assert county.engine.query(ListInstitutions(), guest) == ()
    assert county.engine.query(ListDepartments(institution="CH00"), guest) == ()


def test_the_house_is_listed_with_its_tree(county: County) -> None:
    rows = county.engine.query(ListInstitutions(), actor(county, "gp1"))
    tree = [(row.code, row.parent) for row in rows]
    assert tree[:4] == [("CH00", None), ("CH01", "CH00"), ("CH01-V01", "CH01"), ("CH02", "CH00")]
    departments = county.engine.query(ListDepartments(institution="CH00"), actor(county, "gp1"))
    assert [row.code for row in departments] == ["CARD", "ORTH"]
    mine = county.engine.query(ListMyCapacities(), actor(county, "gp1"))
    assert [(chair.post, chair.institution_code) for chair in mine] == [("BR_GP", "CH01")]
