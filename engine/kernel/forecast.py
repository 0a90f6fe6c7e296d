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
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from engine.kernel.certainty import DATA, KNOWN, PEOPLE, Certainty, Way
from engine.kernel.effects import Names
from engine.kernel.model import Element, ProcessModel
from engine.kernel.open_ways import EVERYTHING, Beyond, Called, Walk

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
    process: ProcessModel | None = None
    """The called process that it belongs to; None for the case's own."""


@dataclass(frozen=True, kw_only=True)
class Forecast:
    """What lies ahead."""

    steps: tuple[Ahead, ...]
    """The next first."""
    ends: Mark | None
    """How sure it is that the case ends without another user task; None when it does not."""
    ways: Mapping[str, tuple[Way, ...]]
    """The ways that are open from each element that was looked at."""
    least: int
    """The fewest user tasks with which it ends."""
    writes: frozenset[str]
    """Names that may be written on the way."""
    awaited: tuple[str, ...] = ()
    """Names of the events that the case waits for first, where no user task comes at once."""


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
    beyond: Beyond | None = None,
) -> Forecast:
    """What lies ahead of the elements `origins` of a process.

    `names` are the variables, with what is supposed to be decided already in them for the user tasks `decided`. `fields`
    tells which variables people may write at a task. `to` are tasks that go straight to another element (直达). `beside` are
    elements where the case stands too and that are not asked about: what they may lead to can write anything it writes.
    `supposed` are user tasks still to come whose decision `names` hold as well, `unsettled` names whose values are not
    known. `beyond` knows the decision tables and the called processes.
    """
    others = Walk(model, names, fields, frozenset(), dict(to or {}), beyond=beyond)
    others.go(beside)
    shared = others.written() | frozenset(unsettled)
    walk = Walk(model, names, fields, frozenset(decided), dict(to or {}), shared, frozenset(supposed), beyond)
    walk.go(origins)
    return found_by(model, walk, origins)


def handed(
    model: ProcessModel, names: Names, origins: Collection[str], fields: Callable[[Element], Collection[str]], beyond: Beyond
) -> Called:
    """What is known of a called process that stands at `origins`, with the names that it was handed."""
    found = forecast(model, names, origins, fields=fields, beyond=beyond)
    steps = tuple(replace(step, process=step.process or model, unsettled=frozenset({EVERYTHING})) for step in found.steps)
    return Called(steps=steps, least=found.least, writes=found.writes)


def found_by(model: ProcessModel, walk: Walk, origins: Collection[str]) -> Forecast:
    """The user tasks on a walk that has been taken from `origins`, with their marks."""
    weight, distance, because = nearest(model, walk, origins)
    sure = Certainty(model.elements, walk.ways, several=walk.several)
    must, free = sure.must(origins), sure.free(origins)
    steps = [
        Ahead(
            element=element,
            mark=(mark := mark_of(weight[element.id], certain=element.id in must)),
            distance=distance[element.id],
            unsettled=walk.unsettled[element.id],
            waits=element.id not in free,
            because=None if mark == "certain" else because.get(element.id),
        )
        for element in model.elements.values()
        if element.type == "userTask" and distance.get(element.id, 0) > 0 and not element.for_compensation
    ]
    for name, inner in walk.called.items():
        if name in origins or name in distance:
            at = 0 if name in origins else distance[name] - inner.least
            depends = KNOWN if name in origins else weight[name]
            # What may take the called process away leaves none of its steps certain.
            calm = not any(way.label == PEOPLE and not way.beside for way in walk.ways[name])
            certain = calm and (name in must or name in origins)
            steps += _within(inner, at, depends, certain=certain, waits=name not in {*free, *origins})
    ending = [name for name in distance if distance[name] == 0 and walk.is_end(name)]
    direct = [step for step in steps if step.distance == 1]
    ends: Mark | None = None
    if ending:
        alone = not direct and not walk.several
        ends = "certain" if alone else "possible" if min(weight[name] for name in ending) == PEOPLE else "conditional"
    least = min((distance[name] for name in distance if walk.is_end(name)), default=0)
    ordered = tuple(sorted(steps, key=lambda step: step.distance))
    return Forecast(steps=ordered, ends=ends, ways=walk.ways, least=least, writes=walk.written())


def _within(inner: Called, at: int, depends: int, *, certain: bool, waits: bool) -> Iterator[Ahead]:
    """The steps of a called process as those of its caller, `at` so many tasks from where the case stands."""
    for step in inner.steps:
        open_ = max(depends, depending(step.mark))
        mark = mark_of(open_, certain=certain and step.mark == "certain")
        yield replace(step, mark=mark, distance=at + step.distance, waits=waits or step.waits)


def mark_of(weight: int, *, certain: bool) -> Mark:
    """The mark of what depends on `weight`."""
    if certain:
        return "certain"
    return "conditional" if weight == DATA else "possible"


def depending(mark: Mark | None) -> int:
    """What a mark says that a step depends on."""
    return DATA if mark == "conditional" else PEOPLE if mark == "possible" else KNOWN


def least_sure(*marks: Mark) -> Mark:
    """The mark of what comes only when all of these do."""
    return max(marks, key=depending)


def nearest(
    model: ProcessModel, walk: Walk, origins: Collection[str]
) -> tuple[dict[str, int], dict[str, int], dict[str, str | None]]:
    """For each element the least that it depends on, the fewest user tasks on the way, and the label of the way."""
    weight: dict[str, int] = {}
    distance: dict[str, int] = {}
    because: dict[str, str | None] = {}
    through = {name: inner.least for name, inner in walk.called.items()}
    start = ((name, KNOWN, through.get(name, 0), None) for name in dict.fromkeys(origins))
    waiting: deque[tuple[str, int, int, str | None]] = deque(start)
    while waiting:
        name, depends, passed, reason = waiting.popleft()
        for way in walk.ways.get(name, ()):
            for target in way.targets:
                reached = max(depends, way.label)
                steps = passed + through.get(target, int(model.elements[target].type == "userTask"))
                if reached < weight.get(target, PEOPLE + 1):
                    because[target] = way.name or reason
                elif steps >= distance.get(target, steps + 1):
                    continue
                weight[target] = min(reached, weight.get(target, reached))
                distance[target] = min(steps, distance.get(target, steps))
                waiting.append((target, weight[target], distance[target], because[target]))
    return weight, distance, because
