from __future__ import annotations

from datetime import date

import pytest

from engine.authorization import may_act_on_seat, require_right
from engine.commands.organisation import Appoint
from engine.errors import Conflict, NotAllowed, NotFound
from engine.records import Actor
from tests.organisation.world import Case, County


def acts_as(county: County, person: str, case: Case, seat: int) -> tuple[str, str]:
    with county.working(person) as work:
        capacity = may_act_on_seat(work, case.row(seat))
    assert capacity is not None
    return capacity.post, capacity.institution_code


def test_a_task_offered_to_a_post_is_acted_on_in_that_post(county: County) -> None:
    county.engine.execute(Appoint(person="gp1", post="BR_VD", institution="CH02", from_date=date(2026, 1, 1)))
    case = county.open_case("CH01", "CH02")
    assert acts_as(county, "gp1", case, case.seat("post:BR_GP@CH01")) == ("BR_GP", "CH01")
    assert acts_as(county, "gp1", case, case.seat("post:BR_VD@CH02")) == ("BR_VD", "CH02")


def test_a_task_offered_by_name_is_acted_on_at_an_institution_of_the_case(county: County) -> None:
    county.engine.execute(Appoint(person="gp1", post="BR_VD", institution="CH02", from_date=date(2026, 1, 1)))
    case = county.open_case("CH02")
    assert acts_as(county, "gp1", case, case.seat(f"person:{county.person('gp1')}")) == ("BR_VD", "CH02")


def test_a_held_task_is_acted_on_in_the_chair_it_was_claimed_in(county: County) -> None:
    county.engine.execute(Appoint(person="gp1", post="BR_VD", institution="CH02", from_date=date(2026, 1, 1)))
    case = county.open_case("CH01", "CH02")
    seat = case.seat("post:BR_VD@CH02", assignee="gp1")
    case.change(seat, capacity=county.standing("gp1").capacities[1].appointment)
    assert acts_as(county, "gp1", case, seat) == ("BR_VD", "CH02")


def test_a_stranger_does_not_learn_that_a_task_exists(county: County) -> None:
    case = county.open_case("CH01")
    seat = case.seat("post:BR_GP@CH01")
    with county.working("gp2") as work, pytest.raises(NotFound):
        may_act_on_seat(work, case.row(seat))


def test_an_overseer_is_told_that_a_task_is_anothers(county: County) -> None:
    case = county.open_case("CH01")
    seat = case.seat("post:BR_GP@CH01")
    with county.working("ref1") as work, pytest.raises(NotAllowed) as refusal:
        may_act_on_seat(work, case.row(seat))
    assert refusal.value.code == "not-yours"


def test_who_comes_second_is_told_who_was_first(county: County) -> None:
    case = county.open_case("CH01")
    seat = case.seat("post:BR_GP@CH01", assignee="gp1")
    with county.working("gp1b") as work, pytest.raises(Conflict) as taken:
        may_act_on_seat(work, case.row(seat))
    assert (taken.value.code, taken.value.facts["by"]) == ("task-taken", "gp1")
    case.change(seat, state="completed", ended_by=county.person("gp1"), ended_at=county.now)
    with county.working("gp1b") as work, pytest.raises(Conflict) as closed:
        may_act_on_seat(work, case.row(seat))
    assert (closed.value.code, closed.value.facts["by"]) == ("task-closed", "gp1")
    assert closed.value.facts["at"] == county.now.isoformat()


def test_the_holder_of_a_task_cannot_act_once_his_institution_is_shut_out(county: County) -> None:
    case = county.open_case("CH01", "CH00")
    seat = case.seat(assignee="card-doc")
    assert acts_as(county, "card-doc", case, seat) == ("SPEC_DOC", "CH00")
    case.end_sight("CH00")
    with county.working("card-doc") as work, pytest.raises(NotFound):
        may_act_on_seat(work, case.row(seat))


def test_the_system_acts_without_a_chair(county: County) -> None:
    case = county.open_case("CH01")
    seat = case.seat("post:BR_GP@CH01")
    with county.working() as work:
        assert may_act_on_seat(work, case.row(seat)) is None


def test_a_system_right_is_held_or_refused() -> None:
    require_right(Actor(person=1, name="x", rights=frozenset({"operations"})), "operations")
    with pytest.raises(NotAllowed):
        require_right(Actor(person=1, name="x"), "operations")
