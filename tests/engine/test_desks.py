"""What operators do about incidents and dead messages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from engine.commands.incident import AnnotateIncident, ResolveIncident, RetryCause, RetryIncident
from engine.commands.message import BroadcastSignal, DiscardMessage, RedeliverMessage
from engine.commands.operation import SuspendInstance
from engine.errors import Conflict, Invalid, InvalidForm, NotAllowed, NotFound
from engine.queries.incidents import ListIncidentCauses
from engine.queries.operations import ListIncidents, ListMessages
from engine.records import SYSTEM
from engine.store.tables import AuditEntry, Incident, Job, Message
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, START
from tests.engine.test_continuation import move
from tests.engine.test_messages import ask, two_pools, waiting

SCRIPT = '<scriptTask id="x" scriptFormat="liandong"><script>y = 10 // divisor</script></scriptTask>'


def stopping(key: str = "p") -> bytes:
    """A process whose script fails while variable `divisor` is 0, then task `read`."""
    return bpmn(process(key, START, SCRIPT, user_task("read", post="BR_GP"), END, flows="s > x > read > e"))


def stopped(county: County, number: int = 1) -> list[CaseView]:
    county.deploy(stopping())
    return [county.run("p", divisor=0) for _ in range(number)]


def dead(county: County) -> Any:
    return county.row(select(Message.id, Message.state, Message.reason, Message.to_instance).order_by(Message.key))


class TestIncidents:
    """A stop is annotated, tried again one by one or all at once, or closed with a reason."""

    def test_all_of_one_cause_are_tried_again_each_by_itself(self, county: County) -> None:
        cases = stopped(county, 3)
        county.deploy(stopping("q"), name="other")
        other = county.run("q", divisor=0)
        for case in cases[:2]:
            move(county, case, divisor=2)
        it = county.person("it", "operations")
        causes = county.engine.query(ListIncidentCauses(), SYSTEM)
        assert [(c.process_key, c.element, c.code, c.incidents) for c in causes] == [
            ("p", "x", "expression", 3),
            ("q", "x", "expression", 1),
        ]
        assert it.do(RetryCause(code="expression", element="x", process_key="p")) == 3
        assert it.do(RetryCause(code="expression", element="x", process_key="p")) == 0
        county.work()
        assert [case.open for case in (*cases, other)] == [["read"], ["read"], [], []]
        assert len(county.incidents()) == 2
        assert county.rows(select(Job.key)) == []
        closed = county.rows(select(Incident.resolved_by).where(Incident.state == "resolved"))
        assert closed == [(it.key,)] * 3
        assert county.scalar(select(AuditEntry.person).where(AuditEntry.action == "retry-cause").limit(1)) == it.key

    def test_a_suspended_case_is_tried_again_when_it_goes_on(self, county: County) -> None:
        (case,) = stopped(county)
        move(county, case, divisor=2)
        county.execute(RetryCause(code="expression"))
        county.execute(SuspendInstance(instance=case.id, reason="复核"))
        county.work()
        assert (case.open, len(county.incidents())) == ([], 1)

    def test_a_note_is_kept_and_replaced(self, county: County) -> None:
        stopped(county)
        (incident,) = county.incidents()
        it = county.person("it", "operations")
        for note in ("divisor is missing", "waits for the supplier"):
            it.do(AnnotateIncident(incident=incident.id, note=note))
        (row,) = county.engine.query(ListIncidents(), it.actor).items
        assert row.note == "waits for the supplier"
        assert len(county.rows(select(AuditEntry.key).where(AuditEntry.action == "annotate-incident"))) == 2
        with pytest.raises(NotFound):
            it.do(AnnotateIncident(incident=uuid4(), note="x"))
        with pytest.raises(NotAllowed):
            county.person("gan").do(AnnotateIncident(incident=incident.id, note="x"))

    def test_what_still_stands_cannot_be_closed(self, county: County) -> None:
        (case,) = stopped(county)
        (incident,) = county.incidents()
        with pytest.raises(Conflict) as refusal:
            county.execute(ResolveIncident(incident=incident.id, reason="looks fine"))
        assert refusal.value.code == "still-stopped"
        assert (len(county.incidents()), case.state) == (1, "active")

    def test_what_stands_no_more_is_closed_with_a_reason_that_is_audited(self, county: County) -> None:
        task = user_task("check", '<liandong:deadline term="${missing}"/>', post="BR_GP")
        county.deploy(bpmn(process("p", START, task, END, flows="s > check > e")))
        case = county.run("p")
        (incident,) = county.incidents()
        assert incident.code == "deadline"
        it = county.person("it", "operations")
        with pytest.raises(InvalidForm):
            it.do(ResolveIncident(incident=incident.id, reason=" "))
        it.do(ResolveIncident(incident=incident.id, reason="term agreed by telephone"))
        (row,) = county.engine.query(ListIncidents(state="resolved"), it.actor).items
        assert (row.reason, row.state, case.open) == ("term agreed by telephone", "resolved", ["check"])
        entry = county.row(select(AuditEntry.person, AuditEntry.data).where(AuditEntry.action == "resolve-incident"))
        assert (entry.person, entry.data) == (it.key, {"reason": "term agreed by telephone"})
        with pytest.raises(Conflict) as refusal:
            it.do(ResolveIncident(incident=incident.id, reason="again"))
        assert refusal.value.code == "incident-resolved"

    def test_one_that_was_retried_is_not_retried_by_its_job_again(self, county: County) -> None:
        (case,) = stopped(county)
        move(county, case, divisor=1)
        county.execute(RetryCause(code="expression"))
        county.execute(RetryIncident(incident=county.incidents()[0].id))
        county.work()
        assert (case.open, county.incidents()) == (["read"], [])


class TestDeadMessages:
    """A dead message is sent again or taken from the desk, by somebody, for a reason."""

    def test_an_expired_message_is_sent_again(self, county: County) -> None:
        county.send("Answered", correlation={"no": "7"}, payload={"bed": "A-1"})
        county.pass_time(timedelta(days=30))
        county.deploy(waiting("no"))
        case = county.run("waiting", no="7")
        it = county.person("it", "operations")
        assert it.do(RedeliverMessage(message=dead(county).id)).state == "delivered"
        assert (case.state, dead(county).to_instance) == ("completed", case.key)
        assert county.scalar(select(AuditEntry.person).where(AuditEntry.action == "redeliver-message")) == it.key

    def test_one_that_nobody_takes_waits_anew(self, county: County) -> None:
        county.send("Answered", correlation={"no": "7"})
        county.pass_time(timedelta(days=30))
        assert county.execute(RedeliverMessage(message=dead(county).id)).state == "waiting"
        county.pass_time(timedelta(days=30))
        assert (dead(county).state, dead(county).reason) == ("dead", "expired")

    def test_an_unknown_receiver_has_to_be_named(self, county: County) -> None:
        county.deploy(two_pools())
        ask(county, to="CH77")
        with pytest.raises(Conflict) as refusal:
            county.execute(RedeliverMessage(message=dead(county).id))
        assert refusal.value.code == "receiver-needed"
        with pytest.raises(Invalid):
            county.execute(RedeliverMessage(message=dead(county).id, to="CH78"))
        assert county.execute(RedeliverMessage(message=dead(county).id, to="CH00")).state == "delivered"
        (case,) = county.cases("answering")
        assert case.row.institution == county.institution("CH00")

    def test_a_message_is_discarded_with_a_reason(self, county: County) -> None:
        county.send("Answered", correlation={"no": "7"})
        county.pass_time(timedelta(days=30))
        it = county.person("it", "operations")
        with pytest.raises(InvalidForm):
            it.do(DiscardMessage(message=dead(county).id, reason=""))
        it.do(DiscardMessage(message=dead(county).id, reason="sent twice by the laboratory"))
        assert county.engine.query(ListMessages(), it.actor).items == ()
        assert len(county.engine.query(ListMessages(state="discarded"), it.actor).items) == 1
        entry = county.row(select(AuditEntry.person, AuditEntry.data).where(AuditEntry.action == "discard-message"))
        assert (entry.person, entry.data["reason"]) == (it.key, "sent twice by the laboratory")
        for command in (RedeliverMessage(message=dead(county).id), DiscardMessage(message=dead(county).id, reason="x")):
            with pytest.raises(Conflict):
                it.do(command)

    def test_a_waiting_message_that_is_discarded_reaches_nobody(self, county: County) -> None:
        sent = county.send("Answered", correlation={"no": "7"})
        county.execute(DiscardMessage(message=sent.message, reason="recalled"))
        county.deploy(waiting("no"))
        case = county.run("waiting", no="7")
        county.work()
        assert (case.state, dead(county).reason, county.rows(select(Job.key))) == ("active", "discarded", [])

    def test_a_delivered_message_is_not_touched(self, county: County) -> None:
        county.deploy(waiting("no"))
        county.run("waiting", no="7")
        sent = county.send("Answered", correlation={"no": "7"})
        for command in (RedeliverMessage(message=sent.message), DiscardMessage(message=sent.message, reason="x")):
            with pytest.raises(Conflict) as refusal:
                county.execute(command)
            assert refusal.value.code == "message-not-dead"

    def test_the_desk_is_for_operators(self, county: County) -> None:
        sent = county.send("Answered", correlation={"no": "7"})
        for command in (RedeliverMessage(message=sent.message), DiscardMessage(message=sent.message, reason="x")):
            with pytest.raises(NotAllowed):
                county.person("gan", "integrate").do(command)
        with pytest.raises(NotFound):
            county.execute(RedeliverMessage(message=uuid4()))


class TestDoor:
    """What comes in is one message a name, and no longer than it is worth."""

    @pytest.mark.parametrize(
        "other", [{"payload": {"bed": "B"}}, {"correlation": {"no": "8"}}, {"to": "CH02"}, {"name": "Asked"}]
    )
    def test_one_id_names_one_message(self, county: County, other: dict[str, Any]) -> None:
        usual = {"name": "Answered", "correlation": {"no": "7"}, "payload": {"bed": "A", "n": 1}, "message_id": "m-1"}
        first = county.send(**usual)
        assert county.send(**usual) == first
        with pytest.raises(Invalid) as refusal:
            county.send(**{**usual, **other})
        assert refusal.value.code == "message-id-reused"

    def test_a_sender_outside_says_when_a_message_expires(self, county: County) -> None:
        county.send("Answered", correlation={"no": "7"}, expires_at=county.clock.now() + timedelta(hours=1))
        county.pass_time("PT1H")
        assert (dead(county).state, dead(county).reason) == ("dead", "expired")
        with pytest.raises(Invalid) as refusal:
            county.send("Answered", expires_at=county.clock.now())
        assert refusal.value.code == "expired"

    @pytest.mark.parametrize("payload", [{"own": "x"}, {"x": "a\0"}, {"x": "y" * 100_001}])
    def test_a_signal_with_an_unfit_payload_is_refused_at_the_door(self, county: County, payload: dict[str, Any]) -> None:
        with pytest.raises(Invalid):
            county.execute(BroadcastSignal(name="Alarm", payload=payload))
        assert county.rows(select(Job.key)) == []
