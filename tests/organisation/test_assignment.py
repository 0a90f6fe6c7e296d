from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from engine.assignment import NO_CANDIDATE, AssignmentRule, Resolution, people_behind
from engine.authorization import today
from engine.commands.account import CreateAccount, DisableAccount
from engine.commands.organisation import Appoint, PutMembership, PutPerson
from engine.store.tables import Person
from tests.organisation.world import County


def post(post: str, institution: str | None = None, department: str | None = None) -> AssignmentRule:
    return AssignmentRule(kind="post", post=post, institution=institution, department=department)


def person(reference: str | int) -> AssignmentRule:
    return AssignmentRule(kind="person", person=reference)


def assert_fell_to_the_administrators(county: County, found: Resolution) -> None:
    assert found.reason == NO_CANDIDATE
    assert found.principals == ("post:IT_ADMIN@CH00",)
    assert county.names(found.persons) == ["admin"]
    assert found.direct is None


def test_a_post_without_an_institution_is_that_of_the_owner(county: County) -> None:
    found = county.resolve(post("BR_GP"), own="CH01")
    assert found.principals == ("post:BR_GP@CH01",)
    assert county.names(found.persons) == ["gp1", "gp1b"]
    assert (found.direct, found.capacity, found.reason) == (None, None, None)


def test_one_person_found_has_the_task_at_once_in_his_chair(county: County) -> None:
    found = county.resolve(post("BR_REF"), own="CH01")
    assert county.names((found.direct,)) == ["ref1"]  # type: ignore[arg-type]
    assert found.capacity == county.standing("ref1").capacities[0].appointment
    assert found.institutions == (county.institution("CH01"),)


def test_a_pool_is_always_claimed(county: County) -> None:
    assert county.resolve(post("BR_REF"), own="CH01", mode="pool").direct is None


def test_a_department_asks_only_its_own(county: County) -> None:
    found = county.resolve(post("SPEC_DOC", "CH00", "CARD"), post("DEPT_HEAD", "CH00", "CARD"))
    assert found.principals == ("post:SPEC_DOC@CH00/CARD", "post:DEPT_HEAD@CH00/CARD")
    assert county.names(found.persons) == ["card-doc", "card-doc2", "card-head"]


def test_a_person_is_named_in_any_of_five_ways(county: County) -> None:
    county.engine.execute(CreateAccount(person="gp1", login="Meng.Fan"))
    key = county.person("gp1")
    with county.reading() as connection:
        id = connection.execute(select(Person.id).where(Person.key == key)).scalar_one()
    for reference in (key, str(key), str(id), "gp1", "ＭENG.fan"):
        found = county.resolve(person(reference))
        assert (found.principals, found.direct) == ((f"person:{key}",), key), reference


def test_the_starter_is_asked_again(county: County) -> None:
    found = county.resolve(AssignmentRule(kind="starter"), starter="gp1")
    assert found.direct == county.person("gp1")


def test_the_same_person_found_twice_is_one(county: County) -> None:
    found = county.resolve(post("BR_REF", "CH01"), person("ref1"), AssignmentRule(kind="starter"), starter="ref1")
    assert county.names(found.persons) == ["ref1"]
    assert found.direct == county.person("ref1")


def test_everybody_found_has_a_chair_to_act_in_by_the_order_of_the_rules(county: County) -> None:
    key = county.person("ref1")
    found = county.resolve(
        post("DEPT_HEAD", "CH00", "CARD"), person("ref1"), post("SPEC_DOC", "CH00", "CARD"), post("BR_REF", "CH01")
    )
    chairs = {name: county.standing(name).capacities[0].appointment for name in ("card-head", "ref1", "card-doc", "card-doc2")}
    assert [(county.names((asked.person,))[0], asked.capacity, asked.principal) for asked in found.people] == [
        ("card-head", chairs["card-head"], "post:DEPT_HEAD@CH00/CARD"),
        ("ref1", chairs["ref1"], f"person:{key}"),
        ("card-doc", chairs["card-doc"], "post:SPEC_DOC@CH00/CARD"),
        ("card-doc2", chairs["card-doc2"], "post:SPEC_DOC@CH00/CARD"),
    ]
    assert {asked.institution for asked in found.people} == {county.institution("CH00"), county.institution("CH01")}


def test_a_person_of_two_institutions_acts_at_that_of_the_owner(county: County) -> None:
    county.engine.execute(Appoint(person="gp1", post="BR_VD", institution="CH02", from_date=date(2026, 1, 1)))
    found = county.resolve(person("gp1"), own="CH02")
    assert found.institutions == (county.institution("CH02"),)
    assert found.capacity == county.standing("gp1").capacities[1].appointment


def test_who_is_inactive_or_shut_out_is_not_asked(county: County) -> None:
    county.engine.execute(CreateAccount(person="gp1", login="gp1"))
    county.engine.execute(DisableAccount(login="gp1"))
    assert county.names(county.resolve(post("BR_GP", "CH01")).persons) == ["gp1b"]
    county.engine.execute(PutPerson(staff_number="gp1b", name="gp1b", active=False))
    assert_fell_to_the_administrators(county, county.resolve(post("BR_GP", "CH01")))


UNANSWERED = (
    post("BR_DIR", "CH02"),
    post("BR_GP", "NOWHERE"),
    post("NO_SUCH_POST"),
    post("SPEC_DOC", "CH00", "NOWHERE"),
    person("nobody"),
    AssignmentRule(kind="starter"),
    AssignmentRule(kind="person"),
    AssignmentRule(kind="post"),
)


def test_what_nobody_answers_falls_to_the_process_administrators(county: County) -> None:
    for rule in UNANSWERED:
        assert_fell_to_the_administrators(county, county.resolve(rule))


def test_no_rule_and_no_owner_fall_to_the_process_administrators(county: County) -> None:
    assert_fell_to_the_administrators(county, county.resolve())
    assert_fell_to_the_administrators(county, county.resolve(post("BR_GP"), own=None))


def test_a_rule_that_finds_nobody_does_not_hide_one_that_does(county: County) -> None:
    found = county.resolve(post("BR_DIR", "CH02"), post("BR_REF", "CH02"))
    assert (found.principals, county.names(found.persons)) == (("post:BR_REF@CH02",), ["ref2"])


def test_an_institution_that_joins_in_july_is_asked_from_july_on(county: County) -> None:
    assert_fell_to_the_administrators(county, county.resolve(post("BR_GP", "CH08"), own="CH00"))
    county.clock.set(datetime(2026, 6, 30, 16, tzinfo=UTC))
    assert county.names(county.resolve(post("BR_GP", "CH08"), own="CH00").persons) == ["gp8"]


def test_an_institution_that_has_left_finishes_its_own_cases_and_gets_no_others(county: County) -> None:
    since, last = date(2024, 1, 1), date(2026, 5, 1)
    county.engine.execute(PutMembership(institution="CH02", from_date=since, to_date=last))
    assert_fell_to_the_administrators(county, county.resolve(post("BR_REF", "CH02"), own="CH00"))
    assert county.names(county.resolve(post("BR_REF", "CH02"), own="CH02").persons) == ["ref2"]


def test_the_people_behind_an_offer_are_found(county: County) -> None:
    offers = ["post:REF_CTR@CH00", "post:SPEC_DOC@CH00/CARD", f"person:{county.person('desk1')}", "nonsense", "person:x"]
    with county.reading() as connection:
        found = people_behind(connection, today(county.now), offers)
    assert county.names(found) == ["desk1", "desk2", "card-doc", "card-doc2"]
