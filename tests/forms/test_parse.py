"""Form files: what is supported compiles, what is not is refused with the component and a sentence that helps."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import Finding
from engine.forms import FormModel, parse_form


def parse(source: Any) -> tuple[FormModel | None, list[Finding]]:
    return parse_form(source if isinstance(source, str | bytes) else json.dumps(source), "x.form.json")


def field(**attributes: Any) -> dict[str, Any]:
    """A form with one component."""
    return {"id": "f", "components": [{"type": "textfield", "key": "a", "label": "甲", **attributes}]}


def codes(source: Any) -> list[tuple[str, str | None]]:
    form, findings = parse(source)
    assert (form is None) == bool(findings)
    assert all(finding.level == "error" and finding.resource == "x.form.json" for finding in findings)
    assert all(finding.message and finding.message_en for finding in findings)
    return [(finding.code, finding.element) for finding in findings]


def test_the_slip_compiles(model: FormModel, slip: dict[str, Any]) -> None:
    assert {"name", "vital", "vital.sbp", "drugs", "drugs.dose", "fee"} <= model.names
    form, findings = parse(json.dumps(slip, ensure_ascii=False).encode("utf-8-sig"))
    assert form is not None
    assert findings == []


@pytest.mark.parametrize(
    "source",
    [
        "",
        "{",
        "[]",
        "null",
        "NaN",
        '{"id": "f", "id": "g"}',
        '{"id": "f", "components": [], "x": NaN}',
        b"\xff\xfe{",
        "[" * 100_000,
        '{"x": ' + "1" * 5000 + "}",
        "\ufeff[1]",
    ],
)
def test_what_is_no_json_object_is_refused(source: Any) -> None:
    assert [code for code, _ in codes(source)] == ["form-json"]


def test_files_and_trees_are_bounded() -> None:
    assert codes(b" " * (512 * 1024 + 1)) == [("form-too-large", None)]
    many = [{"type": "textfield", "key": f"k{n}", "label": "x"} for n in range(501)]
    assert codes({"id": "f", "components": many}) == [("form-too-large", None)]
    nested: list[Any] = []
    for _ in range(8):
        nested = [{"type": "group", "components": nested}]
    assert codes({"id": "f", "components": nested}) == [("form-too-deep", None)]


def test_the_line_of_a_component_is_told() -> None:
    source = json.dumps(
        {"id": "f", "components": [{"type": "textfield", "key": "ok"}, {"type": "iframe", "key": "scan"}]}, indent=1
    )
    _, (finding,) = parse(source)
    assert finding.element == "scan"
    assert finding.line is not None
    assert '"scan"' in source.splitlines()[finding.line - 1]
    assert "iframe" in finding.message
    assert "iframe" in finding.message_en
    _, (broken,) = parse('{"id": "f",\n "components": [}')
    assert broken.line == 2


@pytest.mark.parametrize(
    "kind",
    [
        "button",
        "expression",
        "iframe",
        "html",
        "script",
        "image",
        "table",
        "documentPreview",
        "default",
        "",
        "DATETIME",
    ],
)
def test_other_components_are_refused(kind: str) -> None:
    assert codes(field(type=kind, id="x")) == [("component-type", "x")]


@pytest.mark.parametrize(
    ("attributes", "code"),
    [
        ({"key": ""}, "invalid-key"),
        ({"key": None}, "invalid-key"),
        ({"key": "1a"}, "invalid-key"),
        ({"key": "a.b"}, "invalid-key"),
        ({"key": "姓名"}, "invalid-key"),
        ({"key": "__proto__"}, "invalid-key"),
        ({"key": "_a"}, "invalid-key"),
        ({"key": "a" * 65}, "invalid-key"),
        ({"key": "typename"}, "reserved-key"),
        ({"key": "parameters"}, "reserved-key"),
        ({"key": "own"}, "reserved-key"),
        ({"key": "instance"}, "reserved-key"),
        ({"key": "now"}, "reserved-key"),
        ({"key": "len"}, "reserved-key"),
        ({"key": "and"}, "reserved-key"),
        ({"label": "={{x}}"}, "feel"),
        ({"label": "你好 {{name}}"}, "feel"),
        ({"label": 5}, "invalid-text"),
        ({"label": "x" * 201}, "invalid-text"),
        ({"readonly": "=x"}, "invalid-flag"),
        ({"validate": {"required": "=x"}}, "invalid-flag"),
        ({"validate": []}, "invalid-validate"),
        ({"validate": {"min": 1}}, "invalid-validate"),
        ({"validate": {"maxLength": "=3"}}, "invalid-number"),
        ({"validate": {"maxLength": 0}}, "invalid-number"),
        ({"validate": {"maxLength": 1.5}}, "invalid-number"),
        ({"validate": {"pattern": "(a+)+"}}, "invalid-pattern"),
        ({"validate": {"pattern": 5}}, "invalid-pattern"),
        ({"validate": {"validationType": "iban"}}, "invalid-validate"),
        ({"conditional": {"hide": "=a"}}, "invalid-expression"),
        ({"conditional": {"hide": "a ="}}, "invalid-expression"),
        ({"conditional": {"hide": 5}}, "invalid-expression"),
        ({"conditional": {"hide": "__import__('os')"}}, "invalid-expression"),
        ({"conditional": {"hide": "patient_title(a) == ''"}}, "invalid-expression"),
        ({"properties": {"requiredWhen": "a.b("}}, "invalid-expression"),
        ({"properties": {"rule": "luhn"}}, "unknown-rule"),
        ({"properties": {"rule": "date-past"}}, "unknown-rule"),
        ({"properties": {"rule": "id-number", "matchBirth": "birth"}}, "unknown-rule"),
        ({"properties": {"mask": "all"}}, "invalid-property"),
        ({"properties": {"critical": 5}}, "invalid-property"),
        ({"properties": {"critical": {"low": "x"}}}, "invalid-number"),
        ({"properties": {"x": {"a": 1}}}, "invalid-property"),
        ({"properties": {f"p{n}": "x" for n in range(50)}}, "invalid-property"),
        ({"defaultValue": 5}, "invalid-default"),
        ({"type": "number", "validate": {"min": 3}, "defaultValue": 1}, "invalid-default"),
        ({"type": "number", "decimalDigits": 99}, "invalid-number"),
        ({"type": "select"}, "invalid-values"),
        ({"type": "select", "values": []}, "invalid-values"),
        ({"type": "select", "values": [{"value": 1}]}, "invalid-values"),
        ({"type": "radio", "values": ["x"]}, "invalid-values"),
        ({"type": "select", "values": [{"value": "x"}, {"value": "x"}]}, "invalid-values"),
        ({"type": "select", "valuesKey": "a"}, "invalid-values"),
        ({"type": "taglist", "valuesKey": "v", "valuesExpression": "=x"}, "feel"),
        ({"type": "datetime", "subtype": "week"}, "component-type"),
    ],
)
def test_wrong_attributes_are_findings_on_the_component(attributes: dict[str, Any], code: str) -> None:
    found = codes(field(id="x", **attributes))
    assert (code, "x") in found
    assert {element for _, element in found} == {"x"}


def test_duplicates_are_per_level() -> None:
    twice = {
        "id": "f",
        "components": [
            {"type": "textfield", "key": "a"},
            {"type": "group", "components": [{"type": "number", "key": "a"}]},
            {"type": "group", "path": "a", "components": []},
            {"type": "dynamiclist", "path": "a", "components": []},
        ],
    }
    assert codes(twice) == [("duplicate-key", "a")] * 3
    apart = {
        "id": "f",
        "components": [
            {"type": "textfield", "key": "a"},
            {"type": "group", "path": "b", "components": [{"type": "number", "key": "a"}]},
            {"type": "dynamiclist", "path": "c", "components": [{"type": "number", "key": "a"}]},
        ],
    }
    form, _ = parse(apart)
    assert form is not None
    assert form.names == {"a", "b", "b.a", "c", "c.a"}


def test_rows_are_not_nested() -> None:
    inner = {"type": "dynamiclist", "path": "inner", "components": []}
    assert codes({"id": "f", "components": [{"type": "dynamiclist", "path": "outer", "components": [inner]}]}) == [
        ("component-type", "inner")
    ]


@pytest.mark.parametrize(
    "check",
    [
        5,
        {},
        {"expression": "a > 1", "message": "x"},
        {"expression": "a > 1", "field": "b", "message": "x"},
        {"expression": "a > 1", "field": "a"},
        {"field": "a", "message": "x"},
        {"expression": "a >", "field": "a", "message": "x"},
    ],
)
def test_wrong_checks(check: Any) -> None:
    found = codes({**field(), "properties": {"checks": [check]}})
    assert {code for code, _ in found} <= {"invalid-check", "invalid-expression"}
    assert found


def test_the_form_itself() -> None:
    assert codes({"components": []}) == [("form-id", None)]
    assert codes({"id": "a b", "components": []}) == [("form-id", None)]
    assert codes({"id": "f"}) == [("form-components", None)]
    assert codes({"id": "f", "type": "wizard", "components": []}) == [("form-type", None)]
    assert codes({"id": "f", "components": [5, "x", {"key": "a"}]}) == [("component-type", None)] * 3
    assert codes({"id": "f", "components": [], "properties": {"checks": {}}}) == [("invalid-check", None)]


def test_every_error_of_a_file_is_told() -> None:
    source = {
        "id": "f",
        "components": [
            {"type": "iframe", "id": "i"},
            {"type": "textfield", "key": "len"},
            {"type": "number", "key": "n", "validate": {"min": "=1"}},
        ],
    }
    assert codes(source) == [("component-type", "i"), ("reserved-key", "len"), ("invalid-number", "n")]
