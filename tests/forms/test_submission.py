"""Submissions: typed values come out, and everything wrong is said at once, in both languages."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.errors import InvalidForm
from engine.forms import READ_ONLY, FieldRights, FormModel
from tests.forms.slip import SLIP, Fill, errors_of, parsed

MAN_1968 = "000000196803020011"
"""An invented man, born 1968-03-02, of the demo district."""


def refused(fill: Fill, *args: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidForm) as refusal:
        fill(*args, **more)
    return errors_of(refusal)


def test_values_come_out_typed(fill: Fill) -> None:
    delta = fill(
        {
            "name": "  钱秀英·演示 ",
            "fee": "12.5",
            "vital": {"sbp": "120", "temp": 36.5, "dbp": Decimal("80")},
            "consented": True,
            "criteria": ["U4", "U1", "U4"],
            "birth": "1968-03-02",
            "departure": "2026-11-24T15:30",
            "phone": "199-0000-0512",
        }
    )
    assert delta == {
        "name": "钱秀英·演示",
        "fee": Decimal("12.50"),
        "vital": {"sbp": 120, "temp": Decimal("36.5"), "dbp": 80},
        "consented": True,
        "criteria": ["U4", "U1"],
        "birth": "1968-03-02",
        "departure": "2026-11-24T07:30:00Z",
        "phone": "199-0000-0512",
    }
    assert str(delta["fee"]) == "12.50"
    assert type(delta["vital"]["sbp"]) is int
    assert not isinstance(delta["vital"]["temp"], float)


def test_only_what_changes_is_written(fill: Fill) -> None:
    assert fill({"name": "赵建国", "fee": "3.00"}, current={"fee": Decimal("3")}) == {}
    assert fill({"phone": ""}, current={"phone": "199-0000-0001"}) == {"phone": None}
    assert fill({"vital": {"sbp": 130}}, current={"vital": {"sbp": 120, "dbp": 80, "by": "x"}}) == {
        "vital": {"sbp": 130, "dbp": 80, "by": "x"},
    }


def test_everything_wrong_is_said_at_once_in_the_order_of_the_form(fill: Fill) -> None:
    assert refused(
        fill,
        {
            "name": " ",
            "idType": "99",
            "birth": "2026-11-25",
            "phone": "12",
            "allergy": None,
            "vital": {"sbp": 20, "temp": "warm"},
            "criteria": ["U1", "U7"],
            "drugs": [{"dose": -1}, {"drug": "氨氯地平", "dose": "0.125"}],
            "fee": "0.001",
            "consented": "yes",
            "departure": "yesterday",
            "bed": "B9",
            "colour": "red",
        },
    ) == [
        ("name", "required"),
        ("idType", "not-an-option"),
        ("birth", "in-the-future"),
        ("phone", "phone"),
        ("allergy", "required"),
        ("vital.sbp", "too-small"),
        ("vital.temp", "not-a-number"),
        ("criteria", "not-an-option"),
        ("drugs.0.drug", "required"),
        ("drugs.0.dose", "too-small"),
        ("drugs.1.dose", "too-precise"),
        ("fee", "too-precise"),
        ("consented", "not-yes-or-no"),
        ("bed", "not-an-option"),
        ("departure", "not-a-datetime"),
        ("colour", "unknown-field"),
    ]


def test_sentences_are_those_of_a_colleague_at_the_desk(fill: Fill) -> None:
    with pytest.raises(InvalidForm) as refusal:
        fill(
            {"allergy": "", "vital": {"sbp": 400}, "referralNo": "12", "drugs": [{"dose": 1}]},
            rights=FieldRights(write=frozenset({"allergy", "vital", "referralNo", "drugs"})),
        )
    assert {error.path: (error.message, error.message_en) for error in refusal.value.errors} == {
        "allergy": ("过敏史不能空着，没有就选“无”。", "Allergies cannot be blank. Choose None if there are none."),
        "vital.sbp": ("收缩压不能大于 300 mmHg。", "收缩压 cannot be more than 300 mmHg."),
        "drugs.0.drug": ("药名不能空着。", "Drug cannot be blank."),
        "referralNo": ("单号是 ZZ 加 10 位数字。", "ZZ and 10 digits."),
    }


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("男", "not-a-number"),
        (True, "not-a-number"),
        ([1], "not-a-number"),
        ({"a": 1}, "not-a-number"),
        ("1e3", "not-a-number"),
        (float("nan"), "not-a-number"),
        (float("inf"), "not-a-number"),
        (10**30, "not-a-number"),
        ("１２０", "not-a-number"),
        (1.5, "not-whole"),
        (301, "too-big"),
        ("29", "too-small"),
    ],
)
def test_wrong_numbers(fill: Fill, value: Any, code: str) -> None:
    assert refused(fill, {"vital": {"sbp": value}}) == [("vital.sbp", code)]


@pytest.mark.parametrize(
    ("key", "value", "code"),
    [
        ("name", "字" * 51, "too-long"),
        ("name", 5, "wrong-shape"),
        ("name", ["a"], "wrong-shape"),
        ("name", "a\0b", "bad-characters"),
        ("name", "\ud800", "bad-characters"),
        ("sex", 1, "not-an-option"),
        ("criteria", "U1", "wrong-shape"),
        ("criteria", [["U1"]], "not-an-option"),
        ("vital", [1], "wrong-shape"),
        ("vital", "x", "wrong-shape"),
        ("drugs", {"0": {}}, "wrong-shape"),
        ("drugs", "x", "wrong-shape"),
        ("birth", "2026-02-30", "not-a-date"),
        ("birth", "24.11.2026", "not-a-date"),
        ("birth", "0001-01-01", "not-a-date"),
        ("departure", "2026-11-24", "not-a-datetime"),
        ("departure", "2026-11-24T15:30+99:00", "not-a-datetime"),
        ("consented", 1, "not-yes-or-no"),
    ],
)
def test_wrong_values(fill: Fill, key: str, value: Any, code: str) -> None:
    assert refused(fill, {key: value}) == [(key, code)]


def test_instants_with_any_offset_become_utc(fill: Fill) -> None:
    for text in ("2026-11-24T15:30:00+08:00", "2026-11-24T07:30Z", "2026-11-24 15:30", "2026-11-24T07:30:00.000Z"):
        assert fill({"departure": text}) == {"departure": "2026-11-24T07:30:00Z"}


class TestConditions:
    def test_a_hidden_field_is_not_required_and_what_was_sent_for_it_is_dropped(self, fill: Fill) -> None:
        assert fill({"allergyText": "青霉素"}) == {}
        assert fill({"allergyText": 12, "allergy": "N"}) == {}

    def test_a_shown_field_is_required(self, fill: Fill) -> None:
        assert refused(fill, {"allergy": "Y"}) == [("allergyText", "required")]
        assert fill({"allergy": "Y", "allergyText": "青霉素"}) == {"allergy": "Y", "allergyText": "青霉素"}

    def test_a_condition_may_name_a_variable_outside_the_form(self, fill: Fill) -> None:
        assert fill({"vital": {"dbp": 60}}) == {"vital": {"dbp": 60}}
        assert refused(fill, {"vital": {"dbp": 60}}, current={"urgency": "E"}) == [("vital.sbp", "required")]

    def test_a_field_hidden_earlier_counts_as_null_later(self, slip: dict[str, Any], fill: Fill) -> None:
        slip["components"] += [
            {
                "type": "textfield",
                "key": "reaction",
                "label": "反应",
                "conditional": {"hide": "allergyText == null"},
                "validate": {"required": True},
            }
        ]
        form = parsed(slip)
        assert fill({"allergy": "N", "allergyText": "青霉素"}, form=form) == {}
        assert refused(fill, {"allergy": "Y", "allergyText": "青霉素"}, form=form) == [("reaction", "required")]

    def test_a_hidden_section_takes_its_fields_along(self, slip: dict[str, Any], fill: Fill) -> None:
        slip["components"][0]["conditional"] = {"hide": "urgency == 'E'"}
        slip["components"][1]["conditional"] = {"hide": "urgency == 'E'"}
        form = parsed(slip)
        assert fill({"name": "", "vital": {"sbp": "wrong"}, "consented": True}, form=form, current={"urgency": "E"}) == {
            "consented": True
        }
        assert refused(fill, {"name": ""}, form=form) == [("name", "required")]

    def test_checks_between_fields(self, fill: Fill) -> None:
        with pytest.raises(InvalidForm) as refusal:
            fill({"vital": {"sbp": 80, "dbp": 90}})
        (error,) = refusal.value.errors
        assert (error.path, error.code, error.message) == ("vital.sbp", "check", "收缩压要高于舒张压。")
        assert fill({"vital": {"sbp": 80}}) == {"vital": {"sbp": 80}}
        assert refused(fill, {"vital": {"sbp": 10, "dbp": 90}}) == [("vital.sbp", "too-small")]

    def test_a_check_on_what_the_person_cannot_write_does_not_stop_them(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"consented"}))
        assert fill({"consented": True}, current={"vital": {"sbp": 80, "dbp": 90}}, rights=rights) == {"consented": True}


class TestRights:
    def test_only_writable_fields_are_taken(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"vital", "phone"}))
        assert fill({"vital": {"sbp": 120}, "phone": ""}, rights=rights) == {"vital": {"sbp": 120}, "phone": None}
        assert refused(fill, {"vital": {"sbp": 120}, "name": "别人", "drugs": [{"drug": "x"}]}, rights=rights) == [
            ("name", "read-only"),
            ("drugs", "read-only"),
        ]

    def test_a_single_field_of_a_section(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"vital.sbp"}))
        assert fill({"vital": {"sbp": 120}}, rights=rights) == {"vital": {"sbp": 120}}
        assert refused(fill, {"vital": {"sbp": 120, "dbp": 80}}, rights=rights) == [("vital.dbp", "read-only")]

    def test_a_read_only_value_sent_back_unchanged_is_no_error(self, fill: Fill) -> None:
        assert fill({"name": "赵建国"}, rights=READ_ONLY) == {}
        assert refused(fill, {"name": "赵建国二"}, rights=READ_ONLY) == [("name", "read-only")]

    def test_without_rights_the_form_marks_what_is_read_only(self, fill: Fill) -> None:
        assert refused(fill, {"referralNo": "ZZ0123456789"}) == [("referralNo", "read-only")]
        rights = FieldRights(write=frozenset({"referralNo"}))
        assert fill({"referralNo": "ZZ0123456789"}, rights=rights) == {"referralNo": "ZZ0123456789"}

    def test_hidden_fields_do_not_exist(self, fill: Fill) -> None:
        rights = FieldRights(hidden=frozenset({"idNo", "vital.temp", "drugs"}))
        assert refused(fill, {"idNo": MAN_1968, "vital": {"temp": 99}, "drugs": []}, rights=rights) == [
            ("idNo", "unknown-field"),
            ("vital.temp", "unknown-field"),
            ("drugs", "unknown-field"),
        ]

    def test_nobody_is_asked_for_what_they_cannot_write(self, fill: Fill) -> None:
        assert fill({}, rights=READ_ONLY, current={"allergy": None}) == {}
        assert refused(fill, {}, current={"allergy": None}) == [("allergy", "required")]

    def test_the_step_and_the_outcome_may_require_more(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"fee", "bed"}), required=frozenset({"fee"}))
        assert refused(fill, {}, rights=rights) == [("fee", "required")]
        assert refused(fill, {}, rights=rights, required=["phone", "drugs", "consented"]) == [
            ("phone", "required"),
            ("drugs", "required"),
            ("fee", "required"),
            ("consented", "required"),
        ]
        assert (
            fill(
                {"fee": 1, "phone": "199-0000-0001", "drugs": [{"drug": "阿司匹林"}], "consented": True},
                rights=rights,
                required=["phone", "drugs", "consented"],
            )["phone"]
            == "199-0000-0001"
        )

    def test_a_field_of_another_outcome_is_writable_but_not_required(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"bed"}), demanded=frozenset({"phone"}))
        assert fill({"phone": "199-0000-0001"}, rights=rights) == {"phone": "199-0000-0001"}
        assert fill({}, rights=rights) == {}

    def test_names_that_the_form_does_not_have_are_told(self, model: FormModel) -> None:
        rights = FieldRights.of(write=["vital.sbp", "drugs", "vital", "pulse"], required=["drugs.dose", "vital"], hidden=["idno"])
        assert model.unknown_names(rights) == ("idno", "pulse", "vital")


class TestRows:
    def test_rows_are_whole(self, fill: Fill) -> None:
        assert fill(
            {"drugs": [{"drug": "氨氯地平", "dose": 5}, {}, {"drug": "生理盐水", "route": "iv", "speed": "40 滴/分"}]}
        ) == {
            "drugs": [
                {"drug": "氨氯地平", "dose": 5, "route": None, "speed": None},
                {"drug": "生理盐水", "dose": None, "route": "iv", "speed": "40 滴/分"},
            ]
        }
        assert fill({"drugs": []}, current={"drugs": [{"drug": "x"}]}) == {"drugs": []}

    def test_conditions_look_at_the_row(self, fill: Fill) -> None:
        assert refused(fill, {"drugs": [{"drug": "a", "route": "po"}, {"drug": "b", "route": "iv"}]}) == [
            ("drugs.1.speed", "required")
        ]
        assert fill({"drugs": [{"drug": "a", "route": "po", "speed": "left over"}]})["drugs"][0]["speed"] is None

    def test_wrong_rows(self, fill: Fill) -> None:
        assert refused(fill, {"drugs": [{"drug": "a", "brand": "x"}, "row", {"drug": "b", "dose": "many"}]}) == [
            ("drugs.2.dose", "not-a-number"),
            ("drugs.0.brand", "unknown-field"),
            ("drugs.1", "wrong-shape"),
        ]
        assert refused(fill, {"drugs": [{"drug": "a"}] * 4}) == [("drugs", "too-many")]

    def test_who_writes_one_column_keeps_the_rest_of_every_row(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"drugs.dose"}), hidden=frozenset({"drugs.route"}))
        current = {"drugs": [{"drug": "a", "route": "iv", "note": "n"}, {"drug": "b"}]}
        assert fill({"drugs": [{"dose": 1}, {"drug": "b", "dose": 2}]}, rights=rights, current=current) == {
            "drugs": [
                {"drug": "a", "dose": 1, "route": "iv", "speed": None, "note": "n"},
                {"drug": "b", "dose": 2, "route": None, "speed": None},
            ]
        }
        assert refused(fill, {"drugs": [{"dose": 1}]}, rights=rights, current=current) == [("drugs", "rows-fixed")]
        assert refused(fill, {"drugs": [{"dose": 1, "drug": "c"}, {"route": "po"}]}, rights=rights, current=current) == [
            ("drugs.0.drug", "read-only"),
            ("drugs.1.route", "unknown-field"),
        ]

    def test_columns_that_the_step_requires_must_be_filled_in_present_rows(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"drugs.dose"}), required=frozenset({"drugs.dose"}))
        assert refused(fill, {}, rights=rights, current={"drugs": [{"drug": "a"}]}) == [("drugs.0.dose", "required")]


class TestOptionsFromVariables:
    def test_only_what_the_variable_offers(self, fill: Fill) -> None:
        beds = {"freeBeds": [{"value": "B1", "label": "一床"}, "B2", {"label": "broken"}, 7]}
        assert fill({"bed": "B1"}, current=beds) == {"bed": "B1"}
        assert fill({"bed": "B2"}, current=beds) == {"bed": "B2"}
        assert refused(fill, {"bed": "B3"}, current=beds) == [("bed", "not-an-option")]
        assert refused(fill, {"bed": "B1"}) == [("bed", "not-an-option")]


class TestDrafts:
    def test_a_draft_keeps_half_finished_work_as_it_was_typed(self, fill: Fill) -> None:
        draft = {
            "name": "",
            "fee": "3.",
            "vital": {"sbp": "1"},
            "drugs": [{}, {"dose": "0,5"}],
            "birth": "2026-11",
            "allergyText": "x",
        }
        untouched = dict.fromkeys(("drug", "dose", "route", "speed"))
        assert fill(draft, draft=True) == {**draft, "drugs": [untouched, {**untouched, "dose": "0,5"}]}

    def test_a_draft_still_has_rights_shapes_and_sizes(self, fill: Fill) -> None:
        rights = FieldRights(write=frozenset({"vital", "drugs"}))
        assert refused(
            fill, {"name": "x", "vital": {"pulse": 1}, "colour": 1, "drugs": [{"x": 1}]}, draft=True, rights=rights
        ) == [
            ("name", "read-only"),
            ("colour", "unknown-field"),
            ("drugs.0.x", "unknown-field"),
            ("vital.pulse", "unknown-field"),
        ]
        assert refused(fill, {"name": {"a": 1}, "vital": 3, "drugs": [1]}, draft=True) == [
            ("name", "wrong-shape"),
            ("vital", "wrong-shape"),
            ("drugs", "wrong-shape"),
        ]
        assert refused(fill, {"name": "\0"}, draft=True) == [("name", "bad-characters")]


class TestHostileInput:
    @pytest.mark.parametrize(
        "submitted",
        [
            {"name": "x" * 1_000_001},
            {"drugs": [{"drug": "a"}] * 20_001},
            {f"k{n}": n for n in range(20_001)},
            {"name": [[[[[[[[1]]]]]]]]},
        ],
    )
    def test_too_much_is_refused_as_a_whole(self, fill: Fill, submitted: dict[str, Any]) -> None:
        for draft in (False, True):
            assert refused(fill, submitted, draft=draft) == [("", "too-large")]

    def test_the_number_of_errors_is_bounded(self, fill: Fill) -> None:
        assert len(refused(fill, {f"k{n}": n for n in range(1_000)})) == 200

    def test_what_is_no_object_is_refused(self, fill: Fill) -> None:
        nonsense: list[Any] = [[], "x", None, 5]
        for submitted in nonsense:
            assert refused(fill, submitted) == [("", "wrong-shape")]

    def test_a_path_is_safe_to_show(self, fill: Fill) -> None:
        ((path, code),) = refused(fill, {"<b>\n" + "x" * 300: 1})
        assert code == "unknown-field"
        assert len(path) <= 60
        assert "\n" not in path

    def test_keys_may_have_any_name_that_is_not_reserved(self, fill: Fill) -> None:
        keys = ["Meta", "fields", "load", "context", "opts", "dump", "validate", "items", "values"]
        form = parsed({**SLIP, "properties": {}, "components": [{"type": "textfield", "key": key, "label": key} for key in keys]})
        assert fill(dict.fromkeys(keys, "x"), form=form) == dict.fromkeys(keys, "x")


def test_a_partial_submission_demands_its_own_fields_alone(fill: Fill) -> None:
    nothing: dict[str, Any] = {"name": None, "allergy": None}
    assert fill({"idType": "01"}, current=nothing, partial=True) == {"idType": "01"}
    assert fill({"drugs": [{"dose": 1}]}, current=nothing, partial=True)["drugs"][0]["dose"] == 1
    rights = FieldRights(required=frozenset({"phone"}))
    assert fill({}, current=nothing, rights=rights, partial=True) == {}
    assert refused(fill, {}, current=nothing, partial=True, required=("phone",)) == [("phone", "required")]


def test_a_partial_submission_demands_what_the_values_of_its_own_fields_make_necessary(fill: Fill) -> None:
    assert refused(fill, {"idType": "01"}, partial=True, required=("idType",)) == [("idNo", "required")]
    assert fill({"idType": None}, current={"idType": "01"}, partial=True, required=()) == {"idType": None}


def test_what_a_partial_submission_holds_must_be_right(fill: Fill) -> None:
    assert refused(fill, {"phone": "12", "vital": {"sbp": 400}, "drugs": [{"dose": -1}], "colour": "red"}, partial=True) == [
        ("phone", "phone"),
        ("vital.sbp", "too-big"),
        ("drugs.0.dose", "too-small"),
        ("colour", "unknown-field"),
    ]
