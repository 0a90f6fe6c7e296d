"""The files that cases are drawn in: which pool an element is in, and along which arrow a message has gone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select, tuple_

from engine.kernel.model import MessageFlow, Participant, ProcessModel
from engine.queries.registry import Reader
from engine.store.tables import ProcessDefinition


@dataclass(frozen=True, kw_only=True)
class DrawnFile:
    """One file as it was deployed."""

    definition: int
    """Key of one of its processes, by which its text is found."""
    models: Mapping[str, ProcessModel]
    """Its processes, by id."""
    definitions: frozenset[int]
    """Keys of all its processes."""

    @property
    def participants(self) -> tuple[Participant, ...]:
        """The pools, in the order of the file."""
        return next(iter(self.models.values())).participants

    @property
    def flows(self) -> tuple[MessageFlow, ...]:
        """The arrows between pools."""
        return next(iter(self.models.values())).message_flows

    def pool_of(self, end: str) -> Participant | None:
        """The pool that an end of an arrow is: itself, or the one that the element is in."""
        inside = {name for name, model in self.models.items() if end in model.elements}
        return next((pool for pool in self.participants if pool.id == end or pool.process in inside), None)

    def sources_of(self, element: str) -> tuple[Participant, ...]:
        """The pools from which an arrow leads to an element."""
        found = {pool.id: pool for flow in self.flows if flow.target == element and (pool := self.pool_of(flow.source))}
        return tuple(found.values())

    def flow_between(self, start: str | None, end: str | None, pools: tuple[str | None, str | None]) -> str | None:
        """Id of the one arrow from an element to another; an end that is not known is any in its pool, given by its id
        where that is known. None where no arrow fits, or more than one."""
        fitting = [
            flow for flow in self.flows if self._fits(flow.source, start, pools[0]) and self._fits(flow.target, end, pools[1])
        ]
        return fitting[0].id if len(fitting) == 1 and (start or end) else None

    def pool_of_process(self, process: str) -> str | None:
        """Id of the pool that a process runs in."""
        return next((pool.id for pool in self.participants if pool.process == process), None)

    def _fits(self, drawn: str, element: str | None, pool: str | None) -> bool:
        if element is not None and drawn == element:
            return True
        within = self.pool_of(drawn)
        # An arrow may end at the pool itself.
        at_edge = within is not None and within.id == drawn
        if element is not None:
            return at_edge and within is not None and within == self.pool_of(element)
        return pool is None or (within is not None and within.id == pool)


def drawn_files(reader: Reader, definitions: Iterable[int]) -> tuple[DrawnFile, ...]:
    """The files that hold the processes with these keys, in the order in which they come up."""
    table = ProcessDefinition
    asked = list(dict.fromkeys(definitions))
    own = {
        row.key: (row.deployment, row.resource)
        for row in reader.connection.execute(select(table.key, table.deployment, table.resource).where(table.key.in_(asked)))
    }
    files = list(dict.fromkeys(own[key] for key in asked))
    rows = reader.connection.execute(
        select(table.key, table.deployment, table.resource)
        .where(tuple_(table.deployment, table.resource).in_(files))
        .order_by(table.key)
    ).all()
    found = []
    for file in files:
        keys = [row.key for row in rows if (row.deployment, row.resource) == file]
        models = {model.id: model for model in map(reader.definitions.model, keys)}
        found.append(DrawnFile(definition=keys[0], models=models, definitions=frozenset(keys)))
    return tuple(found)
