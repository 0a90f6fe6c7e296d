"""The ladder's clock times: reminders in open time, levels above overdue on their own calendar."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from engine.calendar import ADMIN, CLIN, OPD, Calendar, LadderStep, due, find_ladder, ladder_steps, published_days
from engine.errors import Invalid

DAYS = published_days()
SHANGHAI = ZoneInfo("Asia/Shanghai")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def climb(ladder: object, start: str, term: str, calendar: Calendar) -> list[tuple[str, int, str]]:
    at = due(local(start), term, calendar, DAYS).at
    steps = ladder_steps(ladder, local(start), at, calendar, DAYS)  # type: ignore[arg-type]
    assert all(step.at.tzinfo is UTC for step in steps)
    return [(step.kind, step.level, step.at.astimezone(SHANGHAI).strftime("%m-%d %H:%M")) for step in steps]


def test_the_clinical_ladder_runs_in_minutes() -> None:
    assert climb("clinical", "2026-10-01 02:00", "PT10M", CLIN) == [
        ("remind", 0, "10-01 02:05"),
        ("remind", 0, "10-01 02:08"),
        ("overdue", 1, "10-01 02:10"),
        ("level2", 2, "10-01 02:15"),
        ("level3", 3, "10-01 02:20"),
    ]


def test_the_office_ladder_climbs_on_working_days() -> None:
    assert climb("office", "2026-09-24 08:00", "PT7H", ADMIN) == [
        ("remind", 0, "09-24 11:30"),
        ("remind", 0, "09-24 16:06"),
        ("overdue", 1, "09-24 17:30"),
        ("level2", 2, "09-28 17:30"),
        ("level3", 3, "09-30 17:30"),
    ]
    assert climb("office", "2026-09-29 08:00", "P1D", ADMIN)[2:] == [
        ("overdue", 1, "09-30 17:30"),
        ("level2", 2, "10-08 17:30"),
        ("level3", 3, "10-10 17:30"),
    ]


def test_an_outpatient_term_escalates_through_the_office() -> None:
    assert climb("office", "2026-10-01 12:00", "PT8H", OPD)[1:] == [
        ("remind", 0, "10-02 08:24"),
        ("overdue", 1, "10-02 10:00"),
        ("level2", 2, "10-08 17:30"),
        ("level3", 3, "10-10 17:30"),
    ]


def test_a_process_brings_its_own_ladder() -> None:
    own = {"remind": [0.25], "level2": {"after": "PT30S", "calendar": "CLIN"}}
    assert climb(own, "2026-10-01 02:00", "PT4M", CLIN) == [
        ("remind", 0, "10-01 02:01"),
        ("overdue", 1, "10-01 02:04"),
        ("level2", 2, "10-01 02:04"),
    ]
    ladder = find_ladder("office", {"office": own})
    assert ladder.remind == (Decimal("0.25"),)
    assert ladder.level3 is None
    assert find_ladder("clinical", {"office": own}).level3 is not None


def test_reminders_may_be_counted_in_working_days_before_the_due_date() -> None:
    """Three working days before a day after the October holidays count those before them; none comes before the start."""
    ladder = {"remindBefore": [3, 1]}
    assert climb(ladder, "2026-09-24 09:00", "P15D", CLIN) == [
        ("remind", 0, "09-29 08:00"),
        ("remind", 0, "10-08 08:00"),
        ("overdue", 1, "10-09 09:00"),
    ]
    assert climb(ladder, "2026-11-25 09:00", "P2D", ADMIN) == [("remind", 0, "11-26 08:00"), ("overdue", 1, "11-27 17:30")]


def test_reminders_say_their_share() -> None:
    at = local("2026-10-01 02:10")
    steps = ladder_steps("clinical", local("2026-10-01 02:00"), at, CLIN, DAYS)
    assert [step.percent for step in steps] == [50, 80, None, None, None]


def test_levels_that_reach_into_an_unpublished_year_are_provisional() -> None:
    def marks(start: str, term: str) -> list[bool]:
        at = due(local(start), term, ADMIN, DAYS).at
        return [step.provisional for step in ladder_steps("office", local(start), at, ADMIN, DAYS)]

    assert marks("2026-12-24 08:00", "P1D") == [False] * 5
    assert marks("2026-12-30 08:00", "PT7H") == [False, False, False, False, True]
    assert marks("2026-12-31 08:00", "P1D") == [True] * 5


def test_a_due_date_set_by_hand_in_closed_time_still_has_its_reminders() -> None:
    steps = ladder_steps("office", local("2026-10-02 10:00"), local("2026-10-02 20:00"), ADMIN, DAYS)
    assert [step.at for step in steps[:3]] == [local("2026-10-02 15:00"), local("2026-10-02 18:00"), local("2026-10-02 20:00")]


@pytest.mark.parametrize(
    ("ladder", "code"),
    [
        ({"remindBefore": [0]}, "invalid-ladder"),
        ({"remindBefore": 3}, "invalid-ladder"),
        ("hospital", "unknown-ladder"),
        ({"remind": [0.5, 1.2]}, "invalid-ladder"),
        ({"remind": ["half"]}, "invalid-ladder"),
        ({"remind": [True]}, "invalid-ladder"),
        ({"remind": "0.5"}, "invalid-ladder"),
        ({"remind": [0.01 * n for n in range(1, 20)]}, "invalid-ladder"),
        ({"level4": {"after": "P1D"}}, "invalid-ladder"),
        ({"level2": "P1D"}, "invalid-ladder"),
        ({"level2": {"calendar": "ADMIN"}}, "invalid-ladder"),
        ({"level2": {"after": "P1D", "calendar": "NIGHT"}}, "unknown-calendar"),
        ({"level2": {"after": "P0D", "calendar": "ADMIN"}}, "term-not-positive"),
        ({"level2": {"after": "1 day", "calendar": "ADMIN"}}, "invalid-term"),
    ],
)
def test_a_wrong_ladder_is_refused(ladder: object, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        ladder_steps(ladder, local("2026-10-01 02:00"), local("2026-10-01 03:00"), CLIN, DAYS)  # type: ignore[arg-type]
    assert refusal.value.code == code


def test_a_configured_ladder_that_is_no_object_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        find_ladder("hospital", {"hospital": "P1D"})
    assert refusal.value.code == "invalid-ladder"


def test_steps_are_records() -> None:
    (step, *_) = ladder_steps("clinical", local("2026-10-01 02:00"), local("2026-10-01 02:10"), CLIN, DAYS)
    assert step == LadderStep(kind="remind", level=0, at=local("2026-10-01 02:05"), percent=50, provisional=False)
