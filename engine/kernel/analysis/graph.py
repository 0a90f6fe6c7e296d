"""One scope of a process as a graph: its elements, the ways between them, and how a token may leave each element.

Link events are ways like flows. What a constant condition rules out is no way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import combinations

from engine.errors import ExpressionError
from engine.expressions import Expression
from engine.kernel.model import Element, Flow, ProcessModel
from engine.kernel.source import SUBPROCESSES

Option = tuple[Flow, ...]
"""Flows that are taken together."""

MOST_CONDITIONS = 6
"""Conditional flows of one element whose combinations are all looked at."""
_WAITING = frozenset({"userTask", "receiveTask", "eventBasedGateway", "adHocSubProcess", "callActivity", "complexGateway"})


class Scope:
    """The elements directly in a process, `path` empty, or in the subprocess at the end of `path`."""

    def __init__(self, model: ProcessModel, path: tuple[str, ...]) -> None:
        self.model = model
        self.path = path
        self.elements: Mapping[str, Element] = {e.id: e for e in model.elements.values() if e.scope == path}
        inside = [f for f in model.flows.values() if f.source in self.elements and f.target in self.elements]
        self.flows = {flow.id: flow for flow in (*inside, *self._links())}
        self.outgoing: dict[str, list[Flow]] = {name: [] for name in self.elements}
        self.incoming: dict[str, list[Flow]] = {name: [] for name in self.elements}
        for flow in self.flows.values():
            self.outgoing[flow.source].append(flow)
            self.incoming[flow.target].append(flow)
        self.borders: dict[str, list[Element]] = {name: [] for name in self.elements}
        for element in self.elements.values():
            undoes = any(event.kind == "compensation" for event in element.events)
            if element.type == "boundaryEvent" and element.attached_to in self.elements and not undoes:
                self.borders[element.attached_to].append(element)

    @property
    def host(self) -> Element | None:
        """The subprocess that this scope is the inside of."""
        return self.model.elements[self.path[-1]] if self.path else None

    @cached_property
    def entries(self) -> tuple[tuple[str, ...], ...]:
        """Where tokens may stand first: alternatives, each of elements that begin together."""
        starts = [e for e in self.elements.values() if e.type == "startEvent"]
        typed = [(e.id,) for e in starts if e.events]
        typed += [(e.id,) for e in self.elements.values() if not self.path and e.instantiate and not e.incoming]
        plain = tuple(e.id for e in starts if not e.events)
        if starts or typed:
            return (*((plain,) if plain else ()), *typed)
        handlers = {element.handler for element in self.elements.values()}
        first = (e for e in self.elements.values() if not self.incoming[e.id] and e.type != "boundaryEvent")
        roots = tuple(e.id for e in first if not (e.event_subprocess or e.for_compensation or e.id in handlers))
        return (roots,) if roots else ()

    def live(self, element: Element) -> list[Flow]:
        """The flows out of an element that can be taken at all."""
        alive = []
        for flow in self.outgoing[element.id]:
            truth = None if flow.id == element.default else constant(flow.condition)
            if truth is False:
                continue
            alive.append(flow)
            if element.type == "exclusiveGateway" and flow.id != element.default and (truth or flow.condition is None):
                # Flows are tried in their order: none behind one that always holds, and no default.
                return [f for f in alive if f.id != element.default]
        return alive

    def options(self, element: Element) -> list[Option] | None:
        """Every way to leave an element; None when there are too many to look at."""
        flows = self.live(element)
        if element.type == "eventBasedGateway" and element.parallel_multiple:
            return [tuple(flows)]
        if element.type == "eventBasedGateway" or (element.type == "exclusiveGateway" and flows):
            return [(flow,) for flow in flows]
        certain, unsure = _certain([f for f in flows if f.id != element.default])
        default = tuple(f for f in flows if f.id == element.default)
        if element.type == "parallelGateway" or not (unsure or default):
            return [tuple(flows)]
        if len(unsure) > MOST_CONDITIONS:
            return None
        mixed = [certain + some for size in range(len(unsure) + 1) for some in combinations(unsure, size)]
        return [option for option in mixed if option] + ([default] if default and not certain else [])

    def neighbours(self, element: Element) -> Iterator[str]:
        """Elements that a token may come to next."""
        yield from (flow.target for flow in self.live(element))
        yield from (border.id for border in self.borders[element.id])

    def _links(self) -> Iterator[Flow]:
        targets: dict[str | None, list[Element]] = {}
        for element in self.elements.values():
            if element.type == "intermediateCatchEvent" and _link(element) is not None:
                targets.setdefault(_link(element), []).append(element)
        for source in self.elements.values():
            for target in targets.get(_link(source), ()) if source.type == "intermediateThrowEvent" else ():
                yield Flow(
                    id=f"{source.id} -> {target.id}",
                    name=None,
                    source=source.id,
                    target=target.id,
                    scope=self.path,
                    condition=None,
                    line=source.line,
                )


def _certain(flows: list[Flow]) -> tuple[Option, list[Flow]]:
    """Flows that are always taken, and those that a condition decides about."""
    truths = [(flow, flow.condition is None or bool(constant(flow.condition))) for flow in flows]
    return tuple(flow for flow, truth in truths if truth), [flow for flow, truth in truths if not truth]


def scopes(model: ProcessModel) -> Iterator[Scope]:
    """The process itself and the inside of each of its subprocesses."""
    yield Scope(model, ())
    for element in model.elements.values():
        if element.type in SUBPROCESSES:
            yield Scope(model, (*element.scope, element.id))


def constant(condition: Expression | None) -> bool | None:
    """The truth of a condition that depends on nothing; None for any other, and for none at all."""
    if condition is None or condition.names or condition.functions:
        return None
    try:
        return condition.condition({})
    except ExpressionError:
        return None


def waits(model: ProcessModel, element: Element) -> bool:
    """Whether a token always stops at an element until something comes from outside, a person or the clock."""
    # What hands work to another system, or goes on in a job of its own, stops too.
    if element.type in _WAITING or element.external is not None or element.async_before or element.async_after:
        return True
    if element.type == "intermediateCatchEvent":
        return _link(element) is None
    return False


def stops(model: ProcessModel, element: Element) -> bool:
    """Whether a token may rest at an element, or somewhere in it."""
    if element.type in SUBPROCESSES and element.type != "adHocSubProcess":
        return any(waits(model, other) for other in inside(model, element))
    return waits(model, element)


def inside(model: ProcessModel, element: Element) -> list[Element]:
    """Everything in a subprocess, however deep."""
    path = (*element.scope, element.id)
    return [other for other in model.elements.values() if other.scope[: len(path)] == path]


def _link(element: Element) -> str | None:
    return next((event.name or "" for event in element.events if event.kind == "link"), None)


def cycles(ways: Mapping[str, Sequence[str]]) -> list[frozenset[str]]:
    """The strongly connected parts of a graph that a token can go round in, each as its nodes."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    path: list[str] = []
    found: list[frozenset[str]] = []
    placed: set[str] = set()
    for root in ways:
        waiting: list[tuple[str, Iterator[str]]] = []
        if root not in numbers:
            _visit(root, ways, numbers, lowest, path, waiting)
        while waiting:
            node, rest = waiting[-1]
            following = next((other for other in rest if other in ways), None)
            if following is None:
                waiting.pop()
                if waiting:
                    above = waiting[-1][0]
                    lowest[above] = min(lowest[above], lowest[node])
                if lowest[node] == numbers[node]:
                    part = _cut(path, node)
                    found.append(frozenset(part))
                    placed.update(part)
            elif following not in numbers:
                _visit(following, ways, numbers, lowest, path, waiting)
            elif following not in placed:
                lowest[node] = min(lowest[node], numbers[following])
    return [part for part in found if len(part) > 1 or any(node in ways[node] for node in part)]


def _cut(path: list[str], node: str) -> list[str]:
    """Takes the end of a path off, from a node on."""
    part = [path.pop()]
    while part[-1] != node:
        part.append(path.pop())
    return part


def _visit(
    node: str,
    ways: Mapping[str, Sequence[str]],
    numbers: dict[str, int],
    lowest: dict[str, int],
    path: list[str],
    waiting: list[tuple[str, Iterator[str]]],
) -> None:
    numbers[node] = lowest[node] = len(numbers)
    path.append(node)
    waiting.append((node, iter(ways[node])))
