"""What people do with their seats beside voting: 转办, 委派, 加签, 减签, 抄送, 传阅, 催办, 代录, 批量同意."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.commands.copies import AnswerCopy, SendCopies
from engine.commands.plain_agreement import AgreeToTask
from engine.commands.recorded_votes import RecordAbsence, RecordVote
from engine.commands.seat_changes import AddSigners, DelegateTask, RemoveSigner, TransferTask
from engine.commands.task import CompleteTask
from engine.commands.urging import CommentOnCase, UrgeCase
from engine.errors import Conflict, EngineError, Invalid, InvalidForm, NotAllowed
from engine.store.tables import Copy, History, Job, Rung
from engine.testing import CaseView, County
from tests.engine.signing import ADJOURN, signed
from tests.engine.test_rounds import FIVE, result, say, seat, states

DEADLINE = '<liandong:deadline term="PT4H" calendar="CLIN" ladder="clinical"/>'


def refused(code: str, act: Any, *args: Any, **more: Any) -> EngineError:
    with pytest.raises(EngineError) as refusal:
        act(*args, **more)
    assert refusal.value.code == code
    return refusal.value


def ids(county: County, *logins: str) -> tuple[UUID, ...]:
    return tuple(county.person(login).id for login in logins)


def transfer(case: CaseView, login: str, to: str, reason: str = "出差") -> None:
    county = case._county
    county.person(login).do(TransferTask(task=seat(case, login).id, person=county.person(to).id, reason=reason))


def delegate(case: CaseView, login: str, to: str) -> None:
    county = case._county
    county.person(login).do(DelegateTask(task=seat(case, login).id, person=county.person(to).id, reason="请核对剂量"))


def add(case: CaseView, login: str, place: Any, *logins: str, **more: Any) -> None:
    county = case._county
    command = AddSigners(task=seat(case, login).id, persons=ids(county, *logins), place=place, reason="请协助", **more)
    county.person(login).do(command)


def remove(case: CaseView, login: str, gone: str) -> None:
    case._county.person(login).do(RemoveSigner(task=seat(case, gone).id, reason="不需要了"))


def test_a_seat_is_handed_on_with_its_term(county: County) -> None:
    county.deploy(signed("all", "gan", "guo", extra=DEADLINE))
    case = county.run("p")
    due = seat(case, "gan").due_at
    county.pass_time("PT1H")
    transfer(case, "gan", "ren")
    gan, ren = county.person("gan"), county.person("ren")
    assert (gan.box(), gan.box("done"), ren.box()) == ([], ["sign"], ["sign"])
    assert (seat(case, "ren").due_at, states(case, "gan")) == (due, ["transferred"])
    ahead = county.rows(select(Rung.seat).where(Rung.done_at.is_(None)).distinct())
    assert {row.seat for row in ahead} == {seat(case, "ren").key, seat(case, "guo").key}
    refused("task-closed", say, case, "gan", "agree")
    refused("already-asked", transfer, case, "guo", "ren")
    say(case, "guo", "agree")
    say(case, "ren", "agree")
    assert result(case) == "agree"


def test_the_only_seat_of_a_task_is_handed_on(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    transfer(case, "dai", "ren")
    say(case, "ren", "refuse")
    assert case.open == ["why"]
    assert case.variables["sign"]["byName"] == "任转·演示"


def test_a_reason_and_somebody_of_the_case_are_needed(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    with pytest.raises(InvalidForm):
        transfer(case, "dai", "ren", " ")
    with pytest.raises(Invalid):
        transfer(case, "dai", "shen")
    refused("already-asked", transfer, case, "dai", "dai")
    assert states(case, "dai") == ["claimed"]


def test_advice_comes_back_and_is_no_vote(county: County) -> None:
    county.deploy(signed("all", "gan", "guo", extra=DEADLINE))
    case = county.run("p")
    due = seat(case, "gan").due_at
    delegate(case, "gan", "ren")
    gan, ren = county.person("gan"), county.person("ren")
    assert (gan.box(), ren.box(), states(case, "gan", "ren")) == ([], ["sign"], ["waiting", "claimed"])
    refused("task-waiting", say, case, "gan", "agree")
    refused("advice-only", delegate, case, "ren", "dai")
    county.pass_time("PT1H")
    with pytest.raises(InvalidForm):
        say(case, "ren", "advised")
    say(case, "ren", "advised", opinion="剂量无误")
    assert (gan.box(), states(case, "gan", "ren")) == (["sign"], ["claimed", "completed"])
    assert seat(case, "gan").due_at == due
    say(case, "gan", "agree")
    say(case, "guo", "agree")
    assert (result(case), case.variables["sign"]["agree"]) == ("agree", 2)


def test_an_adviser_is_taken_off_and_the_seat_comes_back(county: County) -> None:
    county.deploy(signed("single", "dai", extra=DEADLINE))
    case = county.run("p")
    delegate(case, "dai", "ren")
    refused("not-adder", remove, case, "ren", "ren")
    remove(case, "dai", "ren")
    assert states(case, "dai", "ren") == ["claimed", "removed"]
    assert county.scalar(select(Job.subject).where(Job.kind == "rung")) == seat(case, "dai").key
    say(case, "dai", "agree")
    assert case.state == "completed"


def test_added_before_they_speak_first_and_my_clock_stands_still(county: County) -> None:
    county.deploy(signed("single", "dai", extra=DEADLINE))
    case = county.run("p")
    due = seat(case, "dai").due_at
    county.pass_time("PT1H")
    add(case, "dai", "before", "ren", "gan", joint="order")
    assert states(case, "dai", "ren", "gan") == ["waiting", "claimed", "waiting"]
    county.pass_time("PT30M")
    say(case, "ren", "agree")
    county.pass_time("PT30M")
    say(case, "gan", "refuse", opinion="材料不全")
    assert states(case, "dai", "gan") == ["claimed", "refuse"]
    assert (seat(case, "dai").due_at - due).total_seconds() == 3600
    say(case, "dai", "agree")
    assert (case.state, case.variables["sign"]["agree"]) == ("completed", 1)


def test_one_of_those_added_before_is_enough(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    add(case, "dai", "before", "ren", "gan", joint="any")
    say(case, "gan", "agree")
    assert states(case, "dai", "ren") == ["claimed", "unneeded"]


def test_a_binding_refusal_before_decides(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    add(case, "dai", "before", "ren", binds=True)
    say(case, "ren", "refuse", opinion="不符合规定")
    assert (result(case), states(case, "dai")) == ("refuse", ["unneeded"])


def test_added_after_the_step_is_held_until_they_have_spoken(county: County) -> None:
    for key, outcome in (("p", "agree"), ("q", "refuse")):
        county.deploy(signed("single", "dai", key=key), name=key)
        case = county.run(key)
        county.person("dai").do(
            CompleteTask(
                task=seat(case, "dai").id, outcome="agree", opinion="同意", after=ids(county, "ren", "gan"), joint="order"
            )
        )
        assert (result(case), states(case, "dai", "ren", "gan")) == (None, ["agree", "claimed", "waiting"])
        say(case, "ren", "agree")
        say(case, "gan", outcome)
        assert result(case) == outcome
        assert case.variables["sign"]["opinion"] == "同意"


def test_beside_me_seats_join_the_round(county: County) -> None:
    county.deploy(signed("vote", "gan", "guo", "ren", threshold="2/3"))
    case = county.run("p")
    say(case, "guo", "agree")
    add(case, "gan", "beside", "dai")
    say(case, "gan", "agree")
    assert result(case) is None
    say(case, "dai", "agree")
    assert (result(case), case.variables["sign"]["base"]) == ("agree", 4)


def test_a_single_signer_with_somebody_beside_needs_both(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    add(case, "dai", "beside", "ren")
    say(case, "dai", "agree")
    assert result(case) is None
    remove(case, "dai", "ren")
    assert result(case) == "agree"


def test_the_last_signer_stays(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    task = seat(case, "dai").id
    refused("last-signer", county.person("it", "operations").do, RemoveSigner(task=task, reason="离职"))
    refused("not-adder", county.person("dai").do, RemoveSigner(task=task, reason="离职"))


def test_a_step_may_forbid_operations(county: County) -> None:
    county.deploy(signed("single", "dai", operations="urge"))
    case = county.run("p")
    refused("operation-off", transfer, case, "dai", "ren")
    refused("operation-off", add, case, "dai", "before", "ren")


def test_a_step_with_two_ways_to_agree_takes_nobody_beside(county: County) -> None:
    county.deploy(signed("single", "dai", extra='<liandong:outcome value="partly"/>'))
    case = county.run("p")
    refused("several-outcomes", add, case, "dai", "beside", "ren")
    add(case, "dai", "before", "ren")
    say(case, "ren", "partly")
    say(case, "dai", "partly")
    assert result(case) == "partly"


def test_copies_are_sent_passed_round_and_answered(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    task = seat(case, "dai").id
    county.person("dai").do(SendCopies(task=task, persons=ids(county, "ren")))
    county.person("dai").do(SendCopies(task=task, persons=ids(county, "ren", "gan"), circulate=True))
    copies = county.rows(select(Copy.id, Copy.person, Copy.reason).order_by(Copy.key))
    assert [row.reason for row in copies] == ["person", "circulate", "circulate"]
    assert county.person("gan").box("copied") == ["sign"]
    gan, ren = county.person("gan"), county.person("ren")
    refused("no-opinion-wanted", ren.do, AnswerCopy(copy=copies[0].id, opinion="好"))
    gan.do(AnswerCopy(copy=copies[2].id, opinion="无异议"))
    refused("copy-answered", gan.do, AnswerCopy(copy=copies[2].id, opinion="再说"))
    refused("task-not-found", ren.do, AnswerCopy(copy=copies[2].id, opinion="好"))
    say(case, "dai", "agree")
    assert case.state == "completed"


def test_a_case_is_urged_by_its_starter_and_not_too_often(county: County) -> None:
    county.deploy(signed("all", "ren", "dai"))
    case = county.person("gan").start("p")
    gan = county.person("gan")
    gan.do(UrgeCase(instance=case.id, text="今天要"))
    assert [found.urged for found in case.seats("sign")] == [1, 1]
    refused("urged-already", gan.do, UrgeCase(instance=case.id))
    refused("not-urging", county.person("ren").do, UrgeCase(instance=case.id))
    county.pass_time("PT30M")
    gan.do(UrgeCase(instance=case.id))
    assert [found.urged for found in case.seats("sign")] == [2, 2]
    gan.do(CommentOnCase(instance=case.id, text="家属已签字"))
    kinds = [row.kind for row in county.rows(select(History.kind).order_by(History.key))]
    assert (kinds.count("task-urged"), kinds[-1]) == (4, "comment")


SECRETARY = '<liandong:secretary rule="person" person="yi"/>'


def test_a_secretary_enters_votes_and_absences(county: County) -> None:
    policy = {"threshold": ">1/2", "quorum": "3/5", "chair": "gan"}
    county.deploy(signed("vote", *FIVE, extra=SECRETARY + ADJOURN, **policy))
    case = county.run("p")
    yi = county.person("yi")
    vote = RecordVote(task=seat(case, "guo").id, outcome="agree", evidence="会议记录第 2 页")
    refused("not-secretary", county.person("gan").do, vote)
    yi.do(vote)
    found = seat(case, "guo")
    assert (found.vote, found.ended_by, found.recorded_by) == ("agree", county.person("guo").key, yi.key)
    assert county.person("guo").box("done") == ["sign"]
    with pytest.raises(InvalidForm):
        yi.do(RecordVote(task=seat(case, "ren").id, outcome="agree", evidence=" "))
    for login in ("ren", "dai"):
        yi.do(RecordAbsence(task=seat(case, login).id, opinion="书面意见：同意"))
    assert (result(case), seat(case, "ren").opinion) == (None, "书面意见：同意")
    yi.do(RecordAbsence(task=seat(case, "shen").id))
    assert (result(case), case.variables["sign"]["present"]) == ("adjourn", 2)


def test_only_plain_consent_is_given_to_many_at_once(county: County) -> None:
    county.deploy(signed("single", "dai", operations="batch"))
    county.deploy(signed("single", "dai", key="q"), name="q")
    plain, other = county.run("p"), county.run("q")
    dai = county.person("dai")
    dai.do(AgreeToTask(task=seat(plain, "dai").id))
    assert plain.state == "completed"
    refused("operation-off", dai.do, AgreeToTask(task=seat(other, "dai").id))
    required = '<liandong:fields write="amount" required="amount"/>'
    county.deploy(signed("single", "dai", key="r", extra=required, operations="batch"), name="r")
    refused("not-plain", dai.do, AgreeToTask(task=seat(county.run("r"), "dai").id))


def test_who_does_not_hold_the_seat_changes_nothing(county: County) -> None:
    county.deploy(signed("pool", "dai"))
    case = county.run("p")
    task = case.task("sign").id
    command = TransferTask(task=task, person=county.person("ren").id, reason="出差")
    with pytest.raises(NotAllowed):
        county.person("dai").do(command)
    county.person("dai").claim(task)
    county.person("dai").do(command)
    assert states(case, "dai", "ren") == ["transferred", "claimed"]


def test_two_who_act_at_once_get_one_answer_each(county: County) -> None:
    county.deploy(signed("single", "dai"))
    case = county.run("p")
    revision = seat(case, "dai").revision
    add(case, "dai", "before", "ren")
    with pytest.raises(Conflict):
        county.person("dai").complete(seat(case, "dai"), "agree", revision=revision)


def test_one_of_several_seats_is_reassigned_and_the_others_stay(county: County) -> None:
    county.deploy(signed("all", "gan", "guo"))
    case = county.run("p")
    it = county.person("it", "operations")
    refused("already-asked", it.reassign, seat(case, "gan").id, county.person("guo"))
    it.reassign(seat(case, "gan").id, county.person("ren"))
    assert states(case, "ren", "guo") == ["claimed", "claimed"]
    assert set(case.seats("sign")[0].resolved["persons"]) == {county.person("gan").key, county.person("guo").key}
    say(case, "ren", "agree")
    say(case, "guo", "agree")
    assert result(case) == "agree"


def test_others_are_not_asked_any_more_while_somebody_is_heard_after_the_deciding_vote(county: County) -> None:
    county.deploy(signed("any", "gan", "guo"))
    case = county.run("p")
    command = CompleteTask(task=seat(case, "gan").id, outcome="agree", after=ids(county, "ren"), binds=False)
    county.person("gan").do(command)
    assert (result(case), states(case, "gan", "guo", "ren")) == (None, ["agree", "unneeded", "claimed"])
    say(case, "ren", "refuse")
    assert result(case) == "agree"
