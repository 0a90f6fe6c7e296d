"""What may come next in a case: the user tasks ahead of where it stands, and how sure each of them is. Pure, no I/O.

`forecast` walks the drawing from the elements where tokens stand. A choice is taken for known only when every name that its
conditions read has its value already and nothing on the way can write it. What people decide, what events bring and what
cannot be computed is left open, so that nothing is claimed that is not known:

* certain: whatever is chosen from here on, the case comes there before it ends
* conditional: it depends on the case's data alone
* possible: it depends on what people decide or on what happens
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from engine.errors import ExpressionError
from engine.kernel.analysis.graph import Scope
from engine.kernel.analysis.variables import written_by
from engine.kernel.effects import Names
from engine.kernel.model import Element, Flow, ProcessModel
from engine.kernel.source import SUBPROCESSES

Mark = Literal["certain", "conditional", "possible"]
EVERYTHING = "*"
"""Stands for every name where it is not known what an element writes."""
_KNOWN, _DATA, _PEOPLE = 0, 1, 2
"""What a way depends on: nothing that is open, data, or people and events."""
_OPEN = frozenset({"callActivity", "adHocSubProcess", "complexGateway", "businessRuleTask"})
_COMES = frozenset({"message", "signal", "conditional", "escalation", "error"})


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """A user task that may come."""

    element: Element
    mark: Mark
    distance: int
    """How many user tasks lie between, itself counted: 1 comes next."""
    unsettled: frozenset[str]
    """Names that may be written before it comes, or `EVERYTHING`."""
    waits: bool = False
    """Whether a join lies between, which waits for the other branches."""
    because: str | None = None
    """Label of the way that leads there, where the drawing has one and it is not certain."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What lies ahead."""

    steps: tuple[Ahead, ...]
    """The next first."""
    ends: Mark | None
    """How sure it is that the case ends without another user task; None when it does not."""


@dataclass(frozen=True)
class _Way:
    """Elements that a token comes to together, and what it depends on."""

    targets: tuple[str, ...]
    label: int
    name: str | None = None
    beside: bool = False
    """Whether it is an extra that ends nothing."""


def forecast(
    model: ProcessModel,
    names: Names,
    origins: Collection[str],
    *,
    fields: Callable[[Element], Collection[str]],
    decided: Collection[str] = (),
    to: Mapping[str, str] | None = None,
    beside: Collection[str] = (),
) -> Forecast:
    """What lies ahead of the elements `origins` of a process.

    `names` are the variables, with what is supposed to be decided already in them for the user tasks `decided`. `fields`
    tells which variables people may write at a task. `to` are tasks that go straight to another element (直达). `beside` are
    elements where the case stands too and that are not asked about: what they may lead to can write anything it writes.
    """
    others = _Walk(model, names, fields, frozenset(), dict(to or {}), frozenset())
    others.go(beside)
    walk = _Walk(model, names, fields, frozenset(decided), dict(to or {}), others.written())
    walk.go(origins)
    return walk.found(origins)


class _Walk:
    def __init__(
        self,
        model: ProcessModel,
        names: Names,
        fields: Callable[[Element], Collection[str]],
        decided: frozenset[str],
        to: Mapping[str, str],
        shared: frozenset[str],
    ) -> None:
        self._shared = shared
        self._model, self._names, self._fields, self._decided, self._to = model, names, fields, decided, to
        self._scopes: dict[tuple[str, ...], Scope] = {}
        self._ways: dict[str, tuple[_Way, ...]] = {}
        self._unsettled: dict[str, frozenset[str]] = {}
        self._several = False

    def go(self, origins: Collection[str]) -> None:
        """Visits everything ahead, again whenever more may have been written before it."""
        self._several = len(set(origins)) > 1
        while True:
            before = (self._several, sum(map(len, self._unsettled.values())))
            shared = self._shared | (self.written() if self._several else frozenset())
            waiting = deque(origins)
            for name in origins:
                self._unsettled[name] = self._unsettled.get(name, frozenset()) | shared
            seen: set[str] = set()
            while waiting:
                name = waiting.popleft()
                seen.add(name)
                self._ways[name] = ways = tuple(self._leave(self._model.elements[name]))
                self._several |= any(len(way.targets) > 1 or way.beside for way in ways)
                after = self._unsettled[name] | self._writes(self._model.elements[name])
                for target in dict.fromkeys(target for way in ways for target in way.targets):
                    known = self._unsettled.get(target, frozenset())
                    if target not in seen or not after <= known:
                        self._unsettled[target] = known | after
                        waiting.append(target)
            if before == (self._several, sum(map(len, self._unsettled.values()))):
                return

    def found(self, origins: Collection[str]) -> Forecast:
        """The user tasks ahead with their marks."""
        weight, distance, because = self._nearest(origins)
        must, free = self._must(origins), self._free(origins)
        steps = [
            Ahead(
                element=element,
                mark=(mark := self._mark(element.id, weight[element.id], must)),
                distance=distance[element.id],
                unsettled=self._unsettled[element.id],
                waits=element.id not in free,
                because=None if mark == "certain" else because.get(element.id),
            )
            for element in self._model.elements.values()
            if element.type == "userTask" and distance.get(element.id, 0) > 0 and not element.for_compensation
        ]
        ending = [name for name in distance if distance[name] == 0 and self._is_end(name)]
        direct = [step for step in steps if step.distance == 1]
        ends: Mark | None = None
        if ending:
            sure = not direct and not self._several
            ends = "certain" if sure else "possible" if min(weight[name] for name in ending) == _PEOPLE else "conditional"
        return Forecast(steps=tuple(sorted(steps, key=lambda step: step.distance)), ends=ends)

    def _mark(self, name: str, weight: int, must: Collection[str]) -> Mark:
        if name in must:
            return "certain"
        return "conditional" if weight == _DATA else "possible"

    # ways out

    def _leave(self, element: Element) -> Iterable[_Way]:
        if element.id in self._to:
            yield _Way((self._to[element.id],), _KNOWN)
            return
        if element.type in SUBPROCESSES and element.type != "adHocSubProcess" and not element.event_subprocess:
            yield from (_Way(entry, _KNOWN) for entry in self._scope((*element.scope, element.id)).entries)
            if element.loop is not None:
                yield from self._onward(element, _DATA)
        elif element.type == "endEvent":
            yield from self._end(element)
        else:
            yield from self._onward(element)
        if element.type == "adHocSubProcess":
            inner = (e.id for e in self._model.elements.values() if e.scope == (*element.scope, element.id) and not e.incoming)
            yield from (_Way((name,), _PEOPLE, beside=True) for name in inner)
        if element.id not in self._decided:
            yield from self._borders(element)

    def _onward(self, element: Element, label: int = _KNOWN) -> Iterable[_Way]:
        comes = any(event.kind in _COMES for event in element.events) or element.type == "receiveTask"
        label = max(label, _PEOPLE if comes and element.type != "endEvent" else label)
        options, depends = self._choices(element)
        for option in options:
            targets, name = tuple(flow.target for flow in option), next((flow.name for flow in option if flow.name), None)
            yield _Way(targets, max(label, depends if len(options) > 1 else _KNOWN), name)

    def _end(self, element: Element) -> Iterable[_Way]:
        """From the end of a subprocess out of it; other ends lead nowhere."""
        if not element.scope or any(event.kind in ("terminate", "error", "cancel") for event in element.events):
            return
        host = self._model.elements[element.scope[-1]]
        if not host.event_subprocess:
            yield from self._onward(host)

    def _borders(self, element: Element) -> Iterable[_Way]:
        """What may take a waiting token away: boundary events of the element and of what it is in."""
        for name in (element.id, *element.scope):
            place = self._model.elements[name]
            for border in self._scope(place.scope).borders.get(name, ()):
                yield _Way((border.id,), _PEOPLE, border.name, beside=not border.interrupting)
        for depth in range(len(element.scope) + 1):
            yield from self._event_subprocesses(element.scope[:depth])

    def _event_subprocesses(self, path: tuple[str, ...]) -> Iterable[_Way]:
        for host in self._model.elements.values():
            if host.event_subprocess and host.scope == path:
                for start in self._model.elements.values():
                    if start.scope == (*path, host.id) and start.type == "startEvent":
                        yield _Way((start.id,), _PEOPLE, host.name, beside=not start.interrupting)

    def _choices(self, element: Element) -> tuple[Sequence[tuple[Flow, ...]], int]:
        """The ways that are left open, and what the choice depends on."""
        scope = self._scope(element.scope)
        flows = scope.live(element)
        if element.type == "eventBasedGateway":
            return scope.options(element) or [tuple(flows)], _PEOPLE
        truths = {
            flow.id: self._truth(element, flow) for flow in flows if flow.condition is not None and flow.id != element.default
        }
        if element.type == "complexGateway" and truths:
            return [(flow,) for flow in flows], _PEOPLE
        open_ = [flow for flow in flows if truths.get(flow.id, True) is None]
        if element.type == "exclusiveGateway":
            options = self._exclusive(element, flows, truths)
        elif open_:
            options = [(flow,) for flow in flows if truths.get(flow.id, True) is not False]
        else:
            taken = [flow for flow in flows if flow.id != element.default and truths.get(flow.id, True)]
            options = [tuple(taken or [flow for flow in flows if flow.id == element.default])]
        return options, max((self._depends(flow) for flow in open_), default=_KNOWN)

    def _exclusive(
        self, element: Element, flows: Sequence[Flow], truths: Mapping[str, bool | None]
    ) -> Sequence[tuple[Flow, ...]]:
        options = []
        for flow in flows:
            truth = truths.get(flow.id, flow.id != element.default)
            if flow.id == element.default or truth is False:
                continue
            options.append((flow,))
            if truth:
                return options
        return options + [(flow,) for flow in flows if flow.id == element.default]

    def _truth(self, element: Element, flow: Flow) -> bool | None:
        """Whether a condition holds; None while what it reads may still change, or cannot be computed."""
        condition, unsettled = flow.condition, self._unsettled[element.id]
        if condition is None or EVERYTHING in unsettled or condition.names & unsettled:
            return None
        try:
            self._names.prefetch(condition.names)
            return condition.condition(self._names)
        except (ExpressionError, KeyError):
            return None

    def _depends(self, flow: Flow) -> int:
        tasks = (name for name in (flow.condition.names if flow.condition else ()) if name in self._model.elements)
        return _PEOPLE if any(self._model.elements[name].type == "userTask" for name in tasks) else _DATA

    def _writes(self, element: Element) -> frozenset[str]:
        if element.id in self._decided:
            return frozenset()
        if element.type in _OPEN:
            return frozenset({EVERYTHING})
        if element.receive is not None and not element.receive.accepts:
            return frozenset({EVERYTHING})
        return frozenset(written_by(element)) | frozenset(self._fields(element) if element.type == "userTask" else ())

    def written(self) -> frozenset[str]:
        """What anything ahead may write: with several tokens, any of it may be written before any other."""
        return frozenset().union(*(self._writes(self._model.elements[name]) for name in self._ways))

    def _scope(self, path: tuple[str, ...]) -> Scope:
        if path not in self._scopes:
            self._scopes[path] = Scope(self._model, path)
        return self._scopes[path]

    def _is_end(self, name: str) -> bool:
        return not any(way.targets for way in self._ways.get(name, ()))

    # what is sure

    def _nearest(self, origins: Collection[str]) -> tuple[dict[str, int], dict[str, int], dict[str, str | None]]:
        """For each element the least that it depends on, the fewest user tasks on the way, and the label of the way."""
        weight: dict[str, int] = {}
        distance: dict[str, int] = {}
        because: dict[str, str | None] = {}
        waiting: deque[tuple[str, int, int, str | None]] = deque((name, _KNOWN, 0, None) for name in dict.fromkeys(origins))
        while waiting:
            name, depends, passed, reason = waiting.popleft()
            for way in self._ways.get(name, ()):
                for target in way.targets:
                    reached = max(depends, way.label)
                    steps = passed + (self._model.elements[target].type == "userTask")
                    if reached < weight.get(target, _PEOPLE + 1):
                        because[target] = way.name or reason
                    elif steps >= distance.get(target, steps + 1):
                        continue
                    weight[target] = min(reached, weight.get(target, reached))
                    distance[target] = min(steps, distance.get(target, steps))
                    waiting.append((target, weight[target], distance[target], because[target]))
        return weight, distance, because

    def _free(self, origins: Collection[str]) -> frozenset[str]:
        """Elements that come without waiting for another branch at a join."""
        seen: set[str] = set()
        waiting = list(origins)
        while waiting:
            targets = {target for way in self._ways.get(waiting.pop(), ()) for target in way.targets} - seen
            free = [name for name in targets if not self._joins(name)]
            seen.update(free)
            waiting += free
        return frozenset(seen)

    def _joins(self, name: str) -> bool:
        element = self._model.elements[name]
        return element.type in ("parallelGateway", "inclusiveGateway", "complexGateway") and len(element.incoming) > 1

    def _must(self, origins: Collection[str]) -> frozenset[str]:
        """The user tasks that the case surely comes to, whatever is chosen.

        What lies behind a join is sure only when every branch that can come to the join surely does.
        """
        if self._several and any(self._kills(name) for name in self._ways):
            return frozenset()
        joins = frozenset(name for name in self._ways if self._joins(name))
        reach = {join: self._before(join) for join in joins}
        must = self._following(reach)
        # Where a token stands is behind it; only a join that it waits at is still to come.
        stand = {name: self._own(name) if name in joins else must.get(name, frozenset()) for name in origins}
        sure = _shared(stand, reach)
        passed: set[str] = set()
        while ahead := sorted(sure & joins - passed):
            passed.add(ahead[0])
            sure |= must[ahead[0]]
        return sure

    def _following(self, reach: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
        """For each element the user tasks and joins that surely follow it, up to the next joins."""
        stops = frozenset(reach) | {name for name in self._ways if self._model.elements[name].type == "userTask"}
        must: dict[str, frozenset[str]] = dict.fromkeys(self._ways, stops)
        changed = True
        while changed:
            changed = False
            for name, ways in self._ways.items():
                new = self._through(ways, must, reach)
                if new != must[name]:
                    must[name], changed = new, True
        return must

    def _through(
        self, ways: Sequence[_Way], must: Mapping[str, frozenset[str]], reach: Mapping[str, frozenset[str]]
    ) -> frozenset[str]:
        """What follows surely after an element: what every alternative has in common."""
        alternatives = [way for way in ways if not way.beside]
        if not alternatives or any(not way.targets for way in alternatives):
            return frozenset()
        if len(alternatives) == 1 and alternatives[0].label == _PEOPLE:
            # A message or signal that may never come.
            return frozenset()
        return frozenset.intersection(*(self._together(way.targets, must, reach) for way in alternatives))

    def _together(
        self, names: Collection[str], must: Mapping[str, frozenset[str]], reach: Mapping[str, frozenset[str]]
    ) -> frozenset[str]:
        """What is sure where tokens come to all of these elements."""
        found = {name: self._own(name) if name in reach else self._own(name) | must.get(name, frozenset()) for name in names}
        return _shared(found, reach)

    def _own(self, name: str) -> frozenset[str]:
        known = self._model.elements[name].type == "userTask" or self._joins(name)
        return frozenset({name}) if known else frozenset()

    def _before(self, join: str) -> frozenset[str]:
        """The elements from which a token can come to a join."""
        sources: dict[str, set[str]] = {}
        for name, ways in self._ways.items():
            for target in (target for way in ways for target in way.targets):
                sources.setdefault(target, set()).add(name)
        seen: set[str] = set()
        waiting = [join]
        while waiting:
            more = sources.get(waiting.pop(), set()) - seen
            seen |= more
            waiting += more
        return frozenset(seen)

    def _kills(self, name: str) -> bool:
        return any(event.kind == "terminate" for event in self._model.elements[name].events)


def _shared(found: Mapping[str, frozenset[str]], reach: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What several tokens together surely come to: a join only when all that can come to it surely do."""
    everything: frozenset[str] = frozenset().union(*found.values())
    late = {join for join in everything & reach.keys() if any(n in reach[join] and join not in found[n] for n in found)}
    return everything - late
