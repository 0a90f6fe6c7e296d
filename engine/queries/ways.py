"""Which ways a rehearsal has taken: how often each element was left and each sequence flow used, read from its history."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.kernel.model import Element, ProcessModel
from engine.queries.registry import Reader
from engine.store.tables import History, Institution, ProcessDefinition, Scope, Token

ONE_WAY = frozenset({"exclusiveGateway", "eventBasedGateway"})
"""Elements that are left by one flow alone."""
JOINING = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})
"""Elements that are left once for several flows."""
GATEWAYS = ONE_WAY | JOINING
Counted = Mapping[tuple[str, str], int]
"""By process and id."""


class Ways:
    """The ways that the cases of one rehearsal have taken."""

    def __init__(self, reader: Reader, cases: Sequence[Any]) -> None:
        self._reader = reader
        connection = reader.connection
        kinds = ("activity-started", "activity-ended")
        columns = (History.instance, History.kind, History.element, History.data)
        facts = select(*columns).where(History.kind.in_(kinds)).order_by(History.revision, History.key)
        self._facts = connection.execute(facts).all()
        newest = select(ProcessDefinition.process_id, ProcessDefinition.key).where(ProcessDefinition.latest.is_(True))
        self._newest = {row.process_id: row.key for row in connection.execute(newest)}
        self._institutions = {row.key: row.code for row in connection.execute(select(Institution.key, Institution.code))}
        self._own = {case.key: reader.definitions.model(case.definition) for case in cases}
        live = connection.execute(select(Scope.key, Scope.process)).all()
        self._processes = {row.key: row.process.partition("/")[0] for row in live}
        self._processes |= {case.root_scope: self._own[case.key].id for case in cases}
        self._models: dict[str, ProcessModel] = {model.id: model for model in self._own.values()}
        self._infer()

    def institution(self, key: int | None) -> str | None:
        """Code of an institution."""
        return None if key is None else self._institutions.get(key)

    def process_of(self, instance: int, scope: int) -> str:
        """Id of the process whose elements run in a scope; a called process has its own."""
        return self._processes.get(scope) or self._own[instance].id

    def process_at(self, instance: int | None, token: int | None) -> str | None:
        """Id of the process that a live token runs in, else of its case's own."""
        if instance is None or instance not in self._own:
            return None
        scope = self._reader.connection.execute(select(Token.scope).where(Token.key == token)).scalar_one_or_none()
        return self._own[instance].id if scope is None else self.process_of(instance, scope)

    def passed(self) -> tuple[Counted, Counted]:
        """How often each element was left completed, and each sequence flow taken."""
        elements: Counter[tuple[str, str]] = Counter()
        flows: Counter[tuple[str, str]] = Counter()
        scopes: dict[tuple[int, int], _Scope] = {}
        for fact in self._facts:
            scope = int(fact.data["scope"])
            process = self.process_of(fact.instance, scope)
            walked = scopes.setdefault((fact.instance, scope), _Scope(self._model(process)))
            if fact.kind == "activity-started":
                taken = walked.entered(fact.element)
            elif fact.data.get("outcome") == "completed":
                elements[process, fact.element] += 1
                taken = walked.left(fact.element)
            else:
                continue
            flows.update((process, flow) for flow in taken)
        return elements, flows

    def _model(self, process: str) -> ProcessModel:
        if process not in self._models:
            self._models[process] = self._reader.definitions.model(self._newest[process])
        return self._models[process]

    def _infer(self) -> None:
        """Finds the process of every scope that has ended: the one that has all elements that ran in it."""
        seen: dict[tuple[int, int], set[str]] = defaultdict(set)
        for fact in self._facts:
            seen[fact.instance, int(fact.data["scope"])].add(fact.element)
        for (instance, scope), elements in seen.items():
            if scope not in self._processes:
                own = self._own[instance]
                fitting = (model.id for model in self._called(own) if self._fits(model, own, elements))
                self._processes[scope] = next(fitting, own.id)

    def _fits(self, model: ProcessModel, own: ProcessModel, elements: set[str]) -> bool:
        found = [model.elements.get(element) for element in elements]
        # What stands at the top of the case's own process runs in its root scope alone.
        return all(element is not None and (model is not own or element.scope) for element in found)

    def _called(self, own: ProcessModel) -> Iterator[ProcessModel]:
        """A process and those that it calls by name, and what these call."""
        known, ahead = {own.id}, [own]
        while ahead:
            model = ahead.pop(0)
            yield model
            names = [element.call.process.literal for element in model.elements.values() if element.call is not None]
            more = [name for name in dict.fromkeys(names) if name is not None and name not in known and name in self._newest]
            known.update(more)
            ahead += [self._model(name) for name in more]


class _Scope:
    """The walk of one scope: flows that a source has offered and no target has used."""

    def __init__(self, model: ProcessModel) -> None:
        self._model = model
        self._offered: dict[str, list[int]] = defaultdict(list)
        self._turn = 0

    def entered(self, element: str) -> Iterator[str]:
        """The flow by which an element was entered, if it was by one."""
        found = self._element(element)
        incoming = [flow for flow in found.incoming if self._offered[flow]]
        if incoming:
            yield self._use(max(incoming, key=lambda flow: self._offered[flow][-1]))
        if found.type in GATEWAYS:
            # What follows a gateway begins before the gateway itself counts as left.
            self._offer(found)

    def left(self, element: str) -> Iterator[str]:
        """The further flows that had come together in an element that is left."""
        found = self._element(element)
        if found.type in JOINING:
            for flow in found.incoming:
                if self._offered[flow] and self._certain(flow):
                    yield self._use(flow)
            for flow in found.outgoing:
                self._offered[flow].clear()
        if found.type not in GATEWAYS:
            self._offer(found)

    def _offer(self, source: Element) -> None:
        self._turn += 1
        for flow in source.outgoing:
            self._offered[flow].append(self._turn)

    def _certain(self, flow: str) -> bool:
        """Whether a flow is taken whenever its source is left."""
        source = self._element(self._model.flows[flow].source)
        return len(source.outgoing) == 1 or source.type == "parallelGateway"

    def _use(self, flow: str) -> str:
        turn = self._offered[flow].pop()
        source = self._element(self._model.flows[flow].source)
        if source.type in ONE_WAY:
            for other in source.outgoing:
                if turn in self._offered[other]:
                    self._offered[other].remove(turn)
        return flow

    def _element(self, id: str) -> Element:
        return self._model.elements[id]
