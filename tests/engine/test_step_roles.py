"""What signers of one step may read, write, choose and do, by their role in it; and what others have changed meanwhile."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select

from engine.commands.returning import ReturnTask
from engine.commands.seat_changes import TransferTask
from engine.commands.task import CompleteTask, hash_of
from engine.errors import Conflict, Invalid, InvalidForm, InvalidModel, NotAllowed
from engine.queries.task_detail import GetTask, TaskDetail
from engine.store.tables import AuditEntry
from engine.testing import CaseView, County, bpmn, process, user_task
from tests.engine.models import END, SLIP, START, STARTER
from tests.engine.signing import BUTTONS
from tests.engine.test_rounds import seat

ROLES = (
    '<liandong:assign rule="person" person="gan" role="finance"/><liandong:assign rule="person" person="guo" role="pharmacy"/>'
    '<liandong:assign rule="person" person="ren"/>'
    '<liandong:fields write="remark" hidden="amount"/>'
    '<liandong:fields for="finance" write="amount" required="amount"/>'
    '<liandong:fields for="pharmacy" write="remark"/>'
    '<liandong:fields for="added" hidden="amount name"/>'
    '<liandong:button name="transfer" label="移交" label-en="Pass on" for="finance"/>'
    '<liandong:button name="transfer" off="true" for="pharmacy"/>'
    '<liandong:button name="return" label="打回"/><liandong:button name="return" off="true" for="pharmacy"/>'
)


def by_role(mode: str = "all", roles: str = ROLES) -> bytes:
    """A task `fill` of the starter, then `sign` with three signers of three roles."""
    fill = user_task("fill", '<liandong:approval form="slip"/><liandong:assign rule="starter"/>')
    sign = user_task("sign", f'<liandong:approval mode="{mode}" form="slip"/>{BUTTONS}', roles)
    return bpmn(process("p", START, fill, sign, END, flows="s > fill > sign > e", extensions=STARTER))


def begun(county: County, **more: Any) -> CaseView:
    """A case in which the starter has filled in the form."""
    county.deploy(by_role(**more), slip__form__json=SLIP)
    gan = county.person("gan")
    case = gan.start("p")
    gan.complete(case.task("fill"), data={"name": "甲", "amount": "5", "remark": "旧"})
    return case


def page(county: County, login: str, task: Any) -> TaskDetail:
    """The page of a task as somebody sees it."""
    return county.engine.query(GetTask(task=task.id), county.person(login).actor)


def access(county: County, login: str, task: Any) -> dict[str, str]:
    """The fields that somebody is shown of a task's form, with what he may do with them."""
    form = page(county, login, task).form or {}
    return {field["key"]: field["access"] for field in form["components"]}


def test_each_role_reads_and_writes_its_own_fields_on_the_server(county: County) -> None:
    case = begun(county, roles=ROLES + '<liandong:copy rule="person" person="dai"/>')
    mine = {login: seat(case, login) for login in ("gan", "guo", "ren")}
    assert access(county, "gan", mine["gan"]) == {"name": "read", "amount": "write", "remark": "read"}
    assert access(county, "guo", mine["guo"]) == {"name": "read", "amount": "read", "remark": "write"}
    assert access(county, "ren", mine["ren"]) == {"name": "read", "remark": "write"}
    # Who only gets a copy is shown what is hidden from nobody, of the values too.
    assert access(county, "dai", mine["gan"]) == {"remark": "read"}
    assert page(county, "dai", mine["gan"]).data == {"remark": "旧"}
    assert page(county, "ren", mine["ren"]).data == {"name": "甲", "remark": "旧"}
    for login, data, path in (
        ("guo", {"amount": "9"}, "amount"),
        ("ren", {"amount": "9"}, "amount"),
        ("gan", {"amount": None}, "amount"),
    ):
        with pytest.raises(InvalidForm) as refused:
            county.person(login).complete(mine[login], "agree", data)
        assert [error.path for error in refused.value.errors] == [path]
    county.person("gan").complete(mine["gan"], "agree", {"amount": "9"})
    county.person("guo").complete(mine["guo"], "agree", {"remark": "新"})
    county.person("ren").complete(mine["ren"], "agree")
    assert (case.state, case.variables["remark"], str(case.variables["amount"])) == ("completed", "新", "9")


def test_buttons_are_off_or_called_otherwise_by_role_and_a_seat_keeps_its_role_when_handed_on(county: County) -> None:
    case = begun(county)
    gan, guo = county.person("gan"), county.person("guo")
    shown = {right.operation: (right.allowed, right.label) for right in page(county, "gan", seat(case, "gan")).operations}
    assert (shown["transfer"], shown["delegate"]) == ((True, "移交"), (True, None))
    assert page(county, "gan", seat(case, "gan")).return_label == "打回"
    assert not next(r.allowed for r in page(county, "guo", seat(case, "guo")).operations if r.operation == "transfer")
    assert "return" in page(county, "gan", seat(case, "gan")).actions
    assert "return" not in page(county, "guo", seat(case, "guo")).actions
    with pytest.raises(NotAllowed) as off:
        guo.do(TransferTask(task=seat(case, "guo").id, person=county.person("dai").id, reason="忙"))
    assert off.value.code == "operation-off"
    with pytest.raises(NotAllowed):
        guo.do(ReturnTask(task=seat(case, "guo").id, target="fill", reason="改"))
    gan.do(TransferTask(task=seat(case, "gan").id, person=county.person("dai").id, reason="休假"))
    assert access(county, "dai", seat(case, "dai"))["amount"] == "write"


def test_an_outcome_may_belong_to_a_role(county: County) -> None:
    roles = ROLES + '<liandong:outcome value="hold" label="暂缓" kind="neutral" for="finance"/>'
    case = begun(county, roles=roles)
    assert [outcome.value for outcome in page(county, "gan", seat(case, "gan")).outcomes] == ["agree", "refuse", "hold"]
    assert [outcome.value for outcome in page(county, "guo", seat(case, "guo")).outcomes] == ["agree", "refuse"]
    with pytest.raises(Invalid) as unknown:
        county.person("guo").complete(seat(case, "guo"), "hold")
    assert unknown.value.code == "unknown-outcome"
    county.person("gan").complete(seat(case, "gan"), "hold", {"amount": "9"})


def test_what_another_has_written_since_is_not_overwritten_unseen(county: County) -> None:
    roles = '<liandong:assign rule="person" person="gan"/><liandong:assign rule="person" person="guo"/>'
    case = begun(county, roles=roles)
    gan, guo = county.person("gan"), county.person("guo")
    read = page(county, "guo", seat(case, "guo")).form_version
    gan.complete(seat(case, "gan"), "agree", {"remark": "甲写"})
    late = CompleteTask(task=seat(case, "guo").id, outcome="agree", data={"remark": "乙写"}, form_version=read)
    with pytest.raises(Conflict) as changed:
        guo.do(late)
    assert (changed.value.code, changed.value.facts["field"]) == ("form-changed", "备注")
    assert (case.variables["remark"], seat(case, "guo").state) == ("甲写", "claimed")
    # What nobody else has written, and what is the same, passes; so does what was read again.
    again = page(county, "guo", seat(case, "guo")).form_version
    guo.do(CompleteTask(task=seat(case, "guo").id, outcome="agree", data={"remark": "乙写"}, form_version=again))
    assert (case.state, case.variables["remark"]) == ("completed", "乙写")


@pytest.mark.parametrize(
    ("extension", "code"),
    [
        ('<liandong:fields for="nobody" write="remark"/>', "role"),
        ('<liandong:fields write="remark"/><liandong:fields write="name"/>', "role"),
        ('<liandong:assign rule="starter" role="chair"/>', "role"),
        ('<liandong:button name="fly" off="true"/>', "button"),
        ('<liandong:button name="transfer"/>', "button"),
        ('<liandong:fields for="added" write="weight"/>', "unknown-field"),
    ],
)
def test_a_role_that_nobody_has_and_a_button_that_does_not_exist_are_refused(county: County, extension: str, code: str) -> None:
    with pytest.raises(InvalidModel) as refused:
        county.deploy(by_role(roles='<liandong:assign rule="person" person="gan"/>' + extension), slip__form__json=SLIP)
    assert code in {finding.code for finding in refused.value.findings if finding.level == "error"}


ORDER = json.dumps(
    {
        "type": "default",
        "id": "order",
        "schemaVersion": 18,
        "components": [
            {
                "type": "dynamiclist",
                "path": "lines",
                "label": "明细",
                "components": [
                    {"type": "textfield", "key": "item", "label": "物资"},
                    {"type": "number", "key": "quantity", "label": "数量"},
                    {"type": "number", "key": "price", "label": "单价", "decimalDigits": 2},
                ],
            }
        ],
    }
)
LINES = (
    '<liandong:assign rule="person" person="gan" role="asks"/><liandong:assign rule="person" person="guo" role="buys"/>'
    '<liandong:fields for="asks" write="lines.item lines.quantity" hidden="lines.price" rows="lines:add"/>'
    '<liandong:fields for="buys" write="lines.price" rows="lines:edit+remove"/>'
)


def order(rows: str = LINES) -> bytes:
    """A task `fill` of the starter, then `sign` with who asks for goods and who buys them."""
    fill = user_task("fill", '<liandong:approval form="order"/><liandong:assign rule="starter"/>')
    sign = user_task("sign", f'<liandong:approval mode="all" form="order"/>{BUTTONS}', rows)
    return bpmn(process("p", START, fill, sign, END, flows="s > fill > sign > e", extensions=STARTER))


def test_rows_are_added_removed_and_written_on_by_role(county: County) -> None:
    county.deploy(order(), order__form__json=ORDER)
    gan, guo = county.person("gan"), county.person("guo")
    case = gan.start("p")
    gan.complete(case.task("fill"), data={"lines": [{"item": "纱布", "quantity": 2}, {"item": "棉签", "quantity": 3}]})
    mine = {login: seat(case, login) for login in ("gan", "guo")}
    shown = page(county, "gan", mine["gan"])
    assert shown.data == {"lines": [{"#": 0, "item": "纱布", "quantity": 2}, {"#": 1, "item": "棉签", "quantity": 3}]}
    assert (shown.form or {})["components"][0]["rowRights"] == {"add": True, "edit": False, "remove": False}
    with pytest.raises(InvalidForm) as refused:
        gan.complete(mine["gan"], "agree", {"lines": [{"#": 0, "quantity": 9}, {"#": 1}]})
    assert [(error.path, error.code) for error in refused.value.errors] == [("lines.0.quantity", "read-only")]
    gan.complete(mine["gan"], "agree", {"lines": [{"#": 0}, {"#": 1}, {"item": "口罩", "quantity": 4}]})
    with pytest.raises(InvalidForm) as refused:
        guo.complete(mine["guo"], "agree", {"lines": [{"#": 0}, {"#": 1}, {"#": 2}, {"price": "1.00"}]})
    assert [error.message for error in refused.value.errors] == ["明细不能增加行，多了 1 行。"]
    guo.complete(mine["guo"], "agree", {"lines": [{"#": 0, "price": "1.50"}, {"#": 2, "price": "0.20"}]})
    found = [(row["item"], str(row["price"])) for row in case.variables["lines"]]
    assert (case.state, found) == ("completed", [("纱布", "1.50"), ("口罩", "0.20")])


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        pytest.param('write="lines" rows="lines"', "attribute-value", id="no words"),
        pytest.param('write="lines" rows="lines:add+erase"', "attribute-value", id="another word"),
        pytest.param('write="lines" rows="lines:add lines:edit"', "attribute-value", id="twice"),
        pytest.param('write="lines" rows="items:add"', "unknown-field", id="no such list"),
        pytest.param('write="" rows="lines:add"', "rows-without-columns", id="no column"),
    ],
)
def test_a_deployment_refuses_row_rights_that_mean_nothing(county: County, rows: str, code: str) -> None:
    with pytest.raises(InvalidModel) as refused:
        county.deploy(order(f'<liandong:assign rule="starter"/><liandong:fields {rows}/>'), order__form__json=ORDER)
    assert {finding.code for finding in refused.value.findings if finding.level == "error"} == {code}


def test_the_trail_keeps_what_a_form_was_before_and_after_as_hashes(county: County) -> None:
    case = begun(county, mode="order")
    gan = seat(case, "gan")
    county.person("gan").complete(gan, "agree", {"amount": "9"})
    trail = select(AuditEntry.data).where(AuditEntry.instance == case.key, AuditEntry.object == str(gan.id))
    (data,) = (row.data for row in county.rows(trail) if "outcome" in row.data)
    before, after = (hash_of({"amount": amount}) for amount in (5, 9))
    assert data["form"] == {"before": before, "after": after}
