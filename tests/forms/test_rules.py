"""The named rules: identity numbers, credit codes, phone numbers, dates that have been."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.errors import InvalidForm
from engine.forms import rules
from tests.forms.slip import NOW, Fill, errors_of, parsed

DEMO_MAN = "00000019680302001" + rules.id_check_character("00000019680302001")
REAL_WOMAN = "11010519491231002X"
"""The specimen number of the standard GB 11643 itself."""


@pytest.mark.parametrize(
    ("number", "demo", "code"),
    [
        (REAL_WOMAN, False, None),
        (REAL_WOMAN, True, None),
        (DEMO_MAN, True, None),
        (DEMO_MAN, False, "id-number-demo"),
        ("110105194912310021", True, "id-number"),
        ("11010519491331002X", True, "id-number"),
        ("1101054912310", True, "id-number"),
        ("000000202611250018", True, "id-number"),
        ("11010518491231002X", True, "id-number"),
        ("无名氏", True, "id-number"),
        ("1101051949123100２X", True, "id-number"),
    ],
)
def test_identity_numbers(number: str, demo: bool, code: str | None) -> None:
    wrong = rules.broken("id-number", number, demo=demo, now=NOW)
    assert (wrong.code if wrong else None) == code


def test_an_identity_number_of_tomorrow_is_none() -> None:
    born = "00000020261124001"
    number = born + rules.id_check_character(born)
    assert rules.broken("id-number", number, demo=True, now=NOW) is None
    assert rules.broken("id-number", number, demo=True, now=datetime(2026, 11, 23, 15, 59, tzinfo=UTC)) is not None
    assert rules.broken("id-number", number, demo=True, now=datetime(2026, 11, 23, 16, 0, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("code", "right"),
    [
        ("91350100M000100Y43", True),
        ("91350100M000100Y44", False),
        ("91350100M000100Y4", False),
        ("91350100I000100Y43", False),
        ("", False),
    ],
)
def test_credit_codes(code: str, right: bool) -> None:
    assert rules.is_uscc(code) is right


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("199-0000-0512", True),
        ("19900000512", True),
        ("+86 199 0000 0512", True),
        ("0571-88886666", True),
        ("010-66668888", True),
        ("400-800-1234", True),
        ("88886666", True),
        ("120", False),
        ("12345678901", False),
        ("199-0000-051", False),
        ("电话", False),
    ],
)
def test_phone_numbers(text: str, right: bool) -> None:
    assert rules.is_phone(text) is right


def test_full_width_digits_from_an_input_method_are_stored_plain(fill: Fill) -> None:
    assert fill({"idType": "01", "idNo": "１１０１０５ １９４９１２３１ ００２ｘ"})["idNo"] == REAL_WOMAN
    assert fill({"phone": "１９９-００００-０５１２"})["phone"] == "199-0000-0512"


def test_the_rule_follows_the_kind_of_document(fill: Fill) -> None:
    assert fill({"idType": "03", "idNo": "E12345678"})["idNo"] == "E12345678"
    with pytest.raises(InvalidForm) as refusal:
        fill({"idType": "01", "idNo": "E12345678"})
    assert errors_of(refusal) == [("idNo", "id-number")]
    with pytest.raises(InvalidForm) as refusal:
        fill({"idType": "01", "idNo": DEMO_MAN}, demo=False)
    assert errors_of(refusal) == [("idNo", "id-number-demo")]


def test_birth_and_sex_agree_with_the_number_whichever_comes_last(fill: Fill) -> None:
    right = {"idType": "01", "idNo": DEMO_MAN, "birth": "1968-03-02", "sex": "1"}
    assert fill(right) == right
    wrong: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({**right, "birth": "1968-03-03", "sex": "2"}, {}),
        ({"birth": "1968-03-03", "sex": "2"}, right),
        ({"idType": "01", "idNo": DEMO_MAN}, {"birth": "1968-03-03", "sex": "2"}),
    ]
    for submitted, current in wrong:
        with pytest.raises(InvalidForm) as refusal:
            fill(submitted, current=current)
        assert set(errors_of(refusal)) == {("birth", "id-birth"), ("sex", "id-sex")}


def test_dates(slip: dict[str, Any], fill: Fill) -> None:
    assert fill({"birth": "2026-11-24"}) == {"birth": "2026-11-24"}
    slip["components"].append(
        {"type": "datetime", "key": "visit", "label": "复诊", "subtype": "date", "disallowPassedDates": True}
    )
    form = parsed(slip)
    assert fill({"visit": "2026-11-24"}, form=form) == {"visit": "2026-11-24"}
    with pytest.raises(InvalidForm) as refusal:
        fill({"visit": "2026-11-23"}, form=form)
    assert errors_of(refusal) == [("visit", "in-the-past")]
