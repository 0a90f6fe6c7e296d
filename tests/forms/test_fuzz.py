"""Whatever a client or a file holds: an answer or a refusal, never a crash, never a float."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import InvalidForm
from engine.forms import FieldRights, FormModel, parse_form
from tests.forms.slip import NOW, SLIP

KEYS = st.sampled_from(
    [
        "name",
        "idType",
        "idNo",
        "sex",
        "birth",
        "allergy",
        "vital",
        "sbp",
        "drugs",
        "drug",
        "dose",
        "route",
        "fee",
        "criteria",
        "consented",
        "departure",
        "bed",
        "strange",
    ]
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=5),
    st.sampled_from(["01", "1", "Y", "N", "iv", "po", "U1", "2026-11-24", "12.50", "000000196803020011"]),
)
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12)
OBJECTS = st.dictionaries(KEYS, JSON, max_size=8)
NAMES = st.frozensets(st.sampled_from(["name", "vital", "vital.sbp", "drugs", "drugs.dose", "fee", "allergy", "strange"]))
RIGHTS = st.none() | st.builds(FieldRights, write=st.none() | NAMES, required=NAMES, hidden=NAMES, demanded=NAMES)


def no_float(value: Any) -> bool:
    if isinstance(value, dict):
        return all(map(no_float, value.values()))
    if isinstance(value, list):
        return all(map(no_float, value))
    return not isinstance(value, float)


@settings(max_examples=300, deadline=None)
@given(submitted=OBJECTS, current=OBJECTS, rights=RIGHTS, required=NAMES, draft=st.booleans())
def test_any_submission_is_answered(
    model: FormModel,
    submitted: dict[str, Any],
    current: dict[str, Any],
    rights: FieldRights | None,
    required: frozenset[str],
    draft: bool,
) -> None:
    try:
        delta = model.validate(submitted, current=current, rights=rights, required=required, draft=draft, demo=True, now=NOW)
    except InvalidForm as invalid:
        refusal = invalid
    else:
        assert delta.keys() <= submitted.keys()
        assert no_float(delta)
        assert not delta.keys() & (rights.hidden if rights else frozenset())
        if not draft:  # what was accepted once is accepted again, and changes nothing
            assert model.validate(delta, current={**current, **delta}, rights=rights, required=required, demo=True, now=NOW) == {}
        return
    assert refusal.errors
    assert all(error.message and error.message_en for error in refusal.errors)


@settings(max_examples=150, deadline=None)
@given(data=OBJECTS, rights=RIGHTS)
def test_any_data_can_be_viewed(model: FormModel, data: dict[str, Any], rights: FieldRights | None) -> None:
    shown = model.view(rights, data)
    values = model.readable(rights, data)
    hidden = rights.hidden if rights else frozenset()
    assert not values.keys() & hidden
    assert not {component.get("key") for component in shown["components"]} & hidden
    json.dumps(shown)


MUTATED = st.recursive(
    SCALARS | st.sampled_from([*SLIP["components"]]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "type",
                    "key",
                    "path",
                    "label",
                    "components",
                    "validate",
                    "properties",
                    "values",
                    "conditional",
                    "hide",
                    "required",
                    "min",
                    "pattern",
                    "layout",
                    "defaultValue",
                    "checks",
                    "critical",
                    "subtype",
                ]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=200, deadline=None)
@given(components=MUTATED, properties=MUTATED)
def test_any_file_is_answered(components: Any, properties: Any) -> None:
    content = json.dumps({"id": "f", "components": components, "properties": properties})
    form, findings = parse_form(content, "f.form.json")
    assert (form is None) == bool(findings)
