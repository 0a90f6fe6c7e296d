"""What steps decide by themselves: where nobody is found, where the starter is found, and where somebody agreed before."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.commands.organisation import Appoint
from engine.commands.returning import ReturnTask
from engine.commands.taking_back import TakeBackTask
from engine.errors import Conflict, InvalidModel
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, Participant, Person, Round
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, SLIP, START, STARTER
from tests.engine.signing import BUTTONS, people

NOBODY = '<liandong:assign rule="expression" value="nobody"/>'
FIRST, SIGN, WHY = "first", "sign", "why"


def auto(**rules: str) -> str:
    """The automatic rules of a task."""
    return f"<liandong:auto {' '.join(f'{name}={value!r}' for name, value in rules.items())}/>"


def steps(*tasks: str, start: str = "gan") -> bytes:
    """A process in which `start` fills in `first`, and then these tasks come; a refusal of `sign` goes to `why`."""
    ids = [task.split('id="')[1].split('"')[0] for task in tasks]
    first = user_task("first", '<liandong:approval form="slip"/><liandong:assign rule="starter"/>')
    elements = (START, first, *tasks, '<exclusiveGateway id="g" default="g_e"/>', user_task("why", post="BR_DIR"), END)
    flows = " > ".join(("s", "first", *ids, "g", "e")) + ", g > why if sign.outcome == 'refuse', why > e"
    return bpmn(process("p", *elements, flows=flows, extensions=STARTER))


def sign(*extensions: str, key: str = "sign", mode: str = "single") -> str:
    """A task that is agreed to or refused."""
    return user_task(key, f'<liandong:approval mode="{mode}"/>', BUTTONS, *extensions)


def begun(county: County, *tasks: str, login: str = "gan") -> CaseView:
    """A case that this person has started and sent on."""
    county.deploy(steps(*tasks), slip__form__json=SLIP)
    person = county.person(login)
    case = person.start("p")
    person.complete(case.task("first"), data={"name": "甲"})
    return case


def outcome(case: CaseView, element: str = "sign") -> Any:
    """What a step has decided, and why the system has done so."""
    found = case.variables[element]
    return found["outcome"], found.get("automatic")


def asked(case: CaseView, element: str = "sign") -> list[str]:
    """Log-ins of those who have an open task of an element, as far as it was given to them by name."""
    logins = {case._county.person(login).key: login for login in ("gan", "guo", "ren", "dai", "it", "fu", "ke", "shen")}
    return [logins[seat.assignee] for seat in case.seats(element) if seat.state == "claimed"]


@pytest.mark.parametrize(("rule", "vote", "ends"), [("pass", "agree", "completed"), ("refuse", "refuse", "active")])
def test_a_step_that_finds_nobody_passes_or_is_refused_by_the_system(county: County, rule: str, vote: str, ends: str) -> None:
    case = begun(county, sign(NOBODY, auto(empty=rule)))
    assert (outcome(case), case.state, case.variables["sign"]["byName"]) == ((vote, "auto-empty"), ends, "system")
    (seat,) = case.seats("sign")
    assert (seat.state, seat.vote, seat.assignee, seat.ended_by, seat.reason) == ("completed", vote, None, None, "auto-empty")
    line = next(
        item for item in county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor) if "sign" in item.title
    )
    assert (line.kind, line.person) == ("system", None)
    assert "没有找到办理人" in (line.detail or "")
    entries = county.rows(
        select(AuditEntry.person, AuditEntry.action).where(AuditEntry.instance == case.key).order_by(AuditEntry.key)
    )
    assert (entries[-1].person, entries[-1].action) == (None, "decide")
    # Who was not asked takes no part: the lead hospital sees nothing of the case.
    seen = county.rows(select(Participant.institution).where(Participant.instance == case.key))
    assert [row.institution for row in seen] == [county.institution("CH01")]


def test_a_step_that_finds_nobody_asks_others_or_the_administrators(county: County) -> None:
    case = begun(county, sign(NOBODY, auto(empty="fallback"), '<liandong:fallback rule="person" person="dai"/>'))
    assert asked(case) == ["dai"]
    case = begun(county, sign(NOBODY, auto(empty="fallback"), '<liandong:fallback rule="expression" value="nobody"/>'))
    assert case.task("sign").reason == "no-candidate"


def test_who_would_send_a_case_to_nobody_is_stopped_and_nothing_is_lost(county: County) -> None:
    passing = sign(NOBODY, auto(empty="pass"), key="before")
    county.deploy(steps(passing, sign(NOBODY, auto(empty="block"))), slip__form__json=SLIP)
    gan = county.person("gan")
    case = gan.start("p")
    revision = case.revision
    with pytest.raises(Conflict) as refused:
        gan.complete(case.task("first"), data={"name": "甲"})
    assert (refused.value.code, refused.value.facts["step"]) == ("nobody-next", "sign")
    assert (case.open, case.revision, case.variables.get("name")) == (["first"], revision, None)


def test_the_starter_is_passed_over_or_somebody_above_decides(county: County) -> None:
    case = begun(county, sign(people("gan"), auto(starter="skip")))
    assert (outcome(case), case.state) == (("agree", "auto-starter"), "completed")
    case = begun(county, sign(people("gan", "guo", "ren"), auto(starter="skip"), mode="all"))
    assert asked(case) == ["guo", "ren"]
    case = begun(county, sign(people("gan"), auto(starter="superior")))
    assert asked(case) == ["dai"]
    case = begun(county, sign(people("gan"), auto(starter="self")))
    assert asked(case) == ["gan"]


def test_in_place_of_the_starter_the_head_of_his_department_decides(county: County) -> None:
    county.deploy(
        bpmn(
            process(
                "q",
                START,
                sign(people("shen"), auto(starter="head")),
                END,
                flows="s > sign > e",
                extensions='<liandong:process startable="true"/><liandong:starter post="SPEC_DOC"/>',
            )
        )
    )
    case = county.person("shen").start("q")
    assert asked(case) == ["ke"]


def test_who_agreed_before_is_not_asked_again_while_nothing_has_changed(county: County) -> None:
    between = sign(people("dai"), key="between")
    tasks = (sign(people("ren"), key="check"), between, sign(people("ren"), auto(repeated="first")))
    case = begun(county, *tasks)
    for login, element in (("ren", "check"), ("dai", "between")):
        county.person(login).complete(case.task(element), "agree")
    assert (outcome(case), case.state) == (("agree", "auto-repeated"), "completed")

    # Right after one another only: somebody else has come between.
    case = begun(county, tasks[0], between, sign(people("ren"), auto(repeated="adjacent")))
    for login, element in (("ren", "check"), ("dai", "between")):
        county.person(login).complete(case.task(element), "agree")
    assert asked(case) == ["ren"]


def test_consent_right_before_carries_on_over_what_the_system_passed_itself(county: County) -> None:
    tasks = [sign(people("ren"), auto(repeated="adjacent"), key=key) for key in ("check", "again", "sign")]
    case = begun(county, *tasks)
    county.person("ren").complete(case.task("check"), "agree")
    assert [outcome(case, key) for key in ("again", "sign")] == [("agree", "auto-repeated")] * 2
    assert case.state == "completed"
    # What was decided by it is taken back with it.
    case = begun(county, *tasks, sign(people("dai"), key="last"))
    done = case.task("check")
    county.person("ren").complete(done, "agree")
    assert case.open == ["last"]
    county.person("ren").do(TakeBackTask(task=done.id))
    assert (case.open, case.variables.get("again"), case.variables.get("sign")) == (["check"], None, None)


def test_changed_data_a_form_to_fill_in_and_a_refusal_before_ask_anew(county: County) -> None:
    fill = user_task("fill", '<liandong:approval form="slip"/><liandong:fields write="remark"/>', people("dai"))
    again = sign(people("ren"), auto(repeated="first"))
    case = begun(county, sign(people("ren"), key="check"), fill, again)
    county.person("ren").complete(case.task("check"), "agree")
    county.person("dai").complete(case.task("fill"), data={"remark": "改"})
    assert asked(case) == ["ren"]
    case = begun(county, sign(people("ren"), key="check"), fill, again)
    county.person("ren").complete(case.task("check"), "agree")
    county.person("dai").complete(case.task("fill"))
    assert case.state == "completed"
    case = begun(county, sign(people("ren"), key="check"), again)
    county.person("ren").complete(case.task("check"), "refuse")
    assert asked(case) == ["ren"]


def test_a_step_that_was_sent_back_to_decides_nothing_by_itself(county: County) -> None:
    case = begun(
        county,
        sign(people("ren"), key="check"),
        sign(people("ren", "dai"), auto(repeated="adjacent"), mode="all"),
        sign(people("dai"), key="last"),
    )
    county.person("ren").complete(case.task("check"), "agree")
    assert asked(case) == ["dai"]
    county.person("dai").complete(case.task("sign"), "agree")
    county.person("dai").do(ReturnTask(task=case.task("last").id, target="sign", reason="再议"))
    assert sorted(asked(case)) == ["dai", "ren"]


def test_a_case_that_would_decide_for_ever_asks_people_after_fifty_times(county: County) -> None:
    task = sign(NOBODY, auto(empty="pass"))
    model = bpmn(
        process(
            "q",
            START,
            '<exclusiveGateway id="m"/>',
            task,
            '<exclusiveGateway id="g" default="g_m"/>',
            END,
            flows="s > m > sign > g > m, g > e if sign.outcome == 'refuse'",
        )
    )
    county.deploy(model)
    case = county.run("q")
    assert (case.task("sign").reason, len(case.seats("sign"))) == ("no-candidate", 51)
    assert [row.code for row in county.incidents()] == ["auto-loop"]


def test_two_branches_pass_in_one_go_and_an_end_of_all_spares_the_other(county: County) -> None:
    tasks = [sign(NOBODY, auto(empty="pass"), key=key) for key in ("a", "b")]
    end = '<endEvent id="x"><terminateEventDefinition/></endEvent>'
    model = process("q", START, '<parallelGateway id="f"/>', *tasks, end, END, flows="s > f > a > x, f > b > e")
    county.deploy(bpmn(model))
    case = county.run("q")
    assert case.state == "terminated"
    states = county.rows(select(Round.element, Round.state).where(Round.instance == case.key).order_by(Round.element))
    assert [tuple(row) for row in states] == [("a", "decided"), ("b", "cancelled")]


def test_a_deployment_says_whose_automatic_rules_could_find_nobody(county: County) -> None:
    with pytest.raises(InvalidModel) as refused:
        county.deploy(
            steps(sign(NOBODY, auto(empty="fallback"), '<liandong:fallback rule="post" post="NO_SUCH"/>')), slip__form__json=SLIP
        )
    assert [finding.code for finding in refused.value.findings if finding.level == "error"] == ["unknown-post"]
    empty = sign('<liandong:assign rule="post" post="BR_NURSE" institution="CH02"/>', auto(empty="block"))
    warnings = " ".join(county.deploy(steps(empty), slip__form__json=SLIP).warnings)
    assert "上一步将无法提交" in warnings


LAST = auto(repeated="last")


def chain(*tasks: str, ways: str = "", extra: tuple[str, ...] = ()) -> bytes:
    """A process in which `first` is filled in and these tasks are agreed to one after another; a refusal of one ends it."""
    ids = [task.split('id="')[1].split('"')[0] for task in tasks]
    first = user_task("first", '<liandong:approval form="slip"/><liandong:assign rule="starter"/>')
    gates = [
        f'<exclusiveGateway id="g_{key}" default="g_{key}_{after}"/>' for key, after in zip(ids, (*ids[1:], "e"), strict=True)
    ]
    line = " > ".join(("s", "first", *(f"{key} > g_{key}" for key in ids), "e"))
    refusals = "".join(f", g_{key} > no if {key}.outcome == 'refuse'" for key in ids)
    elements = (START, first, *tasks, *gates, *extra, END, '<endEvent id="no"/>')
    return bpmn(process("p", *elements, flows=line + refusals + ways, extensions=STARTER))


def started(county: County, model: bytes) -> CaseView:
    """A case of this process that its starter has sent on."""
    county.deploy(model, slip__form__json=SLIP)
    case = county.person("gan").start("p")
    county.person("gan").complete(case.task("first"), data={"name": "甲"})
    return case


def test_who_is_surely_asked_later_is_not_asked_before(county: County) -> None:
    """末次: of the appearances of a person only the last one is kept."""
    tasks = (
        sign(people("ren"), LAST),
        sign(people("dai"), key="middle"),
        sign(people("ren", "guo"), LAST, key="both", mode="all"),
        sign(people("ren"), key="last"),
    )
    case = started(county, chain(*tasks))
    assert (outcome(case), case.open) == (("agree", "auto-later"), ["middle"])
    timeline = county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)
    assert "后面的步骤由本人审批：任转·演示" in [line.detail for line in timeline]
    county.person("dai").complete(case.task("middle"), "agree")
    # He is left out among several too, and asked in the end, where he may still refuse everything.
    assert asked(case, "both") == ["guo"]
    county.person("guo").complete(case.task("both"), "agree")
    assert asked(case, "last") == ["ren"]
    county.person("ren").complete(case.task("last"), "refuse")
    assert case.state == "completed"


def test_a_later_consent_is_kept_though_the_organisation_changes_between(county: County) -> None:
    gps = '<liandong:assign rule="post" post="BR_GP" institution="CH01"/>'
    tasks = (sign(people("gan"), LAST), sign(people("dai"), key="middle"), sign(gps, key="last"))
    # Two may take the last step, so that it is not sure that he will: he is asked at once.
    case = started(county, chain(*tasks))
    assert asked(case) == ["gan"]
    leave(county, "guo")
    # A second chair between makes it two, but the step is owed to him.
    case = started(county, chain(*tasks))
    assert outcome(case) == ("agree", "auto-later")
    county.execute(Appoint(person="ren", post="BR_GP", institution="CH01", department=None, from_date=date(2026, 3, 1)))
    county.person("dai").complete(case.task("middle"), "agree")
    assert asked(case, "last") == ["gan"]
    # Who is owed and gone is not passed over in silence.
    leave(county, "ren")
    case = started(county, chain(*tasks))
    assert outcome(case) == ("agree", "auto-later")
    leave(county, "gan")
    county.person("dai").complete(case.task("middle"), "agree")
    assert (case.task("last").reason, [row.code for row in county.incidents()]) == ("no-candidate", ["auto-later"])


def leave(county: County, login: str) -> None:
    """Somebody cannot work any more."""
    with county.engine.database.writing() as connection:
        connection.execute(update(Person).where(Person.staff_number == login).values(active=False))


def test_the_step_that_a_case_is_sent_back_to_asks_at_once_and_owes_nothing_later(county: County) -> None:
    tasks = (sign(people("ren"), LAST), sign(people("dai"), key="middle"), sign(people("ren"), key="last"))
    case = started(county, chain(*tasks))
    county.person("dai").do(ReturnTask(task=case.task("middle").id, target="first", reason="补充"))
    county.person("gan").complete(case.task("first"), data={"name": "乙"})
    assert outcome(case) == ("agree", "auto-later")
    county.person("dai").complete(case.task("middle"), "agree")
    county.person("ren").complete(case.task("last"), "agree")
    assert case.state == "completed"
