from __future__ import annotations

from datetime import date

from engine.assignment import DEFAULT_POSTS, INTERNAL_POSTS, leaders, superiors
from engine.commands.organisation import Appoint, PutPerson
from tests.organisation.world import County


def above(county: County, late: str) -> tuple[list[str], list[str]]:
    """Superiors and leaders of a person who holds a task in his first chair."""
    who = county.standing(late)
    with county.working() as work:
        capacity = who.capacities[0].appointment
        first = superiors(work, assignee=who.person, capacity=capacity)
        second = leaders(work, assignee=who.person, capacity=capacity)
    return county.names(first), county.names(second)


LADDER = (
    ("gp1", "dir1", "vice"),
    ("village", "dir1", "vice"),
    ("card-doc", "card-head", "vice"),
    ("orth-doc", "orth-head", "vice"),
    ("card-head", "med", "vice"),
    ("desk1", "med", "vice"),
    ("dir1", "vice", "president"),
)
"""Who is late, his superior, his leader."""


def test_overdue_work_climbs_to_the_superior_and_then_to_the_leader(county: County) -> None:
    for late, superior, leader in LADDER:
        assert above(county, late) == ([superior], [leader]), late


def test_an_empty_post_is_climbed_over(county: County) -> None:
    assert above(county, "gp2")[0] == ["vice"], "CH02 has no director, whose superior is the vice president"
    county.engine.execute(PutPerson(staff_number="card-head", name="card-head", active=False))
    assert above(county, "card-doc")[0] == ["med"], "never the head of another department"


def test_nobody_is_his_own_superior(county: County) -> None:
    county.engine.execute(Appoint(person="desk1", post="MED_DIR", institution="CH00", from_date=date(2026, 1, 1)))
    assert above(county, "desk1")[0] == ["med"]
    county.engine.execute(PutPerson(staff_number="med", name="med", active=False))
    assert above(county, "desk1")[0] == ["vice"]


def test_an_offer_climbs_from_the_post_it_names(county: County) -> None:
    with county.working() as work:
        assert county.names(superiors(work, principals=["post:SPEC_DOC@CH00/CARD"])) == ["card-head"]
        assert county.names(superiors(work, principals=["post:REF_CTR@CH00", "post:BR_GP@CH01"])) == ["med", "dir1"]
        assert county.names(leaders(work, principals=["post:BR_GP@CH01"])) == ["vice"]
        assert county.names(superiors(work, principals=[f"person:{county.person('gp1')}"])) == ["dir1"]


def test_where_nobody_is_above_the_process_administrators_are_told(county: County) -> None:
    with county.working() as work:
        assert county.names(superiors(work, principals=["post:X_HOSP@H50"])) == ["admin"]
        assert county.names(superiors(work, principals=["nonsense"])) == ["admin"]
        assert county.names(superiors(work)) == ["admin"]
    assert above(county, "president") == (["admin"], ["admin"])


def test_every_built_in_post_climbs_to_the_top_without_a_loop() -> None:
    posts = {post.code: post for post in DEFAULT_POSTS}
    assert len(INTERNAL_POSTS) == 37
    assert len(posts) == len(DEFAULT_POSTS)
    for start in INTERNAL_POSTS:
        for step in ("superior", "leader"):
            passed, code = [], getattr(start, step)
            while code is not None:
                assert code not in passed
                passed.append(code)
                code = getattr(posts[code], step)
            assert passed[-1:] in ([], ["PARTY_SEC"])
