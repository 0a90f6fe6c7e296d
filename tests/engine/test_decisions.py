"""Decision tables in the store: deployed with their process, kept with its version, recorded in the case's history."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from sqlalchemy import select

from engine.commands.incident import RetryIncident
from engine.commands.instance import MoveInstance
from engine.errors import InvalidModel, NotFound
from engine.kernel.triggers import SetVariables
from engine.queries.timeline import GetTimeline
from engine.store.tables import History, Resource
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.decisions.tables import column, dmn, output, table
from tests.engine.models import END, START, STARTER

RULE = (
    '<businessRuleTask id="rule" name="定审批层级"><extensionElements>'
    '<liandong:decision ref="level" result="level"/></extensionElements></businessRuleTask>'
)
PROCESS = bpmn(
    process(
        "p",
        START,
        user_task("ask", post="BR_GP"),
        RULE,
        user_task("after", post="BR_GP"),
        END,
        flows="s > ask > rule > after > e",
        extensions=STARTER,
    )
)


def levels(limit: int = 5000) -> bytes:
    return dmn(
        table(
            "level",
            [column("amount", label="金额"), column("own", "string", label="机构")],
            [output("level", "integer"), output("post")],
            [f'<= {limit} | - => 1 | "BR_DIR"', f'> {limit} | - => 2 | "PRESIDENT"'],
        ).replace('<decision id="level" name="level"', '<decision id="level" name="审批层级"')
    )


def deploy(county: County, tables: bytes) -> None:
    county.deploy(PROCESS, level__dmn=tables)


def decide(county: County, amount: object) -> CaseView:
    case = county.run("p", amount=amount)
    county.person("gan").complete(case.task("ask"))
    return case


def test_the_table_is_deployed_with_the_process_and_decides(county: County) -> None:
    deploy(county, levels())
    assert [tuple(row) for row in county.rows(select(Resource.name, Resource.kind).order_by(Resource.name))] == [
        ("level.dmn", "decision"),
        ("model0.bpmn", "bpmn"),
    ]
    case = decide(county, Decimal("5000.01"))
    assert case.open == ["after"]
    assert case.variables["level"] == {"level": 2, "post": "PRESIDENT"}


def test_a_case_keeps_the_table_that_it_started_with(county: County) -> None:
    deploy(county, levels(5000))
    old = county.run("p", amount=6000)
    deploy(county, levels(9000))
    county.restart()
    new = county.run("p", amount=6000)
    for case in (old, new):
        county.person("gan").complete(case.task("ask"))
    assert old.variables["level"]["level"] == 2
    assert new.variables["level"]["level"] == 1


def test_a_changed_table_alone_makes_a_new_version(county: County) -> None:
    assert county.deploy(PROCESS, level__dmn=levels(1)).processes == ("p:1",)
    assert county.deploy(PROCESS, level__dmn=levels(1)).unchanged
    assert county.deploy(PROCESS, level__dmn=levels(2)).processes == ("p:2",)


def test_nothing_is_deployed_when_the_table_is_wrong_or_missing(county: County) -> None:
    wrong = levels().replace(b"&lt;= 5000", b"&lt;= five")
    for tables in ({"level__dmn": wrong.replace(b"five", b"five six")}, {}, {"level__dmn": b"<!DOCTYPE x><definitions/>"}):
        with pytest.raises(InvalidModel) as refusal:
            county.deploy(PROCESS, **tables)
        assert "error" in {finding.level for finding in refusal.value.findings}
    assert county.rows(select(Resource.name)) == []


def test_history_records_what_was_decided_from_what_by_which_rule(county: County) -> None:
    deploy(county, levels())
    case = decide(county, Decimal("800.50"))
    fact = county.row(select(History.kind, History.element, History.data).where(History.kind == "decision"))
    assert fact.element == "rule"
    assert fact.data == {
        "decision": "level",
        "name": "审批层级",
        "inputs": [{"name": "金额", "value": Decimal("800.50")}, {"name": "机构", "value": "CH01"}],
        "rules": [1],
        "results": [{"level": 1, "post": "BR_DIR"}],
        "labels": {"level": "level", "post": "post"},
    }
    lines = county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)
    told = next(line for line in lines if line.kind == "system")
    assert told.title == "判定“审批层级”：level = 1，post = BR_DIR"
    assert told.title_en == "Decided “审批层级”: level = 1, post = BR_DIR"
    assert told.detail == "第 1 条规则；依据：金额、机构"
    assert told.detail_en == "rule 1; by 金额, 机构"


def test_the_timeline_names_the_inputs_of_a_decision_and_keeps_their_values_to_itself(county: County) -> None:
    deploy(county, levels())
    case = decide(county, Decimal("731.25"))
    lines = county.engine.query(GetTimeline(instance=case.id), county.person("gan").actor)
    shown = " ".join(str(text) for line in lines for text in (line.title, line.title_en, line.detail, line.detail_en))
    assert "金额" in shown
    assert "731.25" not in shown
    assert "CH01" not in shown


def test_who_may_not_see_the_case_does_not_see_its_decisions(county: County) -> None:
    deploy(county, levels())
    case = decide(county, 1)
    with pytest.raises(NotFound):
        county.engine.query(GetTimeline(instance=case.id), county.person("liu").actor)


def test_a_decision_that_fails_is_an_incident_and_goes_on_when_it_is_put_right(county: County) -> None:
    deploy(county, levels())
    case = decide(county, "much")
    [incident] = county.incidents()
    assert (incident.code, incident.element) == ("decision", "rule")
    assert "much" not in json.dumps(incident.message)
    assert case.open == []
    county.execute(MoveInstance(instance=case.id, trigger=SetVariables(variables={"amount": 7000})))
    county.person("it", "operations").do(RetryIncident(incident=incident.id))
    assert county.incidents() == []
    assert (case.open, case.variables["level"]["level"]) == (["after"], 2)


def test_rows_of_a_list_are_decided_one_by_one(county: County) -> None:
    """Each row has its result, in order; the whole is one record of history, and half an instruction is refused."""
    tables = dmn(
        table(
            "line",
            [column("row.amount", label="金额"), column("limit", label="上限")],
            [output("verdict")],
            ["<= limit | - => 'pass'", "> limit | - => 'cut'"],
            policy="FIRST",
        )
    )
    rule = RULE.replace('ref="level" result="level"', 'ref="line" each="rows" item="row" result="verdicts" mapping="singleEntry"')
    model = PROCESS.replace(RULE.encode(), rule.encode())
    county.deploy(model, line__dmn=tables)
    case = county.run("p", rows=[{"amount": 1}, {"amount": Decimal("2.5")}], limit=2)
    county.person("gan").complete(case.task("ask"))
    assert case.variables["verdicts"] == ["pass", "cut"]
    fact = county.row(select(History.data).where(History.kind == "decision")).data
    assert (fact["rules"], [value["name"] for value in fact["inputs"]]) == ([1, 2], ["1. 金额", "1. 上限", "2. 金额", "2. 上限"])
    assert [found["verdict"] for found in fact["results"]] == ["pass", "cut"]
    with pytest.raises(InvalidModel) as refusal:
        county.deploy(model.replace(b' item="row"', b""), line__dmn=tables)
    assert "attribute-value" in {finding.code for finding in refusal.value.findings}
