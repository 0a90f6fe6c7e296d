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
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.certainty import DATA, KNOWN, PEOPLE, Certainty, Way
from engine.kernel.effects import Names
from engine.kernel.model import Element, ProcessModel
from engine.kernel.open_ways import Walk

Mark = Literal["certain", "conditional", "possible"]


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
    ways: Mapping[str, tuple[Way, ...]]
    """The ways that are open from each element that was looked at."""


class SupposedNames:
    """Names as they will be once some values are written."""

    def __init__(self, names: Names, values: Mapping[str, Any]) -> None:
        self._names, self._values = names, values

    def __getitem__(self, name: str) -> Any:
        return self._values[name] if name in self._values else self._names[name]

    def prefetch(self, names: Iterable[str]) -> None:
        """Reads these names in one statement."""
        self._names.prefetch(names)


def forecast(
    model: ProcessModel,
    names: Names,
    origins: Collection[str],
    *,
    fields: Callable[[Element], Collection[str]],
    decided: Collection[str] = (),
    to: Mapping[str, str] | None = None,
    beside: Collection[str] = (),
    supposed: Collection[str] = (),
    unsettled: Collection[str] = (),
) -> Forecast:
    """What lies ahead of the elements `origins` of a process.

    `names` are the variables, with what is supposed to be decided already in them for the user tasks `decided`. `fields`
    tells which variables people may write at a task. `to` are tasks that go straight to another element (直达). `beside` are
    elements where the case stands too and that are not asked about: what they may lead to can write anything it writes.
    `supposed` are user tasks still to come whose decision `names` hold as well, `unsettled` names whose values are not
    known.
    """
    others = Walk(model, names, fields, frozenset(), dict(to or {}))
    others.go(beside)
    walk = Walk(
        model, names, fields, frozenset(decided), dict(to or {}), others.written() | frozenset(unsettled), frozenset(supposed)
    )
    walk.go(origins)
    return _found(model, walk, origins)


def _found(model: ProcessModel, walk: Walk, origins: Collection[str]) -> Forecast:
    """The user tasks ahead with their marks."""
    weight, distance, because = _nearest(model, walk.ways, origins)
    sure = Certainty(model.elements, walk.ways, several=walk.several)
    must, free = sure.must(origins), sure.free(origins)
    steps = [
        Ahead(
            element=element,
            mark=(mark := _mark(element.id, weight[element.id], must)),
            distance=distance[element.id],
            unsettled=walk.unsettled[element.id],
            waits=element.id not in free,
            because=None if mark == "certain" else because.get(element.id),
        )
        for element in model.elements.values()
        if element.type == "userTask" and distance.get(element.id, 0) > 0 and not element.for_compensation
    ]
    ending = [name for name in distance if distance[name] == 0 and walk.is_end(name)]
    direct = [step for step in steps if step.distance == 1]
    ends: Mark | None = None
    if ending:
        alone = not direct and not walk.several
        ends = "certain" if alone else "possible" if min(weight[name] for name in ending) == PEOPLE else "conditional"
    return Forecast(steps=tuple(sorted(steps, key=lambda step: step.distance)), ends=ends, ways=walk.ways)


def _mark(name: str, weight: int, must: Collection[str]) -> Mark:
    if name in must:
        return "certain"
    return "conditional" if weight == DATA else "possible"


def _nearest(
    model: ProcessModel, ways: Mapping[str, tuple[Way, ...]], origins: Collection[str]
) -> tuple[dict[str, int], dict[str, int], dict[str, str | None]]:
    """For each element the least that it depends on, the fewest user tasks on the way, and the label of the way."""
    weight: dict[str, int] = {}
    distance: dict[str, int] = {}
    because: dict[str, str | None] = {}
    waiting: deque[tuple[str, int, int, str | None]] = deque((name, KNOWN, 0, None) for name in dict.fromkeys(origins))
    while waiting:
        name, depends, passed, reason = waiting.popleft()
        for way in ways.get(name, ()):
            for target in way.targets:
                reached = max(depends, way.label)
                steps = passed + (model.elements[target].type == "userTask")
                if reached < weight.get(target, PEOPLE + 1):
                    because[target] = way.name or reason
                elif steps >= distance.get(target, steps + 1):
                    continue
                weight[target] = min(reached, weight.get(target, reached))
                distance[target] = min(steps, distance.get(target, steps))
                waiting.append((target, weight[target], distance[target], because[target]))
    return weight, distance, because
