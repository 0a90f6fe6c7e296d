"""`liandong decide`: a decision by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.library import LIBRARY
from cli.main import main
from tests.decisions.tables import column, dmn, output, table

EXPENSE = LIBRARY / "examples" / "expense.dmn"


def decide(*arguments: object) -> Result:
    return CliRunner().invoke(main, ["decide", *map(str, arguments)])


def test_the_result_and_the_rules_are_printed() -> None:
    given = '{"amount": 60000.50, "budget": "out"}'
    result = decide(EXPENSE, "--decision", "expense_authority", "--input", given, "--on", "2026-03-02")
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        '{"higher":true,"meeting":"院长办公会","post":"PRESIDENT"}',
        "expense_level: rule 3 (金额 = 60000.50) => level = 3",
        "expense_rank: expression => rank = 4",
        'expense_authority: rule 4 (审批级别 = 4) => higher = true, post = "PRESIDENT", meeting = "院长办公会"',
    ]


def test_the_day_chooses_the_version_and_json_says_everything(tmp_path: Path) -> None:
    given = tmp_path / "given.json"
    given.write_text('{"amount": 40000}', encoding="utf-8")
    result = decide(EXPENSE, "--decision", "expense_level", "--input", f"@{given}", "--on", "2025-12-31", "--json")
    assert json.loads(result.output) == {
        "result": 3,
        "decided": [
            {
                "decision": "expense_level",
                "file": str(EXPENSE),
                "inputs": {"金额": 40000},
                "rules": [3],
                "results": [{"level": 3}],
            }
        ],
    }


def test_no_rule_is_said(tmp_path: Path) -> None:
    path = tmp_path / "t.dmn"
    path.write_bytes(dmn(table("t", [column("x")], [output("r")], ["1 => 'a'"], policy="COLLECT")))
    assert decide(path, "--input", '{"x": 2}').output.splitlines() == ["[]", "t: no rule (x = 2) => nothing"]


@pytest.mark.parametrize(
    ("arguments", "status", "part"),
    [
        (["--decision", "expense_level", "--input", '{"amount": "much"}'], 1, "wrong-type: decision 'expense_level'"),
        (["--decision", "expense_level", "--input", "[1]"], 2, "a JSON object"),
        (["--decision", "expense_level", "--input", "{amount: 1}"], 2, "to be JSON"),
        (["--decision", "expense_level", "--on", "soon"], 2, "to be a date"),
        (["--decision", "nothing"], 2, "but found 'nothing'"),
        ([], 2, "Expected --decision"),
    ],
)
def test_what_is_wrong_is_said(arguments: list[str], status: int, part: str) -> None:
    result = decide(EXPENSE, *arguments)
    assert result.exit_code == status
    assert part in result.output


def test_a_table_that_cannot_be_deployed_is_not_decided(tmp_path: Path) -> None:
    path = tmp_path / "t.dmn"
    path.write_bytes(dmn(table("t", [column("x")], [output("r")], ["< 5 => 'a'", "< 3 => 'b'"])))
    result = decide(path, "--input", '{"x": 2}')
    assert result.exit_code == 1
    assert "overlapping-rules" in result.output
    assert "Rules 1 and 2 both match x = 2" in result.output
