"""Forms and decisions while they are written: shown and decided by the rules that hold at run time, and nothing is kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.commands.account import CreateAccount
from engine.commands.organisation import PutPerson
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.community import PASSWORD

SignIn = Callable[[str], Client]
LIBRARY = Path(__file__).parents[2]
FEES = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:liandong="urn:liandong:bpmn:1" id="d" name="d">
<decision id="size_2026" liandong:key="size" name="规模" liandong:valid-from="2026-01-01">
<decisionTable id="t1" hitPolicy="FIRST">
<input id="i1"><inputExpression id="e1" typeRef="number"><text>amount</text></inputExpression></input>
<output id="o1" name="size" typeRef="string"/>
<rule id="r1"><inputEntry id="c1"><text>&lt; parameters.limit</text></inputEntry>
<outputEntry id="x1"><text>"small"</text></outputEntry></rule>
<rule id="r2"><inputEntry id="c2"><text>-</text></inputEntry>
<outputEntry id="x2"><text>"large"</text></outputEntry></rule>
</decisionTable></decision>
<decision id="fee" name="收费"><informationRequirement id="q"><requiredDecision href="#size_2026"/></informationRequirement>
<decisionTable id="t2"><input id="i2"><inputExpression id="e2" typeRef="string"><text>size</text></inputExpression></input>
<input id="i3"><inputExpression id="e3" typeRef="boolean"><text>urgent</text></inputExpression></input>
<output id="o2" name="fee" typeRef="number"/>
<rule id="r3"><inputEntry id="c3"><text>"small"</text></inputEntry>
<inputEntry id="c4"><text>-</text></inputEntry>
<outputEntry id="x3"><text>12.50</text></outputEntry></rule>
<rule id="r4"><inputEntry id="c5"><text>"large"</text></inputEntry>
<inputEntry id="c6"><text>true</text></inputEntry>
<outputEntry id="x4"><text>99</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def test_a_designer_sees_his_form_as_a_step_shows_it_and_tries_a_row_of_his_table(sign_in: SignIn, engine: Engine) -> None:
    engine.execute(PutPerson(staff_number="D1", name="程图·演示"))
    engine.execute(CreateAccount(person="D1", login="drawer", password=PASSWORD, must_change=False, rights=("design",)))
    drawer, gp = sign_in("drawer"), sign_in("gp")

    def ask(path: str, body: Any, status: int = 200, who: Client = drawer) -> Any:
        answer = who.call("POST", f"/previews/{path}", body)
        assert answer.status_code == status, answer.text
        return answer.json()

    slip = (LIBRARY / "forms/referral/slip.form.json").read_text("utf-8")
    asked = {"name": "slip.form.json", "content": slip}
    shown = ask("form", asked)
    assert (shown["form"]["title"], shown["findings"]) == ("双向转诊单", [])
    fields = {field["key"]: field for group in shown["form"]["components"] for field in group["components"] if "key" in field}
    assert (fields["referralNo"]["access"], fields["name"]["access"]) == ("read", "write")
    step = ask("form", {**asked, "write": ["phone"], "required": ["phone"], "hidden": ["idNo"]})
    seen = {field["key"]: field for group in step["form"]["components"] for field in group["components"] if "key" in field}
    assert "idNo" not in seen
    assert (seen["name"]["access"], seen["phone"]["access"], seen["phone"]["required"]) == ("read", "write", True)

    broken = json.loads(slip)
    broken["components"][0]["components"][0]["type"] = "iframe"
    wrong = ask("form", {**asked, "content": json.dumps(broken)})
    assert (wrong["form"], [(item["code"], item["element"]) for item in wrong["findings"]]) == (
        None,
        [("component-type", "f_referralNo")],
    )
    paper = (LIBRARY / "forms/referral/receipt.document.json").read_text("utf-8")
    assert ask("form", {"name": "receipt.document.json", "content": paper})["form"]["components"]

    row = {"files": {"fees.dmn": FEES}, "decision": "fee", "names": {"parameters": {"limit": 10}}, "on": "2026-03-01"}
    empty = ask("decision", row)
    assert (empty["reads"], empty["result"]) == (["amount", "urgent"], None)
    row["names"] = {**row["names"], "amount": 9, "urgent": False}
    tried = ask("decision", row)
    assert tried["result"] == 12.5
    assert [(made["id"], made["rules"]) for made in tried["made"]] == [("size_2026", [1]), ("fee", [1])]
    early = ask("decision", {**row, "on": "2025-12-31"})
    assert (early["result"], early["made"]) == (None, [])
    assert early["problem"]["zh"].startswith("这一天没有有效的版本")
    assert "类型" in ask("decision", {**row, "names": {**row["names"], "amount": "九"}})["problem"]["zh"]
    assert ask("decision", {**row, "files": {"fees.dmn": FEES.replace("&lt; parameters", "&lt; &lt; parameters")}})["problem"][
        "en"
    ]
    assert ask("decision", row, 403, gp)["code"] == ask("form", asked, 403, gp)["code"] == "right-missing"
