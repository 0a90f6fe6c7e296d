"""When timers fire: once, in order, on their grid, on their calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.errors import Conflict
from engine.kernel.timers import TimerFault, first_firing, next_firing, plain_due, point
from engine.kernel.triggers import Fire
from tests.kernel.world import World, flows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def every_hour(term: str, calendar: str | None, start: datetime) -> datetime:
    return plain_due(term, start)


@pytest.mark.parametrize(
    ("kind", "text", "due"),
    [
        ("duration", "PT90M", datetime(2026, 3, 1, 13, 30, tzinfo=UTC)),
        ("duration", "P1M", datetime(2026, 4, 1, 12, tzinfo=UTC)),
        ("duration", "P1Y", datetime(2027, 3, 1, 12, tzinfo=UTC)),
        ("duration", "P2W", datetime(2026, 3, 15, 12, tzinfo=UTC)),
        ("duration", "PT0S", NOON),
        ("duration", "pt1h", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("date", "2026-03-05T08:00:00+08:00", datetime(2026, 3, 5, tzinfo=UTC)),
        ("date", "2026-03-05T08:00:00", datetime(2026, 3, 5, tzinfo=UTC)),
        ("date", "2026-03-05", datetime(2026, 3, 4, 16, tzinfo=UTC)),
        ("date", "PT1H", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("cycle", "R3/PT1H", datetime(2026, 3, 1, 13, tzinfo=UTC)),
        ("cycle", "R/2026-03-02T08:00:00+08:00/P1D", datetime(2026, 3, 2, tzinfo=UTC)),
    ],
)
def test_first_firing(kind: str, text: str, due: datetime) -> None:
    assert first_firing(kind, text, NOON, None, every_hour).due == due


@pytest.mark.parametrize(
    "text", ["", "P", "PT", "1h", "P1W1D", "P-1D", "R3", "R3/PT1H/2027-01-01", "P9999Y", "R/PT0S", "2026-13-01"]
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(TimerFault):
        first_firing("date", text, NOON, None, every_hour)


def test_a_duration_is_wanted_where_a_duration_stands() -> None:
    with pytest.raises(TimerFault):
        first_firing("duration", "2026-03-05T08:00:00", NOON, None, every_hour)
    with pytest.raises(TimerFault):
        first_firing("cycle", "PT1H", NOON, None, every_hour)


def test_a_cycle_keeps_its_grid_however_late_it_is_fired() -> None:
    late = NOON + timedelta(minutes=7)
    firing = next_firing(NOON, "PT1H", None, late, None, every_hour)
    assert firing is not None
    assert firing.due == NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("left", "hours", "due", "remaining"), [(5, 2.5, 3, 2), (3, 2.5, None, None), (None, 30_000.5, 30_001, None)]
)
def test_missed_firings_collapse_and_are_counted(left: int | None, hours: float, due: int | None, remaining: int | None) -> None:
    firing = next_firing(NOON, "PT1H", left, NOON + timedelta(hours=hours), None, every_hour)
    if due is None:
        assert firing is None
    else:
        assert firing is not None
        assert (firing.due, firing.left) == (NOON + timedelta(hours=due), remaining)


def test_a_point_without_an_offset_is_civil_time() -> None:
    assert point("2026-01-01T00:00:00") == datetime(2025, 12, 31, 16, tzinfo=UTC)


def boundary(timer: str, interrupting: bool = False, extension: str = "") -> str:
    return (
        '<startEvent id="s"/><userTask id="a"/>'
        f'<boundaryEvent id="b" attachedToRef="a" cancelActivity="{str(interrupting).lower()}">'
        f'{extension}<timerEventDefinition>{timer}</timerEventDefinition></boundaryEvent><userTask id="h"/>' + flows("s>a", "b>h")
    )


def test_a_bounded_cycle_fires_as_often_as_it_says() -> None:
    world = World(boundary("<timeCycle>R3/PT1H</timeCycle>"), reload=True)
    world.start()
    world.advance_time("PT10H")
    assert world.open() == ["a", "h", "h", "h"]
    assert world.source().counts()["subscriptions"] == 0


def test_completing_the_host_of_a_cycle_leaves_its_running_handlers() -> None:
    world = World(boundary("<timeCycle>R/PT1H</timeCycle>"), reload=True)
    world.start()
    world.advance_time("PT2H")
    world.complete("a")
    assert world.open() == ["h", "h"]
    world.advance_time("P1D")
    assert world.open() == ["h", "h"]


def test_an_interrupting_cycle_fires_once() -> None:
    world = World(boundary("<timeCycle>R/PT1H</timeCycle>", interrupting=True), reload=True)
    world.start()
    world.advance_time("P1D")
    assert world.open() == ["h"]


def test_a_timer_reads_its_term_from_parameters() -> None:
    world = World(boundary("<timeDuration>${parameters.accept[urgency].term}</timeDuration>", True), reload=True)
    world.reserved["parameters"] = {"accept": {"R": {"term": "P2D"}, "E": {"term": "PT5M"}}}
    world.start("p", urgency="E")
    world.advance_time("PT5M")
    assert world.open() == ["h"]


def test_a_timer_with_a_calendar_is_counted_by_the_runtime() -> None:
    asked: list[tuple[str, str | None]] = []

    class Calendars(World):
        def due(self, term: str, calendar: str | None, start: datetime) -> datetime:
            asked.append((term, calendar))
            return start + timedelta(days=3)

    for calendar in ("OPD", "${'OPD' if urgent else 'ADMIN'}"):
        extension = f'<extensionElements><liandong:timer calendar="{calendar}"/></extensionElements>'
        world = Calendars(boundary("<timeDuration>PT8H</timeDuration>", True, extension))
        world.start(urgent=True)
        [row] = world.source().subscriptions("timer")
        assert asked.pop() == ("PT8H", "OPD")
        assert row.due == world.now + timedelta(days=3)
        assert row.data["calendar"] == "OPD"


def test_a_timer_does_not_fire_before_it_is_due() -> None:
    world = World(boundary("<timeDuration>PT1H</timeDuration>", True))
    instance = world.start()
    [row] = world.source().subscriptions("timer")
    with pytest.raises(Conflict) as refused:
        world.step(instance, Fire(subscription=row.key))
    assert refused.value.code == "not-due"
    assert world.open() == ["a"]


def test_timers_of_several_instances_fire_in_the_order_of_their_times() -> None:
    world = World(boundary("<timeDuration>${term}</timeDuration>", True))
    slow, fast = world.start("p", term="PT2H"), world.start("p", term="PT1H")
    world.advance_time("PT3H")
    order: list[Any] = [instance for instance, token in sorted(world.tasks("h"), key=lambda item: item[1].key)]
    assert order == [fast, slow]
