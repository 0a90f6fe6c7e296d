"""What is wrong with a table whatever the case: rules that overlap, inputs without a rule, rules that never count.

The answers are complete for cells of literals and ranges. A rule with an expression that only a case decides is said not
to overlap, to fill every gap it may fill and to shadow nothing, so nothing false is reported of it. Work has a limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from engine.decisions.kinds import Scalar
from engine.decisions.model import Table
from engine.decisions.partition import Partition, bits, partition

MAX_STEPS = 400_000
"""Parts looked at in one table."""

Example = tuple[Scalar | None, ...]
"""A value for each axis."""


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What was found in one table. Rules are numbered from 1."""

    partition: Partition
    overlaps: tuple[tuple[int, int, Example], ...]
    """Pairs of rules that both match an input."""
    gap: Example | None
    """An input that no rule matches. Null counts as an input where a cell asks for it."""
    never: tuple[int, ...]
    """Rules that match no input."""
    shadowed: tuple[int, ...]
    """Rules that match only where an earlier rule does."""
    complete: bool
    """False when the limit of work was reached; what was found until then is right."""


class _Exhausted(Exception):
    pass


def analyse(table: Table) -> Analysis:
    """Analyses a table."""
    return _Analyst(partition(table)).analysis()


class _Analyst:
    def __init__(self, parts: Partition) -> None:
        self._parts = parts
        self._steps = MAX_STEPS
        self._all = (1 << len(parts.sure)) - 1
        self._sure = _by_part(parts, parts.sure)
        self._possible = _by_part(parts, parts.possible)
        self._overlaps: list[tuple[int, int, Example]] = []
        self._shadowed: list[int] = []
        self._gap: Example | None = None

    def analysis(self) -> Analysis:
        complete = self._parts.whole
        try:
            self._overlaps.extend(self._find_overlaps())
            self._gap = self._find_gap() if self._parts.whole else None
            self._shadowed.extend(self._find_shadowed())
        except _Exhausted:
            complete = False
        return Analysis(
            partition=self._parts,
            overlaps=tuple(self._overlaps),
            gap=self._gap,
            never=tuple(number for number, box in enumerate(self._parts.possible, 1) if not all(box)),
            shadowed=tuple(self._shadowed),
            complete=complete,
        )

    def _spend(self, steps: int) -> None:
        self._steps -= steps
        if self._steps < 0:
            raise _Exhausted

    def _find_overlaps(self) -> Iterator[tuple[int, int, Example]]:
        for first, box in enumerate(self._parts.sure):
            others = self._all & ~((1 << (first + 1)) - 1) if all(box) or not box else 0
            for axis, parts in enumerate(box):
                if not others:
                    break
                met = 0
                for part in bits(parts):
                    self._spend(1)
                    met |= self._sure[axis][part]
                others &= met
            for second in bits(others):
                self._spend(1)
                shared = [a & b for a, b in zip(box, self._parts.sure[second], strict=True)]
                yield first + 1, second + 1, self._example([next(bits(parts)) for parts in shared])

    def _find_gap(self) -> Example | None:
        allowed = [(1 << (len(axis.samples) - (not axis.names_null))) - 1 for axis in self._parts.axes]
        found = self._uncovered(allowed, self._all, self._possible)
        return None if found is None else self._example(found)

    def _find_shadowed(self) -> Iterator[int]:
        for rule, box in enumerate(self._parts.possible):
            earlier = (1 << rule) - 1
            if earlier and all(box) and self._uncovered(box, earlier, self._sure) is None:
                yield rule + 1

    def _uncovered(self, allowed: Sequence[int], rules: int, by_part: Sequence[Sequence[int]]) -> list[int] | None:
        """Parts within `allowed` where none of the rules matches; None when they match everywhere."""
        if not all(allowed):
            return None
        whole = self._whole(allowed, by_part)
        covered: set[tuple[int, int]] = set()

        def search(axis: int, left: int) -> list[int] | None:
            if not left:
                return [next(bits(parts)) for parts in allowed[axis:]]
            if left & whole[axis] or (axis, left) in covered:
                return None
            tried = set()
            for part in bits(allowed[axis]):
                self._spend(1)
                rest = left & by_part[axis][part]
                if rest not in tried:
                    tried.add(rest)
                    found = search(axis + 1, rest)
                    if found is not None:
                        return [part, *found]
            covered.add((axis, left))
            return None

        return search(0, rules)

    def _whole(self, allowed: Sequence[int], by_part: Sequence[Sequence[int]]) -> list[int]:
        """For each axis, the rules that match all that is allowed from it on; the last, after all axes, are all rules."""
        whole = [self._all]
        for axis in range(len(allowed) - 1, -1, -1):
            rules = whole[0]
            for part in bits(allowed[axis]):
                self._spend(1)
                rules &= by_part[axis][part]
            whole.insert(0, rules)
        return whole

    def _example(self, parts: Sequence[int]) -> Example:
        return tuple(axis.samples[part] for axis, part in zip(self._parts.axes, parts, strict=True))


def _by_part(parts: Partition, boxes: Sequence[Sequence[int]]) -> list[list[int]]:
    """For each axis and part, the rules that match there."""
    found = [[0] * len(axis.samples) for axis in parts.axes]
    for rule, box in enumerate(boxes):
        for axis, matched in enumerate(box):
            for part in bits(matched):
                found[axis][part] |= 1 << rule
    return found
