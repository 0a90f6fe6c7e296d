"""Cuts what the inputs of a table may be into parts in which no literal test changes its answer.

The values that cells name are the borders: each is a part, and so is what lies between two of them, below the least and
above the greatest. One sample stands for its part, and null is a part of its own. Columns with the same expression are one
axis. What depends on an expression of the case is not known here: a cell is then sure on no more than its literal tests say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Context, Decimal
from itertools import pairwise
from typing import cast

from engine.decisions.cells import Cell, Equal, Literal, Negation, Null, Test
from engine.decisions.kinds import ANY, Scalar
from engine.decisions.matching import allows
from engine.decisions.model import Column, Rule, Table
from engine.expressions.dates import CHINA

OTHER = "其他"
"""A text that stands for any text which no cell names."""
MAX_WORK = 200_000
"""Answers of cells about samples in one table."""
_EXACT = Context(prec=80)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """One input of a table."""

    column: Column
    """The first column of its expression."""
    samples: tuple[Scalar | None, ...]
    """One value of each part; null is the last."""
    names_null: bool
    """Whether a cell asks for null."""


@dataclass(frozen=True, kw_only=True)
class Partition:
    """A table over the parts of its inputs. Sets of parts and of rules are bits of a number, rule 1 being the lowest."""

    axes: tuple[Axis, ...]
    sure: tuple[tuple[int, ...], ...]
    """For each rule and axis, the parts where its cells match whatever the case."""
    possible: tuple[tuple[int, ...], ...]
    """For each rule and axis, the parts where its cells may match."""
    whole: bool = True
    """False for a table that is too large to be cut: then there is nothing here."""

    def general(self) -> list[int]:
        """Numbers of the rules whose cells hold an expression that only a case decides."""
        return [number for number, pair in enumerate(zip(self.sure, self.possible, strict=True), 1) if pair[0] != pair[1]]


def partition(table: Table) -> Partition:
    """The parts of a table's inputs, and where its rules match."""
    groups: dict[tuple[str, str], list[int]] = {}
    for place, column in enumerate(table.columns):
        groups.setdefault((column.expression.source.strip(), column.kind), []).append(place)
    readers = [_AxisReader(table, places) for places in groups.values()]
    if sum(reader.work for reader in readers) > MAX_WORK:
        return Partition(axes=(), sure=(), possible=(), whole=False)
    boxes = [[reader.box(rule) for reader in readers] for rule in table.rules]
    return Partition(
        axes=tuple(reader.axis for reader in readers),
        sure=tuple(tuple(sure for sure, _ in box) for box in boxes),
        possible=tuple(tuple(possible for _, possible in box) for box in boxes),
    )


def bits(number: int) -> Iterator[int]:
    """Places of the bits that are set, from the lowest."""
    while number:
        low = number & -number
        yield low.bit_length() - 1
        number ^= low


class _AxisReader:
    """One axis, and the parts of it that cells match."""

    def __init__(self, table: Table, places: Sequence[int]) -> None:
        columns = [table.columns[place] for place in places]
        cells = [rule.cells[place] for rule in table.rules for place in places]
        allowed = [column.allowed for column in columns if column.allowed is not None]
        self._places = places
        self._kind = columns[0].kind
        samples = [
            sample
            for sample in _samples(self._kind, [*cells, *allowed])
            if self._kind == ANY or all(allows(cell, sample, self._kind) for cell in allowed)
        ]
        # Examples take the first part that fits: the plainest text, if it stands for a part.
        samples.sort(key=lambda sample: sample != OTHER)
        named = any(_names_null(cell.tests) for cell in cells)
        self.axis = Axis(column=columns[0], samples=(*samples, None), names_null=named)
        self._part = {sample: part for part, sample in enumerate(samples)}
        self._every = (1 << len(self.axis.samples)) - 1
        self._known: dict[str, tuple[int, int]] = {}
        tested = {cell.text for cell in cells if cell.tests and not self._plain(cell)}
        self.work = len(tested) * len(self.axis.samples)
        """Answers that have to be found by asking a cell about a sample."""

    def box(self, rule: Rule) -> tuple[int, int]:
        """Where all cells of a rule on this axis match for sure, and where they may match."""
        sure = possible = self._every
        for place in self._places:
            cell = rule.cells[place]
            if cell.text not in self._known:
                self._known[cell.text] = self._answers(cell)
            certain, may = self._known[cell.text]
            sure, possible = sure & certain, possible & may
        return sure, possible

    def _answers(self, cell: Cell) -> tuple[int, int]:
        if not cell.tests:
            return self._every, self._every
        if self._plain(cell):
            values = (cast("Scalar", operand.value) for operand in cell.operands() if isinstance(operand, Literal))
            parts = {self._part[value] for value in values if value in self._part}
            mask = sum(1 << part for part in parts)
            return mask, mask
        sure = possible = 0
        asked = [_verdict(test, self._kind) for test in cell.tests]
        for part, sample in enumerate(self.axis.samples):
            verdicts = [ask(sample) for ask in asked]
            sure |= any(certain for certain, _ in verdicts) << part
            possible |= any(may for _, may in verdicts) << part
        return sure, possible

    def _plain(self, cell: Cell) -> bool:
        """Whether a cell lists values and nothing else."""
        return self._kind != ANY and all(isinstance(test, Equal) and isinstance(test.value, Literal) for test in cell.tests)


def _names_null(tests: Sequence[Test]) -> bool:
    return any(isinstance(test, Null) or (isinstance(test, Negation) and _names_null(test.tests)) for test in tests)


def _verdict(test: Test, kind: str) -> Callable[[Scalar | None], tuple[bool, bool]]:
    """Asks of a sample whether a test holds for sure, and whether it may hold."""
    alone = Cell("", (test,))
    if not alone.general and not (kind == ANY and any(True for _ in alone.operands())):
        return lambda sample: (allows(alone, sample, kind),) * 2
    if isinstance(test, Negation):
        inner = [_verdict(one, kind) for one in test.tests]
        return lambda sample: (False, not any(ask(sample)[0] for ask in inner))
    return lambda sample: (False, True)


def _samples(kind: str, cells: Sequence[Cell]) -> list[Scalar]:
    if kind == ANY:
        return [OTHER]
    if kind == "boolean":
        return [True, False]
    literals = {cast("Scalar", operand.value) for cell in cells for operand in cell.operands() if isinstance(operand, Literal)}
    borders: list[Scalar | None] = [None, *sorted(literals), None]
    found: list[Scalar] = []
    for low, high in pairwise(borders):
        between = _between(kind, low, high)
        found += [between] if between is not None else []
        found += [high] if high is not None else []
    return found


def _between(kind: str, low: Scalar | None, high: Scalar | None) -> Scalar | None:
    """A value between two borders, the plainest there is; None when there is none. A border of None is infinitely far."""
    if kind == "string":
        return _text(cast("str | None", low), cast("str | None", high))
    if kind == "date":
        return _day(cast("date | None", low), cast("date | None", high))
    if kind == "dateTime":
        return _instant(cast("datetime | None", low), cast("datetime | None", high))
    return _number(cast("int | Decimal | None", low), cast("int | Decimal | None", high), whole=kind == "integer")


def _number(low: int | Decimal | None, high: int | Decimal | None, *, whole: bool) -> int | Decimal | None:
    if low is None:
        return 0 if high is None else _floor(high) - 1
    following = _floor(low) + 1
    if high is None or following < high:
        return following
    return None if whole else _EXACT.divide(_EXACT.add(Decimal(low), Decimal(high)), Decimal(2))


def _floor(value: int | Decimal) -> int:
    return int(value) if value == int(value) or value > 0 else int(value) - 1


def _day(low: date | None, high: date | None) -> date | None:
    try:
        found = low + timedelta(days=1) if low else high - timedelta(days=1) if high else date(2000, 1, 1)
    except OverflowError:
        return None
    return found if high is None or found < high else None


def _instant(low: datetime | None, high: datetime | None) -> datetime | None:
    """Instants are exact to the millisecond, so between two that follow each other there is none."""
    try:
        if low is None:
            return high - timedelta(hours=1) if high is not None else datetime(2000, 1, 1, tzinfo=CHINA)
        following = low + timedelta(milliseconds=1)
        if high is not None and following >= high:
            return None
        later = low + timedelta(hours=1)
        return later if high is None or later < high else following
    except OverflowError:
        return None


def _text(low: str | None, high: str | None) -> str | None:
    start = low or ""
    for found in (OTHER, start + "…", start + "0", start + " ", start + "\t", start):
        if (low is None or low < found) and (high is None or found < high):
            return found
    return None
