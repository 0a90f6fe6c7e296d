"""What a case surely comes to, told from the ways that are open from where it stands. Pure graph work, no expressions.

What lies behind a join is sure only when every branch that can come to the join surely does. A way that takes a token away,
as a message or the clock may, is an alternative like any other; one that runs `beside` takes nothing away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from engine.kernel.model import Element

KNOWN, DATA, PEOPLE = 0, 1, 2
"""What a way depends on: nothing that is open, data, or people and events."""
_STEPS = frozenset({"userTask", "callActivity"})
_JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


@dataclass(frozen=True)
class Way:
    """Elements that a token comes to together, and what it depends on."""

    targets: tuple[str, ...]
    label: int
    name: str | None = None
    beside: bool = False
    """Whether it is an extra that ends nothing."""


class Certainty:
    """What is sure on `ways`, from each element that can be reached; `several` tells whether tokens run side by side."""

    def __init__(self, elements: Mapping[str, Element], ways: Mapping[str, tuple[Way, ...]], *, several: bool) -> None:
        self._elements, self._ways, self._several = elements, ways, several

    def free(self, origins: Collection[str]) -> frozenset[str]:
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
        element = self._elements[name]
        return element.type in _JOINS and len(element.incoming) > 1

    def must(self, origins: Collection[str]) -> frozenset[str]:
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
        stops = frozenset(reach) | {name for name in self._ways if self._elements[name].type in _STEPS}
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
        self, ways: Sequence[Way], must: Mapping[str, frozenset[str]], reach: Mapping[str, frozenset[str]]
    ) -> frozenset[str]:
        """What follows surely after an element: what every alternative has in common."""
        alternatives = [way for way in ways if not way.beside]
        if not alternatives or any(not way.targets for way in alternatives):
            return frozenset()
        if len(alternatives) == 1 and alternatives[0].label == PEOPLE:
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
        known = self._elements[name].type in _STEPS or self._joins(name)
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
        return any(event.kind == "terminate" for event in self._elements[name].events)


def _shared(found: Mapping[str, frozenset[str]], reach: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """What several tokens together surely come to: a join only when all that can come to it surely do."""
    everything: frozenset[str] = frozenset().union(*found.values())
    late = {join for join in everything & reach.keys() if any(n in reach[join] and join not in found[n] for n in found)}
    return everything - late
