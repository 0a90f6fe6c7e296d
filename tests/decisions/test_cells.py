"""The unary tests of a cell: what matches what, and what is refused with line and place."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.decisions import DecisionFault
from tests.decisions.tables import codes, column, decide, deployed, findings, output, table

COMPARED = {"x = 1", "true = 1", "len(x=1)", "= 1 + 1"}
HOSTILE: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "expressions" / "hostile.json").read_text("utf-8"))


def source_of(case: dict[str, Any]) -> str:
    """A source is a text, or a list of [text, times]."""
    given = case["source"]
    return given if isinstance(given, str) else "".join(text * times for text, times in given)


IN_A_FILE = [
    case for case in HOSTILE if case["when"] == "compile" and all(c.isprintable() or c in "\t\n" for c in source_of(case))
]
"""What XML can hold at all, as it stands."""


def hit(cell: str, kind: str | None, value: Any, **names: Any) -> bool:
    """Whether a cell matches a value of a column `x`."""
    decisions = deployed(table("t", [column("x", kind)], [output("r", "number")], [f"{cell} => 1"]))
    return decide("t", decisions, x=value, **names).rules == (1,)


CASES: list[tuple[str, str | None, list[Any], list[Any]]] = [
    ("-", "number", [1, None], []),
    ("", "string", ["", None], []),
    ("5", "number", [5, Decimal("5.0")], [6, None]),
    ("-5", "number", [-5], [5]),
    ("1 + 2", "number", [3], [12]),
    ("= 5", "number", [5], [4]),
    ("!= 5", "number", [4], [5]),
    ("< 5", "number", [4, Decimal("4.99"), 4.99], [5, None]),
    ("<= 5", "number", [5], [Decimal("5.01")]),
    ("> 5", "number", [6], [5]),
    (">=5", "number", [5], [4]),
    ("[1..5]", "number", [1, 3, 5], [0, 6, None]),
    ("(1..5)", "number", [2, Decimal("4.9")], [1, 5]),
    ("]1..5[", "number", [2, Decimal("4.9")], [1, 5]),
    ("[1..5)", "number", [1, 4], [5]),
    ("(1..5]", "number", [5], [1]),
    ("[-5..-1]", "number", [-3], [0]),
    ("[1.5..2.5]", "number", [2], [1]),
    ("1, 3, [5..7]", "number", [1, 3, 6], [2, 4, 8]),
    ("]1..2[, ]5..6[, 9", "number", [Decimal("1.5"), Decimal("5.5"), 9], [1, 2, 5, 6]),
    ("[1, 3]", "number", [1, 3], [2]),
    ("not(1, [5..7])", "number", [2, 8], [1, 6]),
    ("not([5..7))", "number", [7, 1], [5, 6]),
    ("not(< 5)", "number", [5], [4, None]),
    ("5", "integer", [5], [6]),
    ('"R"', "string", ["R"], ["r", "U", None]),
    ("'R'", "string", ["R"], ["U"]),
    ('"R","U"', "string", ["R", "U"], ["E"]),
    ('not("R", "U")', "string", ["E", None], ["R", "U"]),
    ('"a,b", "c..d", "not("', "string", ["a,b", "c..d", "not("], ["a", "c"]),
    ('"急","重"', "string", ["急"], ["轻"]),
    ('>= "b"', "string", ["b", "c"], ["a"]),
    ("true", "boolean", [True], [False, None]),
    ("false, true", "boolean", [True, False], [None]),
    ("not(true)", "boolean", [False, None], [True]),
    ("null", "number", [None], [0]),
    ("null, 0", "number", [None, 0], [1]),
    ("not(null)", "string", ["", "x"], [None]),
    ('date("2026-01-01")', "date", ["2026-01-01"], ["2026-01-02"]),
    ('"2026-01-01"', "date", ["2026-01-01"], ["2026-01-02"]),
    ('< date("2026-01-01")', "date", ["2025-12-31"], ["2026-01-01"]),
    ('[@"2026-01-01"..date("2026-01-31")]', "date", ["2026-01-31"], ["2026-02-01"]),
    # The calendar day of an instant is China's.
    ('date("2026-01-02")', "date", ["2026-01-01T16:00:00Z"], ["2026-01-01T15:59:59Z"]),
    ('> date and time("2026-01-01T00:00:00Z")', "dateTime", ["2026-01-01T08:00:01+08:00"], ["2026-01-01T08:00:00+08:00"]),
    ('<= datetime("2026-01-01T00:00:00Z")', "dateTime", ["2026-01-01T08:00:00+08:00"], ["2026-01-01T08:00:01+08:00"]),
    ("cellInput > 5 and cellInput != 7", "number", [6], [5, 7]),
    ("? > 5 and ? != 7", "number", [6], [5, 7]),
    ("? % 2 = 0", "number", [4], [5]),
    ('starts with(?, "CH")', "string", ["CH01"], ["X01"]),
    ('ends_with(cellInput, "1"), "X"', "string", ["CH01", "X"], ["CH02"]),
    ('not(contains(?, "0"))', "string", ["X"], ["X0"]),
    ("${cellInput > 5}", "number", [6], [5]),
    ("${5}", "number", [5], [6]),
    ('contains(cellInput, "a")', None, [["a", "b"]], [["b"]]),
    ("5", None, [5], [6]),
]


@pytest.mark.parametrize(("cell", "kind", "yes", "no"), CASES, ids=[case[0] or "empty" for case in CASES])
def test_a_cell_matches(cell: str, kind: str | None, yes: list[Any], no: list[Any]) -> None:
    assert [value for value in yes if not hit(cell, kind, value)] == []
    assert [value for value in no if hit(cell, kind, value)] == []


def test_an_expression_in_a_cell_reads_the_names_of_the_case() -> None:
    assert hit("< limit", "number", 4, limit=5)
    assert hit("[limit - 1..limit]", "number", 4, limit=5)
    assert hit("limit", "number", 5, limit=5)
    assert hit("wanted", "string", "b", wanted=["a", "b"])
    assert hit("parameters.limit - 1", "number", 4, parameters={"limit": 5})
    assert hit("limit > 3", "number", 99, limit=5), "a comparison is a condition of its own"
    assert hit("not(limit)", "number", 4, limit=5)
    assert not hit("< limit", "number", 4, limit=None)


REFUSED = [
    ('"R', "number", "expression"),
    ('"a" "b"', "string", "expression"),
    ("1,", "number", "cell"),
    (",1", "number", "cell"),
    ("<", "number", "cell"),
    ("[1..2] 3", "number", "cell"),
    ("[..2]", "number", "cell"),
    ("[1..2", "number", "expression"),
    ("not()", "number", "cell"),
    ("not(1", "number", "expression"),
    ("[5..3]", "number", "empty-range"),
    ("(5..5]", "number", "empty-range"),
    ('not("a")', "number", "cell-type"),
    ('< "a"', "number", "cell-type"),
    ("true", "number", "cell-type"),
    ("1", "boolean", "cell-type"),
    ("1", "string", "cell-type"),
    ("1.5", "integer", "cell-type"),
    ("< true", "boolean", "cell-type"),
    ("< null", "number", "cell-type"),
    ('"x"', "date", "cell-type"),
    ('date("2026-01-01")', "string", "cell-type"),
    ('date("2026-02-30")', "date", "expression"),
    ("{'a': 1}", "number", "cell-type"),
    ("for x in y return x", "number", "expression"),
    ("some x in y satisfies x > 1", "number", "expression"),
    ("between 1 and 5", "number", "expression"),
    ("Monthly Salary", "number", "expression"),
    ('if x then "a" else "b"', "string", "expression"),
    ("function(x) x + 1", "number", "expression"),
    ('duration("P1D")', "number", "cell-type"),
    ("${x", "number", "cell"),
    ("1" * 2_001, "number", "cell-too-long"),
]


@pytest.mark.parametrize(("cell", "kind", "code"), REFUSED, ids=[case[0][:30] for case in REFUSED])
def test_a_cell_that_is_outside_is_refused_with_its_place(cell: str, kind: str, code: str) -> None:
    found = findings(table("t", [column("x", kind)], [output("r", "number")], ["- => 1", f"{cell} => 2"]))
    assert [(finding.level, finding.code, finding.element) for finding in found if finding.level == "error"] == [
        ("error", code, "r2")
    ]
    finding = next(finding for finding in found if finding.level == "error")
    assert finding.line == 5
    assert "第 2 条规则第 1 列（x）" in finding.message
    assert "Rule 2, input 1 (x)" in finding.message_en


@pytest.mark.parametrize("case", IN_A_FILE, ids=lambda case: ascii(case["source"])[:40])
def test_nothing_hostile_passes_any_place_of_a_table(case: dict[str, Any]) -> None:
    source = source_of(case).replace("|", "||")
    places = [
        [column(source.replace("||", "|"))],
        [column("x")],
        [column("x")],
    ]
    rules = ["- => 1", f"{source} => 1", f"- => {source}"]
    for inputs, rule in zip(places, rules, strict=True):
        if source.strip() == "" and rule != rules[0]:
            continue
        outputs = [output("r", None)]
        made = table("t", inputs, outputs, [rule])
        allowed = source in COMPARED or (rule is rules[1] and _reads_as_tests(source))
        assert codes(made) or allowed, (rule, source)


def _reads_as_tests(source: str) -> bool:
    """A few sources that are no expression elsewhere are tests here: `1, 2`, and `x = 1`, which compares."""
    return source.strip() in ("-", "") or "," in source or ".." in source or source in COMPARED


def test_hostile_data_in_an_expression_is_an_error_of_the_decision() -> None:
    decisions = deployed(table("t", [column("x", None)], [output("r")], ["cellInput.secret == 1 => 'a'"]))
    with pytest.raises(DecisionFault, match="rule 1"):
        decide("t", decisions, x=[1])


WRONG = [
    ("number", "5"),
    ("number", True),
    ("number", [5]),
    ("integer", Decimal("5.5")),
    ("string", 5),
    ("boolean", "true"),
    ("boolean", 1),
    ("date", "yesterday"),
    ("date", 20260101),
    ("dateTime", "2026-13-01T00:00:00Z"),
]


@pytest.mark.parametrize(("kind", "value"), WRONG, ids=[f"{kind} {value}" for kind, value in WRONG])
def test_an_input_of_another_type_is_an_error_that_shows_no_value(kind: str, value: Any) -> None:
    decisions = deployed(table("t", [column("x", kind, label="额度")], [output("r")], ["- => 'a'"]))
    with pytest.raises(DecisionFault) as fault:
        decide("t", decisions, x=value)
    assert fault.value.code == "wrong-type"
    assert "额度" in fault.value.message
    assert str(value) not in fault.value.message.replace("number", "").replace("a boolean", "")


def test_a_missing_name_is_an_error() -> None:
    decisions = deployed(table("t", [column("x")], [output("r")], ["- => 'a'"]))
    with pytest.raises(DecisionFault, match="there is no 'x'"):
        decide("t", decisions)


def test_camundas_name_of_the_cell_input_is_read() -> None:
    clause = column("amount").replace("<input>", '<input camunda:inputVariable="total">')
    decisions = deployed(table("t", [clause], [output("r", "number")], ["total > 5 => 1"]))
    assert decide("t", decisions, amount=6).value == 1


def test_a_column_without_a_type_takes_that_of_its_cells() -> None:
    with pytest.raises(DecisionFault, match="a number is needed"):
        hit("5", None, "5")
    assert codes(table("t", [column("x", None)], [output("r")], ["5 => 'a'", "'5' => 'b'"])) == ["cell-type"]
