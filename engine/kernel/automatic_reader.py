"""Reads what a user task decides by itself, and says what of it could never be meant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lxml import etree

from engine.kernel.automatic import EMPTY, NOTHING_AUTOMATIC, REPEATED, STARTER, AutomaticModel
from engine.kernel.model import OutcomeModel
from engine.kernel.people_model import AssignModel
from engine.kernel.report import Report
from engine.kernel.roles import FieldsModel

_VALUES: Mapping[str, tuple[str, ...]] = {"empty": EMPTY, "starter": STARTER, "repeated": REPEATED}


class AutomaticReader:
    """Reads the `liandong:auto` of one user task `node`."""

    def __init__(
        self, report: Report, node: etree._Element, mode: str, fields: Sequence[FieldsModel], *, form: bool, signs: bool
    ) -> None:
        """`form` says whether the task has one, `signs` whether it is signed by hand."""
        self._report = report
        self._node = node
        self._mode = mode
        self._fields = fields
        self._form = form
        self._signs = signs

    def read(
        self, item: etree._Element | None, fallback: Sequence[AssignModel], outcomes: Sequence[OutcomeModel]
    ) -> AutomaticModel:
        """The model of `item`; what is wrong becomes a finding."""
        if (item is None or item.get("empty") != "fallback") and fallback:
            self._error(
                "auto",
                'liandong:fallback 只在 liandong:auto 写了 empty="fallback" 时起作用。',
                'liandong:fallback has an effect only beside liandong:auto with empty="fallback".',
            )
        if item is None:
            return NOTHING_AUTOMATIC
        found = {name: self._value(item, name) for name in _VALUES}
        model = AutomaticModel(**found, fallback=tuple(fallback))
        if model.empty == "fallback" and not fallback:
            self._error(
                "auto",
                'empty="fallback" 须用 liandong:fallback 指明由谁办理。',
                'empty="fallback" needs a liandong:fallback that says who does it.',
            )
        self._check_outcomes(model, outcomes)
        self._check_consent(model, outcomes)
        return model

    def _value(self, item: etree._Element, name: str) -> str:
        value = item.get(name) or _VALUES[name][0]
        if value not in _VALUES[name]:
            self._report.error(
                "attribute-value",
                item,
                f"属性 {name} 的值“{value}”无效，可用 {'、'.join(_VALUES[name])}。",
                f"The attribute {name} cannot be '{value}'; use {', '.join(_VALUES[name])}.",
            )
            return _VALUES[name][0]
        return value

    def _check_outcomes(self, model: AutomaticModel, outcomes: Sequence[OutcomeModel]) -> None:
        """An automatic decision stands for exactly one outcome."""
        passes = model.empty == "pass" or model.starter == "skip" or model.repeated != "none"
        primary = [outcome for outcome in outcomes if outcome.kind == "primary"]
        negative = [outcome for outcome in outcomes if outcome.kind == "negative"]
        if passes and len(primary) != 1:
            self._error(
                "auto",
                f"自动通过须恰有一个同意（primary）的处理结果，实际有 {len(primary)} 个。",
                f"To pass by itself a task has exactly one primary outcome; this one has {len(primary)}.",
            )
        if model.empty == "refuse" and len(negative) != 1:
            self._error(
                "auto",
                f"自动不通过须恰有一个不同意（negative）的处理结果，实际有 {len(negative)} 个。",
                f"To be refused by itself a task has exactly one negative outcome; this one has {len(negative)}.",
            )
        if model.repeated != "none" and not negative:
            self._error(
                "auto",
                "没有不同意（negative）的任务不是审批，重复审批人的规则不起作用。",
                "A task without a negative outcome is no approval; a rule for repeated approvers has no effect on it.",
            )
        needed = self._needed(primary)
        if model.empty == "pass" and needed:
            self._error(
                "auto",
                f"找不到办理人时自动通过，但必填字段 {'、'.join(needed)} 没有人填写。",
                f"It passes where nobody is found, but nobody would fill in {', '.join(needed)}, which it requires.",
            )

    def _check_consent(self, model: AutomaticModel, outcomes: Sequence[OutcomeModel]) -> None:
        """Nobody's consent is taken for given where he votes, or has something to fill in."""
        for name, wanted in (("starter", model.starter == "skip"), ("repeated", model.repeated != "none")):
            if wanted and self._mode == "vote":
                self._error(
                    "auto",
                    f"票签中每人都要表决，{name} 不起作用，请删去。",
                    f"In a vote everybody votes, so {name} has no effect; leave it out.",
                )
            elif wanted and self._fills_in(outcomes):
                self._report.warning(
                    "auto-without-effect",
                    self._node,
                    f"本步骤有可填写的字段或必填意见，{name} 不会自动通过，仍由本人办理。",
                    f"There are fields to write or an opinion to give here, so by {name} nothing passes; people are still asked.",
                )

    def _fills_in(self, outcomes: Sequence[OutcomeModel]) -> bool:
        return self._signs or fills_in(self._fields, outcomes, form=self._form)

    def _needed(self, primary: Sequence[OutcomeModel]) -> list[str]:
        required = (name for fields in self._fields for name in fields.required)
        return sorted({*required, *(name for outcome in primary for name in outcome.fields)})

    def _error(self, code: str, message: str, message_en: str) -> None:
        self._report.error(code, self._node, message, message_en)


def fills_in(fields: Sequence[FieldsModel], outcomes: Sequence[OutcomeModel], *, form: bool) -> bool:
    """Whether who agrees to a task has, or may have, something to fill in: a field of its form or an opinion."""
    if any(outcome.kind == "primary" and (outcome.fields or outcome.opinion == "required") for outcome in outcomes):
        return True
    if not form:
        return False
    return not fields or any(found.write or found.required or found.rows for found in fields)
