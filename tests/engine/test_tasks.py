from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.commands.identity import PurgeIdentity
from engine.errors import Conflict, EngineError, Invalid, InvalidForm, NotAllowed, NotFound
from engine.store.tables import Draft, History, Notification
from engine.testing import CaseView, County
from tests.engine.models import SLIP, decision, one_task, two_tasks


@pytest.fixture
def case(county: County) -> CaseView:
    """A case at task `decide`, which has a form, an outcome `accept` and an outcome `refuse`."""
    county.deploy(decision(), slip__form__json=SLIP)
    return county.run("p", name="赵建国·演示")


def refused(kind: type[EngineError], code: str, act: Any, *args: Any, **more: Any) -> EngineError:
    with pytest.raises(kind) as refusal:
        act(*args, **more)
    assert refusal.value.code == code
    return refusal.value


def test_a_task_for_several_is_offered_claimed_and_completed(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan, guo = county.person("gan"), county.person("guo")
    assert gan.box("claimable") == guo.box("claimable") == ["check"]
    gan.claim(case.task("check"))
    assert (gan.box(), guo.box("claimable"), guo.box()) == (["check"], [], [])
    gan.complete(case.task("check"))
    assert case.state == "completed"
    assert gan.box("done") == ["check"]
    assert (gan.box(), guo.box("done")) == ([], [])


def test_a_task_for_one_is_his_at_once_unless_its_mode_is_pool(county: County) -> None:
    county.deploy(one_task(post="BR_DIR"))
    county.deploy(one_task(key="q", post="BR_DIR", mode="pool"), name="other")
    dai = county.person("dai")
    mine, pool = county.run("p").task("check"), county.run("q").task("check")
    assert (mine.state, mine.assignee, mine.direct) == ("claimed", dai.key, True)
    assert (pool.state, pool.assignee, pool.direct) == ("open", None, False)
    assert (dai.box(), dai.box("claimable")) == (["check"], ["check"])


def test_claiming_ones_own_task_again_changes_nothing(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan = county.person("gan")
    gan.claim(case.task("check"))
    before = case.revision
    gan.claim(case.task("check"))
    assert case.revision == before


def test_an_open_task_is_claimed_by_completing_it(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    county.person("gan").complete(case.task("check"))
    (seat,) = case.seats("check")
    assert (seat.state, seat.assignee, seat.ended_by) == ("completed", county.person("gan").key, county.person("gan").key)
    assert seat.capacity == county.person("gan").chair.key


def test_a_task_that_somebody_holds_is_nobody_elses(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan, guo = county.person("gan"), county.person("guo")
    gan.claim(case.task("check"))
    conflict = refused(Conflict, "task-taken", guo.claim, case.task("check"))
    assert conflict.facts["by"] == "甘平·演示"
    refused(Conflict, "task-taken", guo.complete, case.task("check"))
    assert case.task("check").assignee == gan.key


def test_a_colleague_who_comes_too_late_is_told_who_decided_and_when(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    task = case.task("check")
    county.person("gan").complete(task)
    for act in (county.person("guo").complete, county.person("guo").claim, county.person("gan").complete):
        conflict = refused(Conflict, "task-closed", act, task)
        assert conflict.facts["by"] == "甘平·演示"
        assert conflict.facts["at"] == county.clock.now().isoformat()


def test_a_colleague_is_told_that_a_task_was_taken_away(county: County) -> None:
    county.deploy(decision(), slip__form__json=SLIP)
    case = county.run("p")
    task = case.task("decide")
    county.person("gan").complete(task, "refuse", opinion="没有床位")
    conflict = refused(Conflict, "task-closed", county.person("guo").draft, task, {})
    assert conflict.facts["state"] == "completed"


def test_a_task_of_another_hospital_does_not_exist(county: County) -> None:
    county.deploy(one_task())
    task = county.run("p").task("check")
    liu = county.person("liu")
    for act in (liu.claim, liu.complete):
        refused(NotFound, "task-not-found", act, task)
    refused(NotFound, "task-not-found", liu.unclaim, task, "不是我的")
    refused(NotFound, "task-not-found", liu.draft, task, {})
    refused(NotFound, "task-not-found", liu.reassign, task, liu)
    refused(NotFound, "task-not-found", liu.claim, UUID(int=7))


def test_a_task_that_one_may_see_but_not_do_is_refused(county: County) -> None:
    county.deploy(one_task())
    task = county.run("p").task("check")
    refused(NotAllowed, "not-yours", county.person("ren").claim, task)
    refused(NotAllowed, "not-yours", county.person("dai").complete, task)


def test_a_stale_revision_is_refused(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan = county.person("gan")
    task = case.task("check")
    gan.claim(task, revision=1)
    refused(Conflict, "stale", gan.complete, task, revision=1)
    refused(Conflict, "stale", gan.unclaim, task, "误点", revision=1)
    gan.complete(task, revision=2)
    assert case.state == "completed"


def test_a_task_is_given_back_with_a_reason(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    gan, guo = county.person("gan"), county.person("guo")
    task = case.task("check")
    refused(NotAllowed, "not-claimed", gan.unclaim, task, "误点")
    gan.claim(task)
    refused(InvalidForm, "invalid-form", gan.unclaim, task, "  ")
    gan.unclaim(task, " 需要会诊 ")
    assert case.task("check").state == "open"
    assert guo.box("claimable") == ["check"]
    note = county.row(select(History.data, History.person).where(History.kind == "task-unclaimed"))
    assert (note.data["reason"], note.person) == ("需要会诊", gan.key)
    guo.complete(task)


def test_a_task_given_by_name_cannot_be_given_back(county: County) -> None:
    county.deploy(one_task(post="BR_DIR"))
    task = county.run("p").task("check")
    refused(NotAllowed, "named-person", county.person("dai").unclaim, task, "太忙")


def test_an_outcome_that_needs_an_opinion_is_refused_without_one(county: County, case: CaseView) -> None:
    gan, task = county.person("gan"), case.task("decide")
    for opinion in (None, "", "  \n"):
        refusal = refused(InvalidForm, "invalid-form", gan.complete, task, "refuse", opinion=opinion)
        assert isinstance(refusal, InvalidForm)
        assert [(error.path, error.code) for error in refusal.errors] == [("opinion", "required")]
    refused(InvalidForm, "invalid-form", gan.complete, task, "refuse", opinion="长" * 2001)
    gan.complete(task, "refuse", opinion="床位已满")
    assert case.open == ["why"]
    assert case.variables["decide"] == {
        "outcome": "refuse",
        "opinion": "床位已满",
        "by": str(gan.key),
        "byName": "甘平·演示",
        "at": county.clock.now().isoformat(),
    }


def test_an_unknown_outcome_is_refused(county: County, case: CaseView) -> None:
    refused(Invalid, "unknown-outcome", county.person("gan").complete, case.task("decide"), "approve")
    refused(Invalid, "unknown-outcome", county.person("gan").complete, case.task("decide"))


def test_a_form_with_errors_keeps_everything_as_it_was(county: County, case: CaseView) -> None:
    gan, task = county.person("gan"), case.task("decide")
    gan.claim(task)
    gan.draft(task, {"name": "长" * 30, "amount": "abc"}, "先存着")
    before = case.row
    refusal = refused(InvalidForm, "invalid-form", gan.complete, task, "accept", {"name": "长" * 30, "amount": "abc"})
    assert isinstance(refusal, InvalidForm)
    assert {error.path for error in refusal.errors} == {"name", "amount"}
    assert case.row == before
    assert case.task("decide").state == "claimed"
    draft = county.row(select(Draft.data, Draft.opinion))
    assert (draft.data, draft.opinion) == ({"name": "长" * 30, "amount": "abc"}, "先存着")


def test_a_negative_outcome_leaves_a_task_whose_required_fields_are_empty(county: County) -> None:
    refuse = '<liandong:outcome value="refuse" kind="negative" fields="name"/>'
    approval = '<liandong:approval form="slip"/><liandong:fields write="amount" required="amount"/>'
    county.deploy(one_task(approval, '<liandong:outcome value="done"/>', refuse), slip__form__json=SLIP)
    case, gan = county.run("p"), county.person("gan")
    for outcome, path in (("done", "amount"), ("refuse", "name")):
        refusal = refused(InvalidForm, "invalid-form", gan.complete, case.task("check"), outcome)
        assert isinstance(refusal, InvalidForm)
        assert [error.path for error in refusal.errors] == [path]
    refused(InvalidForm, "invalid-form", gan.complete, case.task("check"), "refuse", {"name": "赵", "amount": "abc"})
    gan.complete(case.task("check"), "refuse", {"name": "赵"})
    assert case.state == "completed"


def test_an_outcome_may_demand_fields(county: County, case: CaseView) -> None:
    gan, task = county.person("gan"), case.task("decide")
    refusal = refused(InvalidForm, "invalid-form", gan.complete, task, "accept", {"name": "赵"})
    assert isinstance(refusal, InvalidForm)
    assert [error.path for error in refusal.errors] == ["amount"]
    gan.complete(task, "accept", {"amount": "3.5"})
    assert case.variables["amount"] == Decimal("3.50")
    assert case.state == "completed"


@pytest.mark.parametrize("field", ["unknown", "typename", "__class__", "decide", "parameters", "own", "instance", "starter"])
def test_a_field_that_the_form_does_not_have_is_refused(county: County, case: CaseView, field: str) -> None:
    with pytest.raises(Invalid):
        county.person("gan").complete(case.task("decide"), "accept", {"amount": 1, field: "x"})
    assert field not in case.variables
    assert case.open == ["decide"]


def test_a_task_without_a_form_takes_no_values(county: County) -> None:
    county.deploy(one_task())
    case = county.run("p")
    refused(Invalid, "no-form", county.person("gan").complete, case.task("check"), data={"x": 1})


@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"], ids=["nul", "surrogate"])
def test_texts_that_no_database_can_hold_are_refused(county: County, case: CaseView, text: str) -> None:
    gan, task = county.person("gan"), case.task("decide")
    gan.claim(task)
    acts: list[Any] = [
        lambda: gan.complete(task, "refuse", opinion=text),
        lambda: gan.complete(task, "accept", {"amount": 1, "remark": text}),
        lambda: gan.complete(task, text),
        lambda: gan.draft(task, {"remark": text}),
        lambda: gan.draft(task, {text: "x"}),
        lambda: gan.draft(task, {}, text),
        lambda: gan.unclaim(task, text),
        lambda: county.person("it", "operations").reassign(task, gan, text),
    ]
    for act in acts:
        with pytest.raises(Invalid):
            act()
    assert case.task("decide").state == "claimed"


def test_odd_but_honest_texts_come_back_as_they_were(county: County, case: CaseView) -> None:
    text = "𠮷野家 👩‍⚕️ e\u0301 ' \" \\ % <b>&amp;</b> ${x}"
    county.person("gan").complete(case.task("decide"), "refuse", {"remark": text}, opinion=text)
    assert case.variables["remark"] == text
    (seat,) = case.seats("decide")
    assert seat.opinion == text


def test_a_draft_is_kept_replaced_and_gone_with_the_task(county: County, case: CaseView) -> None:
    gan, guo, task = county.person("gan"), county.person("guo"), case.task("decide")
    gan.draft(task, {"name": "一"})
    guo.draft(task, {"name": "他"})
    gan.draft(task, {"name": "二", "amount": "1."}, "想想")
    found = {row.person: (row.data, row.opinion) for row in county.rows(select(Draft.person, Draft.data, Draft.opinion))}
    assert found == {gan.key: ({"name": "二", "amount": "1."}, "想想"), guo.key: ({"name": "他"}, None)}
    revision = case.revision
    gan.complete(task, "accept", {"amount": 1})
    assert county.rows(select(Draft.seat)) == []
    assert case.revision == revision + 1


def test_a_draft_that_is_too_large_is_refused(county: County, case: CaseView) -> None:
    refused(Invalid, "draft-too-large", county.person("gan").draft, case.task("decide"), {"remark": "长" * 200_001})


def test_a_task_whose_rules_find_nobody_goes_to_the_administrators(county: County) -> None:
    county.deploy(one_task(post="BR_PHARM"))
    case = county.run("p")
    task = case.task("check")
    assert (task.state, task.reason) == ("open", "no-candidate")
    it = county.person("it")
    assert it.box("claimable") == ["check"]
    it.complete(task)
    assert case.state == "completed"


def test_a_task_without_any_rule_goes_to_the_administrators(county: County) -> None:
    county.deploy(one_task(post=None))
    assert county.run("p").task("check").reason == "no-candidate"
    assert county.person("it").box("claimable") == ["check"]


def test_a_task_for_the_starter_and_one_for_a_person_in_a_variable(county: County) -> None:
    rule = '<liandong:assign rule="starter"/>'
    county.deploy(one_task(rule, post=None))
    by_name = '<liandong:assign rule="person" person="${doctor}"/>'
    county.deploy(one_task(by_name, key="q", post=None), name="other")
    county.person("gan").start("p")
    assert county.person("gan").box() == ["check"]
    county.run("q", doctor=str(county.person("shen").key))
    assert county.person("shen").box() == ["check"]


def test_a_rule_that_cannot_be_evaluated_finds_nobody(county: County) -> None:
    county.deploy(one_task('<liandong:assign rule="post" post="BR_GP" institution="${toInst}"/>', post=None))
    assert county.run("p").task("check").reason == "no-candidate"


def test_the_people_are_told_and_the_next_task_is_theirs(county: County) -> None:
    county.deploy(two_tasks())
    case = county.person("gan").start("p")
    county.person("gan").complete(case.task("first"))
    told = county.rows(select(Notification.person, Notification.kind, Notification.text).where(Notification.kind == "task"))
    assert {county.person("shen").key, county.person("song").key} <= {row.person for row in told}
    assert all(row.text == "p：请办“second”" for row in told if row.person == county.person("shen").key)
    assert county.person("shen").box("claimable") == ["second"]


class TestIdempotency:
    """A key makes a repetition harmless."""

    def test_the_same_request_again_gets_the_first_answer(self, county: County) -> None:
        county.deploy(one_task())
        case = county.run("p")
        gan, task = county.person("gan"), case.task("check")
        first = gan.complete(task, key="k1")
        revision = case.revision
        assert gan.complete(task, key="k1") == first
        assert first.state == "completed"
        assert case.revision == revision

    def test_a_start_is_repeated_without_a_second_case(self, county: County) -> None:
        county.deploy(one_task())
        gan = county.person("gan")
        assert gan.start("p", key="k1").id == gan.start("p", key="k1").id
        assert len(county.cases()) == 1

    def test_another_request_under_the_same_key_is_refused(self, county: County) -> None:
        county.deploy(one_task())
        first, second = county.run("p"), county.run("p")
        gan = county.person("gan")
        gan.complete(first.task("check"), key="k1")
        refused(Invalid, "idempotency-key", gan.complete, second.task("check"), key="k1")
        refused(Invalid, "idempotency-key", gan.claim, second.task("check"), key="k1")
        assert second.open == ["check"]

    def test_a_key_belongs_to_its_person(self, county: County) -> None:
        county.deploy(one_task())
        first, second = county.run("p"), county.run("p")
        county.person("gan").complete(first.task("check"), key="k1")
        county.person("guo").complete(second.task("check"), key="k1")
        assert (first.state, second.state) == ("completed", "completed")

    def test_a_refusal_is_not_kept(self, county: County) -> None:
        county.deploy(one_task())
        case = county.run("p")
        gan, task = county.person("gan"), case.task("check")
        refused(Invalid, "unknown-outcome", gan.complete, task, "nonsense", key="k1")
        gan.complete(task, key="k1")
        assert case.state == "completed"

    def test_keys_are_forgotten_after_a_week(self, county: County) -> None:
        county.deploy(one_task())
        case = county.run("p")
        gan, task = county.person("gan"), case.task("check")
        gan.complete(task, key="k1")
        county.pass_time("P6D")
        county.execute(PurgeIdentity())
        gan.complete(task, key="k1")
        county.pass_time("P1D")
        county.execute(PurgeIdentity())
        refused(Conflict, "task-closed", gan.complete, task, key="k1")
