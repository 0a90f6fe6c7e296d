"""What a decision is: pure records, read once at deployment and never changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from engine.decisions.cells import Cell
from engine.decisions.spelling import CELL_INPUT
from engine.expressions import JSON, Expression

SINGLE_HIT = frozenset({"UNIQUE", "FIRST", "PRIORITY", "ANY"})
MULTIPLE_HIT = frozenset({"COLLECT", "RULE ORDER", "OUTPUT ORDER"})
BY_OUTPUT = frozenset({"PRIORITY", "OUTPUT ORDER"})
"""Hit policies that order rules by the list of allowed outputs."""
AGGREGATORS = frozenset({"SUM", "MIN", "MAX", "COUNT"})
MAPPINGS = ("singleEntry", "singleResult", "collectEntries", "resultList")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One input of a table."""

    label: str
    expression: Expression
    kind: str
    allowed: Cell | None = None
    """What the input may be; null is always let through."""
    alias: str | None = None
    """A further name for the cell's input (`camunda:inputVariable`)."""
    line: int | None = None

    @property
    def inputs(self) -> frozenset[str]:
        """Names under which a cell reads its input."""
        return frozenset({CELL_INPUT} if self.alias is None else {CELL_INPUT, self.alias})


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What a rule gives for one output."""

    text: str
    expression: Expression | None
    """None for an empty cell, which gives null."""
    constant: bool
    value: JSON = None
    """The value of a constant."""
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Output:
    """One output of a table."""

    name: str
    label: str
    kind: str
    allowed: Cell | None = None
    order: tuple[JSON, ...] = ()
    """The allowed values as listed, the first one first in priority."""
    default: Entry | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One rule; `number` counts from 1 as the editor shows it."""

    number: int
    cells: tuple[Cell, ...]
    entries: tuple[Entry, ...]
    id: str | None = None
    line: int | None = None


@dataclass(frozen=True, kw_only=True)
class Table:
    """A decision table."""

    policy: str
    aggregator: str | None
    columns: tuple[Column, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    @property
    def names(self) -> frozenset[str]:
        """Names that it reads beside its cells' own inputs."""
        return frozenset(self._names())

    def _names(self) -> Iterator[str]:
        for number, column in enumerate(self.columns):
            yield from column.expression.names
            cells = (rule.cells[number] for rule in self.rules)
            yield from (name for cell in cells for name in cell.names - column.inputs)
        entries = [entry for rule in self.rules for entry in rule.entries]
        entries += [output.default for output in self.outputs if output.default is not None]
        yield from (name for entry in entries if entry.expression is not None for name in entry.expression.names)


@dataclass(frozen=True, kw_only=True)
class Formula:
    """A literal expression: the decision's value is that of one expression."""

    expression: Expression
    kind: str

    @property
    def names(self) -> frozenset[str]:
        """Names that it reads."""
        return self.expression.names


@dataclass(frozen=True, kw_only=True)
class Decision:
    """One decision, or one dated version of it."""

    key: str
    """What a business rule task names: the attribute `liandong:key`, else the element's id."""
    name: str
    variable: str
    """Name of its result in the decisions that require it."""
    logic: Table | Formula
    requires: tuple[str, ...] = ()
    """Keys of the decisions that it builds on."""
    valid_from: date | None = None
    """First day it is valid; None reaches back without end."""
    valid_to: date | None = None
    """Last day it is valid."""
    resource: str = ""
    id: str = ""
    line: int | None = None

    def valid(self, on: date) -> bool:
        """Whether it is valid on a day."""
        return (self.valid_from is None or self.valid_from <= on) and (self.valid_to is None or on <= self.valid_to)

    @property
    def outputs(self) -> tuple[str, ...]:
        """Names of its outputs."""
        return tuple(output.name for output in self.logic.outputs) if isinstance(self.logic, Table) else (self.variable,)

    @property
    def labels(self) -> dict[str, str]:
        """What people call its outputs, by their names."""
        return {output.name: output.label for output in self.logic.outputs} if isinstance(self.logic, Table) else {}

    @property
    def single(self) -> bool:
        """Whether it gives one result at most."""
        return isinstance(self.logic, Formula) or self.logic.policy in SINGLE_HIT or self.logic.aggregator is not None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What one decision came to."""

    decision: Decision
    inputs: tuple[tuple[str, JSON], ...]
    """Label and value of each input of a table."""
    rules: tuple[int, ...]
    """Numbers of the rules that count, in the order of the hit policy."""
    results: tuple[Mapping[str, JSON], ...]
    """One mapping of output name to value for each rule that counts; one alone when they are aggregated."""
    value: JSON
    """The result by the standard: a value, a mapping of outputs, a list of either, or null."""
    required: tuple[Outcome, ...] = field(default=())
    """What the decisions that it requires came to."""

    def chain(self) -> list[Outcome]:
        """The outcomes that it builds on, each once and before what builds on it, then itself."""
        found: dict[str, Outcome] = {}
        for outcome in self.required:
            found.update({made.decision.key: made for made in outcome.chain() if made.decision.key not in found})
        return [*found.values(), self]
