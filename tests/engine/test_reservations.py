"""A part of something that many cases share: never more than there is, given back on every exit, exact to the last place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from engine.commands.operation import CancelInstance
from engine.kernel.triggers import StartBefore
from engine.queries.operated import PreviewModification
from engine.store.tables import Reservation
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.interleaving import race
from tests.engine.models import END, START

HOLD = {"resource": "what", "amount": "wanted", "capacity": "10", "until": "until"}


def service(key: str, function: str, ins: dict[str, str], out: str = "") -> str:
    """A service task that calls a function and keeps its whole result under a name."""
    given = "".join(f'<liandong:in name="{name}" value="${{{value}}}"/>' for name, value in ins.items())
    kept = f'<liandong:out name="{out or key}" value="${{result}}"/>'
    return (
        f'<serviceTask id="{key}" name="{key}"><extensionElements><liandong:call function="reservations.{function}">'
        f"{given}{kept}</liandong:call></extensionElements></serviceTask>"
    )


def model() -> bytes:
    """Holds what it is told to, waits for somebody, uses `spent` of it, takes `back` back and waits once more."""
    named = {"resource": "what"}
    elements = (
        START,
        service("got", "hold", HOLD),
        user_task("stay", post="BR_GP"),
        service("paid", "use", {**named, "amount": "spent"}),
        service("returned", "refund", {**named, "amount": "back"}),
        user_task("rest", post="BR_GP"),
        service("gone", "release", named),
        service("again", "release", named),
        service("left", "free", {**named, "capacity": "10"}),
        END,
    )
    return bpmn(process("p", *elements, flows="s > got > stay > paid > returned > rest > gone > again > left > e"))


def started(county: County, wanted: str = "1", what: str = "bed/CH00/ORTH", until: str | None = None, **more: Any) -> CaseView:
    """A case that wants that much."""
    spent = {"spent": Decimal("0.01"), "back": Decimal("0.01"), **more}
    return county.run("p", what=what, wanted=Decimal(wanted), until=until, **spent)


def got(case: CaseView) -> tuple[bool, Decimal]:
    """Whether it holds what it wanted, and how much is free then."""
    return case.variables["got"]["held"], Decimal(case.variables["got"]["free"])


def states(county: County) -> list[tuple[Decimal, Decimal, str]]:
    """Amount, used, and state of all reservations."""
    rows = county.rows(select(Reservation.amount, Reservation.used, Reservation.state).order_by(Reservation.key))
    return [tuple(row) for row in rows]


def test_there_is_never_more_held_than_there_is(county: County) -> None:
    county.deploy(model())
    assert got(started(county, "9.9999")) == (True, Decimal("0.0001"))
    assert got(started(county, "0.0002")) == (False, Decimal("0.0001"))
    assert got(started(county, "0.0001")) == (True, Decimal(0))
    assert got(started(county, "10", what="bed/CH00/ICU")) == (True, Decimal(0))
    # Places that money does not have are refused in a sentence, and the case stands in an incident.
    assert started(county, "0.00001", what="else").state == "active"
    assert "at most 4 decimal places" in county.incidents()[0].message


def test_of_many_who_want_the_last_one_gets_it(county: County) -> None:
    county.deploy(model())
    started(county, "9")
    racers = race(*(lambda: started(county) for _ in range(6)))
    assert sorted(got(racer.answer)[0] for racer in racers) == [False] * 5 + [True]


def test_what_was_used_stays_and_the_rest_comes_back(county: County) -> None:
    county.deploy(model())
    case, gan = started(county, "5.50", spent=Decimal("2.25"), back=Decimal("0.20")), county.person("gan")
    gan.complete(case.task("stay"))
    assert (case.variables["paid"], case.variables["returned"]) == (
        {"used": Decimal("2.25"), "left": Decimal("3.25")},
        {"used": Decimal("2.05"), "left": Decimal("3.45")},
    )
    gan.complete(case.task("rest"))
    assert (case.variables["gone"]["released"], case.variables["again"]["released"]) == (Decimal("3.45"), 0)
    assert (case.state, case.variables["left"]["taken"]) == ("completed", Decimal("2.05"))
    # More than is left cannot be used: nothing is written, and somebody has to look.
    greedy = started(county, "1", spent=Decimal("1.01"))
    gan.complete(greedy.task("stay"))
    assert "at most 1" in county.incidents()[0].message
    assert states(county) == [(Decimal("5.5"), Decimal("2.05"), "released"), (Decimal(1), Decimal(0), "held")]


def test_every_exit_gives_back(county: County) -> None:
    """A case that is cancelled, and one whose time is up; what is left of it then is nothing that could be used."""
    county.deploy(model())
    cancelled, lapsing = started(county, "4"), started(county, "6", until="2026-03-31T00:00:00+08:00")
    assert got(started(county))[0] is False
    it = county.person("it", "operations").actor
    county.execute(CancelInstance(instance=cancelled.id, reason="误建"), it)
    county.pass_time("P60D")
    assert [state for *_, state in states(county)] == ["released", "expired"]
    assert got(started(county, "10"))[0] is True
    county.person("gan").complete(lapsing.task("stay"))
    assert "does not" in county.incidents()[-1].message


def test_a_preview_reserves_nothing(county: County) -> None:
    county.deploy(model())
    case = started(county, "4")
    it = county.person("it", "operations").actor
    found = county.engine.query(PreviewModification(instance=case.id, instructions=(StartBefore(element="got"),)), it)
    assert (found.variables, found.incidents, states(county)) == (("got",), (), [(Decimal(4), Decimal(0), "held")])


def test_a_case_takes_over_what_its_sender_holds(county: County) -> None:
    """The sender holds two parts and ends; the receiver has taken one of them over, and only the other comes back."""
    send = (
        '<sendTask id="tell" messageRef="Ordered"><extensionElements><liandong:send to="CH01">'
        '<liandong:correlate name="orderNo" value="one"/><liandong:payload name="what"/>'
        "</liandong:send></extensionElements></sendTask>"
    )
    parts = "[{'name': 'one', 'amount': 3.10}, {'name': 'two', 'amount': 4}]"
    sender = (
        START,
        service("got", "hold", {"resource": "what", "capacity": "10", "parts": parts}),
        send,
        user_task("wait", post="BR_GP"),
        END,
    )
    start = (
        '<startEvent id="came"><extensionElements><liandong:receive><liandong:accept name="what"/></liandong:receive>'
        '</extensionElements><messageEventDefinition messageRef="Ordered"/></startEvent>'
    )
    named = {"resource": "what"}
    receiver = (
        start,
        service("mine", "adopt", {**named, "name": "'one'"}),
        service("strange", "adopt", {**named, "name": "'three'"}),
        user_task("keep", post="BR_GP"),
        '<endEvent id="over"/>',
    )
    county.deploy(
        bpmn(
            process("p", *sender, flows="s > got > tell > wait > e"),
            process("q", *receiver, flows="came > mine > strange > keep > over"),
            extra='<message id="Ordered" name="Ordered"/>',
        )
    )
    case = county.run("p", what="budget/CH00/2026")
    county.work()
    other = county.cases("q")[0]
    assert (other.variables["mine"]["held"], other.variables["strange"]["held"]) == (True, False)
    county.person("gan").complete(case.task("wait"))
    assert (case.state, states(county)) == (
        "completed",
        [(Decimal("3.1"), Decimal(0), "held"), (Decimal(4), Decimal(0), "released")],
    )
