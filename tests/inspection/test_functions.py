"""The pure parts of the inspection: samples that anybody can draw again, teams that keep out, a ledger that counts messages."""

from __future__ import annotations

import random
from decimal import Decimal
from typing import Any

import pytest

from engine.errors import Invalid
from engine.functions import REGISTERED

UNITS = [{"institution": f"CH0{n}", "name": f"第{n}分院"} for n in range(1, 9)]
PEOPLE = [{"person": f"P{n}", "name": f"检查员{n}", "post": "QC"} for n in range(1, 5)]


def call(name: str, **inputs: Any) -> Any:
    return REGISTERED[name](inputs)


def test_a_sample_follows_from_seed_and_list_alone() -> None:
    items = [{"key": f"F-{n:03d}"} for n in range(1, 42)]
    drawn = call("sampling.draw", seed="DC1@2026-10-12", items=items, share=Decimal("0.3"))
    assert len(drawn["sample"]) == 13
    shuffled = random.Random(7).sample(items, len(items))
    again = call("sampling.draw", seed="DC1@2026-10-12", items=shuffled, share=Decimal("0.3"))
    assert {row["key"] for row in again["sample"]} == {row["key"] for row in drawn["sample"]}
    assert again["ranked"] == drawn["ranked"]
    assert call("sampling.draw", seed="another", items=items, share=Decimal("0.3"))["ranked"] != drawn["ranked"]
    # One item more changes nobody's rank, so a late finding cannot push another one out of a sample by its own choice.
    longer = call("sampling.draw", seed="DC1@2026-10-12", items=[*items, {"key": "F-042"}], size=5)["ranked"]
    assert [key for key in longer if key != "F-042"] == drawn["ranked"]
    for wrong in ({"size": 42}, {"share": Decimal("1.1")}, {"size": 1, "items": [*items, items[0]]}, {"size": 1, "seed": None}):
        with pytest.raises(Invalid):
            call("sampling.draw", **{"seed": "s", "items": items, **wrong})


def test_nobody_inspects_where_he_has_a_tie() -> None:
    ties = [{"person": "P1", "institution": unit["institution"]} for unit in UNITS]
    inputs = {"units": UNITS, "people": PEOPLE, "ties": ties, "size": 2, "seed": "s", "visitOn": "2026-10-20"}
    made = call("inspection.team", **inputs)
    assert made["problems"] is None
    assert {visit[role] for visit in made["visits"] for role in ("leader", "second")} == {"P2", "P3", "P4"}
    shares = [sum(who in (visit["leader"], visit["second"]) for visit in made["visits"]) for who in ("P2", "P3", "P4")]
    assert max(shares) - min(shares) <= 1
    # Whoever declares an interest afterwards is replaced there and nowhere else.
    leader = made["visits"][0]["leader"]
    declared = [{"person": leader, "institution": "CH01"}]
    again = call("inspection.team", **inputs, declared=declared, kept=made["visits"])
    assert leader not in (again["visits"][0]["leader"], again["visits"][0]["second"])
    assert again["visits"][1:] == made["visits"][1:]
    short = call("inspection.team", **{**inputs, "people": PEOPLE[:2]})
    assert short["problems"].splitlines()[0] == "第1分院：应有 2 名检查员，回避后只有 1 名。"


def test_a_message_that_comes_twice_counts_once() -> None:
    rows = [{"findingNo": f"F-{n}", "institution": "CH01", "severity": "ordinary"} for n in (1, 2)]
    book = call("finding.ledger", findings=rows, merging=[])
    for _ in range(2):
        book = call("finding.tally", rows=book["rows"], entry={"findingNo": "F-1", "event": "closed"})
        child = {"findingNo": "F-2.1", "institution": "CH01", "severity": "ordinary"}
        book = call("finding.tally", rows=book["rows"], entry={"findingNo": "F-2", "event": "split", "child": child})
        book = call("finding.tally", rows=book["rows"], entry={"findingNo": "F-1", "event": "reopened", "relapses": 1})
    assert (book["counts"]["total"], book["counts"]["relapses"], book["settled"]) == (3, 1, False)
    with pytest.raises(Invalid):
        call("finding.tally", rows=book["rows"], entry={"findingNo": "F-9", "event": "closed"})
