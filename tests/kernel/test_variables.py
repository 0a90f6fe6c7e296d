"""Where a variable is read, where a write goes, and what nobody may write."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from engine.errors import Conflict, Invalid
from engine.kernel.effects import VariableWritten
from engine.kernel.triggers import CompleteToken, SetVariables
from tests.kernel.world import World, flows


def scoped(kind: str, attributes: str = "", inside: str = "", declared: str = "") -> str:
    """A task inside a subprocess of some kind, and one behind it."""
    inner = f'{declared}<startEvent id="i"/><userTask id="u"/>{inside}' + flows("i>u")
    return f'<startEvent id="s"/><{kind} id="sub" {attributes}>{inner}</{kind}><userTask id="z"/>' + flows("s>sub", "sub>z")


def test_an_embedded_subprocess_keeps_nothing_to_itself() -> None:
    world = World(scoped("subProcess"), reload=True)
    world.start("p", known=1)
    world.complete("u", known=2, new=3)
    assert world.variables() == {"known": 2, "new": 3}


def test_a_declared_data_object_stays_in_its_subprocess() -> None:
    inside = '<userTask id="v"/>' + flows("u>v")
    world = World(scoped("subProcess", declared='<dataObject id="draft"/>', inside=inside), reload=True)
    world.start()
    [(instance, token)] = world.tasks("u")
    world.complete("u", draft="x", other="y")
    assert world.variables() == {"other": "y"}
    assert world.open() == ["v"]
    assert world.store.source(instance).variables(token.scope) == {"draft": "x"}


def test_a_seat_keeps_what_is_new_and_shares_what_is_known() -> None:
    loop = "<multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality></multiInstanceLoopCharacteristics>"
    world = World(scoped("subProcess", inside=loop), reload=True)
    world.start("p", total=0)
    world.complete("u", mine="A", total=1)
    world.complete("u", mine="B", total=2)
    assert world.variables() == {"total": 2}
    assert world.open() == ["z"]


def test_an_event_subprocess_keeps_what_is_new_so_its_rounds_do_not_disturb_each_other() -> None:
    event = (
        '<subProcess id="e" triggeredByEvent="true"><startEvent id="es" isInterrupting="false">'
        '<signalEventDefinition signalRef="x"/>'
        '</startEvent><userTask id="h"/><scriptTask id="count"><script>mine = mine + 1</script></scriptTask><userTask id="k"/>'
        + flows("es>h", "h>count", "count>k")
        + "</subProcess>"
    )
    body = '<startEvent id="s"/><userTask id="a"/>' + event + flows("s>a")
    world = World(f'<signal id="x" name="x"/><process id="p">{body}</process>', reload=True)
    world.start()
    world.signal("x")
    world.signal("x")
    world.complete("h", mine=10)
    world.complete("h", mine=20)
    scopes = [row.key for row in world.source().all_scopes() if row.kind == "event_subprocess"]
    assert [world.source().variables(key) for key in scopes] == [{"mine": 11}, {"mine": 21}]
    assert world.variables() == {}


CALLS = (
    '<process id="p"><startEvent id="s"/><callActivity id="c" calledElement="{called}">{mapping}</callActivity><userTask id="z"/>'
    + flows("s>c", "c>z")
    + '</process><process id="q"><startEvent id="qs"/><userTask id="u"/>'
    + flows("qs>u")
    + "</process>"
)


def test_a_called_process_is_given_copies_and_gives_everything_back() -> None:
    world = World(CALLS.format(called="q", mapping=""), reload=True)
    world.start("p", known=1)
    world.complete("u", known=2, new=3)
    assert world.variables() == {"known": 2, "new": 3}


def test_a_called_process_does_not_undo_what_was_written_beside_it() -> None:
    """It gives back what it has written, also what it has written as it was; never an old copy of the rest."""
    body = '<startEvent id="s"/><parallelGateway id="g"/><userTask id="beside"/><callActivity id="c" calledElement="q"/>'
    body += '<parallelGateway id="j"/><userTask id="z"/>' + flows("s>g", "g>beside", "g>c", "beside>j", "c>j", "j>z")
    called = '<startEvent id="qs"/><callActivity id="d" calledElement="r"/>' + flows("qs>d")
    inner = '<startEvent id="rs"/><userTask id="u"/>' + flows("rs>u")
    processes = f'<process id="p">{body}</process><process id="q">{called}</process><process id="r">{inner}</process>'
    world = World(processes, reload=True)
    world.start("p", allergy="none", ward="A", bed=1)
    world.complete("beside", allergy="penicillin", ward="B")
    world.complete("u", ward="A", bed=2)
    assert world.variables() == {"allergy": "penicillin", "ward": "A", "bed": 2}


@pytest.mark.parametrize(
    "mapping",
    [
        '<liandong:in name="given" value="${known + 1}"/><liandong:out name="got" value="${result}"/>',
        '<camunda:in sourceExpression="${known + 1}" target="given"/><camunda:out source="result" target="got"/>',
    ],
)
def test_a_called_process_with_mappings_sees_and_gives_only_those(mapping: str) -> None:
    mapped = CALLS.format(called="${which}", mapping=f"<extensionElements>{mapping}</extensionElements>")
    world = World(mapped, reload=True)
    world.start("p", known=1, secret="x", which="q")
    [called] = [row for row in world.source().all_scopes() if row.kind == "call"]
    assert world.source().variables(called.key) == {"given": 2}
    world.complete("u", result="R", known=9)
    assert world.variables() == {"known": 1, "secret": "x", "which": "q", "got": "R"}


def test_every_order_of_two_branches_keeps_both_writes_and_the_last_of_the_same_name() -> None:
    body = '<startEvent id="s"/><parallelGateway id="g"/><parallelGateway id="j"/><userTask id="z"/>' + "".join(
        f'<userTask id="{name}"/>' for name in ("a1", "a2", "b1", "b2")
    )
    body += flows("s>g", "g>a1", "a1>a2", "a2>j", "g>b1", "b1>b2", "b2>j", "j>z")
    orders = {order for order in permutations(["a1", "a2", "b1", "b2"]) if order.index("a1") < order.index("a2")}
    for order in sorted(o for o in orders if o.index("b1") < o.index("b2")):
        world = World(body, reload=True)
        world.start("p", common="start")
        for name in order:
            world.complete(name, **{name: True, "common": name})
        assert world.variables() == {"a1": True, "a2": True, "b1": True, "b2": True, "common": order[-1]}
        written = [effect for effect in world.of(VariableWritten) if effect.name == "common"]
        assert [(effect.value, effect.element) for effect in written] == [("start", None), *((name, name) for name in order)]


def test_numbers_stay_exact() -> None:
    world = World(scoped("subProcess"), reload=True)
    world.start("p", price=Decimal("0.10"), rate=0.1)
    world.complete("u", nested={"x": [1.5]})
    values = world.variables()
    assert values == {"price": Decimal("0.10"), "rate": Decimal("0.1"), "nested": {"x": [Decimal("1.5")]}}
    assert str(values["price"]) == "0.10"


def test_a_value_that_looks_like_a_stored_instant_or_number_stays_what_it_is() -> None:
    world = World(scoped("subProcess"), reload=True)
    odd = {"time": {"$time": ""}, "decimal": {"$decimal": "x"}}
    world.start("p", **odd)
    assert world.variables() == odd


@pytest.mark.parametrize("name", ["parameters", "own", "instance", "now"])
def test_reserved_names_are_refused_from_outside(name: str) -> None:
    world = World(scoped("subProcess"))
    instance = world.start()
    [(_, token)] = world.tasks()
    triggers: list[Any] = [
        SetVariables(variables={name: 1}),
        CompleteToken(token=token.key, variables={name: 1}),
    ]
    for trigger in triggers:
        with pytest.raises(Invalid) as refused:
            world.step(instance, trigger)
        assert refused.value.code == "reserved-name"
    with pytest.raises(Invalid):
        world.start("p", **{name: 1})


def test_reserved_names_are_read_last() -> None:
    script = "term = parameters.term\nplace = own\nno = instance.number"
    body = f'<startEvent id="s"/><scriptTask id="x"><script>{script}</script></scriptTask><userTask id="a"/>'
    world = World(body + flows("s>x", "x>a"), reload=True)
    world.reserved["parameters"] = {"term": "PT1H"}
    instance = world.start()
    assert world.variables() == {"term": "PT1H", "place": "CH00", "no": str(instance)}


def test_a_scope_that_is_gone_cannot_be_written() -> None:
    world = World(scoped("subProcess"))
    instance = world.start()
    [inner] = [row.key for row in world.source().all_scopes() if row.kind == "subprocess"]
    world.step(instance, SetVariables(scope=inner, variables={"x": 1}))
    world.complete("u")
    with pytest.raises(Conflict) as refused:
        world.step(instance, SetVariables(scope=inner, variables={"x": 2}))
    assert refused.value.code == "scope-gone"


def test_counters_of_a_multi_instance_are_read_in_both_spellings() -> None:
    loop = (
        "<multiInstanceLoopCharacteristics><loopCardinality>4</loopCardinality><completionCondition>"
        "${nrOfCompletedInstances == 2 and numberOfInstances == 4 and nrOfActiveInstances == 2 and loopCounter >= 0}"
        "</completionCondition></multiInstanceLoopCharacteristics>"
    ).replace(">= 0", "&gt;= 0")
    world = World(f'<startEvent id="s"/><userTask id="u">{loop}</userTask><userTask id="z"/>' + flows("s>u", "u>z"), reload=True)
    world.start()
    world.complete("u")
    assert world.open() == ["u", "u", "u"]
    world.complete("u")
    assert world.open() == ["z"]


def test_what_a_script_writes_is_seen_by_its_later_lines() -> None:
    body = '<startEvent id="s"/><scriptTask id="x"><script>a = 1; b = a + 1\nc = [a, b]</script></scriptTask><userTask id="z"/>'
    world = World(body + flows("s>x", "x>z"), reload=True)
    world.start()
    assert world.variables() == {"a": 1, "b": 2, "c": [1, 2]}


def test_a_data_output_writes_its_data_object() -> None:
    output = (
        "<dataOutputAssociation><sourceRef>ignored</sourceRef><targetRef>ref</targetRef><transformation>${n + 1}</transformation>"
        "</dataOutputAssociation>"
    )
    body = '<dataObject id="obj"/><dataObjectReference id="ref" dataObjectRef="obj"/><startEvent id="s"/><userTask id="z"/>'
    world = World(body + f'<task id="t">{output}</task>' + flows("s>t", "t>z"), reload=True)
    world.start("p", n=1)
    assert world.variables() == {"n": 1, "obj": 2}
