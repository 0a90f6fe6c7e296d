"""What the browser is given: access, requirement, checked trees; and nothing that the person may not read."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

from engine.forms import READ_ONLY, FieldRights, FormModel
from tests.forms.slip import parsed

DATA: dict[str, Any] = {
    "name": "赵建国",
    "idNo": "000000196803020011",
    "allergy": "N",
    "urgency": "R",
    "fee": Decimal("12.50"),
    "secret": "x",
    "vital": {"sbp": 120, "temp": Decimal("36.5"), "by": "陶然"},
    "drugs": [{"drug": "a", "dose": 1, "batch": "7"}, "broken"],
    "freeBeds": ["B1", {"value": "B2", "label": "二床", "labelEn": "Bed 2"}],
}


def view(model: FormModel, rights: FieldRights | None = None, **data: Any) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """The view, and its components by key, path or id."""
    shown = model.view(rights, {**DATA, **data})
    json.dumps(shown)

    def flat(components: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        for component in components:
            found[component.get("key") or component.get("path") or component["id"]] = component
            found |= flat(component.get("components", []))
        return found

    return shown, flat(shown["components"])


def test_the_form_and_its_components(model: FormModel) -> None:
    shown, by = view(model)
    assert {key: shown[key] for key in ("id", "title", "titleEn", "copy", "copyEn")} == {
        "id": "slip",
        "title": "双向转诊单",
        "titleEn": "Referral slip",
        "copy": "第一联 转出机构",
        "copyEn": "Copy 1, sender",
    }
    assert by["name"] == {
        "type": "textfield",
        "id": "f_name",
        "key": "name",
        "label": "姓名",
        "labelEn": "Name",
        "access": "write",
        "required": True,
        "layout": {"row": "r1", "columns": 4},
        "validate": {"maxLength": 50},
        "properties": {"labelEn": "Name", "mask": "name", "helpText": "与证件一致"},
    }
    assert by["idType"]["values"][1] == {"value": "03", "label": "护照", "labelEn": "Passport"}
    assert by["birth"]["type"] == "datetime"
    assert by["birth"]["subtype"] == "date"
    assert by["vital"]["label"] == "生命体征"
    assert by["sbp"]["properties"]["critical"] == {"low": 90, "high": 220}
    assert by["sbp"]["validate"] == {"min": 30, "max": 300}
    assert by["drugs"]["maxRows"] == 3
    assert by["drugs"]["rowRights"] == {"add": True, "edit": True, "remove": True}
    assert by["fee"]["properties"]["money"] is True
    assert by["fee"]["decimalDigits"] == 2
    assert by["referralNo"]["access"] == "read"
    assert by["note"]["text"] == "先救治，后补签。"
    assert by["gap"]["height"] == 20


def test_conditions_go_out_as_checked_trees(model: FormModel) -> None:
    shown, by = view(model)
    hide = by["allergyText"]["conditional"]["hide"]
    assert hide["source"] == "allergy != 'Y'"
    assert hide["tree"]["k"] == "compare"
    assert by["idNo"]["properties"]["requiredWhen"]["tree"]["k"] == "compare"
    assert by["idNo"]["properties"]["ruleWhen"]["source"] == "idType == '01'"
    assert by["speed"]["conditional"]["hide"]["source"] == "route != 'iv'"
    (check,) = shown["checks"]
    assert {key: check[key] for key in ("field", "message", "source")} == {
        "field": "vital.sbp",
        "message": "收缩压要高于舒张压。",
        "source": "vital.sbp > vital.dbp",
    }


def test_what_the_browser_cannot_know_is_answered_here(model: FormModel) -> None:
    # `urgency` is no field of the form, so its value must not be needed in the browser.
    _, routine = view(model)
    _, emergency = view(model, urgency="E")
    assert routine["sbp"]["required"] is False
    assert emergency["sbp"]["required"] is True
    assert "requiredWhen" not in routine["sbp"]["properties"]


def test_a_condition_on_a_hidden_field_does_not_leak_it(model: FormModel) -> None:
    rights = FieldRights(hidden=frozenset({"allergy", "idType"}))
    _, by = view(model, rights)
    assert "allergyText" not in by  # hidden for good while allergy is N
    _, with_allergy = view(model, rights, allergy="Y", idType="03")
    assert "conditional" not in with_allergy["allergyText"]
    assert "ruleWhen" not in with_allergy["idNo"]["properties"]
    assert "rule" not in with_allergy["idNo"]["properties"]  # a passport: the rule does not hold
    assert with_allergy["idNo"]["required"] is True
    assert "idType" not in json.dumps(model.view(rights, DATA))


def test_rights_shape_the_view(model: FormModel) -> None:
    rights = FieldRights(
        write=frozenset({"vital.temp", "drugs.dose", "fee"}), required=frozenset({"fee"}), hidden=frozenset({"idNo"})
    )
    shown, by = view(model, rights)
    assert "idNo" not in by
    assert by["name"]["access"] == "read"
    assert by["name"]["required"] is False
    assert (by["temp"]["access"], by["sbp"]["access"]) == ("write", "read")
    assert (by["fee"]["access"], by["fee"]["required"]) == ("write", True)
    assert (by["drugs"]["access"], by["drugs"]["rowRights"]) == ("write", {"add": False, "edit": True, "remove": False})
    assert (by["dose"]["access"], by["drug"]["access"]) == ("write", "read")
    assert len(shown["checks"]) == 1
    assert model.view(READ_ONLY, DATA)["checks"] == []


def test_a_section_without_a_visible_field_is_not_shown(model: FormModel) -> None:
    _, by = view(model, FieldRights(hidden=frozenset({"vital"})))
    assert "vital" not in by
    _, by = view(model, FieldRights(hidden=frozenset({"vital.sbp", "vital.dbp", "vital.temp"})))
    assert "vital" not in by


def test_only_readable_values_are_given_out(model: FormModel) -> None:
    values = model.readable(FieldRights(hidden=frozenset({"idNo", "vital.temp", "drugs.dose"})), DATA)
    assert values == {"name": "赵建国", "allergy": "N", "fee": "12.50", "vital": {"sbp": 120}, "drugs": [{"drug": "a"}, {}]}
    assert model.readable(FieldRights(hidden=frozenset({"drugs", "vital"})), DATA).keys() == {"name", "idNo", "allergy", "fee"}


def test_values_of_another_shape_are_not_the_forms(model: FormModel) -> None:
    strange = {"name": {"first": "x"}, "vital": "x", "drugs": 5, "criteria": [{"a": 1}], "phone": ["x"], "sex": None}
    assert model.readable(None, strange) == {"sex": None}


def test_options_from_a_variable(model: FormModel) -> None:
    _, by = view(model)
    assert by["bed"]["values"] == [
        {"value": "B1", "label": "B1", "labelEn": "B1"},
        {"value": "B2", "label": "二床", "labelEn": "Bed 2"},
    ]
    _, by = view(model, freeBeds=None)
    assert by["bed"]["values"] == []


def test_a_form_hidden_by_the_state_of_the_case_gives_out_no_values(slip: dict[str, Any]) -> None:
    slip["components"][0]["components"][2]["conditional"] = {"hide": "own != 'CH00'"}
    form = parsed(slip)
    assert "idNo" not in form.readable(None, {**DATA, "own": "BR01"})
    assert form.readable(None, {**DATA, "own": "CH00"})["idNo"] == DATA["idNo"]
