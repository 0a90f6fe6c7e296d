"""How two states of a folder are told apart: a file of each kind, with what means something and what does not."""

from __future__ import annotations

import json
import re
from typing import Any

from cli.library import LIBRARY, read_folder
from engine.changes import FileChange, compare
from engine.gate.inspection import kind_of


def told(name: str, before: bytes | str, after: bytes | str) -> FileChange:
    old, new = (text.encode() if isinstance(text, str) else text for text in (before, after))
    [found] = compare({name: (kind_of(name), old)}, {name: (kind_of(name), new)})
    return found


def rows(found: FileChange) -> list[tuple[Any, ...]]:
    return [(item.change, item.element, item.property, item.before, item.after) for item in found.items]


def test_a_diagram_is_told_by_element_and_property_and_its_drawing_apart() -> None:
    name = "recruitment_plan.bpmn"
    text = read_folder(LIBRARY / "recruitment-plan")[name].decode()
    assert compare({name: ("bpmn", text.encode())}, {name: ("bpmn", text.encode())}) == ()
    assert told(name, text, text.replace("<bpmn:process ", "<!-- x -->\n<bpmn:process  ", 1)).change == "spelling"

    drawn = told(name, text, re.sub(r'(<dc:Bounds x=")', r"\g<1>9", text, count=1))
    assert (drawn.change, [item.change for item in drawn.items]) == ("layout", ["moved"])
    assert told(name, text, re.sub(r'(<dc:Bounds x="\d+)"', r'\g<1>.0"', text)).change == "spelling"

    task = r'<bpmn:userTask id="(\w+)" name="([^"]+)">(?:(?!</bpmn:userTask>).)*?'
    outcome = re.search(task + r'<liandong:outcome value="(\w+)" label="([^"]+)"', text, re.DOTALL)
    assert outcome is not None
    start = outcome.start(4)
    changed = text[:start] + "改" + text[start:]
    [item] = told(name, text, changed).items
    assert (item.element, item.name, item.type) == (outcome[1], outcome[2], "userTask")
    assert (item.property, item.before, item.after) == (
        f"liandong:outcome[{outcome[3]}].label",
        outcome[4],
        "改" + outcome[4],
    )
    gone = re.sub(r'<bpmn:endEvent id="(\w+)".*?</bpmn:endEvent>', "", text, count=1, flags=re.S)
    assert [(item.change, item.type) for item in told(name, text, gone).items] == [("removed", "endEvent")]
    assert told(name, text, "<bpmn:definitions").readable is False
    assert [(file.change, file.items) for file in compare({}, {name: ("bpmn", b"")})] == [("added", ())]


TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="n" namespace="x">
<decision id="fee" name="收费"><decisionTable id="t" hitPolicy="FIRST">{columns}{rules}</decisionTable></decision>
</definitions>"""
COLUMNS = """<input id="age" label="年龄"><inputExpression id="e"><text>age</text></inputExpression></input>
<output id="out" label="费用" name="fee"/>"""


def rule(name: str, condition: str, result: str) -> str:
    given, gives = f"<text>{condition}</text>", f"<text>{result}</text>"
    return (
        f'<rule id="{name}"><inputEntry id="{name}i">{given}</inputEntry><outputEntry id="{name}o">{gives}</outputEntry></rule>'
    )


def test_a_table_is_told_by_rule_and_column_and_its_order_counts() -> None:
    adult, child, other = rule("a", "&gt;= 18", "20"), rule("c", "&lt; 18", "5"), rule("o", "-", "1")
    before = TABLE.format(columns=COLUMNS, rules=adult + child)
    after = TABLE.format(columns=COLUMNS.replace("年龄", "岁数"), rules=rule("a", "&gt;= 16", "20") + other)
    assert rows(told("fee.dmn", before, after)) == [
        ("changed", "age", "label", "年龄", "岁数"),
        ("changed", "a", "岁数", ">= 18", ">= 16"),
        ("added", "o", None, None, "- → 1"),
        ("removed", "c", None, "< 18 → 5", None),
    ]
    turned = told("fee.dmn", before, TABLE.format(columns=COLUMNS, rules=child + adult))
    assert rows(turned) == [("changed", "fee", "order of rules", "a c", "c a")]
    policy = told("fee.dmn", before, before.replace("FIRST", "UNIQUE"))
    assert rows(policy) == [("changed", "fee", "decisionTable.hitPolicy", "FIRST", "UNIQUE")]


def test_forms_parameters_and_scenarios_are_told_by_field_key_and_step() -> None:
    form: dict[str, Any] = {
        "id": "slip",
        "components": [
            {"id": "f1", "key": "name", "type": "textfield", "label": "姓名", "layout": {"row": "r1", "columns": 8}},
            {"id": "f2", "key": "sex", "type": "radio", "label": "性别", "values": [{"label": "男", "value": "m"}]},
            {"id": "f3", "key": "age", "type": "number", "label": "年龄"},
        ],
    }
    changed = json.loads(json.dumps(form))
    changed["components"][1]["values"][0]["label"] = "男性"
    changed["components"][1]["validate"] = {"required": True}
    changed["components"][0]["layout"] = {"row": "r9", "columns": 4}
    changed["components"].insert(1, {"id": "f4", "key": "note", "type": "textarea", "label": "备注"})
    assert rows(told("slip.form.json", json.dumps(form), json.dumps(changed))) == [
        ("added", "f4", None, None, None),
        ("changed", "f2", "values[m].label", "男", "男性"),
        ("changed", "f2", "validate.required", None, "true"),
        ("moved", "f1", None, None, None),
    ]
    assert told("slip.form.json", json.dumps(form), json.dumps(form, indent=2)).change == "spelling"
    parameters = told(
        "parameters.json", '{"terms": {"accept": "PT30M", "bed": "PT2H"}}', '{"terms": {"accept": "PT20M"}, "limit": 10.50}'
    )
    assert rows(parameters) == [
        ("changed", "terms.accept", None, "PT30M", "PT20M"),
        ("added", "limit", None, None, "10.50"),
        ("removed", "terms.bed", None, "PT2H", None),
    ]
    before, after = (json.dumps({"metrics": [{"id": "x", "target": target}]}) for target in (90, 95))
    assert rows(told("metrics.json", before, after)) == [("changed", "metrics[x].target", None, "90", "95")]
    assert rows(told("parameters.json", '{"a": 5}', '{"a": "5"}')) == [("changed", "a", None, "5", '"5"')]
    steps = [{"complete": "fill"}, {"advance": "PT1H"}]
    scenario = told("a.scenario.json", json.dumps({"id": "a", "steps": steps}), json.dumps({"id": "b", "steps": steps[:1]}))
    assert rows(scenario) == [("changed", None, "id", "a", "b"), ("removed", "2", None, '{"advance": "PT1H"}', None)]
