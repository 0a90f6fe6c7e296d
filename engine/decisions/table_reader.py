"""Reads one decision table: its columns, outputs, rules and hit policy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.decisions.cells import Cell, Equal, Literal, compiled, parse_cell, typed
from engine.decisions.faults import DecisionFault, Refused
from engine.decisions.kinds import ANY, NUMERIC, ORDERED, read, written
from engine.decisions.matching import allows
from engine.decisions.model import AGGREGATORS, BY_OUTPUT, MULTIPLE_HIT, SINGLE_HIT, Column, Entry, Output, Rule, Table
from engine.decisions.report import Report
from engine.decisions.types import CheckLanguage, ItemTypes
from engine.errors import ExpressionError
from engine.expressions import JSON
from engine.xml import Node, line_of

MAX_RULES = 2_000
MAX_COLUMNS = 100

_LETTERS = {"U": "UNIQUE", "F": "FIRST", "P": "PRIORITY", "A": "ANY", "C": "COLLECT", "R": "RULE ORDER", "O": "OUTPUT ORDER"}
_CAMUNDA = "{http://camunda.org/schema/1.0/dmn}"
_HINTS = {"null": ANY, "list": ANY, "dict": ANY}


class TableReader:
    """Reads the table of one decision."""

    def __init__(self, prefix: str, report: Report, types: ItemTypes, check_language: CheckLanguage) -> None:
        self._prefix = prefix
        self._report = report
        self._types = types
        self._check_language = check_language

    def table(self, node: Node, variable: str) -> Table | None:
        """The table, None when something in it is wrong; `variable` names an output without a name of its own."""
        before = len(self._report.findings)
        columns = [self._column(found, number) for number, found in enumerate(self._children(node, "input"), 1)]
        nodes = self._children(node, "output")
        outputs = [self._output(found, number, variable, len(nodes)) for number, found in enumerate(nodes, 1)]
        rules = self._children(node, "rule")
        self._check_size(node, len(columns), len(outputs), len(rules))
        policy, aggregator = self._policy(node, outputs)
        if self._failed(before):
            return None
        sound = [column for column in columns if column is not None]
        read_rules = [self._rule(found, number, sound, outputs) for number, found in enumerate(rules, 1)]
        sound, kept = self._typed(sound, [rule for rule in read_rules if rule is not None], rules)
        if self._failed(before):
            return None
        return Table(policy=policy, aggregator=aggregator, columns=tuple(sound), outputs=tuple(outputs), rules=tuple(kept))

    def _failed(self, before: int) -> bool:
        return any(finding.level == "error" for finding in self._report.findings[before:])

    def _check_size(self, node: Node, columns: int, outputs: int, rules: int) -> None:
        if not outputs:
            self._report.error("no-output", node, "决策表没有输出列。", "The table has no output.")
        if columns + outputs > MAX_COLUMNS or rules > MAX_RULES:
            self._report.error(
                "table-too-large",
                node,
                f"决策表最多 {MAX_COLUMNS} 列、{MAX_RULES} 条规则。",
                f"A table has at most {MAX_COLUMNS} columns and {MAX_RULES} rules.",
            )

    def _policy(self, node: Node, outputs: Sequence[Output]) -> tuple[str, str | None]:
        given = " ".join((node.get("hitPolicy") or "UNIQUE").upper().replace("_", " ").split())
        policy = _LETTERS.get(given, given)
        aggregator = (node.get("aggregation") or "").strip().upper() or None
        if policy not in SINGLE_HIT | MULTIPLE_HIT:
            self._report.error("hit-policy", node, f"命中策略“{given}”不存在。", f"There is no hit policy '{given}'.")
        if aggregator is not None and (policy != "COLLECT" or aggregator not in AGGREGATORS):
            self._report.error(
                "aggregation",
                node,
                f"汇总方式“{aggregator}”只能是 SUM、MIN、MAX、COUNT，且只能用于 COLLECT。",
                f"The aggregation '{aggregator}' must be SUM, MIN, MAX or COUNT and belongs to COLLECT only.",
            )
        if aggregator is not None and outputs:
            self._check_aggregation(node, aggregator, outputs)
        if policy in BY_OUTPUT and not any(output.order for output in outputs):
            self._report.error(
                "output-order",
                node,
                f"命中策略 {policy} 需要在输出列写明允许值的顺序。",
                f"The hit policy {policy} needs an output with its allowed values in order.",
            )
        return policy, aggregator

    def _check_aggregation(self, node: Node, aggregator: str, outputs: Sequence[Output]) -> None:
        if len(outputs) > 1:
            self._report.error("aggregation", node, "有多个输出列时不能汇总。", "Several outputs cannot be aggregated.")
        kind = outputs[0].kind
        fit = kind in NUMERIC if aggregator == "SUM" else aggregator == "COUNT" or kind in ORDERED
        if not fit and kind != ANY:
            self._report.error(
                "aggregation", node, f"{aggregator} 不能用于类型 {kind}。", f"{aggregator} cannot be used on type {kind}."
            )

    # -- inputs and outputs ------------------------------------------------------------------------------------------

    def _column(self, node: Node, number: int) -> Column | None:
        held = next(iter(self._children(node, "inputExpression")), None)
        text = "" if held is None else self._text(held)
        place, place_en = f"第 {number} 个输入列：", f"Input {number}: "
        if held is None or not text.strip():
            self._report.error("empty-expression", node, f"{place}没有写明输入表达式。", f"{place_en}it has no input expression.")
            return None
        self._check_language(held, held.get("expressionLanguage"))
        reference = held.get("typeRef")
        kind = self._types.kind(reference, held)
        alias = node.get(_CAMUNDA + "inputVariable") or None
        try:
            expression = compiled(text)
            column = Column(
                label=node.get("label") or text.strip(), expression=expression, kind=kind, alias=alias, line=line_of(node)
            )
        except Refused as refused:
            self._report.refused(held, refused, place, place_en)
            return None
        allowed = next(iter(self._children(node, "inputValues")), None)
        return replace(column, allowed=self._allowed(allowed, reference, kind, place, place_en))

    def _output(self, node: Node, number: int, variable: str, count: int) -> Output:
        place, place_en = f"第 {number} 个输出列：", f"Output {number}: "
        name = (node.get("name") or "").strip()
        if not name and count > 1:
            self._report.error(
                "missing-name", node, f"{place}有多个输出列时须写明名称。", f"{place_en}with several outputs each needs a name."
            )
        reference = node.get("typeRef")
        kind = self._types.kind(reference, node)
        allowed = self._allowed(next(iter(self._children(node, "outputValues")), None), reference, kind, place, place_en)
        order = () if allowed is None else _order(allowed)
        output = Output(
            name=name or variable,
            label=node.get("label") or name or variable,
            kind=kind,
            allowed=allowed,
            order=order,
            line=line_of(node),
        )
        default = next(iter(self._children(node, "defaultOutputEntry")), None)
        if default is None:
            return output
        return replace(output, default=self._entry(default, output, place + "默认值：", place_en + "default: "))

    def _allowed(self, node: Node | None, reference: str | None, kind: str, place: str, place_en: str) -> Cell | None:
        held = node if node is not None else self._types.allowed(reference)
        text = "" if held is None else self._text(held)
        if held is None or not text.strip():
            return None
        try:
            cell = parse_cell(text)
            if cell.general:
                raise Refused("allowed-values", "允许值只能是常量。", "Allowed values must be constants.")
            return typed(cell, kind)
        except Refused as refused:
            self._report.refused(held, refused, place + "允许值：", place_en + "allowed values: ")
            return None

    # -- rules -------------------------------------------------------------------------------------------------------

    def _rule(self, node: Node, number: int, columns: Sequence[Column], outputs: Sequence[Output]) -> Rule | None:
        cells, entries = self._children(node, "inputEntry"), self._children(node, "outputEntry")
        if len(cells) != len(columns) or len(entries) != len(outputs):
            self._report.error(
                "rule-shape",
                node,
                f"第 {number} 条规则应有 {len(columns)} 个输入、{len(outputs)} 个输出，却有 {len(cells)} 个、{len(entries)} 个。",
                f"Rule {number} must have {len(columns)} inputs and {len(outputs)} outputs, not {len(cells)} and {len(entries)}.",
            )
            return None
        parsed = [
            self._cell(cell, number, place, column) for place, (cell, column) in enumerate(zip(cells, columns, strict=True), 1)
        ]
        given = [
            self._entry(entry, output, f"第 {number} 条规则的输出“{output.label}”：", f"Rule {number}, output '{output.label}': ")
            for entry, output in zip(entries, outputs, strict=True)
        ]
        return Rule(number=number, cells=tuple(parsed), entries=tuple(given), id=node.get("id"), line=line_of(node))

    def _cell(self, node: Node, number: int, place: int, column: Column) -> Cell:
        self._check_language(node, node.get("expressionLanguage"))
        try:
            return parse_cell(self._text(node), column.inputs)
        except Refused as refused:
            self._report.refused(node, refused, *_cell_place(number, place, column))
            return Cell(text="", tests=())

    def _entry(self, node: Node, output: Output, place: str, place_en: str) -> Entry:
        self._check_language(node, node.get("expressionLanguage"))
        text = self._text(node).strip()
        empty = Entry(text=text, expression=None, constant=True, line=line_of(node))
        if text in ("", "-"):
            return empty
        try:
            expression = compiled(text)
            if expression.names:
                return Entry(text=text, expression=expression, constant=False, line=line_of(node))
            value = self._constant(expression.evaluate({}), output)
        except ExpressionError as error:
            self._report.refused(
                node, Refused("expression", f"无法计算：{error}", f"It cannot be calculated: {error}"), place, place_en
            )
            return empty
        except Refused as refused:
            self._report.refused(node, refused, place, place_en)
            return empty
        return replace(empty, expression=expression, value=value)

    def _constant(self, value: JSON, output: Output) -> JSON:
        try:
            found = read(value, output.kind)
        except DecisionFault as fault:
            raise Refused(
                "output-type",
                f"输出的类型是 {output.kind}，此处的值不是。",
                f"The output is of type {output.kind}: {fault.message}.",
            ) from None
        if found is not None and output.allowed is not None and not allows(output.allowed, found, output.kind):
            raise Refused(
                "output-value",
                f"不在允许值之中：{output.allowed.text}",
                f"The value is none of those allowed: {output.allowed.text}",
            )
        return written(found)

    def _typed(self, columns: list[Column], rules: list[Rule], nodes: Sequence[Node]) -> tuple[list[Column], list[Rule]]:
        """Columns without a type take that of their literals; then every literal is read as its column's type."""
        if len(rules) != len(nodes):
            return columns, rules
        found = [self._inferred(column, place, rules) for place, column in enumerate(columns)]
        return found, [self._typed_rule(rule, found, node) for rule, node in zip(rules, nodes, strict=True)]

    def _inferred(self, column: Column, place: int, rules: Sequence[Rule]) -> Column:
        if column.kind != ANY:
            return column
        cells = [rule.cells[place] for rule in rules] + ([] if column.allowed is None else [column.allowed])
        operands = [operand for cell in cells for operand in cell.operands()]
        hints = {_HINTS.get(operand.hint, operand.hint) for operand in operands if isinstance(operand, Literal)}
        if len(hints) > 1:
            kinds = "、".join(sorted(hints))
            self._report.add(
                "error",
                "cell-type",
                None,
                column.line,
                f"输入列“{column.label}”没有写明类型，各格的类型又不同（{kinds}）；请写明类型（typeRef）。",
                f"Input '{column.label}' has no type, but cells of several types ({', '.join(sorted(hints))}); give it one.",
            )
        if len(hints) != 1:
            return column
        kind = hints.pop()
        try:
            return replace(column, kind=kind, allowed=None if column.allowed is None else typed(column.allowed, kind))
        except Refused as refused:
            self._report.add("error", refused.code, None, column.line, refused.message, refused.message_en)
            return column

    def _typed_rule(self, rule: Rule, columns: Sequence[Column], node: Node) -> Rule:
        cells = []
        nodes = self._children(node, "inputEntry")
        for place, (cell, column) in enumerate(zip(rule.cells, columns, strict=True), 1):
            try:
                cells.append(typed(cell, column.kind))
            except Refused as refused:
                self._report.refused(nodes[place - 1], refused, *_cell_place(rule.number, place, column))
                cells.append(cell)
        return replace(rule, cells=tuple(cells))

    # -- elements ----------------------------------------------------------------------------------------------------

    def _children(self, node: Node, name: str) -> list[Node]:
        return list(node.iterchildren(self._prefix + name))

    def _text(self, node: Node) -> str:
        found = next(iter(self._children(node, "text")), None)
        return "" if found is None else str(found.text or "")


def _cell_place(rule: int, place: int, column: Column) -> tuple[str, str]:
    return f"第 {rule} 条规则第 {place} 列（{column.label}）：", f"Rule {rule}, input {place} ({column.label}): "


def _order(allowed: Cell) -> tuple[JSON, ...]:
    return tuple(
        written(test.value.value)  # type: ignore[arg-type]
        for test in allowed.tests
        if isinstance(test, Equal) and isinstance(test.value, Literal)
    )
