"""Makes decisions: the required ones first, each once, then the one that was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from engine.decisions.faults import DecisionFault
from engine.decisions.hit_policies import Row, result, select
from engine.decisions.kinds import Scalar, read, written
from engine.decisions.matching import Layer, Names, allows, matches
from engine.decisions.model import Column, Decision, Entry, Formula, Outcome, Output, Table
from engine.errors import ExpressionError
from engine.expressions import JSON


class Decisions:
    """The decisions of one deployment. Immutable; threads may share it."""

    def __init__(self, versions: Mapping[str, Sequence[Decision]] | None = None) -> None:
        self.versions: Mapping[str, tuple[Decision, ...]] = {key: tuple(found) for key, found in (versions or {}).items()}
        """Key to its dated versions."""
        self._names = {key: frozenset(self._read_names(key)) for key in self.versions}
        self._dated = {key: any(found.valid_from or found.valid_to for found in self._needed(key)) for key in self.versions}

    def dated(self, key: str) -> bool:
        """Whether a decision, or one that it requires, is valid for a time only."""
        return self._dated.get(key, False)

    def names(self, key: str) -> frozenset[str]:
        """Every name that a decision and those it requires may read."""
        return self._names.get(key, frozenset())

    def evaluate(self, key: str, names: Names, on: date) -> Outcome:
        """Makes a decision with what was valid on a day. Raises DecisionFault."""
        if key not in self.versions:
            raise DecisionFault("unknown-decision", f"there is no decision '{key}' in the deployment")
        return _Evaluation(self, names, on).outcome(key)

    def version(self, key: str, on: date) -> Decision:
        """The version that is valid on a day. Raises DecisionFault."""
        for found in self.versions[key]:
            if found.valid(on):
                return found
        raise DecisionFault("no-version", f"no version of decision '{key}' is valid on {on.isoformat()}")

    def _read_names(self, key: str) -> Iterator[str]:
        for decision in self._needed(key):
            yield from decision.logic.names

    def _needed(self, key: str) -> list[Decision]:
        """Every version of a decision and of those it requires."""
        keys = [key]
        for found in keys:
            required = {name for version in self.versions.get(found, ()) for name in version.requires}
            keys += sorted(required - set(keys))
        return [version for found in keys for version in self.versions.get(found, ())]


class _Evaluation:
    """One question: the decisions made so far, and the names that their results stand under."""

    def __init__(self, decisions: Decisions, names: Names, on: date) -> None:
        self._decisions = decisions
        self._names = names
        self._on = on
        self._made: dict[str, Outcome] = {}

    def outcome(self, key: str) -> Outcome:
        if key not in self._made:
            decision = self._decisions.version(key, self._on)
            required = tuple(self.outcome(name) for name in decision.requires)
            self._made[key] = _decide(decision, Layer(_offered(required), self._names), required)
        return self._made[key]


def _offered(required: Sequence[Outcome]) -> dict[str, JSON]:
    """Results under the names of their outputs, and in front of those under the names of the decisions themselves."""
    offered: dict[str, JSON] = {}
    for outcome in required:
        for name in outcome.decision.outputs:
            values = [row[name] for row in outcome.results]
            offered[name] = (values[0] if values else None) if outcome.decision.single else values
    offered.update({outcome.decision.variable: outcome.value for outcome in required})
    return offered


def _decide(decision: Decision, names: Names, required: tuple[Outcome, ...]) -> Outcome:
    logic = decision.logic
    if isinstance(logic, Formula):
        value = _formula(decision, logic, names)
        return Outcome(
            decision=decision, inputs=(), rules=(), results=({decision.variable: value},), value=value, required=required
        )
    try:
        inputs = [_input(column, names) for column in logic.columns]
        rows = select(logic, _rows(logic, inputs, names)) or _defaults(logic, names)
        results, value = result(logic, rows)
    except DecisionFault as fault:
        raise DecisionFault(fault.code, f"decision '{decision.key}': {fault.message}") from None
    return Outcome(
        decision=decision,
        inputs=tuple((column.label, written(given)) for column, given in zip(logic.columns, inputs, strict=True)),
        rules=tuple(number for number, _ in rows if number),
        results=results,
        value=value,
        required=required,
    )


def _formula(decision: Decision, formula: Formula, names: Names) -> JSON:
    try:
        return written(read(formula.expression.evaluate(names), formula.kind))
    except ExpressionError as error:
        raise DecisionFault("expression", f"decision '{decision.key}': {error}") from error
    except DecisionFault as fault:
        raise DecisionFault(fault.code, f"decision '{decision.key}': {fault.message}") from None


def _input(column: Column, names: Names) -> Scalar | None:
    try:
        value = read(column.expression.evaluate(names), column.kind)
    except ExpressionError as error:
        raise DecisionFault("expression", f"input '{column.label}': {error}") from error
    except DecisionFault as fault:
        raise DecisionFault(fault.code, f"input '{column.label}': {fault.message}") from None
    if value is not None and column.allowed is not None and not allows(column.allowed, value, column.kind):
        raise DecisionFault("not-allowed-value", f"input '{column.label}' is none of its allowed values")
    return value


def _rows(table: Table, inputs: Sequence[Scalar | None], names: Names) -> list[Row]:
    found: list[Row] = []
    for rule in table.rules:
        try:
            hit = all(
                matches(cell, value, column, names) for cell, value, column in zip(rule.cells, inputs, table.columns, strict=True)
            )
            if not hit:
                continue
            entries = zip(table.outputs, rule.entries, strict=True)
            found.append((rule.number, {output.name: _output(output, entry, names) for output, entry in entries}))
        except ExpressionError as error:
            raise DecisionFault("expression", f"rule {rule.number}: {error}") from error
        except DecisionFault as fault:
            raise DecisionFault(fault.code, f"rule {rule.number}: {fault.message}") from None
        if table.policy == "FIRST":
            break
    return found


def _defaults(table: Table, names: Names) -> list[Row]:
    if table.aggregator == "COUNT" or all(output.default is None for output in table.outputs):
        return []
    try:
        row = {o.name: None if o.default is None else _output(o, o.default, names) for o in table.outputs}
    except ExpressionError as error:
        raise DecisionFault("expression", f"the default output: {error}") from error
    return [(0, row)]


def _output(output: Output, entry: Entry, names: Names) -> JSON:
    if entry.constant:
        return entry.value
    if entry.expression is None:
        return None
    try:
        value = read(entry.expression.evaluate(names), output.kind)
    except DecisionFault as fault:
        raise DecisionFault(fault.code, f"output '{output.label}': {fault.message}") from None
    if value is not None and output.allowed is not None and not allows(output.allowed, value, output.kind):
        raise DecisionFault("not-allowed-value", f"output '{output.label}' is none of its allowed values")
    return written(value)
