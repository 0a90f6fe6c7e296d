"""Rules that find people, and duties that are kept apart, in cases that run on both databases."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.assignment.apart import months_before
from engine.commands.authority import PutBody, PutBodyMember, PutCharge, PutDuty, PutLine, PutLineDepartment
from engine.commands.choosing import ChooseApprovers
from engine.commands.organisation import Appoint, PutDepartment, PutPerson
from engine.errors import EngineError, InvalidModel
from engine.records import Deployed
from engine.store.tables import Round
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START, STARTER

YEAR = date(2026, 1, 1)


def assign(rule: str, **attributes: str) -> str:
    given = " ".join(f'{name}="{value}"' for name, value in attributes.items())
    return f'<liandong:assign rule="{rule}" {given}/>'


def two_steps(*extensions: str, mode: str = "") -> bytes:
    """The starter writes, then `check` is done by whom the extension elements find."""
    write = user_task("write", '<liandong:assign rule="starter"/>')
    return bpmn(
        process(
            "p", START, write, user_task("check", *extensions, mode=mode), END, flows="s > write > check > e", extensions=STARTER
        )
    )


def deploy(county: County, *extensions: str, mode: str = "") -> Deployed:
    return county.deploy(two_steps(*extensions, mode=mode))


def asked(county: County, case: CaseView, element: str = "check") -> list[str]:
    """Log-ins of those whom the round has asked, in order."""
    (row,) = case.seats(element)[-1:]
    names = {county.person(login).key: login for login in LOGINS}
    from_round = county.row(_round(row.round)).resolved["persons"]
    return [names[key] for key in from_round]


LOGINS = ("gan", "guo", "ren", "dai", "liu", "dong", "cen", "shen", "song", "ke", "yi", "fu", "yuan", "it")


def _round(key: int) -> Any:
    return select(Round.resolved).where(Round.key == key)


def found(county: County, *extensions: str, starter: str = "gan") -> list[str]:
    """Whom the rules of `check` find in a case of `starter`."""
    deploy(county, *extensions)
    person = county.person(starter)
    case = person.start("p")
    person.complete(case.task("write"))
    return asked(county, case)


@pytest.fixture
def staffed(county: County) -> County:
    """The county with a committee, a roster, leaders in charge and a business line."""
    commands = (
        PutDepartment(institution="CH00", code="CHRON", name="慢病中心", kind="centre"),
        PutDepartment(institution="CH01", code="CHRON", name="慢病科"),
        Appoint(person="ren", post="BR_PH", institution="CH01", department="CHRON", head=True, from_date=YEAR),
        PutLine(code="CD", name="慢病", centre_institution="CH00", centre_department="CHRON"),
        PutLineDepartment(line="CD", institution="CH01", department="CHRON"),
        PutCharge(institution="CH00", person="fu", department="CARD", from_date=YEAR),
        PutCharge(institution="CH00", person="yuan", line="CD", from_date=YEAR),
        PutCharge(institution="CH00", person="yi", matter="referral", from_date=YEAR),
        PutBody(institution="CH00", code="DTC", name="药事会", from_date=YEAR),
        PutBodyMember(institution="CH00", body="DTC", person="yuan", role="chair", position=2, from_date=YEAR),
        PutBodyMember(institution="CH00", body="DTC", person="dong", position=1, from_date=YEAR),
        PutBodyMember(institution="CH00", body="DTC", person="cen", role="secretary", votes=False, from_date=YEAR),
        PutBodyMember(institution="CH00", body="DTC", person="ke", position=3, from_date=YEAR, to_date=date(2026, 2, 1)),
    )
    for command in commands:
        county.execute(command)
    now = county.clock.now()
    for person, hours in (("shen", (-2, 8)), ("song", (8, 20))):
        first, last = (now + timedelta(hours=hour) for hour in hours)
        county.execute(PutDuty(institution="CH00", post="MED_DIR", person=person, from_at=first, to_at=last))
    return county


RULES: tuple[tuple[str, list[str]], ...] = (
    (assign("post", post="BR_DIR", at="starter"), ["dai"]),
    (assign("post", post="PRESIDENT", at="lead"), ["yuan"]),
    (assign("post", post="BR_REF", at="receiving"), ["ren"]),
    (assign("ancestor", post="MED_DIR", type="10"), ["yi"]),
    (assign("head", institution="CH00", department="CARD"), ["ke"]),
    (assign("head", line="CD"), ["ren"]),
    (assign("head", institution="CH00", line="CD", missing="up"), ["yi"]),
    (assign("superior"), ["dai"]),
    (assign("superior", levels="2"), ["fu"]),
    (assign("superior", levels="top"), ["yuan"]),
    (assign("superior", levels="9"), ["yuan"]),
    (assign("superior", until="VP_MED"), ["fu"]),
    (assign("superior", levels="3", each="true"), ["dai", "fu", "yuan"]),
    (assign("superior", of="previous"), ["dai"]),
    (assign("leader", institution="CH00", department="CARD"), ["fu"]),
    (assign("leader", at="lead", line="CD"), ["yuan"]),
    (assign("leader", at="lead", matter="referral"), ["yi"]),
    (assign("duty", institution="CH00", post="MED_DIR"), ["shen"]),
    (assign("body", body="DTC", at="lead"), ["dong", "yuan"]),
    (assign("body", body="DTC", at="lead", roles="secretary chair"), ["yuan", "cen"]),
    (assign("expression", value="${['post:BR_DIR@CH02', 'gan']}"), ["dong", "gan"]),
    (assign("post", post="BR_VD", missing="up"), ["dai"]),
)


@pytest.mark.parametrize(
    ("rule", "people"), RULES, ids=[rule.split('"')[1] + str(number) for number, (rule, _) in enumerate(RULES)]
)
def test_each_rule_finds_its_people(staffed: County, rule: str, people: list[str]) -> None:
    assert found(staffed, rule) == people


def test_the_one_person_found_acts_in_his_chair_there(staffed: County) -> None:
    deploy(staffed, assign("leader", institution="CH00", department="CARD"))
    gan = staffed.person("gan")
    case = gan.start("p")
    gan.complete(case.task("write"))
    task = case.task("check")
    assert (task.assignee, task.capacity) == (staffed.person("fu").key, staffed.person("fu").chair.key)


def test_who_cannot_work_is_passed_over_and_a_missing_level_is_skipped(staffed: County) -> None:
    staffed.execute(PutPerson(staff_number="dai", name="戴岚·演示", active=False))
    assert found(staffed, assign("superior")) == ["fu"]
    assert found(staffed, assign("superior", missing="empty")) == ["it"]
    assert found(staffed, assign("post", post="BR_DIR")) == ["it"]
    assert found(staffed, assign("post", post="BR_DIR", missing="up")) == ["fu"]


def test_an_acting_head_is_asked_while_the_head_is_on_leave(staffed: County) -> None:
    leave = Appoint(
        person="shen",
        post="DEPT_HEAD",
        institution="CH00",
        department="CARD",
        kind="acting",
        from_date=date(2026, 3, 1),
        to_date=date(2026, 3, 10),
    )
    staffed.execute(leave)
    rule = assign("head", institution="CH00", department="CARD")
    assert found(staffed, rule) == ["shen"]
    staffed.clock.advance(timedelta(days=10))
    assert found(staffed, rule) == ["ke"]


def test_the_turn_of_duty_decides_and_whoever_was_asked_stays_asked(staffed: County) -> None:
    deploy(staffed, assign("duty", institution="CH00", post="MED_DIR"))
    gan = staffed.person("gan")
    first, second = gan.start("p"), gan.start("p")
    gan.complete(first.task("write"))
    staffed.clock.advance(timedelta(hours=9))
    gan.complete(second.task("write"))
    assert (asked(staffed, first), asked(staffed, second)) == (["shen"], ["song"])
    staffed.person("shen").complete(first.task("check"))


def test_a_committee_signs_together(staffed: County) -> None:
    deploy(staffed, assign("body", body="DTC", at="lead"), mode="all")
    gan = staffed.person("gan")
    case = gan.start("p")
    gan.complete(case.task("write"))
    assert sorted(seat.assignee for seat in case.seats("check")) == sorted(staffed.person(who).key for who in ("dong", "yuan"))


def test_a_person_in_a_form_field_is_asked(county: County) -> None:
    county.deploy(bpmn(process("p", START, user_task("check", assign("field", field="reviewer")), END, flows="s > check > e")))
    case = county.run("p", reviewer=[str(county.person("guo").id), "liu", "guo"])
    assert asked(county, case) == ["guo", "liu"]


def test_the_one_before_chooses_and_only_among_those_allowed(county: County) -> None:
    deploy(county, assign("chosen", by="previous", post="BR_DIR", institution="CH02"))
    gan = county.person("gan")
    case = gan.start("p")
    wrong = {
        "not-a-choice": ("check", "guo"),
        "not-choosable": ("write", "dong"),
    }
    for code, (element, person) in wrong.items():
        with pytest.raises(EngineError) as refusal:
            gan.do(ChooseApprovers(task=case.task("write").id, element=element, persons=(county.person(person).id,)))
        assert refusal.value.code == code
    gan.do(ChooseApprovers(task=case.task("write").id, element="check", persons=(county.person("dong").id,)))
    gan.complete(case.task("write"))
    assert asked(county, case) == ["dong"]


def test_nobody_but_the_starter_chooses_what_is_his_to_choose(county: County) -> None:
    write, middle = user_task("write", '<liandong:assign rule="starter"/>'), user_task("middle", post="BR_REF")
    check = user_task("check", assign("chosen", by="starter"))
    county.deploy(
        bpmn(process("p", START, write, middle, check, END, flows="s > write > middle > check > e", extensions=STARTER))
    )
    gan, ren = county.person("gan"), county.person("ren")
    case = gan.start("p")
    gan.do(ChooseApprovers(task=case.task("write").id, element="check", persons=(county.person("liu").id,)))
    gan.complete(case.task("write"))
    with pytest.raises(EngineError) as refusal:
        ren.do(ChooseApprovers(task=case.task("middle").id, element="check", persons=(ren.id,)))
    assert refusal.value.code == "not-chooser"
    ren.complete(case.task("middle"))
    assert asked(county, case) == ["liu"]


def test_the_starter_is_kept_out_of_the_check_also_when_it_is_offered_to_his_post(county: County) -> None:
    deploy(county, assign("post", post="BR_GP"), '<liandong:apart from="starter"/>')
    gan, guo = county.person("gan"), county.person("guo")
    case = gan.start("p")
    gan.complete(case.task("write"))
    assert asked(county, case) == ["guo"]
    assert (gan.box("claimable"), guo.box("todo")) == ([], ["check"])
    with pytest.raises(EngineError):
        gan.complete(case.task("check"))
    with pytest.raises(EngineError) as refusal:
        county.person("it", "operations").reassign(case.task("check"), gan)
    assert refusal.value.code == "apart-starter"
    guo.complete(case.task("check"))
    assert case.state == "completed"


def test_who_approved_does_not_pay(county: County) -> None:
    approve, pay = user_task("approve", post="BR_GP"), user_task("pay", '<liandong:apart elements="approve"/>', post="BR_GP")
    county.deploy(bpmn(process("p", START, approve, pay, END, flows="s > approve > pay > e", extensions=STARTER)))
    gan, guo = county.person("gan"), county.person("guo")
    case = gan.start("p")
    guo.complete(case.task("approve"))
    assert (asked(county, case, "pay"), guo.box("todo"), gan.box("todo")) == (["gan"], [], ["pay"])
    with pytest.raises(EngineError) as refusal:
        county.person("it", "operations").reassign(case.task("pay"), guo)
    assert (refusal.value.code, refusal.value.facts["element"]) == ("apart-element", "approve")


def called(outer: str, inner: str) -> list[bytes]:
    """`p` asks for `outer` before it calls `q` and `last` after it; `q` asks for `inner`, under a name that `p` has as well."""
    first = user_task("enter", outer, post="BR_GP")
    last = user_task("file", '<liandong:apart elements="q:check"/>', post="BR_GP")
    call = '<callActivity id="c" calledElement="q"/>'
    return [
        bpmn(process("p", START, first, call, last, END, flows="s > enter > c > file > e", extensions=STARTER)),
        bpmn(process("q", START, user_task("check", inner, post="BR_GP"), END, flows="s > check > e")),
    ]


def test_duties_are_kept_apart_across_a_call_in_both_directions(county: County) -> None:
    county.deploy(*called("", '<liandong:apart elements="p:enter"/>'))
    gan, guo = county.person("gan"), county.person("guo")
    case, other = gan.start("p"), gan.start("p")
    gan.complete(case.task("enter"))
    # What somebody has done in another case of the process does not count.
    guo.complete(other.task("enter"))
    assert (asked(county, case, "check"), asked(county, other, "check")) == (["guo"], ["gan"])
    with pytest.raises(EngineError) as refusal:
        county.person("it", "operations").reassign(case.task("check"), gan)
    assert (refusal.value.code, refusal.value.facts["element"]) == ("apart-element", "enter")
    guo.complete(case.task("check"))
    assert asked(county, case, "file") == ["gan"]


def test_who_did_it_an_earlier_time_may_be_let_in_again(county: County) -> None:
    """Two people enter and check by turns: of `rounds="last"` only who has entered what lies there now is kept out."""
    enter, call = user_task("enter", post="BR_GP"), '<callActivity id="c" calledElement="q"/>'
    loop = bpmn(process("p", START, enter, call, flows="s > enter > c > enter", extensions=STARTER))
    for rounds, second in (("", ["it"]), ('rounds="last"', ["gan"])):
        apart = f'<liandong:apart elements="p:enter" {rounds}/>'
        county.deploy(loop, bpmn(process("q", START, user_task("check", apart, post="BR_GP"), END, flows="s > check > e")))
        gan, guo = county.person("gan"), county.person("guo")
        case = gan.start("p")
        gan.complete(case.task("enter"))
        guo.complete(case.task("check"))
        guo.complete(case.task("enter"))
        assert asked(county, case) == second


def test_a_task_of_the_same_name_in_a_called_process_is_another_one(county: County) -> None:
    outer = user_task("check", post="BR_GP")
    paid = user_task("pay", '<liandong:apart elements="check"/>', post="BR_REF")
    call = '<callActivity id="c" calledElement="q"/>'
    inner = user_task("check", post="BR_REF")
    county.deploy(
        bpmn(process("p", START, outer, call, paid, END, flows="s > check > c > pay > e", extensions=STARTER)),
        bpmn(process("q", START, inner, END, flows="s > check > e")),
    )
    case = county.person("gan").start("p")
    county.person("gan").complete(case.task("check"))
    ren = county.person("ren")
    ren.complete(case.task("check"))
    assert "ren" in asked(county, case, "pay")


def test_a_duty_of_another_process_is_looked_for_where_it_can_be(county: County) -> None:
    with pytest.raises(InvalidModel) as refusal:
        county.deploy(*called("", '<liandong:apart elements="p:c"/>'))
    assert [finding.code for finding in refusal.value.findings if finding.level == "error"] == ["apart"]
    warned = county.deploy(*called("", '<liandong:apart elements="elsewhere:enter"/>'))
    assert "elsewhere" in " ".join(warned.warnings)


def test_an_inspector_is_not_of_the_institution_nor_was_lately(county: County) -> None:
    apart = '<liandong:apart institution="${own}" months="12"/>'
    people = assign("expression", value="${['dai', 'dong', 'yi', 'fu']}")
    county.execute(
        Appoint(
            person="dong",
            post="BR_VD",
            institution="CH01",
            kind="dispatched",
            from_date=date(2024, 1, 1),
            to_date=date(2025, 3, 2),
        )
    )
    county.execute(
        Appoint(
            person="yi", post="BR_VD", institution="CH01", kind="dispatched", from_date=date(2024, 1, 1), to_date=date(2025, 3, 1)
        )
    )
    assert found(county, people, apart) == ["yi", "fu"]


def test_what_an_institution_cannot_be_told_for_is_done_by_nobody(county: County) -> None:
    assert found(county, assign("post", post="BR_DIR"), '<liandong:apart institution="${nowhere}"/>') == ["it"]


WRONG: tuple[tuple[str, str], ...] = (
    (assign("friend"), "assign-rule"),
    (assign("starter", post="BR_GP"), "assign-rule"),
    (assign("superior", levels="0"), "assign-rule"),
    (assign("superior", levels="2", until="VP_MED"), "assign-rule"),
    (assign("leader"), "assign-rule"),
    (assign("leader", line="CD", matter="x"), "assign-rule"),
    (assign("post", post="BR_GP", at="moon"), "assign-rule"),
    (assign("body", body="DTC", at="lead", roles="friend"), "assign-rule"),
    (assign("chosen"), "assign-rule"),
    (assign("post", post="NO_SUCH"), "unknown-post"),
    (assign("superior", until="NO_SUCH"), "unknown-post"),
    (assign("post", post="BR_GP", institution="CH77"), "unknown-place"),
    (assign("head", institution="CH00", department="NONE"), "unknown-place"),
    (assign("ancestor", post="BR_GP", type="99"), "unknown-institution-type"),
    (assign("body", body="NONE", at="lead"), "unknown-body"),
    (assign("leader", at="lead", line="NONE"), "unknown-line"),
    (assign("person", person="nobody"), "unknown-person"),
    (assign("post", post="BR_GP") + '<liandong:apart elements="nothing"/>', "apart"),
    (assign("post", post="BR_GP") + "<liandong:apart/>", "apart"),
    (assign("starter") + '<liandong:apart from="starter"/>', "apart"),
)


def test_a_rule_that_can_find_nobody_is_refused_at_deployment(staffed: County) -> None:
    for extension, code in WRONG:
        with pytest.raises(InvalidModel) as refusal:
            deploy(staffed, extension)
        assert code in {finding.code for finding in refusal.value.findings if finding.level == "error"}, extension


EMPTY = (
    assign("post", post="BR_VD", institution="CH02"),
    assign("head", institution="CH00", department="CHRON"),
    assign("leader", at="lead", matter="weather"),
    assign("duty", institution="CH02"),
    assign("ancestor", post="BR_GP", type="60"),
    assign("body", body="EMPTY", at="lead"),
)


def test_a_place_that_stands_empty_today_is_warned_of(staffed: County) -> None:
    staffed.execute(PutBody(institution="CH00", code="EMPTY", name="新委员会", from_date=YEAR))
    for rule in EMPTY:
        warnings = " ".join(deploy(staffed, rule).warnings)
        assert "目前" in warnings, rule


def test_the_day_months_before_exists() -> None:
    assert months_before(date(2026, 3, 31), 1) == date(2026, 2, 28)
    assert months_before(date(2026, 1, 15), 12) == date(2025, 1, 15)
    assert months_before(date(2024, 3, 30), 1) == date(2024, 2, 29)
