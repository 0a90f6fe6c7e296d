"""The ways that are open ahead of where a case stands, and what may be written on them. Pure, no I/O.

A choice is taken for known only when every name that its conditions read has its value already and nothing on the way can
write it. What people decide, what events bring and what cannot be computed is left open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from engine.errors import ExpressionError
from engine.kernel.analysis.graph import Scope
from engine.kernel.analysis.variables import written_by
from engine.kernel.certainty import DATA, KNOWN, PEOPLE, Way
from engine.kernel.effects import Names
from engine.kernel.model import Element, Flow, ProcessModel
from engine.kernel.source import SUBPROCESSES

EVERYTHING = "*"
"""Stands for every name where it is not known what an element writes."""
_OPEN = frozenset({"callActivity", "adHocSubProcess", "complexGateway", "businessRuleTask"})
_COMES = frozenset({"message", "signal", "conditional", "escalation", "error"})


class Walk:
    """A walk over everything ahead of some elements of a process."""

    def __init__(
        self,
        model: ProcessModel,
        names: Names,
        fields: Callable[[Element], Collection[str]],
        decided: frozenset[str],
        to: Mapping[str, str],
        shared: frozenset[str] = frozenset(),
        supposed: frozenset[str] = frozenset(),
    ) -> None:
        """See `engine.kernel.forecast.forecast`; `shared` are names that may be written elsewhere at any time."""
        self._shared = shared
        self._model, self._names, self._fields, self._to = model, names, fields, to
        self._decided, self._supposed = decided, supposed
        self._scopes: dict[tuple[str, ...], Scope] = {}
        self.ways: dict[str, tuple[Way, ...]] = {}
        self.unsettled: dict[str, frozenset[str]] = {}
        self.several = False

    def go(self, origins: Collection[str]) -> None:
        """Visits everything ahead, again whenever more may have been written before it."""
        self.several = len(set(origins)) > 1
        while True:
            before = (self.several, sum(map(len, self.unsettled.values())))
            shared = self._shared | (self.written() if self.several else frozenset())
            waiting = deque(origins)
            for name in origins:
                self.unsettled[name] = self.unsettled.get(name, frozenset()) | shared
            seen: set[str] = set()
            while waiting:
                name = waiting.popleft()
                seen.add(name)
                self.ways[name] = ways = tuple(self._leave(self._model.elements[name]))
                self.several |= any(len(way.targets) > 1 or way.beside for way in ways)
                after = self.unsettled[name] | self._writes(self._model.elements[name])
                for target in dict.fromkeys(target for way in ways for target in way.targets):
                    known = self.unsettled.get(target, frozenset())
                    if target not in seen or not after <= known:
                        self.unsettled[target] = known | after
                        waiting.append(target)
            if before == (self.several, sum(map(len, self.unsettled.values()))):
                return

    def _leave(self, element: Element) -> Iterable[Way]:
        if element.id in self._to:
            yield Way((self._to[element.id],), KNOWN)
            return
        if element.type in SUBPROCESSES and element.type != "adHocSubProcess" and not element.event_subprocess:
            yield from (Way(entry, KNOWN) for entry in self._scope((*element.scope, element.id)).entries)
            if element.loop is not None:
                yield from self._onward(element, DATA)
        elif element.type == "endEvent":
            yield from self._end(element)
        else:
            yield from self._onward(element)
        if element.type == "adHocSubProcess":
            inner = (e.id for e in self._model.elements.values() if e.scope == (*element.scope, element.id) and not e.incoming)
            yield from (Way((name,), PEOPLE, beside=True) for name in inner)
        if element.id not in self._decided:
            yield from self._borders(element)

    def _onward(self, element: Element, label: int = KNOWN) -> Iterable[Way]:
        comes = any(event.kind in _COMES for event in element.events) or element.type == "receiveTask"
        label = max(label, PEOPLE if comes and element.type != "endEvent" else label)
        options, depends = self._choices(element)
        for option in options:
            targets, name = tuple(flow.target for flow in option), next((flow.name for flow in option if flow.name), None)
            yield Way(targets, max(label, depends if len(options) > 1 else KNOWN), name)

    def _end(self, element: Element) -> Iterable[Way]:
        """From the end of a subprocess out of it; other ends lead nowhere."""
        if not element.scope or any(event.kind in ("terminate", "error", "cancel") for event in element.events):
            return
        host = self._model.elements[element.scope[-1]]
        if not host.event_subprocess:
            yield from self._onward(host)

    def _borders(self, element: Element) -> Iterable[Way]:
        """What may take a waiting token away: boundary events of the element and of what it is in."""
        for name in (element.id, *element.scope):
            place = self._model.elements[name]
            for border in self._scope(place.scope).borders.get(name, ()):
                yield Way((border.id,), PEOPLE, border.name, beside=not border.interrupting)
        for depth in range(len(element.scope) + 1):
            yield from self._event_subprocesses(element.scope[:depth])

    def _event_subprocesses(self, path: tuple[str, ...]) -> Iterable[Way]:
        for host in self._model.elements.values():
            if host.event_subprocess and host.scope == path:
                for start in self._model.elements.values():
                    if start.scope == (*path, host.id) and start.type == "startEvent":
                        yield Way((start.id,), PEOPLE, host.name, beside=not start.interrupting)

    def _choices(self, element: Element) -> tuple[Sequence[tuple[Flow, ...]], int]:
        """The ways that are left open, and what the choice depends on."""
        scope = self._scope(element.scope)
        flows = scope.live(element)
        if element.type == "eventBasedGateway":
            return scope.options(element) or [tuple(flows)], PEOPLE
        truths = {
            flow.id: self._truth(element, flow) for flow in flows if flow.condition is not None and flow.id != element.default
        }
        if element.type == "complexGateway" and truths:
            return [(flow,) for flow in flows], PEOPLE
        open_ = [flow for flow in flows if truths.get(flow.id, True) is None]
        if element.type == "exclusiveGateway":
            options = self._exclusive(element, flows, truths)
        elif open_:
            options = [(flow,) for flow in flows if truths.get(flow.id, True) is not False]
        else:
            taken = [flow for flow in flows if flow.id != element.default and truths.get(flow.id, True)]
            options = [tuple(taken or [flow for flow in flows if flow.id == element.default])]
        return options, max((self._depends(flow) for flow in open_), default=KNOWN)

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
        condition, unsettled = flow.condition, self.unsettled[element.id]
        if condition is None or EVERYTHING in unsettled or condition.names & unsettled:
            return None
        try:
            self._names.prefetch(condition.names)
            return condition.condition(self._names)
        except (ExpressionError, KeyError):
            return None

    def _depends(self, flow: Flow) -> int:
        tasks = (name for name in (flow.condition.names if flow.condition else ()) if name in self._model.elements)
        return PEOPLE if any(self._model.elements[name].type == "userTask" for name in tasks) else DATA

    def _writes(self, element: Element) -> frozenset[str]:
        if element.id in self._decided:
            return frozenset()
        if element.type in _OPEN:
            return frozenset({EVERYTHING})
        if element.receive is not None and not element.receive.accepts:
            return frozenset({EVERYTHING})
        written = frozenset(written_by(element)) | frozenset(self._fields(element) if element.type == "userTask" else ())
        return written - {element.id} if element.id in self._supposed else written

    def written(self) -> frozenset[str]:
        """What anything ahead may write: with several tokens, any of it may be written before any other."""
        return frozenset().union(*(self._writes(self._model.elements[name]) for name in self.ways))

    def _scope(self, path: tuple[str, ...]) -> Scope:
        if path not in self._scopes:
            self._scopes[path] = Scope(self._model, path)
        return self._scopes[path]

    def is_end(self, name: str) -> bool:
        """Whether nothing leads on from an element."""
        return not any(way.targets for way in self.ways.get(name, ()))
