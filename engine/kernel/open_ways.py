"""The ways that are open ahead of where a case stands, and what may be written on them. Pure, no I/O.

A choice is taken for known only when every name that its conditions read has its value already and nothing on the way can
write it. What people decide, what events bring and what cannot be computed is left open.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.decisions import Decisions
from engine.errors import ExpressionError
from engine.kernel.analysis.graph import Scope
from engine.kernel.analysis.variables import written_by
from engine.kernel.certainty import DATA, KNOWN, PEOPLE, Way
from engine.kernel.effects import Names
from engine.kernel.foretold import decision_reads, decision_values, decision_writes
from engine.kernel.model import Element, Flow, ProcessModel
from engine.kernel.source import SUBPROCESSES
from engine.kernel.supposed import SupposedNames

EVERYTHING = "*"
"""Stands for every name where it is not known what an element writes."""
_THROWS = frozenset({"endEvent", "intermediateThrowEvent"})
_OPEN = frozenset({"adHocSubProcess", "complexGateway"})
_COMES = frozenset({"message", "signal", "conditional", "escalation", "error"})


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """What lies beyond the drawing of one process."""

    decisions: Decisions | None = None
    """The tables that it was deployed with."""
    called: Callable[[Element, Names, frozenset[str]], Called | None] = lambda element, names, unsettled: None
    """What a call activity will go through, given the names there and those that may still be written before; None where
    that cannot be told."""


@dataclass(frozen=True, kw_only=True)
class Called:
    """What is known of a called process before it has run."""

    steps: Any
    """Its user tasks, as `engine.kernel.forecast.Ahead`."""
    least: int
    """The fewest user tasks that it is gone through with."""
    writes: frozenset[str]
    """Names that it may write."""


def _passes(element: Element) -> bool:
    """Whether a token is gone from an element at once, so that no event can take it away there."""
    return element.type == "endEvent" or (element.type == "startEvent" and not element.events)


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
        beyond: Beyond | None = None,
        halts: Callable[[Element], bool] | None = None,
        *,
        calm: bool = False,
    ) -> None:
        """See `engine.kernel.forecast.forecast`; `shared` are names that may be written elsewhere at any time.

        `halts` tells where the walk goes no further, though it may begin there. On a `calm` walk no event comes in between.
        """
        self._halts, self._calm = halts, calm
        self.halted: set[str] = set()
        self._shared = shared
        self._model, self._names, self._fields, self._to = model, names, fields, to
        self._decided, self._supposed, self._beyond = decided, supposed, beyond or Beyond()
        self._given: dict[str, Mapping[str, Any]] = {}
        """Values that decision tables on every way to an element have surely written before it."""
        self.called: dict[str, Called] = {}
        """What the call activities ahead go through, as far as it is known."""
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
                self._given.setdefault(name, {})
            seen: set[str] = set()
            while waiting:
                name = waiting.popleft()
                seen.add(name)
                if self._halts is not None and name not in origins and self._halts(self._model.elements[name]):
                    self.halted.add(name)
                    self.ways[name] = ()
                    continue
                self.ways[name] = ways = tuple(self._leave(self._model.elements[name]))
                self.several |= any(len(way.targets) > 1 or way.beside for way in ways)
                after, given = self._after(self._model.elements[name])
                for target in dict.fromkeys(target for way in ways for target in way.targets):
                    known = self.unsettled.get(target, frozenset())
                    new = known | after | self._meet(target, given)
                    if target not in seen or new != known:
                        self.unsettled[target] = new
                        waiting.append(target)
            if before == (self.several, sum(map(len, self.unsettled.values()))):
                return

    def _after(self, element: Element) -> tuple[frozenset[str], Mapping[str, Any]]:
        """The names that are open behind an element, and the values that are sure there."""
        open_, given, writes = self.unsettled[element.id], self._given[element.id], self._writes(element)
        values = self._decide(element, writes)
        kept = {} if EVERYTHING in writes else {name: value for name, value in given.items() if name not in writes}
        return (open_ | writes) - values.keys(), {**kept, **values}

    def _decide(self, element: Element, writes: frozenset[str]) -> Mapping[str, Any]:
        """What a decision table writes, where all that it reads is settled and nobody beside writes the same."""
        call, decisions, open_ = element.decision, self._beyond.decisions, self.unsettled[element.id]
        if call is None or decisions is None or EVERYTHING in open_ or decision_reads(call, decisions) & open_:
            return {}
        if self.several and any(self._writes(self._model.elements[name]) & writes for name in self.ways if name != element.id):
            return {}
        return decision_values(element, decisions, self._names_at(element)) or {}

    def _meet(self, target: str, given: Mapping[str, Any]) -> frozenset[str]:
        """Joins values that are sure on one way with those of the others; names on which the ways differ are open."""
        known = self._given.get(target)
        if known is None:
            self._given[target] = given
            return frozenset()
        both = known.keys() | given.keys()
        differ = frozenset(name for name in both if name not in known or name not in given or known[name] != given[name])
        self._given[target] = {name: value for name, value in known.items() if name not in differ}
        return differ

    def _names_at(self, element: Element) -> Names:
        given = self._given[element.id]
        return SupposedNames(self._names, given) if given else self._names

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
        if not self._calm and element.id not in self._decided and not _passes(element):
            yield from self._borders(element)

    def _onward(self, element: Element, label: int = KNOWN) -> Iterable[Way]:
        comes = any(event.kind in _COMES for event in element.events) or element.type == "receiveTask"
        label = max(label, PEOPLE if comes and element.type not in _THROWS else label)
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
            names = self._names_at(element)
            names.prefetch(condition.names)
            return condition.condition(names)
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
        if element.type == "businessRuleTask":
            told = decision_writes(element, self._beyond.decisions)
            return frozenset({EVERYTHING}) if told is None else told
        if element.type == "callActivity":
            return self._call(element)
        written = frozenset(written_by(element)) | frozenset(self._fields(element) if element.type == "userTask" else ())
        return written - {element.id} if element.id in self._supposed else written

    def _call(self, element: Element) -> frozenset[str]:
        """The names that come back from a called process."""
        call, open_ = element.call, self.unsettled.get(element.id, frozenset())
        found = None if call is None or element.loop else self._beyond.called(element, self._names_at(element), open_)
        if call is None or found is None:
            self.called.pop(element.id, None)
            return frozenset({EVERYTHING})
        self.called[element.id] = found
        return frozenset(written_by(element)) | (found.writes if call.all_outputs else frozenset())

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
