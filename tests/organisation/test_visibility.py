from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy.dialects import postgresql

from engine.authorization import visible_instances, visible_seats
from engine.commands.organisation import Appoint, EndAppointment
from tests.organisation.world import CHAIRS, County

EVERYBODY = tuple(number for number, *_ in CHAIRS)
OVERSEERS_OF_CH01 = ["dir1", "ref1"]


def test_nobody_sees_a_case_but_those_who_oversee_their_institution(county: County) -> None:
    case = county.open_case("CH01")
    assert case.seen_by(*EVERYBODY) == OVERSEERS_OF_CH01


def test_the_lead_hospital_sees_a_branchs_case_only_when_it_takes_part(county: County) -> None:
    assert county.open_case("CH01").seen_by("med", "vice", "desk1") == []
    assert county.open_case("CH01", "CH00").seen_by("med", "vice", "desk1", "bed") == ["med", "vice", "desk1"]


@pytest.mark.parametrize("reason", ["started", "held", "ended", "offered by name", "offered to the post", "copied"])
def test_a_person_with_a_reason_of_his_own_sees_the_case(county: County, reason: str) -> None:
    case = county.open_case("CH01", started_by="gp1" if reason == "started" else None)
    key = county.person("gp1")
    match reason:
        case "held":
            case.seat(assignee="gp1")
        case "ended":
            case.seat(ended_by="gp1")
        case "offered by name":
            case.seat(f"person:{key}")
        case "offered to the post":
            case.seat("post:BR_GP@CH01")
        case "copied":
            case.copy(case.seat(), "gp1")
    also = ["gp1b"] if reason == "offered to the post" else []
    assert case.seen_by("gp1", "gp1b", "gp2", "village", "card-doc") == ["gp1", *also]


def test_an_offer_that_a_colleague_took_is_no_reason_any_more(county: County) -> None:
    case = county.open_case("CH01")
    seat = case.seat("post:BR_GP@CH01")
    case.change(seat, state="claimed", assignee=county.person("gp1"))
    assert case.seen_by("gp1", "gp1b") == ["gp1"]


def test_a_hospital_that_rejects_loses_sight_at_once(county: County) -> None:
    case = county.open_case("CH01", "CH00")
    seat = case.seat("post:DEPT_HEAD@CH00/CARD", assignee="card-head")
    assert case.seen_by("card-head", "desk1", "med") == ["card-head", "desk1", "med"]
    case.end_sight("CH00")
    assert case.seen_by("card-head", "desk1", "med") == []
    assert case.seat_seen_by(seat, "card-head", "desk1") == []
    assert case.seen_by("ref1") == ["ref1"]


def test_sight_with_an_end_lasts_until_it(county: County) -> None:
    case = county.open_case("CH01")
    case.end_sight("CH01", county.now + timedelta(days=90))
    assert case.seen_by("ref1") == ["ref1"]
    county.clock.advance(timedelta(days=90))
    assert case.seen_by("ref1") == []


def test_who_leaves_an_institution_leaves_its_cases(county: County) -> None:
    case = county.open_case("CH01", started_by="gp1")
    county.engine.execute(EndAppointment(appointment=county.standing("gp1").capacities[0].id, to_date=date(2026, 5, 20)))
    assert case.seen_by("gp1") == ["gp1"]
    county.clock.advance(timedelta(days=1))
    assert case.seen_by("gp1") == []


def test_a_head_of_department_sees_the_cases_of_his_department_only(county: County) -> None:
    offered = county.open_case("CH01", "CH00")
    offered.seat("post:SPEC_DOC@CH00/CARD")
    held = county.open_case("CH01", "CH00")
    held.seat(assignee="card-doc")
    assert offered.seen_by("card-head", "orth-head", "orth-doc") == ["card-head"]
    assert held.seen_by("card-head", "orth-head", "card-doc2") == ["card-head"]


def test_a_person_of_two_institutions_oversees_only_where_he_has_the_post(county: County) -> None:
    county.engine.execute(Appoint(person="gp2", post="BR_REF", institution="CH08", from_date=date(2026, 1, 1)))
    assert county.open_case("CH08").seen_by("gp2") == ["gp2"]
    assert county.open_case("CH02").seen_by("gp2") == []


def test_who_oversees_a_case_does_not_open_the_tasks_of_others(county: County) -> None:
    case = county.open_case("CH01")
    seat = case.seat(assignee="gp1")
    assert case.seat_seen_by(seat, "gp1", "ref1", "dir1", "gp1b") == ["gp1"]
    case.copy(seat, "dir1")
    assert case.seat_seen_by(seat, "gp1", "ref1", "dir1") == ["gp1", "dir1"]


def test_the_rule_never_asks_for_one_thing_or_another(county: County) -> None:
    who = county.standing("card-head")
    for rule in (visible_instances(who, county.now), visible_seats(who, county.now)):
        text = str(rule.compile(dialect=postgresql.dialect()))  # type: ignore[no-untyped-call]
        assert " OR " not in text
        assert " UNION " in text
