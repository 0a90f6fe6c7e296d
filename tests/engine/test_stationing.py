"""What a process may do to chairs: only what the setting lets it, within bounds, and only to what its own kind has made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from engine.commands.account import CreateAccount
from engine.commands.operation import CancelInstance
from engine.commands.organisation import Appoint, EndAppointment
from engine.kernel.triggers import StartBefore
from engine.queries.operated import PreviewModification
from engine.store.tables import Appointment, Delegation, Engagement, Person
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.interleaving import race
from tests.engine.models import END, START

NAMES = ("reference", "person", "post", "institution", "department", "from", "to", "agent", "fullTime", "persons", "reason")


def model(key: str) -> bytes:
    """A case whose variable `ask` holds the inputs: first the function of its variable `does`, then somebody waits."""
    tasks, flows = [], []
    for function in ("person.engage", "person.engaged", "station.begin", "station.move", "station.end", "station.reoffer"):
        name = function.replace(".", "_")
        given = "".join(f'<liandong:in name="{each}" value="${{get(ask, \'{each}\')}}"/>' for each in NAMES)
        call = f'<liandong:call function="{function}">{given}<liandong:out name="got" value="${{result}}"/></liandong:call>'
        tasks.append(f'<serviceTask id="{name}" name="{name}"><extensionElements>{call}</extensionElements></serviceTask>')
        flows.append(f"which > {name} if does == '{function}'\n{name} > wait")
    gateway = '<exclusiveGateway id="which"/>'
    chart = "s > which\n" + "\n".join(flows) + "\nwait > e"
    return bpmn(process(key, START, gateway, *tasks, user_task("wait", post="IT_ADMIN", at="CH00"), END, flows=chart))


USUAL = {"reference": "PZ1", "person": "shen", "from": "2026-03-09", "to": "2026-09-30", "fullTime": True}
CHAIR = {"post": "BR_GP", "institution": "CH01", "agent": "song"}


def asked(county: County, does: str, at: str = "CH00", key: str = "seat", **more: Any) -> CaseView:
    """A case that has asked for one thing."""
    return county.run(key, at=at, does=does, ask={**USUAL, **CHAIR, **more})


def got(case: CaseView) -> Mapping[str, Any]:
    """What it was answered."""
    answer: Mapping[str, Any] = case.variables["got"]
    return answer


def chairs(county: County) -> list[tuple[str, date, date | None]]:
    """The dispatched chairs: who, first and last day."""
    rows = select(Person.staff_number, Appointment.from_date, Appointment.to_date).join(Person, Person.key == Appointment.person)
    found = county.rows(rows.where(Appointment.kind == "dispatched").order_by(Appointment.key))
    return [(row.staff_number, row.from_date, row.to_date) for row in found]


def allowed(county: County, keys: str = "seat") -> None:
    """Who runs the server lets these processes make chairs."""
    county.deploy(model("seat"))
    county.settings["stationing"] = keys
    county.restart()


def refusals(county: County) -> list[str]:
    """What the open incidents say, the oldest first."""
    return [incident.message for incident in county.incidents()]


def test_only_a_listed_process_of_the_lead_hospital_makes_chairs(county: County) -> None:
    allowed(county, keys="other")
    asked(county, "person.engage")
    asked(county, "station.begin")
    allowed(county)
    asked(county, "person.engage", at="CH01", reference="PZ2", person="song")
    asked(county, "station.begin", at="CH01", reference="PZ2", person="song")
    refused = refusals(county)
    assert ["STATIONING" in refused[0], "lead hospital" in refused[1], len(refused)] == [True, True, 2]
    assert chairs(county) == []


def test_a_chair_is_made_moved_and_ended_with_its_agent(county: County) -> None:
    allowed(county)
    assert got(asked(county, "person.engage"))["engaged"]
    # What somebody can put right is told, and nothing is written.
    for wrong in ({"agent": "dai"}, {"institution": "CH09"}, {"post": "NOBODY"}, {"department": "CARD"}, {"agent": "shen"}):
        answer = got(asked(county, "station.begin", **wrong))
        assert (answer["appointment"], bool(answer["problems"])) == (None, True)
    assert chairs(county) == []
    case = asked(county, "station.begin")
    assert got(case)["problems"] is None
    assert chairs(county) == [("shen", date(2026, 3, 9), date(2026, 9, 30))]
    # A second time is an incident, as is a chair for somebody else under that reference, or longer than three years.
    asked(county, "station.begin")
    asked(county, "station.begin", person="song", agent=None)
    asked(county, "station.move", to="2030-03-09")
    assert [code.code for code in county.incidents()] == ["function"] * 3
    asked(county, "station.move", to="2026-10-20")
    assert chairs(county)[0][2] == date(2026, 10, 20)
    # Neither another institution's case nor one about another reference touches it.
    assert not got(asked(county, "station.end", at="CH01"))["ended"]
    assert not got(asked(county, "station.end", reference="PZ9"))["ended"]
    county.pass_time("P20D")
    assert "BR_GP" in {row.post for row in county.rows(select(Appointment.post).where(Appointment.kind == "dispatched"))}
    assert got(asked(county, "station.end"))["ended"]
    assert not got(asked(county, "station.end"))["ended"]
    assert chairs(county)[0][2] == date(2026, 3, 21)
    (agency,) = county.rows(select(Delegation.from_at, Delegation.to_at))
    assert agency.to_at == county.clock.now()
    assert got(asked(county, "person.engage", reference="PZ3"))["engaged"]


def test_what_has_not_begun_is_taken_back(county: County) -> None:
    allowed(county)
    asked(county, "person.engage")
    asked(county, "station.begin")
    assert got(asked(county, "station.end"))["ended"]
    assert (chairs(county), county.rows(select(Delegation.key))) == ([], [])


def test_neither_administrators_nor_people_without_a_chair_are_sent(county: County) -> None:
    allowed(county)
    chair = select(Appointment.id).join(Person, Person.key == Appointment.person).where(Person.staff_number == "it")
    county.execute(EndAppointment(appointment=county.scalar(chair), to_date=date(2026, 3, 1)))
    county.execute(CreateAccount(person="it", login="it", rights=("administrate",)))
    for person in ("it", "jiu"):
        asked(county, "person.engage", reference=person, person=person)
        asked(county, "station.begin", reference=person, person=person)
    assert ["administrates" in refusals(county)[0], "chair of his own" in refusals(county)[1]] == [True, True]
    assert chairs(county) == []


def test_of_two_needs_for_one_person_one_gets_him(county: County) -> None:
    """However close together they ask; part-time work is beside it; other days are free; an undone case lets him go."""
    allowed(county)
    racers = race(*(lambda number=number: asked(county, "person.engage", reference=f"R{number}") for number in range(4)))
    assert sorted(got(racer.answer)["engaged"] for racer in racers) == [False] * 3 + [True]
    holder = next(racer.answer for racer in racers if got(racer.answer)["engaged"])
    lost = next(racer.answer for racer in racers if not got(racer.answer)["engaged"])
    assert (got(lost)["heldFrom"], got(lost)["heldTo"]) == ("2026-03-09", "2026-09-30")
    assert got(asked(county, "person.engage", reference="clinic", fullTime=False))["engaged"]
    later = {"from": "2026-10-01", "to": "2026-12-31"}
    assert got(asked(county, "person.engage", reference="later", **later))["engaged"]
    persons = ["shen", "song", "nobody"]
    assert got(asked(county, "person.engaged", reference="x", persons=persons))["taken"] == ["shen"]
    county.execute(CancelInstance(instance=holder.id, reason="误建"), county.person("it", "operations").actor)
    assert got(asked(county, "person.engage", reference="again"))["engaged"]


def test_a_step_that_is_only_looked_at_writes_nothing(county: County) -> None:
    allowed(county)
    asked(county, "person.engage")
    case = asked(county, "person.engaged", persons=["shen"])
    it = county.person("it", "operations").actor
    before = county.rows(select(Engagement.key))
    for element in ("person_engage", "station_begin", "station_move", "station_end", "station_reoffer"):
        instructions = (StartBefore(element=element),)
        found = county.engine.query(PreviewModification(instance=case.id, instructions=instructions), it)
        assert (found.variables, found.incidents) == (("got",), ())
    assert (county.rows(select(Engagement.key)), chairs(county)) == (before, [])


def test_tasks_of_who_leaves_go_to_others(county: County) -> None:
    """His agent, else the same chair, else who stands above; where nobody of them may do it, it stays and can be seen."""
    allowed(county)
    work = bpmn(process("w", '<startEvent id="s1"/>', user_task("do", post="SPEC_DOC"), flows="s1 > do"))
    county.deploy(work, name="work")
    asked(county, "person.engage")
    asked(county, "station.begin", agent="ke")
    case = county.run("w", at="CH00")
    county.person("shen").claim(case.task("do"))
    assert got(asked(county, "station.reoffer", reason="离职"))["tasks"] == 1
    county.work()
    assert case.task("do").assignee == county.person("ke").key
    county.work()
    assert county.incidents() == []
    # An administrator's chair for the same person is not the process's to end.
    own = Appoint(person="shen", post="BR_PH", institution="CH02", kind="dispatched", from_date=date(2026, 3, 2))
    county.execute(own)
    county.pass_time("P20D")
    asked(county, "station.end")
    assert chairs(county)[1] == ("shen", date(2026, 3, 2), None)
