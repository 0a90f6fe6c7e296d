"""File fields: what they take, and which attachments a submission may name."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.errors import InvalidForm
from engine.forms import FormModel, parse_form
from tests.forms.slip import Fill, errors_of, parsed


def refused(fill: Fill, *args: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidForm) as refusal:
        fill(*args, **more)
    return errors_of(refusal)


def picker(**more: Any) -> dict[str, Any]:
    return {"type": "default", "id": "f", "components": [{"type": "filepicker", "key": "papers", "label": "附件", **more}]}


def test_a_file_field_says_what_it_takes() -> None:
    one = parsed(picker()).view(None, {})["components"][0]
    assert (one["type"], one["maxFiles"], one["maxBytes"]) == ("filepicker", 1, 10 * 1024 * 1024)
    assert one["accept"] == ["application/pdf", "image/jpeg", "image/png"]
    several = parsed(picker(accept=".jpg, image/png", multiple=True, properties={"maxFiles": 4, "maxMegabytes": 2}))
    shown = several.view(None, {})["components"][0]
    assert (shown["accept"], shown["maxFiles"], shown["maxBytes"]) == (["image/jpeg", "image/png"], 4, 2 * 1024 * 1024)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"accept": ".exe"}, "invalid-accept"),
        ({"accept": ["image/png"]}, "invalid-accept"),
        ({"properties": {"maxFiles": 3}}, "invalid-number"),
        ({"multiple": True, "properties": {"maxFiles": 11}}, "invalid-number"),
        ({"properties": {"maxMegabytes": 11}}, "invalid-number"),
        ({"defaultValue": ["x"]}, "invalid-default"),
        ({"validate": {"maxLength": 3}}, "invalid-validate"),
    ],
)
def test_a_file_field_that_takes_what_may_not_be_kept_is_refused(wrong: dict[str, Any], code: str) -> None:
    form, findings = parse_form(json.dumps(picker(**wrong)), "f.form.json")
    assert form is None
    assert {finding.code for finding in findings} == {code}


PAPERS = [f"00000000-0000-4000-8000-00000000000{number}" for number in range(4)]


@pytest.fixture(scope="module")
def papers() -> FormModel:
    """A form with a file field, and one in a section."""
    field = {"type": "filepicker", "key": "papers", "label": "附件", "multiple": True, "properties": {"maxFiles": 2}}
    section = {"type": "group", "path": "consent", "components": [{**field, "validate": {"required": True}}]}
    return parsed({"type": "default", "id": "papers", "components": [field, section]})


def test_a_file_field_names_attachments_that_were_uploaded(fill: Fill, papers: FormModel) -> None:
    sent = {"papers": PAPERS[:1], "consent": {"papers": [PAPERS[1], PAPERS[1]]}}
    delta = fill(sent, form=papers, files=PAPERS[:3])
    assert delta == {"papers": PAPERS[:1], "consent": {"papers": [PAPERS[1]]}}
    assert papers.attachments(delta) == set(PAPERS[:2])
    assert papers.readable(None, delta) == delta


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (PAPERS[3:], "unknown-attachment"),
        (["x"], "unknown-attachment"),
        ([1], "unknown-attachment"),
        ([PAPERS[0].upper().replace("0", "A", 1)], "unknown-attachment"),
        (PAPERS[0], "wrong-shape"),
        ({"id": PAPERS[0]}, "wrong-shape"),
        (PAPERS[:3], "too-many"),
    ],
)
def test_a_file_field_names_nothing_else(fill: Fill, papers: FormModel, value: Any, code: str) -> None:
    sent = {"papers": value, "consent": {"papers": PAPERS[:1]}}
    assert refused(fill, sent, form=papers, files=PAPERS[:3]) == [("papers", code)]


def test_a_file_field_keeps_what_it_names_already(fill: Fill, papers: FormModel) -> None:
    current = {"papers": PAPERS[:2], "consent": {"papers": PAPERS[2:3]}}
    assert fill({"papers": PAPERS[1:2]}, form=papers, current=current) == {"papers": PAPERS[1:2]}
    assert refused(fill, {"consent": {"papers": []}}, form=papers, current=current) == [("consent.papers", "required")]
    assert refused(fill, {"papers": PAPERS[2:3]}, form=papers, current=current) == [("papers", "unknown-attachment")]


def test_a_file_field_inside_rows_is_refused() -> None:
    rows = {"type": "dynamiclist", "path": "exams", "components": [{"type": "filepicker", "key": "papers"}]}
    form, findings = parse_form(json.dumps({"id": "f", "components": [rows]}), "f.form.json")
    assert form is None
    assert [(finding.code, finding.element) for finding in findings] == [("component-type", "papers")]
