"""What the deployment gate says of a table, from what its analysis found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from engine.decisions.analysis import Example, analyse
from engine.decisions.kinds import Scalar, same, written
from engine.decisions.model import SINGLE_HIT, Decision, Entry, Rule, Table
from engine.decisions.report import Report

MAX_TOLD = 20
"""Findings of one sort about one table."""


def check_table(decision: Decision, table: Table, report: Report) -> None:
    """Adds a finding for everything that is wrong with a table whatever the case."""
    _Gate(decision, table, report).check()


class _Gate:
    def __init__(self, decision: Decision, table: Table, report: Report) -> None:
        self._decision = decision
        self._table = table
        self._report = report
        self._analysis = analyse(table)

    def check(self) -> None:
        if self._analysis.partition.whole:
            self._overlaps()
            self._gap()
            self._useless()
            self._duplicates()
        self._limits()

    def _overlaps(self) -> None:
        told = 0
        for first, second, example in self._analysis.overlaps:
            sort = self._contradiction(self._table.rules[first - 1], self._table.rules[second - 1])
            if sort is None or told == MAX_TOLD:
                continue
            told += 1
            shown, shown_en = self._shown(example, zh=True), self._shown(example, zh=False)
            both, both_en = (
                f"第 {first} 条和第 {second} 条规则在 {shown} 时都成立",
                f"Rules {first} and {second} both match {shown_en}",
            )
            _, message, message_en = _CONTRADICTIONS[sort]
            level = "warning" if sort == "any-not-analysed" else "error"
            self._add(level, sort, second, f"决策“{self._decision.key}”：{both}，{message}", f"{both_en}, {message_en}")

    def _contradiction(self, first: Rule, second: Rule) -> str | None:
        if self._table.policy == "UNIQUE":
            return "overlapping-rules"
        if self._table.policy != "ANY":
            return None
        pairs = list(zip(first.entries, second.entries, strict=True))
        if any(_differ(a, b) for a, b in pairs):
            return "different-outputs"
        return None if all(_alike(a, b) for a, b in pairs) else "any-not-analysed"

    def _gap(self) -> None:
        example = self._analysis.gap
        if example is None or self._table.policy not in SINGLE_HIT or any(output.default for output in self._table.outputs):
            return
        self._add(
            "warning",
            "gap",
            None,
            f"决策“{self._decision.key}”：{self._shown(example, zh=True) or '任何'} 的情况没有规则，结果为空。",
            f"Decision '{self._decision.key}': no rule for {self._shown(example, zh=False) or 'anything'}; the result is null.",
        )

    def _useless(self) -> None:
        for number in self._analysis.never[:MAX_TOLD]:
            self._add(
                "warning",
                "never-matches",
                number,
                f"决策“{self._decision.key}”：第 {number} 条规则不可能成立。",
                f"Decision '{self._decision.key}': rule {number} can never match.",
            )
        shadowed = self._analysis.shadowed if self._table.policy == "FIRST" else ()
        for number in shadowed[:MAX_TOLD]:
            self._add(
                "warning",
                "unreachable-rule",
                number,
                f"决策“{self._decision.key}”：第 {number} 条规则永远轮不到，前面的规则已包括它的所有情况。",
                f"Decision '{self._decision.key}': rule {number} never counts; the rules before it match wherever it does.",
            )

    def _duplicates(self) -> None:
        if self._table.policy in ("UNIQUE", "FIRST"):
            return
        seen: dict[tuple[object, ...], int] = {}
        parts = self._analysis.partition
        for rule, box, sure in zip(self._table.rules, parts.possible, parts.sure, strict=True):
            general = () if box == sure else tuple(cell.text for cell in rule.cells)
            first = seen.setdefault((box, sure, general, tuple(_key(entry) for entry in rule.entries)), rule.number)
            if first != rule.number:
                self._add(
                    "warning",
                    "duplicate-rule",
                    rule.number,
                    f"决策“{self._decision.key}”：第 {rule.number} 条规则与第 {first} 条相同。",
                    f"Decision '{self._decision.key}': rule {rule.number} is the same as rule {first}.",
                )

    def _limits(self) -> None:
        general = self._analysis.partition.general()
        if general and self._table.policy in SINGLE_HIT:
            self._add(
                "warning",
                "not-analysed",
                general[0],
                f"决策“{self._decision.key}”：{_numbers(general, '、')} 号规则含有表达式，它们的重叠和遗漏没有检查。",
                f"Decision '{self._decision.key}': rules {_numbers(general, ', ')} hold expressions; "
                "their overlaps and gaps were not analysed.",
            )
        if not self._analysis.complete:
            self._add(
                "warning",
                "analysis-limit",
                None,
                f"决策“{self._decision.key}”太大，重叠和遗漏没有检查完。",
                f"Decision '{self._decision.key}' is too large to be analysed to the end.",
            )

    def _shown(self, example: Example, *, zh: bool) -> str:
        pairs = zip(self._analysis.partition.axes, example, strict=True)
        return ("，" if zh else ", ").join(f"{axis.column.label} = {_value(value, zh=zh)}" for axis, value in pairs)

    def _add(self, level: str, code: str, rule: int | None, message: str, message_en: str) -> None:
        place = None if rule is None else self._table.rules[rule - 1]
        element = (None if place is None else place.id) or self._decision.id
        line = (None if place is None else place.line) or self._decision.line
        self._report.add(level, code, element, line, message, message_en)


_CONTRADICTIONS = {
    contradiction[0]: contradiction
    for contradiction in (
        ("overlapping-rules", "而命中策略 UNIQUE 只许一条成立。", "but the hit policy UNIQUE allows one."),
        ("different-outputs", "输出却不同，命中策略 ANY 不许这样。", "with different outputs, which the hit policy ANY forbids."),
        ("any-not-analysed", "输出是否相同没有检查。", "and whether their outputs are equal was not analysed."),
    )
}


def _differ(first: Entry, second: Entry) -> bool:
    return first.constant and second.constant and not same(first.value, second.value)


def _alike(first: Entry, second: Entry) -> bool:
    return (first.constant and second.constant) or first.text == second.text


def _key(entry: Entry) -> object:
    return (type(entry.value), repr(entry.value)) if entry.constant else entry.text


def _value(value: Scalar | None, *, zh: bool) -> str:
    if value is None:
        return "空" if zh else "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return format(value, "f")
    return f'"{value}"' if isinstance(value, str) else str(written(value)) if isinstance(value, date) else str(value)


def _numbers(rules: Sequence[int], separator: str) -> str:
    shown = separator.join(str(number) for number in rules[:MAX_TOLD])
    return shown if len(rules) <= MAX_TOLD else shown + " …"
