"""Joins that wait for tokens which cannot come, and loops that leave more tokens in every round.

Each scope is played as a token game: a marking says how many tokens lie on each flow, and every way to leave every
element is tried. One enabled element is moved at a time; because a flow leads to one element only, the others lose
nothing by waiting, so no stop is missed. What has no cycle moves first, so that nothing waits behind an endless round;
a second game, with the cycles first, shows what piles up beside them. A finding of the kind "never" is an error and
needs the whole game to have been played.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import Finding
from engine.kernel.analysis.facts import called, found
from engine.kernel.analysis.graph import Option, Scope, cycles, scopes, stops
from engine.kernel.model import Element, ProcessModel

MOST_MARKINGS = 5_000
"""Markings of one scope that are looked at."""
LONGEST_PAST = 400
"""Markings before one that it is compared with, to see whether tokens pile up."""
MOST_WORK = 10_000_000
"""Places of markings that are looked at in one game; a marking can be as large as the model."""

Marking = Mapping[str, int]
_Key = tuple[tuple[str, int], ...]


@dataclass
class _Game:
    """What was seen in one scope."""

    whole: bool = True
    """Whether every marking was looked at."""
    fired: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)
    stuck: set[str] = field(default_factory=set)
    """Joins that hold tokens in a marking in which nothing can move."""
    piling: str | None = None
    """An element that a growing number of tokens comes from."""


def check_joins(model: ProcessModel) -> Iterator[Finding]:
    """Findings about the parallel joins and the loops of a process."""
    for scope in scopes(model):
        if not _playable(scope):
            continue
        game = _Player(scope, patient=True).play()
        for element in scope.elements.values():
            if element.type == "parallelGateway" and len(scope.incoming[element.id]) > 1:
                yield from _join(scope, element, game)
        piling = game.piling or _Player(scope, patient=False).play().piling
        if piling is not None:
            yield _piling(model, scope.elements[piling])


def _playable(scope: Scope) -> bool:
    if scope.host is not None and scope.host.type == "adHocSubProcess":
        return False
    usual = all(e.start_quantity == 1 and e.completion_quantity == 1 for e in scope.elements.values())
    known = all(e.type != "complexGateway" and scope.options(e) is not None for e in scope.elements.values())
    return usual and known and any(len(flows) > 1 for flows in (*scope.outgoing.values(), *scope.incoming.values()))


class _TooMuch(Exception):
    """The game has taken its share of work."""


class _Player:
    """Plays the token game of one scope.

    Played patiently, what is in a cycle moves last; else it moves first, and the people outside it take their time.
    """

    def __init__(self, scope: Scope, *, patient: bool) -> None:
        self._scope = scope
        self._patient = patient
        self._game = _Game()
        self._targets = {flow.id: flow.target for flow in scope.flows.values()}
        ways = {name: list(scope.neighbours(element)) for name, element in scope.elements.items()}
        self._circling = {name for cycle in cycles(ways) for name in cycle}
        self._ways = ways
        self._reach: dict[str, set[str]] = {}
        self._left = MOST_WORK
        self._monotone = not any(self._joins_inclusively(e) for e in scope.elements.values())

    def play(self) -> _Game:
        """Plays from every alternative beginning."""
        try:
            self._play()
        except _TooMuch:
            self._game.whole = False
        return self._game

    def _play(self) -> None:
        waiting: list[tuple[_Key, tuple[_Key, ...]]] = []
        for entry in self._scope.entries:
            waiting.append((_key({f"@{name}": 1 for name in entry}), ()))
            self._targets |= {f"@{name}": name for name in entry}
        seen: set[_Key] = {marking for marking, _ in waiting}
        while waiting:
            marking, past = waiting.pop()
            behind = (*past[-LONGEST_PAST:], marking)
            for following, mover in self._moves(dict(marking)):
                key = _key(following)
                if key in seen:
                    continue
                if len(seen) >= MOST_MARKINGS:
                    raise _TooMuch
                self._spend(len(following) * (10 + len(behind)))
                if self._monotone and any(_covers(following, dict(earlier)) for earlier in behind):
                    self._game.whole = False
                    self._game.piling = self._game.piling or mover
                    continue
                seen.add(key)
                waiting.append((key, behind))

    def _spend(self, places: int) -> None:
        self._left -= places
        if self._left < 0:
            raise _TooMuch

    def _moves(self, marking: dict[str, int]) -> Iterator[tuple[dict[str, int], str]]:
        """The markings after one element has moved, each with the element; none when nothing can move."""
        self._game.marked |= set(marking)
        # A join is asked once, however many of its flows are marked.
        places = {(self._targets[place], place.startswith("@")): place for place in marking}.values()
        enabled = sorted({self._targets[place] for place in places if self._enabled(place, marking)}, key=self._turn)
        if not enabled:
            self._game.stuck |= {self._targets[place] for place in marking}
            return
        element = self._scope.elements[enabled[0]]
        self._game.fired.add(element.id)
        rest = self._take(element, marking)
        if _ends_all(element):
            yield {}, element.id
            return
        for option in self._results(element):
            following = dict(rest)
            for flow in option:
                following[flow.id] = following.get(flow.id, 0) + 1
            yield following, element.id

    def _turn(self, name: str) -> tuple[bool, int, str]:
        element, circling = self._scope.elements[name], name in self._circling
        if self._patient:
            return (_ends_all(element), int(circling), name)
        resting = stops(self._scope.model, element)
        return (_ends_all(element), resting + (resting and not circling), name)

    def _enabled(self, place: str, marking: Marking) -> bool:
        element = self._scope.elements[self._targets[place]]
        flows = self._scope.incoming[element.id]
        if place.startswith("@") or len(flows) < 2:
            return True
        if element.type == "parallelGateway":
            return all(marking.get(flow.id) for flow in flows)
        return not self._joins_inclusively(element) or not self._more_to_come(element, marking)

    def _joins_inclusively(self, element: Element) -> bool:
        return element.type == "inclusiveGateway" and len(self._scope.incoming[element.id]) > 1

    def _more_to_come(self, join: Element, marking: Marking) -> bool:
        """Whether a token elsewhere can still reach a flow into the join that has none."""
        self._spend(len(marking) + len(self._scope.incoming[join.id]))
        here = {flow.id for flow in self._scope.incoming[join.id]}
        empty = {flow.source for flow in self._scope.incoming[join.id] if not marking.get(flow.id)}
        others = {self._targets[place] for place in marking if place not in here}
        return any(other in empty or not empty.isdisjoint(self._reachable(other)) for other in others)

    def _reachable(self, name: str) -> set[str]:
        if name not in self._reach:
            reached: set[str] = set()
            waiting = [name]
            while waiting:
                following = [other for other in self._ways[waiting.pop()] if other not in reached]
                reached.update(following)
                waiting += following
            self._reach[name] = reached
            # A set of its own, which costs more than to look at a place.
            self._spend(10 * len(reached))
        return self._reach[name]

    def _take(self, element: Element, marking: Marking) -> dict[str, int]:
        places = [place for place in marking if self._targets[place] == element.id]
        several = element.type == "parallelGateway" or self._joins_inclusively(element)
        taken = places if several else places[:1]
        rest = {place: count - (place in taken) for place, count in marking.items()}
        return {place: count for place, count in rest.items() if count}

    def _results(self, element: Element) -> Iterator[Option]:
        """The flows that get a token when an element moves, its borders included."""
        borders = self._scope.borders[element.id]
        going_on = [b for b in borders if not b.interrupting]
        for option in self._scope.options(element) or ():
            yield option
            for border in going_on:
                for way in self._scope.options(border) or ():
                    yield (*option, *way)
        for border in borders:
            yield from (self._scope.options(border) or ()) if border.interrupting else ()


def _ends_all(element: Element) -> bool:
    """Whether an end event takes every other token of its scope with it."""
    return element.type == "endEvent" and any(event.kind in ("terminate", "error", "cancel") for event in element.events)


def _key(marking: Marking) -> _Key:
    return tuple(sorted(marking.items()))


def _covers(marking: Marking, earlier: Marking) -> bool:
    """Whether a marking has every token of an earlier one, and more."""
    return marking != earlier and all(marking.get(place, 0) >= count for place, count in earlier.items())


def _join(scope: Scope, join: Element, game: _Game) -> Iterator[Finding]:
    flows = scope.incoming[join.id]
    if not any(flow.id in game.marked for flow in flows):
        return
    if join.id not in game.fired and game.whole:
        dry = [scope.elements[flow.source] for flow in flows if flow.id not in game.marked]
        lacking = "、".join(called(element) for element in dry)
        because = f"从“{lacking}”来的连线永远没有令牌" if dry else "它的几条来路只会走其中一部分"
        because_en = f"nothing ever comes from '{lacking}'" if dry else "only some of the ways into it are ever taken in one run"
        yield found(
            "error",
            "join-never",
            scope.model,
            join,
            f"并行网关“{called(join)}”要等齐 {len(flows)} 条连线，但{because}：永远等不齐。分支只走一条时请改用排他网关。",
            f"The parallel gateway '{called(join)}' waits for all {len(flows)} flows, but {because_en}: it never goes on. "
            "Where only one branch runs, join with an exclusive gateway.",
        )
    elif join.id in game.stuck and not _rescued(scope):
        yield found(
            "warning",
            "join-may-wait",
            scope.model,
            join,
            f"并行网关“{called(join)}”有时等不齐 {len(flows)} 条连线，流程会停在那里。分支不一定都走时请改用包容网关。",
            f"The parallel gateway '{called(join)}' may wait for ever: not all of its {len(flows)} flows come in every run. "
            "Where branches are optional, join with an inclusive gateway.",
        )


def _rescued(scope: Scope) -> bool:
    """Whether something can end a scope that stands still: an event subprocess, or a border of its subprocess."""
    host = scope.host
    inner = (e for e in scope.model.elements.values() if e.type == "startEvent" and e.scope[:-1] == scope.path and e.scope)
    if any(e.interrupting and scope.model.elements[e.scope[-1]].event_subprocess for e in inner):
        return True
    if host is None:
        return False
    return any(e.attached_to == host.id and e.interrupting for e in scope.model.elements.values())


def _piling(model: ProcessModel, element: Element) -> Finding:
    return found(
        "warning",
        "token-explosion",
        model,
        element,
        f"经过“{called(element)}”的循环每转一圈就多出一个并行的分支，越积越多。请在分支后汇合，或让循环从汇合之后开始。",
        f"Every round of the loop through '{called(element)}' leaves one more parallel branch, and they pile up. "
        "Join the branches before the loop goes back.",
    )
