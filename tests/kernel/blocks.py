"""Random block-structured models: each block gives its BPMN and a factory of its reference nodes.

A block is a piece of BPMN with one way in and one way out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any

from tests.kernel.reference import Boundary, Broken, Enough, Factory, Node, Parallel, Path, Scope, Sequence_, Task


@dataclass(frozen=True)
class Block:
    """A piece of BPMN."""

    xml: str
    entry: str
    exit: str
    factory: Factory


PLAIN = ("task", "task", "seq", "seq", "fork", "xor", "or", "loop", "sub", "call", "many", "round", "enough", "boundary", "event")
ROUGH = (*PLAIN[1:], "error", "error", "terminate", "escalation", "compensation", "compensation")


class Generator:
    """Makes blocks. `kinds` says which; `variables`, `messages` and `called` are what the models need."""

    def __init__(self, random: Random, kinds: Sequence[str]) -> None:
        self.random = random
        self.kinds = kinds
        self.number = 0
        self.variables: dict[str, Any] = {}
        self.messages: list[str] = []
        self.called: list[str] = []
        """The processes that are called, as BPMN."""

    def block(self, depth: int, place: str = "") -> Block:
        """A block. `place` is `seats` inside a multi-instance and `handler` inside a handler: some kinds are not for there."""
        kind = self.random.choice(self.kinds) if depth > 0 else "task"
        if (place and kind in ("boundary", "event")) or (place == "handler" and kind in ("loop", "round", "enough")):
            kind = "seq"
        if place and kind == "call":
            # A row of a called process's scope does not lead to the seats around its call.
            kind = "sub"
        return getattr(self, f"make_{kind}")(depth, place)  # type: ignore[no-any-return]

    def id(self, prefix: str) -> str:
        self.number += 1
        return f"{prefix}{self.number}"

    def flow(self, source: str, target: str, condition: str | None = None) -> str:
        inner = "" if condition is None else f"<conditionExpression>${{{condition}}}</conditionExpression>"
        return f'<sequenceFlow id="{self.id("f")}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'

    def process(self, block: Block) -> str:
        """The process `p` around a block, and the processes that it calls."""
        return f'<process id="p" isExecutable="true">{self.wrap(block)}</process>{"".join(self.called)}'

    def wrap(self, block: Block) -> str:
        start, end = self.id("s"), self.id("e")
        flows = self.flow(start, block.entry) + self.flow(block.exit, end)
        return f'<startEvent id="{start}"/>{block.xml}<endEvent id="{end}"/>{flows}'

    def make_task(self, depth: int, place: str) -> Block:
        i = self.id("t")
        return Block(f'<userTask id="{i}"/>', i, i, lambda scope, path: Task(i, path))

    def make_seq(self, depth: int, place: str) -> Block:
        blocks = [self.block(depth - 1, place) for _ in range(self.random.randint(1, 3))]
        xml = "".join(b.xml for b in blocks) + "".join(self.flow(a.exit, b.entry) for a, b in pairwise(blocks))
        factories = [b.factory for b in blocks]
        return Block(xml, blocks[0].entry, blocks[-1].exit, lambda scope, path: Sequence_(factories, scope, path))

    def make_fork(self, depth: int, place: str) -> Block:
        blocks, xml, split, join = self._split("parallelGateway", depth, place, lambda i: None)
        return Block(xml, split, join, lambda scope, path: Parallel([b.factory(scope, path) for b in blocks]))

    def make_xor(self, depth: int, place: str) -> Block:
        name = self.id("v")
        blocks, xml, split, join = self._split("exclusiveGateway", depth, place, lambda i: f"{name} == {i}")
        chosen = self.variables[name] = self.random.randrange(len(blocks))
        return Block(xml, split, join, lambda scope, path: blocks[chosen].factory(scope, path))

    def make_or(self, depth: int, place: str) -> Block:
        name = self.id("v")
        blocks, xml, split, join = self._split("inclusiveGateway", depth, place, lambda i: f"{i} in {name}")
        chosen = sorted(self.random.sample(range(len(blocks)), self.random.randint(1, len(blocks))))
        self.variables[name] = chosen
        return Block(xml, split, join, lambda scope, path: Parallel([blocks[i].factory(scope, path) for i in chosen]))

    def make_loop(self, depth: int, place: str) -> Block:
        body, rounds, name = self.block(depth - 1, place), self.random.randint(1, 3), self.id("c")
        begin, merge, add, test, end = (self.id(p) for p in ("i", "m", "s", "x", "e"))
        xml = body.xml + (
            f'<scriptTask id="{begin}"><script>{name} = 0</script></scriptTask><exclusiveGateway id="{merge}"/>'
            f'<scriptTask id="{add}"><script>{name} = {name} + 1</script></scriptTask><exclusiveGateway id="{test}"/>'
            f'<task id="{end}"/>'
        )
        xml += self.flow(begin, merge) + self.flow(merge, body.entry) + self.flow(body.exit, add) + self.flow(add, test)
        xml += self.flow(test, merge, f"{name} &lt; {rounds}") + self.flow(test, end, f"{name} &gt;= {rounds}")
        return Block(xml, begin, end, lambda scope, path: Sequence_([body.factory] * rounds, scope, path))

    def make_sub(self, depth: int, place: str) -> Block:
        body, i = self.block(depth - 1, place), self.id("sp")
        return Block(f'<subProcess id="{i}">{self.wrap(body)}</subProcess>', i, i, lambda scope, path: Scope(body.factory, path))

    def make_call(self, depth: int, place: str) -> Block:
        body, i = self.block(depth - 1, place), self.id("ca")
        self.called.append(f'<process id="p_{i}" isExecutable="true">{self.wrap(body)}</process>')
        call = f'<callActivity id="{i}" calledElement="p_{i}"/>'
        return Block(call, i, i, lambda scope, path: Scope(body.factory, path))

    def make_many(self, depth: int, place: str) -> Block:
        number, sequential = self.random.randint(0, 3), self.random.random() < 0.4
        body, i = self.block(depth - 1, place or "seats"), self.id("mi")
        loop = f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}">'
        xml, exit = self._over_list(i, loop, number, body) if self.number % 2 else self._over_number(i, loop, number, body)

        def seat(k: int) -> Factory:
            return lambda scope, path: Scope(body.factory, (*path, k))

        if sequential:
            return Block(xml, i, exit, lambda scope, path: Sequence_([seat(k) for k in range(number)], scope, path))
        return Block(xml, i, exit, lambda scope, path: Parallel([seat(k)(scope, path) for k in range(number)]))

    def _over_number(self, i: str, loop: str, number: int, body: Block) -> tuple[str, str]:
        loop += f"<loopCardinality>{number}</loopCardinality></multiInstanceLoopCharacteristics>"
        return f'<subProcess id="{i}">{loop}{self.wrap(body)}</subProcess>', i

    def _over_list(self, i: str, loop: str, number: int, body: Block) -> tuple[str, str]:
        """Seats over a list, which say by a task that the reference has not when an item or the list of results is wrong."""
        items = self.variables[f"{i}list"] = [100 * self.number + k for k in range(number)]
        results = [item + k for k, item in enumerate(items)]
        loop += (
            f"<loopDataInputRef>{i}list</loopDataInputRef><loopDataOutputRef>{i}results</loopDataOutputRef>"
            f'<inputDataItem id="{i}in" name="{i}item"/><outputDataItem id="{i}out" name="{i}result"/>'
            "</multiInstanceLoopCharacteristics>"
        )
        script = f'<scriptTask id="{i}script"><script>{i}result = {i}item + loopCounter</script></scriptTask>'
        seat = Block(
            script + self._checked(f"{i}seat", f"{i}result == {i}list[loopCounter] + loopCounter") + body.xml,
            f"{i}script",
            body.exit,
            body.factory,
        )
        inner = self.wrap(seat) + _way(f"{i}script", f"{i}seat") + _way(f"{i}seatright", body.entry)
        xml = f'<subProcess id="{i}">{loop}{inner}</subProcess>' + self._checked(f"{i}all", f"{i}results == {results}")
        return xml + _way(i, f"{i}all"), f"{i}allright"

    def _checked(self, i: str, condition: str) -> str:
        """A gateway that goes on to `<i>right` where a condition holds, through a task of its own where it does not."""
        gates = f'<exclusiveGateway id="{i}" default="{i}bad"/><userTask id="{i}wrong"/><exclusiveGateway id="{i}right"/>'
        return gates + _way(i, f"{i}right", condition) + _way(i, f"{i}wrong", name=f"{i}bad") + _way(f"{i}wrong", f"{i}right")

    def make_round(self, depth: int, place: str) -> Block:
        rounds, before = self.random.randint(1, 3), self.random.choice(["true", "false"])
        body, i = self.block(depth - 1, place or "seats"), self.id("lp")
        loop = f'<standardLoopCharacteristics testBefore="{before}"><loopCondition>${{loopCounter &lt; {rounds}}}</loopCondition>'
        xml = f'<subProcess id="{i}">{loop}</standardLoopCharacteristics>{self.wrap(body)}</subProcess>'

        def one(scope: Scope, path: Path) -> Node:
            return Scope(body.factory, path)

        return Block(xml, i, i, lambda scope, path: Sequence_([one] * rounds, scope, path))

    def make_enough(self, depth: int, place: str) -> Block:
        blocks = [self.block(depth - 1, place) for _ in range(self.random.randint(2, 3))]
        after, late, enough = self.block(0), self.block(0), self.random.randint(1, len(blocks))
        i, start, fork, gate, end = (self.id(p) for p in ("sp", "s", "g", "cg", "e"))
        inner = (
            f'<startEvent id="{start}"/><parallelGateway id="{fork}"/><complexGateway id="{gate}"><activationCondition>'
            f'activationCount &gt;= {enough}</activationCondition></complexGateway><endEvent id="{end}"/>{after.xml}{late.xml}'
        )
        inner += "".join(b.xml + self.flow(fork, b.entry) + self.flow(b.exit, gate) for b in blocks) + self.flow(start, fork)
        inner += self.flow(gate, after.entry, "waitingForStart") + self.flow(gate, late.entry, "not waitingForStart")
        inner += self.flow(after.exit, end) + self.flow(late.exit, end)

        def make(scope: Scope, path: Path) -> Node:
            return Scope(
                lambda inner, q: Enough([b.factory(inner, q) for b in blocks], enough, after.factory, late.factory, inner, q),
                path,
            )

        return Block(f'<subProcess id="{i}">{inner}</subProcess>', i, i, make)

    def make_boundary(self, depth: int, place: str) -> Block:
        handler = self.block(depth - 1, "handler")
        host = self.random.choice([self.make_task, self.make_sub])(depth, place)
        interrupting, message = self.random.random() < 0.5, self._message()
        event, join, end = self.id("b"), self.id("j"), self.id("e")
        xml = (
            host.xml
            + handler.xml
            + (
                f'<boundaryEvent id="{event}" attachedToRef="{host.entry}" cancelActivity="{str(interrupting).lower()}">'
                f'<messageEventDefinition messageRef="{message}"/></boundaryEvent><exclusiveGateway id="{join}"/>'
            )
        )
        xml += self.flow(host.exit, join) + self.flow(event, handler.entry)
        xml += self.flow(handler.exit, join) if interrupting else f'<endEvent id="{end}"/>' + self.flow(handler.exit, end)
        return Block(
            xml,
            host.entry,
            join,
            lambda scope, path: Boundary(host.factory, handler.factory, interrupting, message, scope, path),
        )

    def make_event(self, depth: int, place: str) -> Block:
        body, handler = self.block(depth - 1, place), self.block(depth - 1, "handler")
        interrupting, message = self.random.random() < 0.5, self._message()
        i, event, start, end = (self.id(p) for p in ("sp", "es", "s", "e"))
        inner = (
            f'<subProcess id="{event}" triggeredByEvent="true"><startEvent id="{start}" '
            f'isInterrupting="{str(interrupting).lower()}"><messageEventDefinition messageRef="{message}"/></startEvent>'
            f'{handler.xml}<endEvent id="{end}"/>{self.flow(start, handler.entry)}{self.flow(handler.exit, end)}</subProcess>'
        )
        xml = f'<subProcess id="{i}">{self.wrap(body)}{inner}</subProcess>'
        return Block(xml, i, i, lambda scope, path: Scope(body.factory, path, [(message, interrupting, handler.factory)]))

    def make_error(self, depth: int, place: str) -> Block:
        first, second, i, inner = self._broken(depth, place, '<errorEventDefinition errorRef="E9"/>')
        handler, event, join = self.block(depth - 1, place), self.id("b"), self.id("j")
        xml = f'<subProcess id="{i}">{inner}</subProcess>'
        if self.random.random() < 0.4:
            outer, start, end = self.id("sp"), self.id("s"), self.id("e")
            flows = self.flow(start, i) + self.flow(i, end)
            xml, i = f'<subProcess id="{outer}"><startEvent id="{start}"/>{xml}<endEvent id="{end}"/>{flows}</subProcess>', outer
        xml += (
            f'<boundaryEvent id="{event}" attachedToRef="{i}"><errorEventDefinition errorRef="E9"/></boundaryEvent>'
            f'<exclusiveGateway id="{join}"/>{handler.xml}'
        )
        xml += self.flow(i, join) + self.flow(event, handler.entry) + self.flow(handler.exit, join)
        return Block(xml, i, join, lambda scope, path: Broken(first.factory, second.factory, handler.factory, scope, path))

    def make_terminate(self, depth: int, place: str) -> Block:
        first, second, i, inner = self._broken(depth, place, "<terminateEventDefinition/>")
        xml = f'<subProcess id="{i}">{inner}</subProcess>'
        return Block(xml, i, i, lambda scope, path: Broken(first.factory, second.factory, None, scope, path))

    def make_escalation(self, depth: int, place: str) -> Block:
        first, second, handler = self.block(depth - 1, place), self.block(depth - 1, place), self.block(depth - 1, "handler")
        i, start, thrower, end, event, handled = (self.id(p) for p in ("sp", "s", "th", "e", "b", "e"))
        definition = f'<escalationEventDefinition escalationRef="X{i}"/>'
        xml = (
            f'<subProcess id="{i}"><startEvent id="{start}"/>{first.xml}{second.xml}<intermediateThrowEvent id="{thrower}">'
            f'{definition}</intermediateThrowEvent><endEvent id="{end}"/>{self.flow(start, first.entry)}'
            f"{self.flow(first.exit, thrower)}{self.flow(thrower, second.entry)}{self.flow(second.exit, end)}</subProcess>"
            f'<boundaryEvent id="{event}" attachedToRef="{i}" cancelActivity="false">{definition}</boundaryEvent>'
            f'<endEvent id="{handled}"/>{handler.xml}{self.flow(event, handler.entry)}{self.flow(handler.exit, handled)}'
        )

        def make(scope: Scope, path: Path) -> Node:
            def then(inner: Scope, q: Path) -> Node:
                scope.beside.append(handler.factory(scope, path))
                return second.factory(inner, q)

            return Scope(lambda inner, q: Sequence_([first.factory, then], inner, q), path)

        return Block(xml, i, i, make)

    def make_compensation(self, depth: int, place: str) -> Block:
        body = self.block(depth - 1, place)
        i, start, task, undo, event, thrower, end = (self.id(p) for p in ("sp", "s", "t", "t", "cb", "th", "e"))
        xml = (
            f'<subProcess id="{i}"><startEvent id="{start}"/><userTask id="{task}"/>'
            f'<boundaryEvent id="{event}" attachedToRef="{task}"><compensateEventDefinition/></boundaryEvent>'
            f'<userTask id="{undo}" isForCompensation="true"/><association sourceRef="{event}" targetRef="{undo}"/>{body.xml}'
            f'<intermediateThrowEvent id="{thrower}"><compensateEventDefinition/></intermediateThrowEvent><endEvent id="{end}"/>'
            f"{self.flow(start, task)}{self.flow(task, body.entry)}{self.flow(body.exit, thrower)}{self.flow(thrower, end)}"
            "</subProcess>"
        )

        def make(scope: Scope, path: Path) -> Node:
            steps: list[Factory] = [lambda s, q: Task(task, q), body.factory, lambda s, q: Task(undo, q)]
            return Scope(lambda inner, q: Sequence_(steps, inner, q), path)

        return Block(xml, i, i, make)

    def _split(
        self, gateway: str, depth: int, place: str, condition: Callable[[int], str | None]
    ) -> tuple[list[Block], str, str, str]:
        blocks = [self.block(depth - 1, place) for _ in range(self.random.randint(2, 3))]
        split, join = self.id("g"), self.id("j")
        xml = f'<{gateway} id="{split}"/><{gateway} id="{join}"/>' + "".join(
            b.xml + self.flow(split, b.entry, condition(i)) + self.flow(b.exit, join) for i, b in enumerate(blocks)
        )
        return blocks, xml, split, join

    def _broken(self, depth: int, place: str, definition: str) -> tuple[Block, Block, str, str]:
        first, second = self.block(depth - 1, place), self.block(depth - 1, place)
        i, fork, start, bad, good = (self.id(p) for p in ("sp", "g", "s", "e", "e"))
        xml = (
            f'<startEvent id="{start}"/><parallelGateway id="{fork}"/>{first.xml}{second.xml}<endEvent id="{bad}">{definition}'
            f'</endEvent><endEvent id="{good}"/>{self.flow(start, fork)}{self.flow(fork, first.entry)}'
            f"{self.flow(fork, second.entry)}{self.flow(first.exit, bad)}{self.flow(second.exit, good)}"
        )
        return first, second, i, xml

    def _message(self) -> str:
        message = self.id("msg")
        self.messages.append(message)
        return message


def _way(source: str, target: str, condition: str | None = None, name: str | None = None) -> str:
    """A sequence flow named by its ends, so that checks do not change the numbers of a model."""
    inner = "" if condition is None else f"<conditionExpression>${{{condition}}}</conditionExpression>"
    return f'<sequenceFlow id="{name or f"{source}_{target}"}" sourceRef="{source}" targetRef="{target}">{inner}</sequenceFlow>'
