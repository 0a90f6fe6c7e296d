"""Days, months and money of a dispatch, reckoned exactly."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.functions.dispatch import evaluate, openings, penalty, plan, served_days

YEAR = {"from": "2026-09-01", "to": "2027-08-31", "kind": "long", "titleLevel": "junior"}
WEIGHTS = {"workload": 20, "quality": 20, "specialty": 20, "outOfCounty": 15, "teaching": 15, "satisfaction": 10}


def test_days_are_split_by_year_and_counted_from_the_promotion_on() -> None:
    """A junior doctor counts for nothing; from the day of the promotion she does. A pause over New Year counts in neither."""
    pauses = [{"from": "2026-12-22", "to": "2027-01-10"}]
    promoted = [{"on": "2026-11-01", "level": "intermediate"}]
    found = served_days({**YEAR, "pauses": pauses, "promotions": promoted})
    assert found["years"] == [
        {"onYear": 2026, "days": 112, "counted": 51},
        {"onYear": 2027, "days": 233, "counted": 233},
    ]
    assert (found["days"], found["countedDays"], found["reached"]) == (345, 284, [2027])
    # Rounds do not count, and neither does a title that nobody has entered.
    assert served_days({**YEAR, "kind": "adhoc", "titleLevel": "senior"})["countedDays"] == 0
    assert served_days({**YEAR, "titleLevel": "none"})["countedDays"] == 0
    assert served_days({**YEAR, "to": "2026-08-31"})["days"] == 0


@pytest.mark.parametrize(
    ("pauses", "logs", "period", "opens"),
    [
        ([], [], "2026-09", "2026-09-30T16:00:00Z"),
        ([], ["2026-09", "2026-10"], "2026-11", "2026-11-30T16:00:00Z"),
        ([{"from": "2026-09-20", "to": "2026-11-05"}], ["2026-09"], "2026-11", "2026-11-30T16:00:00Z"),
        ([{"from": "2026-09-20", "to": None}], ["2026-09"], None, None),
        ([], [f"2026-{month:02d}" for month in range(9, 13)] + [f"2027-{month:02d}" for month in range(1, 8)], None, None),
    ],
)
def test_a_month_wholly_in_a_pause_has_no_log(pauses: Any, logs: list[str], period: str | None, opens: str | None) -> None:
    rows = [{"period": month} for month in logs]
    found = plan({**YEAR, "pauses": pauses, "logs": rows, "now": "2026-09-15T01:00:00Z"})
    assert (found["period"], found["opensAt"]) == (period, opens)
    assert (found["noticeAt"], found["endAt"]) == ("2027-07-31T16:00:00Z", "2027-08-31T16:00:00Z")


@pytest.mark.parametrize(
    ("left", "rate", "amount"),
    [
        ("2027-08-31", "1500", "0.00"),
        ("2027-08-01", "1500", "1500.00"),
        ("2027-01-31", "333.335", "2333.35"),
        ("2026-09-02", "9000", "50000.00"),
    ],
)
def test_a_penalty_counts_months_begun_and_has_a_ceiling(left: str, rate: str, amount: str) -> None:
    given = {"to": YEAR["to"], "leftOn": left, "penaltyPerMonth": Decimal(rate), "rules": {"most": 50000}}
    assert penalty(given)["amount"] == Decimal(amount)


def test_marks_are_the_weighted_means_of_those_who_can_tell() -> None:
    marks = [{"workload": 90, "quality": Decimal("92.5")}, {"quality": 90, "teaching": 100}, dict.fromkeys(WEIGHTS, 80)]
    logs = [{"attendedDays": 20}, {"attendedDays": 21}]
    found = evaluate({"marks": marks, "weights": WEIGHTS, "logs": logs, "days": 70, "weeklyDays": 5})
    assert (found["total"], found["attendance"]) == (Decimal("84.0"), Decimal("0.820"))
    with pytest.raises(Exception, match="weights"):
        evaluate({"marks": marks, "weights": {**WEIGHTS, "quality": 21}, "logs": logs, "days": 70, "weeklyDays": 5})


def test_a_need_that_is_wrong_is_told_by_its_number() -> None:
    right = {"kind": "long", "from": "2027-01-01", "to": "2027-12-31", "number": 2, "tasks": [{}]}
    found = openings({"needs": [right, {**right, "number": 1}], "sheet": "XQ1"})
    assert [row["needKey"] for row in found["openings"]] == ["XQ1-01-1", "XQ1-01-2", "XQ1-02-1"]
    wrong = openings({"needs": [right, {**right, "to": "2027-06-30", "tasks": []}], "sheet": "XQ1"})
    assert wrong["openings"] == []
    assert wrong["problems"] == (
        "第 2 项：长期驻点和派驻副院长不少于 183 天，填的是 181 天。\n第 2 项：任务目标要 1 至 5 项，填的是 0 项。"
    )
