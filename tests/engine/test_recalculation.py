"""The people of an open round are found anew after the organisation has changed: who comes, goes and stays."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from engine.calendar import TIME_ZONE
from engine.commands.organisation import Appoint
from engine.commands.recalculation import RecalculateApprovers
from engine.commands.seat_changes import TransferTask
from engine.errors import Conflict, InvalidForm, NotAllowed
from engine.queries.recalculation import PreviewRecalculation
from engine.queries.timeline import GetTimeline
from engine.store.tables import AuditEntry, Notification, OrganisationVersion, Person, Round
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START, STARTER, one_task
from tests.engine.signing import BUTTONS
from tests.engine.test_rounds import say, states

ALL_GPS = '<liandong:approval mode="{mode}"/><liandong:assign rule="post" post="BR_GP" institution="CH01"/>'


def signed_by_post(mode: str) -> bytes:
    """A task `sign` that all general practitioners of CH01 sign."""
    task = user_task("sign", ALL_GPS.format(mode=mode), BUTTONS)
    return bpmn(process("p", START, task, END, flows="s > sign > e", extensions=STARTER))


def appoint(county: County, login: str, post: str = "BR_GP", at: str = "CH01") -> None:
    """Somebody gets a chair."""
    county.execute(Appoint(person=login, post=post, institution=at, department=None, from_date=date(2026, 3, 1)))


def leave(county: County, login: str) -> None:
    """Somebody cannot work any more."""
    with county.engine.database.writing() as connection:
        connection.execute(update(Person).where(Person.staff_number == login).values(active=False))


def again(county: County, case: CaseView, element: str = "sign", reason: str = "人员变动") -> Any:
    """The administrator finds the people anew."""
    task = next(seat for seat in case.seats(element) if seat.state in ("open", "claimed", "waiting"))
    return county.person("it", "operations").do(RecalculateApprovers(task=task.id, reason=reason))


def test_votes_stay_who_left_is_out_and_who_came_is_asked(county: County) -> None:
    county.deploy(signed_by_post("all"))
    appoint(county, "ren")
    case = county.run("p")
    say(case, "guo", "agree")
    leave(county, "ren")
    appoint(county, "dai")
    task = case.task("sign").id
    preview = county.engine.query(PreviewRecalculation(task=task), county.person("it", "operations").actor)
    assert (preview.joining, preview.leaving, preview.staying) == (("戴岚·演示",), ("任转·演示",), ("甘平·演示",))
    with pytest.raises(NotAllowed):
        county.person("gan").do(RecalculateApprovers(task=task, reason="想要"))
    with pytest.raises(InvalidForm):
        again(county, case, reason=" ")
    again(county, case)
    assert states(case, "gan", "guo", "ren", "dai") == ["claimed", "agree", "removed", "claimed"]
    told = county.rows(
        select(Notification.kind).where(Notification.person == county.person("ren").key).order_by(Notification.key)
    )
    assert "task-closed" in {row.kind for row in told}
    entry = county.rows(
        select(AuditEntry.action, AuditEntry.data).where(AuditEntry.instance == case.key).order_by(AuditEntry.key)
    )[-1]
    assert (entry.action, entry.data["reason"]) == ("recalculate-approvers", "人员变动")
    with pytest.raises(Conflict) as same:
        again(county, case)
    assert same.value.code == "nobody-changed"
    for login in ("gan", "dai"):
        say(case, login, "agree")
    assert case.state == "completed"


def test_when_nobody_is_left_to_speak_the_votes_decide(county: County) -> None:
    county.deploy(signed_by_post("all"))
    case = county.run("p")
    say(case, "guo", "agree")
    leave(county, "gan")
    again(county, case)
    assert (case.state, case.variables["sign"]["outcome"]) == ("completed", "agree")


def test_in_order_who_comes_later_speaks_last_and_who_was_handed_a_seat_keeps_it(county: County) -> None:
    county.deploy(signed_by_post("order"))
    case = county.run("p")
    gan = county.person("gan")
    gan.do(TransferTask(task=case.task("sign").id, person=county.person("ren").id, reason="休假"))
    appoint(county, "dai")
    again(county, case)
    assert states(case, "ren", "guo", "dai") == ["claimed", "waiting", "waiting"]
    for login in ("ren", "guo", "dai"):
        say(case, login, "agree")
    assert case.state == "completed"


def test_a_task_of_one_signer_goes_to_whom_the_rule_finds_and_stays_with_who_holds_it(county: County) -> None:
    county.deploy(one_task(key="p"))
    case = county.run("p")
    county.person("guo").claim(case.task("check"))
    leave(county, "gan")
    appoint(county, "dai")
    again(county, case, "check")
    assert case.task("check").assignee == county.person("guo").key
    with pytest.raises(Conflict) as unchanged:
        again(county, case, "check")
    assert unchanged.value.code == "nobody-changed"
    county.person("guo").unclaim(case.task("check"), "换人")
    leave(county, "guo")
    again(county, case, "check")
    assert (case.task("check").state, county.person("dai").box()) == ("claimed", ["check"])
    leave(county, "dai")
    with pytest.raises(Conflict) as nobody:
        again(county, case, "check")
    assert nobody.value.code == "nobody-found"
    assert case.task("check").assignee == county.person("dai").key


def test_what_had_fallen_to_the_administrators_becomes_what_its_model_says(county: County) -> None:
    task = user_task("sign", '<liandong:approval mode="all"/>', BUTTONS, post="BR_NURSE", at="CH01")
    county.deploy(bpmn(process("p", START, task, END, flows="s > sign > e", extensions=STARTER)))
    case = county.run("p")
    assert case.task("sign").reason == "no-candidate"
    for login in ("gan", "guo"):
        appoint(county, login, "BR_NURSE")
    again(county, case)
    assert states(case, "gan", "guo") == ["claimed", "claimed"]
    assert county.row(select(Round.mode, Round.several).where(Round.instance == case.key)) == ("all", True)
    for login in ("gan", "guo"):
        say(case, login, "agree")
    assert case.state == "completed"


def test_a_round_keeps_by_which_organisation_its_people_were_found(county: County) -> None:
    def lines(case: CaseView) -> list[tuple[str, str | None]]:
        told = county.engine.query(GetTimeline(instance=case.id), county.person("guo").actor)
        return [(line.title, line.basis) for line in told if line.state == "now" or line.kind == "task"]

    def versions() -> list[Any]:
        return county.rows(select(OrganisationVersion.number, OrganisationVersion.at).order_by(OrganisationVersion.number))

    county.deploy(signed_by_post("all"))
    before = versions()
    case = county.run("p")
    first, day = before[-1].number, county.clock.now().astimezone(TIME_ZONE).date()
    assert [row.number for row in before] == list(range(1, first + 1))
    kept = f"按 {day} 的组织（第 {first} 版）"
    assert {basis for _, basis in lines(case)} == {kept}
    appoint(county, "dai")
    appoint(county, "dai")
    assert [row.number for row in versions()] == [*range(1, first + 2)], "what changes nothing is no new version"
    assert {basis for _, basis in lines(case)} == {kept}, "an open round is not altered by it"
    county.pass_time(timedelta(days=1))
    again(county, case)
    anew = f"按 {day + timedelta(days=1)} 的组织（第 {first + 1} 版）"
    say(case, "guo", "agree")
    assert {basis for _, basis in lines(case)} == {anew}
    with pytest.raises(Conflict):
        again(county, case)
