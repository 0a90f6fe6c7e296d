"""Blocks: what may run beside what in one scope, told from the drawing alone.

A fork is an element that several tokens may leave at once. Its block is everything that every token reaches through the
fork and before the join at which all its ways have come together again (the nearest join that post-dominates it; the end
of the scope where there is none). Each way out of the fork is a branch of the block. Two steps are in one branch, or one
stands before the block of the other, or behind it, or beside it; a drawing in which a step lies in several branches of one
fork at once says none of that. (Dominators: Cooper, Harvey, Kennedy, A Simple, Fast Dominance Algorithm, 2001.)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from engine.kernel.analysis.graph import Scope
from engine.kernel.model import Element

Relation = Literal["same", "before", "behind", "beside", "unstructured"]
_ENTRY, _EXIT = "^", "$"
"""Where tokens begin, and where they are gone; no element has such an id."""
_ALTERNATIVE = frozenset({"exclusiveGateway", "eventBasedGateway"})
_JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


@dataclass(frozen=True, kw_only=True)
class Standing:
    """How a step stands to another one of its scope, seen from `current`."""

    relation: Relation
    """`same` branch; `before` a fork that the current step is behind; `behind` a join, seen from a step in its block, or
    `beside` in another branch: so stands the current step to the other one; or `unstructured`."""
    block: frozenset[str] = frozenset()
    """Of `before`: every element whose tokens belong to the fork's block, its join included."""


class Blocks:
    """The block structure of one scope."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._ways = {name: tuple(dict.fromkeys(ways)) for name, ways in self._drawn().items()}
        self._dominators = _dominators(self._ways, _ENTRY)
        self._behind = _dominators(_reversed(self._ways), _EXIT)

    def standing(self, current: str, other: str) -> Standing:
        """How `other`, a step that was done before, stands to `current`."""
        here, there = self._around(current), self._around(other)
        shared = 0
        while shared < min(len(here), len(there)) and here[shared] == there[shared]:
            shared += 1
        if any(branch is None for _, branch in (*here[:shared], *here[shared : shared + 1], *there[shared : shared + 1])):
            return Standing(relation="unstructured")
        if shared == len(here) == len(there):
            return Standing(relation="same")
        if shared == len(there):
            return Standing(relation="before", block=self._whole(here[shared][0]))
        if shared == len(here):
            return Standing(relation="behind")
        return Standing(relation="beside" if here[shared][0] == there[shared][0] else "behind")

    def block(self, name: str) -> frozenset[str]:
        """Everything in the outermost block that an element is in, itself included; empty where it is in none."""
        around = self._around(name)
        return self._whole(around[0][0]) if around else frozenset()

    def between(self, start: str, end: str) -> frozenset[str]:
        """Every element on a way from `start` to `end`, both included."""
        forward = _reach(self._ways, (start,), stop={end})
        backward = _reach(_reversed(self._ways), (end,), stop={start})
        return (forward & backward) | {start, end}

    def _drawn(self) -> dict[str, list[str]]:
        scope = self._scope
        ways = {element.id: list(scope.neighbours(element)) for element in scope.elements.values()}
        for targets in ways.values():
            if not targets:
                targets.append(_EXIT)
        ways[_ENTRY] = [name for together in scope.entries for name in together]
        ways[_EXIT] = []
        return ways

    @cached_property
    def _forks(self) -> tuple[str, ...]:
        """The forks that can be reached, outer ones first."""
        found = [name for name in self._dominators if name == _ENTRY or (name != _EXIT and self._forks_at(name))]
        return tuple(sorted((name for name in found if len(self._ways[name]) > 1), key=self._depth))

    def _forks_at(self, name: str) -> bool:
        element, scope = self._scope.elements[name], self._scope
        if element.type in _ALTERNATIVE:
            return element.type == "eventBasedGateway" and element.parallel_multiple
        return len(scope.outgoing[name]) > 1 or any(_runs_beside(border) for border in scope.borders[name])

    @cached_property
    def _branches(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """For each fork: for each of its ways, by its first element, the elements in that branch."""
        found: dict[str, Mapping[str, frozenset[str]]] = {}
        for fork in self._forks:
            if fork == _ENTRY and all(len(together) < 2 for together in self._scope.entries):
                continue
            inside = {name for name in self._dominators if name != fork and self._dominates(fork, name)} - {_EXIT}
            inside.discard(self._join(fork))
            ways = {target: [other for other in self._ways[target] if other in inside] for target in inside}
            found[fork] = {target: _reach(ways, (target,)) for target in self._ways[fork] if target in inside}
        return found

    def _around(self, name: str) -> list[tuple[str, str | None]]:
        """The branches that an element is in, outer ones first; None for the branch where it is in several of one fork."""
        around: list[tuple[str, str | None]] = []
        for fork, branches in self._branches.items():
            held = [first for first, inside in branches.items() if name in inside]
            if held:
                around.append((fork, held[0] if len(held) == 1 else None))
        return around

    def _whole(self, fork: str) -> frozenset[str]:
        block: frozenset[str] = frozenset().union(*self._branches[fork].values())
        join = self._join(fork)
        return block if join == _EXIT else block | {join}

    def _join(self, fork: str) -> str:
        """Where the tokens of a fork have become one again, the exit where they never do."""
        name = self._behind.get(fork, _EXIT)
        while name != _EXIT and not (self._scope.elements[name].type in _JOINS and len(self._scope.incoming[name]) > 1):
            name = self._behind[name]
        return name

    def _depth(self, name: str) -> int:
        depth = 0
        while name != _ENTRY:
            name = self._dominators[name]
            depth += 1
        return depth

    def _dominates(self, fork: str, name: str) -> bool:
        while name not in (fork, _ENTRY):
            name = self._dominators[name]
        return name == fork


def _runs_beside(border: Element) -> bool:
    return not border.interrupting


def _reversed(ways: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    back: dict[str, list[str]] = {name: [] for name in ways}
    for name, targets in ways.items():
        for target in targets:
            back[target].append(name)
    return {name: tuple(sources) for name, sources in back.items()}


def _reach(ways: Mapping[str, Iterable[str]], start: Iterable[str], stop: Iterable[str] = ()) -> frozenset[str]:
    """Everything that can be reached from `start`, going on from nothing in `stop`."""
    seen, waiting, last = set(start), list(start), frozenset(stop)
    while waiting:
        name = waiting.pop()
        if name in last and name not in start:
            continue
        for target in ways.get(name, ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


def _dominators(ways: Mapping[str, Iterable[str]], root: str) -> dict[str, str]:
    """The immediate dominator of everything that can be reached from `root`, which dominates itself."""
    order = _postorder(ways, root)
    number = {name: index for index, name in enumerate(order)}
    back = _reversed(ways)
    found = {root: root}
    changed = True
    while changed:
        changed = False
        for name in reversed(order[:-1]):
            known = [source for source in back[name] if source in found]
            nearest = known[0]
            for source in known[1:]:
                nearest = _meet(nearest, source, found, number)
            if found.get(name) != nearest:
                found[name], changed = nearest, True
    return found


def _meet(one: str, other: str, found: Mapping[str, str], number: Mapping[str, int]) -> str:
    while one != other:
        while number[one] < number[other]:
            one = found[one]
        while number[other] < number[one]:
            other = found[other]
    return one


def _postorder(ways: Mapping[str, Iterable[str]], root: str) -> list[str]:
    order: list[str] = []
    seen = {root}
    path = [(root, iter(ways[root]))]
    while path:
        name, rest = path[-1]
        following = next((target for target in rest if target not in seen), None)
        if following is None:
            order.append(name)
            path.pop()
        else:
            seen.add(following)
            path.append((following, iter(ways[following])))
    return order
