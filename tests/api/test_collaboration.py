"""What talks with a case: the operator sees every pool, who takes part sees a partner as a black box with its messages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.api.browser import Client
from tests.api.test_cases import SLIP
from tests.api.test_operators import approve
from worker.worker import Worker

SignIn = Callable[[str], Client]


def told(view: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Who sent which message to whom, at which steps, along which arrow, and what became of it."""
    lines = []
    for line in view["messages"]:
        ends = (line["sourceName"], line["fromStep"], line["targetName"], line["toStep"])
        lines.append((line["name"], *ends, [flow["flow"] for flow in line["flows"]], line["state"]))
    return lines


def test_every_pool_that_talks_is_seen_as_far_as_the_reader_may(sign_in: SignIn, worker: Worker) -> None:
    gp, director, centre, operator = sign_in("gp"), sign_in("director"), sign_in("centre"), sign_in("operator")
    case = gp.start()
    ours = f"/instances/{case['instance']['id']}/collaboration"
    gp.complete(case["nextTask"]["id"], "submit", SLIP)
    alone = gp.get(ours)
    assert (len(alone["cases"]), alone["messages"], alone["drawings"][0]["blackBoxes"]) == (1, [], [])
    approve(director)
    on_its_way = gp.get(ours)
    assert told(on_its_way) == [("Asked", "东湾", "发送申请", "总医院", None, ["m_asked"], "sent")]
    worker.drain()

    answer = operator.call("GET", f"/operations{ours}")
    assert SLIP["name"] not in answer.text
    whole = answer.json()
    here, partner = whole["cases"]
    assert (whole["here"], here["pool"], here["poolId"], here["institution"]["code"]) == (0, "转出机构", "pool_from", "CH01")
    assert [(token["element"], token["name"], token["count"]) for token in here["tokens"]] == [("answer", "等待答复", 1)]
    assert {"fill", "review", "ask"} <= set(here["done"])
    [awaited] = here["awaits"]
    assert (awaited["step"], awaited["message"], awaited["needed"]) == ("等待答复", "Answered", True)
    assert (awaited["pools"], awaited["cases"], awaited["since"]) == (["转诊中心"], [1], here["tokens"][0]["since"])
    assert (partner["visible"], partner["state"], [token["name"] for token in partner["tokens"]]) == (True, "active", ["接收"])
    assert told(whole) == [("Asked", "东湾", "发送申请", "总医院", "收到申请", ["m_asked"], "delivered")]
    # From the other end it is the same collaboration.
    theirs = f"/instances/{partner['id']}/collaboration"
    assert operator.get(f"/operations{theirs}")["here"] == 1

    # The branch may not see the centre's case: a pool, an institution and the messages.
    seen = gp.get(ours)
    hidden = seen["cases"][1]
    known = {"place": 1, "visible": False, "pool": "转诊中心", "institution": {"code": "CH00", "name": "总医院"}}
    assert {name: value for name, value in hidden.items() if value not in (None, [])} == {
        **known,
        "drawing": 0,
        "poolId": "pool_to",
    }
    assert told(seen) == [("Asked", "东湾", "发送申请", "总医院", None, ["m_asked"], "delivered")]
    assert seen["drawings"][0]["blackBoxes"] == ["pool_to"]
    mirrored = centre.get(theirs)
    assert [known["visible"] for known in mirrored["cases"]] == [False, True]
    assert told(mirrored) == [("Asked", "东湾", None, "总医院", "收到申请", ["m_asked"], "delivered")]

    [accept] = centre.get("/tasks?box=claimable")["items"]
    centre.complete(accept["id"], "accept")
    worker.drain()
    over = operator.get(f"/operations{ours}")
    assert [(found["state"], found["tokens"], found["awaits"]) for found in over["cases"]] == [("completed", [], [])] * 2
    assert told(over)[1] == ("Answered", "总医院", "答复", "东湾", "等待答复", ["m_answered"], "delivered")
    for other in ("stranger", "auditor"):
        assert sign_in(other).call("GET", ours).status_code in (403, 404)
        assert sign_in(other).call("GET", f"/operations{ours}").status_code == 403
    assert gp.call("GET", theirs).status_code == 404
