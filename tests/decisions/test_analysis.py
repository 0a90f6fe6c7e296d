"""The analysis of tables at deployment: what it reports, and that it agrees with trying every input."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.decisions import DecisionFault
from engine.decisions.analysis import Analysis, analyse
from engine.decisions.kinds import read, written
from engine.decisions.matching import matches
from engine.decisions.model import Table
from engine.errors import Finding
from tests.decisions.tables import codes, column, decide, deployed, findings, output, table


def of(finding_code: str, *decisions: str) -> list[Finding]:
    """The findings of one code."""
    return [finding for finding in findings(*decisions) if finding.code == finding_code]


def test_overlapping_rules_of_unique_are_refused_with_an_input_that_shows_it() -> None:
    made = table(
        "t",
        [column("amount", label="金额"), column("budgeted", "boolean")],
        [output("r")],
        ['<= 5000 | - => "a"', '> 5000 | true => "b"', '[5000..9000] | true => "c"', '> 5000 | false => "d"'],
    )
    found = of("overlapping-rules", made)
    assert [finding.element for finding in found] == ["r3", "r3"]
    assert (
        found[0].message
        == "决策“t”：第 1 条和第 3 条规则在 金额 = 5000，budgeted = true 时都成立，而命中策略 UNIQUE 只许一条成立。"
    )
    assert found[1].message_en == ("Rules 2 and 3 both match 金额 = 5001, budgeted = true, but the hit policy UNIQUE allows one.")
    assert {finding.level for finding in found} == {"error"}
    assert found[0].line == 6


def test_a_sound_table_has_no_findings() -> None:
    made = table(
        "t",
        [column("amount", values=">= 0"), column("urgency", "string", values='"E","U","R"')],
        [output("r")],
        ['<= 5000 | not("E") => "a"', '> 5000 | "U","R" => "b"', '- | "E" => "c"'],
    )
    assert findings(made) == []


GAPS = [
    (["< 5", "> 5"], "number", "5"),
    (["<= 5", ">= 6"], "number", "5.5"),
    (["<= 5", ">= 6"], "integer", None),
    (["[0..5]", "> 5"], "number", "-1"),
    (['"a"', '"b"'], "string", '"其他"'),
    (['"a"', 'not("a")'], "string", None),
    (["true"], "boolean", "false"),
    (["true", "false"], "boolean", None),
    (["<= 5", "> 5", "null"], "number", None),
    (["not(null)"], "number", "null"),
    (["1", "not(1), null"], "number", None),
    (["null", "< 1"], "number", "1"),
    (['< date("2026-01-01")', '> date("2026-01-02")'], "date", "2026-01-01"),
    (['< date("2026-01-01")', '>= date("2026-01-01")'], "date", None),
    (['<= date("2026-01-01")', '>= date("2026-01-02")'], "date", None),
    (['<= @"2026-01-01T00:00:00Z"', '>= @"2026-01-01T02:00:00Z"'], "dateTime", "2026-01-01T09:00:00+08:00"),
    (['<= @"2026-01-01T00:00:00.001Z"', '>= @"2026-01-01T00:00:00.002Z"'], "dateTime", None),
    ([], "number", "0"),
    (["-"], None, None),
]


@pytest.mark.parametrize(("cells", "kind", "example"), GAPS, ids=[" ; ".join(case[0]) or "no rules" for case in GAPS])
def test_a_gap_is_warned_of_with_an_input_that_shows_it(cells: list[str], kind: str | None, example: str | None) -> None:
    found = of("gap", table("t", [column("x", kind)], [output("r")], [f'{cell} => "a"' for cell in cells]))
    assert [finding.message_en for finding in found] == (
        [] if example is None else [f"Decision 't': no rule for x = {example}; the result is null."]
    )
    assert {finding.level for finding in found} <= {"warning"}


def test_no_gap_where_an_empty_list_or_a_default_is_meant() -> None:
    assert of("gap", table("t", [column("x")], [output("r")], ["1 => 'a'"], policy="COLLECT")) == []
    assert of("gap", table("t", [column("x")], [output("r", default="'b'")], ["1 => 'a'"])) == []


def test_a_gap_of_several_columns() -> None:
    made = table(
        "t",
        [column("a", "boolean"), column("b", "boolean"), column("c", "boolean")],
        [output("r")],
        ["true | - | true => '1'", "- | true | false => '2'", "false | false | - => '3'", "true | false | false => '4'"],
    )
    assert [finding.message for finding in of("gap", made)] == [
        "决策“t”：a = false，b = true，c = true 的情况没有规则，结果为空。"
    ]


def test_rules_that_never_count_are_warned_of() -> None:
    rules = ["< 5 => 'a'", ">= 5 => 'b'", "[3..7] => 'c'", "null => 'd'", "- => 'e'"]
    found = of("unreachable-rule", table("t", [column("x")], [output("r")], rules, policy="FIRST"))
    assert [finding.element for finding in found] == ["r3", "r5"]
    found = of("never-matches", table("t", [column("x", "string", values='"a"')], [output("r")], ["'a' => '1'", "'b' => '2'"]))
    assert [finding.element for finding in found] == ["r2"]


def test_equal_rules_are_warned_of() -> None:
    same = ["1, 2 => 'a'", "[1..2] => 'a'", "2, 1 => 'a'", "2, 1 => 'b'", "< limit => 'a'", "< limit => 'a'"]
    found = of("duplicate-rule", table("t", [column("x")], [output("r")], same, policy="COLLECT"))
    assert [finding.element for finding in found] == ["r3", "r6"]


def test_any_with_different_outputs_is_refused() -> None:
    rules = ["< 5 => 'a'", "< 3 => 'a'", "< 1 => 'b'"]
    found = of("different-outputs", table("t", [column("x")], [output("r")], rules, policy="ANY"))
    assert [(finding.level, finding.element) for finding in found] == [("error", "r3"), ("error", "r3")]
    unsure = of("any-not-analysed", table("t", [column("x")], [output("r")], ["< 5 => s", "< 3 => 'a'"], policy="ANY"))
    assert [finding.level for finding in unsure] == ["warning"]
    assert codes(table("t", [column("x")], [output("r")], ["< 5 => s", "< 3 => s"], policy="ANY")) == []


def test_columns_of_the_same_expression_are_one_input() -> None:
    made = table("t", [column("x"), column("x")], [output("r")], ["> 1 | < 5 => 'a'", ">= 5 | - => 'b'", "<= 1 | - => 'c'"])
    assert findings(made) == []


def test_expressions_are_not_analysed_and_it_is_said() -> None:
    rules = ["< limit => 'a'", ">= limit => 'b'", "null => 'c'"]
    made = table("t", [column("x")], [output("r")], rules)
    assert [(finding.code, finding.level) for finding in findings(made)] == [("not-analysed", "warning")]
    assert "1、2 号规则" in findings(made)[0].message


def test_a_large_table_is_analysed_as_long_as_the_work_is_bounded() -> None:
    keys = [f'"drug{number}" => "{number}"' for number in range(1_500)]
    many = table("t", [column("code", "string")], [output("r")], [*keys, '"drug7" => "again"'])
    assert [finding.element for finding in of("overlapping-rules", many)] == ["r1501"]
    ranges = [f"[{number}..{number + 1}) | - => 'x'" for number in range(1_900)]
    huge = table("t", [column("x"), column("y")], [output("r")], ranges)
    assert [finding.code for finding in findings(huge)] == ["analysis-limit"]


def test_work_that_grows_with_every_column_is_given_up() -> None:
    columns = [column(f"x{number}", "boolean") for number in range(24)]
    rules = []
    for number in range(300):
        cells = ["-"] * 24
        for step in range(8):
            cells[(number * 7 + step * 5 + number // 24) % 24] = "true" if (number >> step) & 1 else "false"
        rules.append(" | ".join(cells) + " => 'x'")
    found = {finding.code for finding in findings(table("t", columns, [output("r")], rules, policy="FIRST"))}
    assert found <= {"analysis-limit", "gap", "unreachable-rule"}


# Against trying every input

NUMBERS = st.integers(0, 4).map(str)
TEXTS = st.sampled_from(['"a"', '"b"', '"c"'])
DAYS = st.integers(1, 4).map(lambda day: f'date("2026-01-0{day}")')


def cells_of(values: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Cells over a kind of ordered literals."""
    pair = st.tuples(st.sampled_from("[("), values, values, st.sampled_from("])")).filter(
        lambda t: t[1] < t[2] or (t[1] == t[2] and t[0] == "[" and t[3] == "]")
    )
    one = st.one_of(
        values,
        st.just("null"),
        st.tuples(st.sampled_from(["<", "<=", ">", ">=", "!="]), values).map(" ".join),
        pair.map(lambda t: f"{t[0]}{t[1]}..{t[2]}{t[3]}"),
    )
    several = st.lists(one, min_size=1, max_size=3).map(", ".join)
    return st.one_of(st.just("-"), several, several.map(lambda text: f"not({text})"))


BOOLEANS = st.sampled_from(["-", "true", "false", "null", "not(true)", "true, null"])
KINDS: dict[str, tuple[st.SearchStrategy[str], list[Any]]] = {
    "number": (cells_of(NUMBERS), [None, *(Decimal(half) / 2 for half in range(-2, 11))]),
    "integer": (cells_of(NUMBERS), [None, *range(-1, 6)]),
    "string": (cells_of(TEXTS), [None, "", "a", "aa", "b", "bb", "c", "z"]),
    "date": (cells_of(DAYS), [None, *((date(2025, 12, 31) + timedelta(days=n)).isoformat() for n in range(7))]),
    "boolean": (BOOLEANS, [None, True, False]),
}


@st.composite
def tables(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Kinds of the columns, and the cells of the rules."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=1, max_size=3))
    rule = st.tuples(*(KINDS[kind][0] for kind in kinds)).map(" | ".join)
    return kinds, draw(st.lists(rule, min_size=0, max_size=5))


def tried(made: Table, kinds: list[str]) -> dict[tuple[Any, ...], tuple[int, ...]]:
    """Which rules match each input of a grid that is finer than the borders of the cells."""
    grid = product(*(KINDS[kind][1] for kind in kinds))
    found = {}
    for values in grid:
        scalars = [read(value, kind) for value, kind in zip(values, kinds, strict=True)]
        found[values] = tuple(
            rule.number
            for rule in made.rules
            if all(matches(cell, value, at, {}) for cell, value, at in zip(rule.cells, scalars, made.columns, strict=True))
        )
    return found


def compiled(kinds: list[str], rules: list[str], policy: str) -> tuple[Table, Analysis]:
    columns = [column(f"x{number}", kind) for number, kind in enumerate(kinds)]
    decisions = deployed(table("t", columns, [output("r", "number")], [f"{rule} => 1" for rule in rules], policy=policy))
    made = decisions.versions["t"][0].logic
    assert isinstance(made, Table)
    return made, analyse(made)


@settings(max_examples=200, deadline=None)
@given(tables())
def test_the_analysis_agrees_with_trying_every_input(drawn: tuple[list[str], list[str]]) -> None:
    kinds, rules = drawn
    made, analysis = compiled(kinds, rules, "RULE ORDER")
    hits = tried(made, kinds)
    pairs = {(a, b) for matched in hits.values() for a in matched for b in matched if a < b}
    assert analysis.complete
    assert {(first, second) for first, second, _ in analysis.overlaps} == pairs
    assert set(analysis.never) == {rule.number for rule in made.rules if not any(rule.number in m for m in hits.values())}
    shadowed = {
        rule.number
        for rule in made.rules
        if rule.number not in analysis.never and not any(matched[:1] == (rule.number,) for matched in hits.values())
    }
    assert set(analysis.shadowed) == shadowed
    for first, second, example in analysis.overlaps:
        matched = decide("t", _decisions(kinds, rules), **_names(example)).rules
        assert {first, second} <= set(matched)


@settings(max_examples=200, deadline=None)
@given(tables())
def test_a_gap_is_told_exactly_when_there_is_one(drawn: tuple[list[str], list[str]]) -> None:
    kinds, rules = drawn
    made, analysis = compiled(kinds, rules, "RULE ORDER")
    nulls = [axis.names_null for axis in analysis.partition.axes]
    unmatched = [
        values
        for values, matched in tried(made, kinds).items()
        if not matched and all(value is not None or named for value, named in zip(values, nulls, strict=True))
    ]
    assert (analysis.gap is not None) == bool(unmatched)
    if analysis.gap is not None:
        assert decide("t", _decisions(kinds, rules), **_names(analysis.gap)).rules == ()


@settings(max_examples=200, deadline=None)
@given(tables())
def test_unique_that_is_deployed_is_never_violated(drawn: tuple[list[str], list[str]]) -> None:
    kinds, rules = drawn
    columns = [column(f"x{number}", kind) for number, kind in enumerate(kinds)]
    unique = table("t", columns, [output("r", "number")], [f"{rule} => 1" for rule in rules])
    if "overlapping-rules" in codes(unique):
        return
    decisions = deployed(unique)
    for values in product(*(KINDS[kind][1] for kind in kinds)):
        names = {f"x{number}": value for number, value in enumerate(values)}
        try:
            assert len(decide("t", decisions, **names).rules) <= 1
        except DecisionFault as fault:
            pytest.fail(fault.message)


def _decisions(kinds: list[str], rules: list[str]) -> Any:
    columns = [column(f"x{number}", kind) for number, kind in enumerate(kinds)]
    return deployed(table("t", columns, [output("r", "number")], [f"{rule} => 1" for rule in rules], policy="RULE ORDER"))


def _names(example: tuple[Any, ...]) -> dict[str, Any]:
    return {f"x{number}": written(value) for number, value in enumerate(example)}
