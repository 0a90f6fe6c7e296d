from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from engine.authorization import may_start, principals, standing, starting_capacities
from engine.commands.organisation import Appoint, EndAppointment, PutPerson
from engine.errors import NotAllowed, NotFound
from tests.organisation.world import County


def appoint(county: County, person: str, post: str, institution: str, first: date, last: date | None = None) -> None:
    county.engine.execute(Appoint(person=person, post=post, institution=institution, from_date=first, to_date=last))


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2026, 2, 28), False),
        (date(2026, 3, 1), True),
        (date(2026, 8, 31), True),
        (date(2026, 9, 1), False),
    ],
)
def test_an_appointment_counts_from_its_first_to_its_last_day(county: County, day: date, expected: bool) -> None:
    appoint(county, "gp1", "BR_VD", "CH02", date(2026, 3, 1), date(2026, 8, 31))
    with county.reading() as connection:
        found = principals(connection, county.person("gp1"), day)
    assert ("post:BR_VD@CH02" in found) is expected
    assert "post:BR_GP@CH01" in found


def test_the_day_is_the_countys_day(county: County) -> None:
    appoint(county, "gp1", "BR_VD", "CH02", date(2026, 7, 1))
    with county.reading() as connection:
        before = standing(connection, county.person("gp1"), datetime(2026, 6, 30, 15, 59, tzinfo=UTC))
        after = standing(connection, county.person("gp1"), datetime(2026, 6, 30, 16, 0, tzinfo=UTC))
    assert "post:BR_VD@CH02" not in before.principals
    assert "post:BR_VD@CH02" in after.principals


def test_a_chair_in_a_department_is_offered_the_work_of_the_post_and_of_the_department(county: County) -> None:
    who = county.standing("card-head")
    assert who.principals == (f"person:{who.person}", "post:DEPT_HEAD@CH00", "post:DEPT_HEAD@CH00/CARD")


def test_a_person_may_sit_in_two_institutions(county: County) -> None:
    appoint(county, "gp1", "BR_VD", "CH02", date(2026, 1, 1))
    who = county.standing("gp1")
    assert [(chair.post, chair.institution_code) for chair in who.capacities] == [("BR_GP", "CH01"), ("BR_VD", "CH02")]
    assert set(who.institutions) == {county.institution("CH01"), county.institution("CH02")}
    assert {"post:BR_GP@CH01", "post:BR_VD@CH02"} <= set(who.principals)


def test_a_person_without_a_chair_stands_for_nothing(county: County) -> None:
    county.engine.execute(EndAppointment(appointment=county.standing("gp1").capacities[0].id, to_date=date(2026, 5, 19)))
    assert county.standing("gp1").principals == ()


def test_an_inactive_person_stands_for_nothing(county: County) -> None:
    county.engine.execute(PutPerson(staff_number="gp1", name="gp1", active=False))
    who = county.standing("gp1")
    assert (who.capacities, who.principals) == ((), ())


def test_an_institution_that_joins_in_july_starts_nothing_before(county: County) -> None:
    chair = county.standing("gp8").capacities[0]
    with pytest.raises(NotAllowed) as refusal:
        may_start(county.standing("gp8"), ["BR_GP"], chair.id)
    assert refusal.value.code == "not-a-member"
    assert starting_capacities(county.standing("gp8"), ["BR_GP"]) == ()
    county.clock.set(datetime(2026, 7, 1, 1, tzinfo=UTC))
    assert may_start(county.standing("gp8"), ["BR_GP"], chair.id).institution_code == "CH08"


def test_only_holders_of_a_starting_post_start(county: County) -> None:
    bed = county.standing("bed")
    with pytest.raises(NotAllowed) as refusal:
        may_start(bed, ["BR_GP"], bed.capacities[0].id)
    assert refusal.value.code == "not-a-starter"


def test_nobody_starts_in_the_chair_of_another(county: County) -> None:
    with pytest.raises(NotFound):
        may_start(county.standing("gp2"), ["BR_GP"], county.standing("gp1").capacities[0].id)
