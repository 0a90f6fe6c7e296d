from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.instance import RunInstance
from engine.commands.message import SendMessage
from engine.commands.organisation import Appoint, PutMembership
from engine.commands.task import CompleteTask
from engine.errors import Invalid, NotAllowed
from engine.store.tables import Institution, Job, Message, Participant
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START, one_task

MESSAGES = '<message id="m1" name="Asked"/><message id="m2" name="Answered"/>'
ASK = (
    '<sendTask id="ask" messageRef="m1"><extensionElements>'
    '<liandong:send to="${toInst}" businessKey="${no}" expires="P10D"><liandong:correlate name="no" value="${no}"/>'
    '<liandong:payload name="no"/><liandong:payload name="urgency"/><liandong:payload name="age" value="${age + 1}"/>'
    '<liandong:payload name="notThere"/></liandong:send></extensionElements></sendTask>'
)
ANSWER = (
    '<sendTask id="answer" messageRef="m2"><extensionElements><liandong:send to="${fromInst}" businessKey="${no}">'
    '<liandong:correlate name="no" value="${no}"/><liandong:payload name="bed"/></liandong:send></extensionElements></sendTask>'
)
ASKED = '<startEvent id="s2"><messageEventDefinition id="d2" messageRef="m1"/></startEvent>'


def catch(*names: str, accept: str = "", key: str = "wait") -> str:
    """A receive task for message Answered that asks for these correlation names, each equal to the variable of its name."""
    wanted = "".join(f'<liandong:correlate name="{name}" value="${{{name}}}"/>' for name in names)
    receive = f"<extensionElements><liandong:receive>{wanted}{accept}</liandong:receive></extensionElements>"
    return f'<receiveTask id="{key}" messageRef="m2">{receive}</receiveTask>'


def two_pools(accept: str = "") -> bytes:
    """`asking` asks an institution, whose own case `answering` answers with a bed."""
    asking = process(
        "asking", START, ASK, catch("no", accept=accept), user_task("read", post="BR_GP"), END, flows="s > ask > wait > read > e"
    )
    script = '<scriptTask id="choose" scriptFormat="liandong"><script>bed = "A-12"</script></scriptTask>'
    answering = process(
        "answering",
        ASKED,
        user_task("reserve", post="BED_MGR"),
        script,
        ANSWER,
        '<endEvent id="e2"/>',
        flows="s2 > reserve > choose > answer > e2",
    )
    return bpmn(asking, answering, extra=MESSAGES)


def waiting(*names: str) -> bytes:
    """`waiting` waits for message Answered with these correlation names."""
    return bpmn(process("waiting", START, catch(*names), END, flows="s > wait > e"), extra=MESSAGES)


def message(county: County, name: str = "Answered") -> Any:
    return county.row(select(*Message.__table__.columns).where(Message.name == name))


def ask(county: County, to: str = "CH00", no: str = "ZZ1") -> CaseView:
    return county.run("asking", toInst=to, no=no, urgency="U", age=60, secret="does not leave the house")


class TestBetweenInstitutions:
    """Two institutions' own cases speak to each other."""

    def test_a_question_and_its_answer(self, county: County) -> None:
        county.deploy(two_pools())
        asking = ask(county)
        assert message(county, "Asked").state == "sent"
        county.work()
        (answering,) = county.cases("answering")
        assert answering.row.institution == county.institution("CH00")
        assert (answering.row.business_key, answering.row.number) == ("ZZ1", "ZZ1")
        assert answering.row.collaboration == asking.row.collaboration == asking.key
        county.execute(CompleteTask(task=answering.task("reserve").id))
        county.work()
        assert answering.state == "completed"
        assert (asking.open, asking.variables["bed"]) == (["read"], "A-12")
        answered = message(county)
        assert (answered.state, answered.from_instance, answered.to_instance) == ("delivered", answering.key, asking.key)
        assert county.rows(select(Job.key)) == []

    def test_one_message_name_starts_the_process_that_it_names(self, county: County) -> None:
        """Constants at a start event choose; whoever asks for most of what fits is started, and else who asks for nothing."""

        def started(key: str, **wanted: str) -> str:
            asks = "".join(f'<liandong:correlate name="{name}" value="{value}"/>' for name, value in wanted.items())
            asks += '<liandong:correlate name="no" value="${no}"/>'
            event = (
                f'<startEvent id="{key}_s"><extensionElements><liandong:receive>{asks}</liandong:receive></extensionElements>'
                f'<messageEventDefinition id="{key}_d" messageRef="m1"/></startEvent>'
            )
            look, end = user_task(f"{key}_look", post="BR_GP"), f'<endEvent id="{key}_e"/>'
            return process(key, event, look, end, flows=f"{key}_s > {key}_look > {key}_e")

        county.deploy(
            bpmn(started("plain"), started("drugs", kind="drugs"), started("staff", kind="staff"), extra=MESSAGES), name="pools"
        )
        county.deploy(bpmn(started("narcotics", kind="drugs", grade="1"), extra=MESSAGES), name="later")
        sent = ({"kind": "drugs"}, {"kind": "staff"}, {"kind": "drugs", "grade": "1"}, {"kind": "other"}, {})
        for number, correlation in enumerate(sent):
            county.send("Asked", to="CH01", correlation=correlation, payload={"no": str(number)})
        assert [case.process_key for case in county.cases()] == ["drugs", "staff", "narcotics", "plain", "plain"]
        assert county.incidents() == []

    def test_a_message_that_names_no_process_there_is_starts_none(self, county: County) -> None:
        asks = '<liandong:receive><liandong:correlate name="kind" value="drugs"/></liandong:receive>'
        event = f'<startEvent id="s"><extensionElements>{asks}</extensionElements>'
        event += '<messageEventDefinition id="d" messageRef="m1"/></startEvent>'
        county.deploy(bpmn(process("drugs", event, END, flows="s > e"), extra=MESSAGES))
        county.send("Asked", to="CH01", correlation={"kind": "staff"})
        assert (county.cases(), message(county, "Asked").state) == ([], "waiting")

    def test_only_what_is_listed_leaves_the_house(self, county: County) -> None:
        county.deploy(two_pools())
        ask(county)
        county.work()
        (answering,) = county.cases("answering")
        assert answering.variables == {"no": "ZZ1", "urgency": "U", "age": 61, "fromInst": "CH01"}
        assert "does not leave" not in str(message(county, "Asked"))

    def test_only_what_is_accepted_comes_in(self, county: County) -> None:
        county.deploy(two_pools(accept='<liandong:accept name="bed" as="reservedBed"/>'))
        asking = ask(county)
        county.send("Answered", to="CH01", correlation={"no": "ZZ1"}, payload={"bed": "B-1", "urgency": "E"})
        assert (asking.variables["reservedBed"], asking.variables["urgency"]) == ("B-1", "U")
        assert "bed" not in asking.variables

    def test_each_case_gets_its_own_answer(self, county: County) -> None:
        county.deploy(two_pools())
        cases = [ask(county, no=f"ZZ{number}") for number in range(4)]
        county.send("Answered", to="CH01", correlation={"no": "ZZ2"}, payload={"bed": "C-3"})
        assert [case.open for case in cases] == [[], [], ["read"], []]

    def test_the_other_hospitals_case_of_the_same_number_is_left_alone(self, county: County) -> None:
        county.deploy(waiting("no"))
        here, there = county.run("waiting", at="CH01", no="7"), county.run("waiting", at="CH02", no="7")
        county.send("Answered", to="CH02", correlation={"no": "7"})
        assert (here.state, there.state) == ("active", "completed")

    def test_a_message_to_the_world_outside_is_recorded_and_received_by_nobody(self, county: County) -> None:
        send = (
            '<intermediateThrowEvent id="tell"><extensionElements><liandong:send endpoint="PT"><liandong:payload name="no"/>'
            '</liandong:send></extensionElements><messageEventDefinition id="d" messageRef="m2"/></intermediateThrowEvent>'
        )
        county.deploy(bpmn(process("p", START, send, END, flows="s > tell > e"), extra=MESSAGES))
        case = county.run("p", no="1")
        found = message(county)
        assert (case.state, found.state, found.endpoint, found.payload) == ("completed", "recorded", "PT", {"no": "1"})
        assert county.rows(select(Job.key)) == []

    def test_an_unknown_institution_goes_to_the_dead_message_desk(self, county: County) -> None:
        county.deploy(two_pools())
        ask(county, to="CH77")
        found = message(county, "Asked")
        assert (found.state, found.reason) == ("dead", "unknown-institution")
        assert county.work() == 0

    def test_an_institution_that_left_the_community_gets_nothing(self, county: County) -> None:
        county.deploy(two_pools())
        ask(county, to="CH09")
        county.work()
        found = message(county, "Asked")
        assert (found.state, found.reason) == ("dead", "not-a-member")
        assert county.cases("answering") == []

    def test_a_membership_that_ends_while_a_message_waits_stops_it(self, county: County) -> None:
        sent = county.send("Answered", to="CH02", correlation={"no": "7"})
        assert sent.state == "waiting"
        county.execute(PutMembership(institution="CH02", from_date=date(2020, 1, 1), to_date=date(2026, 3, 2)))
        county.clock.advance(timedelta(days=1))
        county.deploy(waiting("no"))
        case = county.run("waiting", at="CH02", no="7")
        county.work()
        assert (message(county).reason, case.state) == ("not-a-member", "active")


class TestCorrelation:
    """Every name that is asked for must be carried, with an equal value."""

    @pytest.mark.parametrize(
        ("carried", "taken"),
        [
            ({"no": "7", "bed": 3}, True),
            ({"no": "7", "bed": 3, "more": "x"}, True),
            ({"no": "7"}, False),
            ({"bed": 3}, False),
            ({"no": "7", "bed": 4}, False),
            ({"no": "8", "bed": 3}, False),
            ({"no": 7, "bed": 3}, False),
            ({"no": "7", "bed": "3"}, False),
            ({}, False),
        ],
    )
    def test_all_names_must_match(self, county: County, carried: dict[str, Any], taken: bool) -> None:
        county.deploy(waiting("no", "bed"))
        case = county.run("waiting", no="7", bed=3)
        sent = county.send("Answered", correlation=carried)
        assert (sent.state, case.state) == (("delivered", "completed") if taken else ("waiting", "active"))

    def test_one_message_is_for_one_case_the_oldest_that_waits(self, county: County) -> None:
        county.deploy(waiting())
        first, second = county.run("waiting"), county.run("waiting")
        county.send("Answered")
        assert (first.state, second.state) == ("completed", "active")

    def test_another_name_is_another_message(self, county: County) -> None:
        county.deploy(waiting())
        case = county.run("waiting")
        assert county.send("answered").state == "waiting"
        assert case.state == "active"


class TestTime:
    """Early messages wait, late ones are dead, all expire."""

    def test_an_early_message_waits_until_somebody_waits_for_it(self, county: County) -> None:
        sent = county.send("Answered", to="CH01", correlation={"no": "7"}, payload={"bed": "A-1"})
        assert sent.state == "waiting"
        county.deploy(waiting("no"))
        other, right = county.run("waiting", no="8"), county.run("waiting", no="7")
        county.work()
        assert (other.state, right.state, right.variables["bed"]) == ("active", "completed", "A-1")
        assert message(county).state == "delivered"

    def test_an_early_message_waits_for_a_later_step_of_the_same_case(self, county: County) -> None:
        elements = (START, user_task("before", post="BR_GP"), catch("no"), END)
        county.deploy(bpmn(process("p", *elements, flows="s > before > wait > e"), extra=MESSAGES))
        case = county.run("p", no="7")
        assert county.send("Answered", to="CH01", correlation={"no": "7"}).state == "waiting"
        county.person("gan").complete(case.task("before"))
        county.work()
        assert case.state == "completed"

    def test_a_message_for_another_hospital_is_not_taken_by_who_begins_to_wait(self, county: County) -> None:
        county.send("Answered", to="CH02", correlation={"no": "7"})
        county.deploy(waiting("no"))
        case = county.run("waiting", at="CH01", no="7")
        county.work()
        assert (case.state, message(county).state) == ("active", "waiting")

    def test_waiting_for_other_things_does_not_pile_up_work(self, county: County) -> None:
        county.send("Answered", to="CH01", correlation={"no": "7"})
        county.deploy(waiting("no"))
        for number in range(5):
            county.run("waiting", no=f"other {number}")
        assert county.work() == 0
        assert len(county.rows(select(Job.key).where(Job.kind == "message"))) == 1

    def test_a_waiting_message_expires(self, county: County) -> None:
        county.send("Answered", correlation={"no": "7"})
        county.pass_time(timedelta(days=29))
        assert message(county).state == "waiting"
        county.pass_time(timedelta(days=1))
        assert (message(county).state, message(county).reason) == ("dead", "expired")
        county.deploy(waiting("no"))
        case = county.run("waiting", no="7")
        county.work()
        assert case.state == "active"

    def test_the_sender_says_when_a_message_expires(self, county: County) -> None:
        county.deploy(bpmn(process("asking", START, ASK, END, flows="s > ask > e"), extra=MESSAGES))
        ask(county)
        county.work()
        assert message(county, "Asked").state == "waiting"
        county.pass_time("P10D")
        assert (message(county, "Asked").state, message(county, "Asked").reason) == ("dead", "expired")

    def test_a_message_that_nobody_fetched_in_a_long_outage_is_dead_not_delivered(self, county: County) -> None:
        county.deploy(two_pools())
        ask(county)
        county.clock.advance(timedelta(days=11))
        county.work()
        assert message(county, "Asked").reason == "expired"
        assert county.cases("answering") == []

    def test_a_message_that_comes_after_its_case_has_ended_is_dead(self, county: County) -> None:
        county.deploy(two_pools())
        variables = {"toInst": "CH00", "no": "ZZ1", "urgency": "U", "age": 60}
        run = RunInstance(process_key="asking", institution="CH01", business_key="ZZ1", variables=variables)
        asking = county.case(county.execute(run).instance)
        county.send("Answered", to="CH01", correlation={"no": "ZZ1"})
        county.person("gan").complete(asking.task("read"))
        assert asking.state == "completed"
        late = county.send("Answered", to="CH01", correlation={"no": "ZZ1"})
        assert late.state == "dead"
        found = county.row(select(Message.state, Message.reason).where(Message.id == late.message))
        assert found == ("dead", "case-ended")


class TestStarts:
    """A message starts one case per business key."""

    def test_a_second_message_of_the_key_starts_nothing_while_the_first_case_is_open(self, county: County) -> None:
        county.deploy(two_pools())
        first = county.send("Asked", to="CH00", business_key="ZZ1", payload={"fromInst": "CH01", "no": "ZZ1"})
        second = county.send("Asked", to="CH00", business_key="ZZ1")
        other = county.send("Asked", to="CH02", business_key="ZZ1")
        assert [sent.state for sent in (first, second, other)] == ["delivered", "dead", "delivered"]
        assert county.row(select(Message.reason).where(Message.id == second.message))[0] == "already-started"
        assert [case.row.institution for case in county.cases("answering")] == [
            county.institution("CH00"),
            county.institution("CH02"),
        ]

    def test_messages_without_a_key_each_start_a_case(self, county: County) -> None:
        county.deploy(two_pools())
        for _ in range(2):
            assert county.send("Asked", to="CH00").state == "delivered"
        assert len(county.cases("answering")) == 2

    def test_a_key_too_long_for_a_number_starts_a_case_without_one(self, county: County) -> None:
        county.deploy(two_pools())
        assert county.send("Asked", to="CH00", business_key="Z" * 150).state == "delivered"
        (case,) = county.cases("answering")
        assert (case.row.number, case.row.business_key) == (None, "Z" * 150)

    def test_the_newest_version_is_started(self, county: County) -> None:
        county.deploy(two_pools())
        elements = (ASKED, user_task("new", post="BR_GP"), '<endEvent id="e2"/>')
        county.deploy(bpmn(process("answering", *elements, flows="s2 > new > e2"), extra=MESSAGES))
        county.send("Asked", to="CH01")
        (case,) = county.cases("answering")
        assert case.open == ["new"]

    def test_a_version_without_the_start_event_is_started_no_more(self, county: County) -> None:
        county.deploy(two_pools())
        county.deploy(one_task(key="answering"))
        assert county.send("Asked", to="CH01").state == "waiting"


class TestDoor:
    """What is handed in from outside is checked first."""

    def test_the_same_message_again_is_answered_with_the_first_result(self, county: County) -> None:
        county.deploy(waiting("no"))
        first, second = county.run("waiting", no="7"), county.run("waiting", no="7")
        sent = county.send("Answered", correlation={"no": "7"}, message_id="m-1")
        again = county.send("Answered", correlation={"no": "7"}, message_id="m-1")
        assert sent == again
        assert (sent.state, first.state, second.state) == ("delivered", "completed", "active")
        assert len(county.rows(select(Message.key))) == 1

    def test_the_same_message_again_while_it_waits(self, county: County) -> None:
        sent = county.send("Answered", correlation={"no": "7"}, message_id="m-1")
        county.clock.advance(timedelta(days=1))
        assert county.send("Answered", correlation={"no": "7"}, message_id="m-1") == sent

    def test_who_may_hand_messages_in(self, county: County) -> None:
        command = SendMessage(name="Answered", correlation={"no": "7"})
        with pytest.raises(NotAllowed):
            county.person("gan").do(command)
        assert county.person("it", "integrate").do(command).state == "waiting"
        proxy = SendMessage(name="Answered", correlation={"no": "8"}, channel="PROXY_ENTRY")
        assert county.person("cen").do(proxy).state == "waiting"
        with pytest.raises(NotAllowed):
            county.person("gan").do(proxy)
        county.execute(Appoint(person="jiu", post="REF_CTR", institution="CH09", from_date=date(2025, 1, 1)))
        with pytest.raises(NotAllowed):
            county.person("jiu").do(SendMessage(name="Answered", correlation={"no": "9"}, channel="PROXY_ENTRY"))

    @pytest.mark.parametrize(
        ("values", "code"),
        [
            ({"to": "CH77"}, "unknown-institution"),
            ({"to": "CH\0"}, "invalid-text"),
            ({"name": ""}, "message-name"),
            ({"name": "x" * 201}, "invalid-text"),
            ({"name": "a\0"}, "invalid-text"),
            ({"name": "a\ud800"}, "invalid-text"),
            ({"channel": "PIGEON"}, "unknown-channel"),
            ({"message_id": "x" * 101}, "invalid-text"),
            ({"business_key": "x" * 201}, "invalid-text"),
            ({"payload": {"x": ["a\0"]}}, "invalid-text"),
            ({"payload": {"a\ud800": 1}}, "invalid-text"),
            ({"correlation": {"no": "a\0"}}, "invalid-text"),
            ({"payload": {"x": "y" * 100_001}}, "payload-too-large"),
        ],
    )
    def test_what_is_wrong_is_refused(self, county: County, values: dict[str, Any], code: str) -> None:
        with pytest.raises(Invalid) as refusal:
            county.send(**{"name": "Answered", **values})
        assert refusal.value.code == code
        assert county.rows(select(Message.key)) == []

    def test_what_happened_tomorrow_is_refused(self, county: County) -> None:
        with pytest.raises(Invalid) as refusal:
            county.send("Answered", occurred_at=county.clock.now() + timedelta(seconds=1))
        assert refusal.value.code == "occurred-in-future"

    def test_a_very_long_correlation_value_is_compared_in_full(self, county: County) -> None:
        county.deploy(waiting("no"))
        case = county.run("waiting", no="长" * 600 + "1")
        assert county.send("Answered", correlation={"no": "长" * 600 + "2"}).state == "waiting"
        assert county.send("Answered", correlation={"no": "长" * 600 + "1"}).state == "delivered"
        assert case.state == "completed"

    @pytest.mark.parametrize("name", ["parameters", "own", "instance", "now"])
    def test_a_payload_cannot_write_a_reserved_name(self, county: County, name: str) -> None:
        county.deploy(waiting("no"))
        case = county.run("waiting", no="7")
        with pytest.raises(Invalid):
            county.send("Answered", correlation={"no": "7"}, payload={name: "x"})
        assert case.state == "active"


def test_the_receiver_learns_of_the_senders_case_but_does_not_see_it(county: County) -> None:
    county.deploy(two_pools())
    asking = ask(county)
    county.work()
    (answering,) = county.cases("answering")
    rows = county.rows(
        select(Participant.instance, Institution.code).join(Institution, Institution.key == Participant.institution)
    )
    assert {tuple(row) for row in rows} == {(asking.key, "CH01"), (answering.key, "CH00")}
