"""Tasks that several people sign: who is asked when, what a vote does, and what decides."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from engine.errors import Conflict, NotAllowed
from engine.store.tables import History, Notification, Round, Rung
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, SLIP, START
from tests.engine.signing import ABSTAIN, ADJOURN, BUTTONS, people, signed

FIVE = ("gan", "guo", "ren", "dai", "shen")


def seat(case: CaseView, login: str, element: str = "sign") -> Any:
    """The newest seat of a person."""
    key = case._county.person(login).key
    return [found for found in case.seats(element) if found.assignee == key][-1]


def say(case: CaseView, login: str, outcome: str, **more: Any) -> None:
    """A person votes."""
    case._county.person(login).complete(seat(case, login), outcome, **more)


def states(case: CaseView, *logins: str) -> list[str]:
    """State of the newest seat of each, or its vote, or how it ended."""
    found = [seat(case, login) for login in logins]
    return [row.vote or row.ending or row.state for row in found]


def result(case: CaseView) -> str | None:
    """The outcome of the round of `sign`, None while it is open."""
    found: str | None = case._county.scalar(select(Round.outcome).where(Round.instance == case.key, Round.element == "sign"))
    return found


def test_all_sign_each_in_his_own_seat(county: County) -> None:
    county.deploy(signed("all", "gan", "guo", "ren"))
    case = county.run("p")
    assert [county.person(login).box() for login in ("gan", "guo", "ren", "dai")] == [["sign"], ["sign"], ["sign"], []]
    say(case, "guo", "agree")
    assert county.person("guo").box("done") == ["sign"]
    assert result(case) is None
    say(case, "gan", "agree")
    say(case, "ren", "agree", opinion="同意转诊")
    assert (case.state, result(case)) == ("completed", "agree")
    decided = county.row(select(Round.counts, Round.decided_by).where(Round.element == "sign"))
    assert decided.decided_by == county.person("ren").key
    assert decided.counts["names"]["agree"] == ["甘平·演示", "郭宁·演示", "任转·演示"]
    variable = case.variables["sign"]
    assert (variable["outcome"], variable["agree"], variable["base"], variable["opinion"]) == ("agree", 3, 3, "同意转诊")
    assert variable["byName"] == "任转·演示"


def test_one_refusal_decides_at_once_and_the_others_have_nothing_to_do(county: County) -> None:
    county.deploy(signed("all", "gan", "guo", "ren"))
    case = county.run("p")
    say(case, "gan", "agree")
    say(case, "guo", "refuse", opinion="材料不全")
    assert (case.open, result(case)) == (["why"], "refuse")
    assert states(case, "gan", "guo", "ren") == ["agree", "refuse", "unneeded"]
    ren = county.person("ren")
    assert (ren.box(), ren.box("done")) == ([], [])
    texts = county.rows(select(Notification.text).where(Notification.person == ren.key, Notification.kind == "task-closed"))
    assert [row.text for row in texts] == ["p：“sign”已有结果（不同意），无需您办理"]
    with pytest.raises(Conflict) as late:
        say(case, "ren", "agree")
    assert (late.value.code, late.value.facts["by"]) == ("task-closed", "郭宁·演示")
    assert late.value.facts["at"] == county.clock.now().isoformat()


def test_a_refusal_may_wait_until_all_have_spoken(county: County) -> None:
    county.deploy(signed("all", "gan", "guo", "ren", refusal="end"))
    case = county.run("p")
    say(case, "gan", "refuse")
    say(case, "guo", "agree")
    assert result(case) is None
    say(case, "ren", "agree")
    assert result(case) == "refuse"


def test_the_first_of_any_decides(county: County) -> None:
    for key, outcome in (("p", "agree"), ("q", "refuse")):
        county.deploy(signed("any", "gan", "guo", key=key), name=key)
        case = county.run(key)
        say(case, "guo", outcome)
        assert (result(case), states(case, "gan")) == (outcome, ["unneeded"])


def test_any_may_ask_on_until_all_have_refused(county: County) -> None:
    county.deploy(signed("any", "gan", "guo", "ren", refusal="end"))
    case = county.run("p")
    say(case, "gan", "refuse")
    say(case, "guo", "refuse")
    assert result(case) is None
    say(case, "ren", "refuse")
    assert result(case) == "refuse"
    other = county.run("p")
    say(other, "gan", "refuse")
    say(other, "guo", "agree")
    assert (result(other), states(other, "ren")) == ("agree", ["unneeded"])


def test_in_order_each_waits_for_the_one_before(county: County) -> None:
    county.deploy(signed("order", "ren", "gan", "guo"))
    case = county.run("p")
    assert states(case, "ren", "gan", "guo") == ["claimed", "waiting", "waiting"]
    assert (county.person("gan").box(), county.person("gan").box("claimable")) == ([], [])
    with pytest.raises(Conflict) as early:
        say(case, "gan", "agree")
    assert early.value.code == "task-waiting"
    county.pass_time("PT1H")
    say(case, "ren", "agree")
    assert states(case, "ren", "gan", "guo") == ["agree", "claimed", "waiting"]
    assert seat(case, "gan").opened_at == county.clock.now()
    assert county.person("gan").box() == ["sign"]
    say(case, "gan", "agree")
    say(case, "guo", "agree")
    assert result(case) == "agree"


def test_in_order_a_refusal_decides_or_goes_back_to_the_one_before(county: County) -> None:
    county.deploy(signed("order", "ren", "gan", "guo"))
    case = county.run("p")
    say(case, "ren", "agree")
    say(case, "gan", "refuse")
    assert (result(case), states(case, "guo")) == ("refuse", ["unneeded"])

    county.deploy(signed("order", "ren", "gan", "guo", key="q", refusal="back"), name="back")
    case = county.run("q")
    say(case, "ren", "agree")
    say(case, "gan", "refuse", opinion="请核对金额")
    assert states(case, "ren", "gan", "guo") == ["claimed", "waiting", "waiting"]
    first = [found for found in case.seats("sign") if found.state == "completed"]
    assert [(found.vote, found.ending) for found in first] == [("agree", "retaken"), ("refuse", "retaken")]
    say(case, "ren", "agree")
    say(case, "gan", "agree")
    say(case, "guo", "agree")
    assert result(case) == "agree"


def test_the_first_in_order_has_nobody_to_go_back_to(county: County) -> None:
    county.deploy(signed("order", "ren", "gan", refusal="back"))
    case = county.run("p")
    say(case, "ren", "refuse")
    assert result(case) == "refuse"


VOTES: list[tuple[str, dict[str, str], str, str | None]] = [
    # policy, then what gan, guo, ren, dai and shen say in this order (a, r, - abstain, . nothing yet), then the outcome.
    ("majority of those who should come", {"threshold": ">1/2"}, "aaa..", "agree"),
    ("just under it", {"threshold": ">1/2"}, "aa...", None),
    ("out of reach", {"threshold": ">1/2"}, "rrr..", "refuse"),
    ("an abstention stays in the base", {"threshold": ">1/2"}, "aar--", "refuse"),
    ("an abstention leaves the base", {"threshold": ">1/2", "abstain": "out"}, "aar--", "agree"),
    ("exactly sixty per cent", {"threshold": "60%"}, "aaa..", "agree"),
    ("more than sixty per cent", {"threshold": ">60%"}, "aaarr", "refuse"),
    ("two thirds of five are four", {"threshold": "2/3"}, "aaar.", None),
    ("two thirds of five reached", {"threshold": "2/3"}, "aaara", "agree"),
    ("everybody", {"threshold": "100%"}, "aaaar", "refuse"),
    ("not before all have spoken", {"threshold": "50%", "early": "false"}, "aaaa.", None),
    ("after all have spoken", {"threshold": "50%", "early": "false"}, "aaaar", "agree"),
    ("of those who voted", {"threshold": ">1/2", "base": "voted", "quorum": "1/2", "abstain": "out"}, "aar--", "agree"),
    ("no quorum yet", {"threshold": "20%", "quorum": "3/5"}, "aa...", None),
    ("a quorum", {"threshold": "20%", "quorum": "3/5"}, "aar..", "agree"),
]


@pytest.mark.parametrize(("policy", "said", "outcome"), [case[1:] for case in VOTES], ids=[case[0] for case in VOTES])
def test_a_vote_is_counted_in_whole_numbers(county: County, policy: dict[str, str], said: str, outcome: str | None) -> None:
    county.deploy(signed("vote", *FIVE, extra=ABSTAIN, **policy))
    case = county.run("p")
    words = {"a": "agree", "r": "refuse", "-": "abstain"}
    for login, letter in zip(FIVE, said, strict=True):
        if letter != ".":
            assert result(case) is None
            say(case, login, words[letter])
    assert result(case) == outcome


def test_the_chair_speaks_last_and_cuts_nobody_off(county: County) -> None:
    county.deploy(signed("vote", *FIVE, chair="gan", threshold=">1/2", chair_last="true"))
    case = county.run("p")
    assert states(case, *FIVE) == ["waiting", "claimed", "claimed", "claimed", "claimed"]
    for login in FIVE[1:4]:
        say(case, login, "agree")
    assert (result(case), states(case, "gan")) == (None, ["waiting"])
    say(case, "shen", "refuse")
    assert (result(case), states(case, "gan")) == (None, ["claimed"])
    say(case, "gan", "refuse")
    assert result(case) == "agree"


def test_who_is_recused_is_not_asked_and_not_counted(county: County) -> None:
    recuse = '<liandong:recuse rule="person" person="${kin}"/>'
    county.deploy(signed("vote", *FIVE, extra=recuse, threshold=">1/2"))
    case = county.run("p", kin="dai")
    assert states(case, "dai") == ["recused"]
    assert county.person("dai").box() == []
    say(case, "gan", "agree")
    say(case, "guo", "agree")
    assert result(case) is None
    say(case, "ren", "agree")
    assert (result(case), case.variables["sign"]["base"], case.variables["sign"]["expected"]) == ("agree", 4, 4)


def test_when_all_are_recused_the_administrators_get_it(county: County) -> None:
    recuse = '<liandong:recuse rule="post" post="BR_GP"/>'
    county.deploy(signed("all", "gan", "guo", extra=recuse))
    case = county.run("p")
    (only,) = case.seats("sign")
    assert (only.state, only.reason) == ("open", "no-candidate")
    county.person("it").complete(only, "agree")
    assert case.state == "completed"


def test_a_person_found_twice_has_one_seat(county: County) -> None:
    again = '<liandong:assign rule="post" post="BR_GP"/>'
    county.deploy(signed("all", "gan", extra=again))
    case = county.run("p")
    assert [found.assignee for found in case.seats("sign")] == [county.person("gan").key, county.person("guo").key]


def test_a_share_that_the_case_cannot_give_asks_for_everybody(county: County) -> None:
    county.deploy(signed("vote", "gan", "guo", "ren", threshold="${share}"))
    case = county.run("p", share="many")
    assert [row.code for row in county.incidents()] == ["approval-share"]
    say(case, "gan", "agree")
    say(case, "guo", "agree")
    assert result(case) is None
    say(case, "ren", "agree")
    assert result(case) == "agree"


def test_the_terms_and_ladders_of_seats_end_with_the_round(county: County) -> None:
    deadline = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>'
    county.deploy(signed("order", "gan", "guo", "ren", extra=deadline))
    case = county.run("p")
    assert [found.due_at is not None for found in case.seats("sign")] == [True, False, False]
    county.pass_time("PT1H")
    say(case, "gan", "agree")
    due = seat(case, "guo").due_at
    assert (due - county.clock.now()).total_seconds() == 4 * 3600
    say(case, "guo", "refuse")
    assert county.rows(select(Rung.key).where(Rung.done_at.is_(None))) == []


def test_signers_fill_their_fields_and_what_they_wrote_is_there_at_once(county: County) -> None:
    fields = '<liandong:fields write="amount remark"/>'
    county.deploy(signed("all", "gan", "guo", extra=fields, form="slip"), slip__form__json=SLIP)
    case = county.run("p", name="赵建国·演示")
    say(case, "gan", "agree", data={"amount": "3.5"})
    assert (case.variables["amount"], case.open) == (Decimal("3.50"), ["sign"])
    say(case, "guo", "agree", data={"remark": "已核对"})
    assert case.variables["remark"] == "已核对"
    assert case.state == "completed"


def test_a_vote_moves_no_token_and_stands_in_history_and_audit(county: County) -> None:
    county.deploy(signed("all", "gan", "guo"))
    case = county.run("p")
    before = case.revision
    say(case, "gan", "agree")
    assert case.revision == before + 1
    kinds = county.rows(select(History.kind).where(History.instance == case.key, History.revision == case.revision))
    assert [row.kind for row in kinds] == ["task-completed"]
    say(case, "guo", "agree")
    told = county.row(select(History.data).where(History.kind == "round-decided"))
    assert told.data["counts"] == {"agree": 2, "refuse": 0, "abstain": 0, "expected": 2, "present": 2, "base": 2}


def test_several_rounds_stand_in_the_bodies_of_a_multi_instance(county: County) -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    approval = f'<liandong:approval mode="all"/>{people("gan", "guo")}{BUTTONS}'
    county.deploy(bpmn(process("p", START, user_task("sign", approval, body=loop), END, flows="s > sign > e")))
    case = county.run("p")
    assert len(case.seats("sign")) == 4
    for found in case.seats("sign"):
        login = "gan" if found.assignee == county.person("gan").key else "guo"
        county.person(login).complete(found, "agree")
    assert case.state == "completed"


def test_a_cancelled_case_takes_all_seats_away(county: County) -> None:
    border = '<boundaryEvent id="t" attachedToRef="sign"><timerEventDefinition id="d"><timeDuration>PT1H</timeDuration>'
    border += "</timerEventDefinition></boundaryEvent>"
    approval = f'<liandong:approval mode="order"/>{people("gan", "guo")}{BUTTONS}'
    elements = (START, user_task("sign", approval), border, user_task("after", post="BR_DIR"), END, '<endEvent id="e2"/>')
    county.deploy(bpmn(process("p", *elements, flows="s > sign > e, t > after > e2")))
    case = county.run("p")
    county.pass_time("PT1H")
    assert case.open == ["after"]
    assert [found.ending for found in case.seats("sign")] == ["withdrawn", "withdrawn"]


def test_a_chair_may_put_a_vote_off(county: County) -> None:
    county.deploy(signed("vote", "gan", "guo", "ren", chair="gan", extra=ADJOURN, threshold=">1/2"))
    case = county.run("p")
    with pytest.raises(NotAllowed) as refusal:
        say(case, "guo", "adjourn")
    assert refusal.value.code == "not-chair"
    say(case, "gan", "adjourn")
    assert result(case) == "adjourn"


def test_one_veto_ends_the_vote_and_as_drawn_the_whole_case(county: County) -> None:
    """一票否决 and 否决: four of five are in favour, one is not; the branch beside it ends with the case."""
    vote = f'<liandong:approval mode="vote" threshold="60%" refusal="veto"/>{people(*FIVE)}{BUTTONS}'
    elements = (
        START,
        '<parallelGateway id="fork"/><parallelGateway id="join"/>',
        user_task("sign", vote),
        user_task("look", post="BR_DIR"),
        '<exclusiveGateway id="g" default="g_join"/>',
        '<endEvent id="failed" name="不通过"><terminateEventDefinition id="t"/></endEvent>',
        END,
    )
    flows = "s > fork > sign > g > join > e, fork > look > join, g > failed if sign.outcome == 'refuse'"
    county.deploy(bpmn(process("p", *elements, flows=flows)))
    passed, lost = county.run("p"), county.run("p")
    for login in FIVE[:3]:
        say(passed, login, "agree")
        say(lost, login, "agree")
    assert (result(passed), passed.open, result(lost)) == (None, ["look", "sign", "sign"], None), "a veto may still come"
    say(lost, "dai", "refuse", opinion="不符合规定")
    assert (lost.state, result(lost), lost.open) == ("terminated", "refuse", [])
    assert states(lost, "shen") == ["unneeded"]
    assert county.person("shen").box() == ["sign"], "that of the other case"
    for login in FIVE[3:]:
        say(passed, login, "agree")
    assert (result(passed), passed.open) == ("agree", ["look"])
