"""What a decision brings before anybody or anything else is waited for: the tasks that it opens. Pure, no I/O.

`engine.kernel.forecast` looks at all that may ever come, where a message may interrupt and a loop may lead back. The stretch
that a decision goes at once is simpler: no event can come in between, and a task is decided once. So what is sure is told as
sure. Where the case then waits for something else than a person, the forecast goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace

from engine.kernel.certainty import KNOWN
from engine.kernel.effects import Names
from engine.kernel.forecast import Ahead, Forecast, depending, found_by, mark_of, nearest
from engine.kernel.model import Element, ProcessModel
from engine.kernel.open_ways import Beyond, Walk
from engine.kernel.source import SUBPROCESSES

_WAITING = frozenset({"userTask", "manualTask", "receiveTask", "callActivity", "eventBasedGateway", "complexGateway"})
_JOINS = frozenset({"parallelGateway", "inclusiveGateway"})
_INTERRUPTING = frozenset({"error", "escalation", "cancel", "compensation", "terminate"})


def at_once(
    model: ProcessModel,
    names: Names,
    task: str,
    *,
    fields: Callable[[Element], Collection[str]],
    to: Mapping[str, str] | None = None,
    beside: Collection[str] = (),
    beyond: Beyond | None = None,
) -> Forecast | None:
    """The next steps after the user task `task`, whose decision `names` hold; the other arguments are `forecast`'s.

    None where an error or an escalation may take the stretch elsewhere, so that only `forecast` can tell.
    """
    decided = frozenset({task})
    near = Walk(model, names, fields, decided, dict(to or {}), beyond=beyond, halts=_waits, calm=True)
    near.go((task,))
    passed = near.ways.keys() - near.halted - decided
    if any(_breaks_off(model.elements[name]) for name in passed) or _guarded(model, passed):
        return None
    here = found_by(model, near, (task,))
    weight = nearest(model, near, (task,))[0]
    steps = {step.element.id: step for step in here.steps if step.element.id in near.halted | decided}
    awaited = () if steps else tuple(_awaited(model, near.halted))
    ends = here.ends if _comes_to_an_end(near) else None
    for halt in sorted(near.halted - steps.keys()):
        beyond_it = _after(model, names, halt, near, fields=fields, to=to, beside=beside, beyond=beyond)
        for step in _degraded(beyond_it, weight[halt], joins=model.elements[halt].type in _JOINS):
            steps.setdefault(step.element.id, step)
        if ends is None and not steps:
            ends = mark_of(max(weight[halt], depending(beyond_it.ends)), certain=False) if beyond_it.ends else None
    told = tuple(sorted(steps.values(), key=lambda step: step.mark != "certain"))
    return Forecast(steps=told, ends=ends, ways=near.ways, least=here.least, writes=near.written(), awaited=awaited)


def _after(
    model: ProcessModel,
    names: Names,
    halt: str,
    near: Walk,
    *,
    fields: Callable[[Element], Collection[str]],
    to: Mapping[str, str] | None,
    beside: Collection[str],
    beyond: Beyond | None,
) -> Forecast:
    """What may come once the case waits at `halt`."""
    others = Walk(model, names, fields, frozenset(), dict(to or {}), beyond=beyond)
    others.go([*beside, *(name for name in near.halted if name != halt)])
    unsettled = others.written() | near.unsettled[halt]
    walks = [
        Walk(model, names, fields, frozenset(), dict(to or {}), unsettled, beyond=beyond, calm=calm) for calm in (False, True)
    ]
    for walk in walks:
        walk.go((halt,))
    found, ordinary = (found_by(model, walk, (halt,)) for walk in walks)
    # Interruptions come next only where nothing else does.
    return ordinary if any(step.distance == 1 for step in ordinary.steps) else found


def _degraded(found: Forecast, weight: int, *, joins: bool) -> Iterator[Ahead]:
    """The next steps behind a place that is itself reached with that much certainty."""
    for step in found.steps:
        if step.distance == 1:
            certain = step.mark == "certain" and weight == KNOWN
            mark = mark_of(max(weight, depending(step.mark)), certain=certain)
            yield replace(step, mark=mark, waits=step.waits or joins)


def _comes_to_an_end(near: Walk) -> bool:
    return any(near.is_end(name) for name in near.ways.keys() - near.halted)


def _awaited(model: ProcessModel, halted: Collection[str]) -> Iterator[str]:
    """The names of the events that are waited for at these places."""
    for halt in sorted(halted):
        element = model.elements[halt]
        if element.type in ("intermediateCatchEvent", "receiveTask"):
            yield element.name or element.id
        elif element.type == "eventBasedGateway":
            followers = [model.elements[model.flows[flow].target] for flow in element.outgoing]
            yield from (follower.name or follower.id for follower in followers)


def _waits(element: Element) -> bool:
    """Whether a token may stay at an element until somebody or something else has acted."""
    if element.type in _WAITING or element.loop is not None or element.external is not None or element.type == "adHocSubProcess":
        return True
    if element.type == "intermediateCatchEvent":
        return any(event.kind != "link" for event in element.events)
    return element.type in _JOINS and len(element.incoming) > 1


def _breaks_off(element: Element) -> bool:
    """Whether it may send the case along a way that is not drawn as a flow."""
    throws = element.type in ("endEvent", "intermediateThrowEvent")
    return throws and any(event.kind in _INTERRUPTING for event in element.events)


def _guarded(model: ProcessModel, passed: Collection[str]) -> bool:
    """Whether an activity on the stretch has boundary events, which an error of its own may take."""
    activities = {name for name in passed if model.elements[name].type not in SUBPROCESSES}
    return any(element.attached_to in activities for element in model.elements.values())
