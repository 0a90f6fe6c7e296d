"""Every sentence that a person reads under a field, in Chinese and English. The fact first, then what helps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from engine.errors import FieldError
from engine.forms.tree import Field, Rows, Wording

SENTENCES: dict[str, tuple[str, str]] = {
    "required": ("{label}不能空着。", "{label} cannot be blank."),
    "required-or-none": ("{label}不能空着，没有就选“{none}”。", "{label} cannot be blank. Choose {none} if there are none."),
    "required-tick": ("{label}还没有勾选。", "{label} is not ticked yet."),
    "required-row": ("{label}至少填一行。", "{label} needs at least one row."),
    "unknown-field": ("这张表单里没有“{name}”这一项。", "This form has no field called {name}."),
    "read-only": ("{label}在这一步不能改。", "{label} cannot be changed at this step."),
    "rows-fixed": ("{label}在这一步不能增减行。", "Rows of {label} cannot be added or removed at this step."),
    "wrong-shape": ("{label}的内容读不懂，刷新页面再填。", "{label} cannot be read. Reload the page and fill it in again."),
    "bad-characters": (
        "{label}里有无法保存的字符，删掉它再试。",
        "{label} contains a character that cannot be saved. Delete it and try again.",
    ),
    "too-large": ("填写的内容太多，删减后再试。", "There is too much text in this form. Shorten it and try again."),
    "too-long": ("{label}最多 {limit} 个字，现在有 {found} 个。", "{label} takes at most {limit} characters; there are {found}."),
    "too-short": (
        "{label}至少要 {limit} 个字，现在有 {found} 个。",
        "{label} needs at least {limit} characters; there are {found}.",
    ),
    "pattern": ("{label}的格式不对。", "{label} does not have the right form."),
    "email": ("{label}要填电子邮箱，例如 name@example.cn。", "{label} must be an e-mail address such as name@example.cn."),
    "phone": (
        "{label}不是电话号码，手机填 11 位，座机带区号。",
        "{label} is not a phone number: 11 digits, or a landline with its area code.",
    ),
    "not-a-number": ("{label}要填数字。", "{label} must be a number."),
    "not-whole": ("{label}要填整数。", "{label} must be a whole number."),
    "too-precise": ("{label}最多 {limit} 位小数。", "{label} takes at most {limit} decimal places."),
    "too-small": ("{label}不能小于 {limit}。", "{label} cannot be less than {limit}."),
    "too-big": ("{label}不能大于 {limit}。", "{label} cannot be more than {limit}."),
    "not-an-option": ("{label}里没有这个选项，从列表里选一个。", "{label} does not have this option. Choose one from the list."),
    "too-many": ("{label}最多 {limit} 项，现在有 {found} 项。", "{label} takes at most {limit} entries; there are {found}."),
    "rows-kept": ("{label}的行不能删除，少了 {found} 行。", "Rows of {label} cannot be removed; {found} are missing."),
    "rows-not-added": ("{label}不能增加行，多了 {found} 行。", "Rows cannot be added to {label}; there are {found} more."),
    "row-unknown": (
        "{label}的行与现有的行对不上，刷新后再填。",
        "The rows of {label} do not match those that are there. Load the page again.",
    ),
    "unknown-attachment": (
        "{label}里有一个文件没有传上，移除后重新添加。",
        "{label} names a file that was not uploaded. Remove it and add it again.",
    ),
    "not-yes-or-no": ("{label}只能勾选或不勾选。", "{label} is either ticked or not."),
    "not-a-date": ("{label}要填日期，例如 2026-11-24。", "{label} must be a date such as 2026-11-24."),
    "not-a-time": ("{label}要填时间，例如 15:30。", "{label} must be a time such as 15:30."),
    "not-a-datetime": (
        "{label}要填日期和时间，例如 2026-11-24 15:30。",
        "{label} must be a date and time such as 2026-11-24 15:30.",
    ),
    "in-the-future": ("{label}不能晚于现在。", "{label} cannot be in the future."),
    "in-the-past": ("{label}不能早于今天。", "{label} cannot be before today."),
    "id-number": (
        "{label}不是有效的身份证号码，对照证件核对 18 位。",
        "{label} is not a valid identity number. Check all 18 characters.",
    ),
    "id-number-demo": ("{label}是演示号码，正式环境不能用。", "{label} is a demo number, which a live system does not take."),
    "id-birth": ("{label}与证件号码里的出生日期不一致。", "{label} does not agree with the identity number."),
    "id-sex": ("{label}与证件号码里的性别不一致。", "{label} does not agree with the identity number."),
    "staff-number": (
        "{label}：没有工号是“{number}”的在职人员，请从列出的人里选。",
        "{label}: nobody works here under the staff number “{number}”. Choose one of the people listed.",
    ),
    "uscc": (
        "{label}不是有效的统一社会信用代码，对照证照核对 18 位。",
        "{label} is not a valid unified social credit code. Check all 18 characters.",
    ),
}
"""Sentences by code. Codes are the stable names that callers may rely on."""

_SHOWN = 60
_NONE = frozenset({"无", "没有", "否认"})


@dataclass(frozen=True)
class Wrong:
    """What is wrong with a value, before it is known where it stands."""

    code: str
    facts: dict[str, Any] = field(default_factory=dict)


def field_error(path: str, wrong: Wrong, about: Field | Rows | None) -> FieldError:
    """The finished error. `about` is the field that it is shown at, None for one that the form does not have."""
    own = _own_sentence(wrong, about)
    if own:
        return FieldError(path=path, code=wrong.code, message=own.zh, message_en=own.en)
    key, none = wrong.code, None
    if wrong.code == "required" and about is not None:
        key, none = _required(about)
    zh, en = SENTENCES[key]
    name = printable(path)
    label = about.label if about else Wording(zh=name, en=name)
    facts = {"name": name, **wrong.facts}
    return FieldError(
        path=name,
        code=wrong.code,
        message=zh.format(label=label.zh, none=none.zh if none else "", **facts),
        message_en=en.format(label=label.en, none=none.en if none else "", **facts),
    )


def printable(text: str) -> str:
    """A client's text cut short and made safe to show and to log."""
    return "".join(char if char.isprintable() else "?" for char in text[:_SHOWN])


def _own_sentence(wrong: Wrong, about: Field | Rows | None) -> Wording | None:
    if about is None:
        return None
    if wrong.code == "required":
        return about.required_sentence
    if wrong.code == "pattern" and isinstance(about, Field):
        return about.pattern_sentence
    return None


def _required(about: Field | Rows) -> tuple[str, Wording | None]:
    if isinstance(about, Rows):
        return "required-row", None
    if about.kind == "checkbox":
        return "required-tick", None
    none = next((option.label for option in about.options if option.label.zh in _NONE), None)
    return ("required-or-none", none) if none else ("required", None)
