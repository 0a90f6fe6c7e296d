"""Reads what the roles of a user task may do: fields, outcomes and buttons; and says what of it nobody could mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from lxml import etree

from engine.kernel.model import OutcomeModel
from engine.kernel.people_model import AssignModel
from engine.kernel.report import Report
from engine.kernel.roles import RESERVED, ROW_WORDS, ButtonModel, FieldsModel
from engine.kernel.signing import OPERATIONS

BUTTONS = frozenset((OPERATIONS - {"urge", "batch"}) | {"return"})
"""What a step may call otherwise or leave out, beside its outcomes."""


def words(item: etree._Element, name: str) -> tuple[str, ...]:
    """The names that an attribute lists."""
    return tuple((item.get(name) or "").replace(",", " ").split())


class RoleReader:
    """Reads one user task `node`."""

    def __init__(self, report: Report, node: etree._Element) -> None:
        self._report = report
        self._node = node

    def fields(self, items: Iterable[etree._Element]) -> tuple[FieldsModel, ...]:
        """Field rights, at most one for each role and one for everybody."""
        found = []
        for item in items:
            write, required, hidden = (words(item, name) for name in ("write", "required", "hidden"))
            roles, rows = words(item, "for"), tuple(self._rows(item))
            found.append(FieldsModel(write=write, required=required, hidden=hidden, rows=rows, roles=roles))
        counts = Counter(role for fields in found for role in fields.roles or ("",))
        for role, number in counts.items():
            if number > 1:
                self._report.error(
                    "role",
                    self._node,
                    f"角色“{role or '其他所有人'}”的 liandong:fields 写了 {number} 次，只能写一次。",
                    f"There are {number} liandong:fields for '{role or 'everybody'}'; only one is possible.",
                )
        return tuple(found)

    def _rows(self, item: etree._Element) -> Iterator[tuple[str, frozenset[str]]]:
        """What `rows="lines:add+edit"` says, list by list."""
        seen: set[str] = set()
        for word in words(item, "rows"):
            name, _, given = word.partition(":")
            rights = frozenset(given.split("+"))
            if not name or name in seen or not rights <= ROW_WORDS:
                self._report.error(
                    "attribute-value",
                    item,
                    f"属性 rows 的“{word}”无效，应为 子表:权限，权限为 add、edit、remove，用 + 连接，每个子表写一次。",
                    f"'{word}' in rows is not LIST:RIGHTS with add, edit and remove joined by +, once for each list.",
                )
                continue
            seen.add(name)
            yield name, rights

    def buttons(self, items: Iterable[etree._Element]) -> tuple[ButtonModel, ...]:
        """Operations that are called otherwise or are not there."""
        return tuple(self._button(item) for item in items)

    def check(
        self,
        assigns: Sequence[AssignModel],
        fields: Sequence[FieldsModel],
        outcomes: Sequence[OutcomeModel],
        buttons: Sequence[ButtonModel],
    ) -> None:
        """Adds a finding for every role that nobody has, and when a role could not decide at all."""
        given = {rule.role for rule in assigns if rule.role is not None}
        for role in sorted(given & RESERVED):
            self._error(
                role, f"角色名“{role}”有固定含义，不能用于 liandong:assign。", f"The role '{role}' has a meaning of its own."
            )
        for role in sorted(set(_asked(fields, outcomes, buttons)) - given - RESERVED):
            self._error(
                role,
                f"没有哪条 liandong:assign 给出角色“{role}”，可用 {'、'.join(sorted(given | RESERVED))}。",
                f"No liandong:assign gives the role '{role}'; there are {', '.join(sorted(given | RESERVED))}.",
            )
        deciders: Collection[str | None] = {rule.role for rule in assigns} or {None}
        for decider in sorted(deciders, key=str):
            if outcomes and not any(not outcome.roles or decider in outcome.roles for outcome in outcomes):
                name = decider or "未给角色的办理人"
                self._error(
                    name, f"“{name}”没有任何可选的处理结果，无法办理。", f"'{decider or 'no role'}' has no outcome to choose."
                )

    def _button(self, item: etree._Element) -> ButtonModel:
        name = item.get("name") or ""
        if name not in BUTTONS:
            self._report.error(
                "button",
                item,
                f"没有按钮“{name}”，可用 {'、'.join(sorted(BUTTONS))}。",
                f"There is no button '{name}'; use {', '.join(sorted(BUTTONS))}.",
            )
        off, label = item.get("off") or "false", item.get("label")
        if off not in ("true", "false") or (off == "false") == (label is None):
            self._report.error(
                "button",
                item,
                'liandong:button 应写 label 改名，或写 off="true" 关闭，二者之一。',
                'A liandong:button has either a label, or off="true".',
            )
        return ButtonModel(
            name=name, label=label, label_en=item.get("label-en") or label, off=off == "true", roles=words(item, "for")
        )

    def _error(self, role: str, message: str, message_en: str) -> None:
        self._report.error("role", self._node, message, message_en)


def _asked(fields: Sequence[FieldsModel], outcomes: Sequence[OutcomeModel], buttons: Sequence[ButtonModel]) -> Iterator[str]:
    for listed in (fields, outcomes, buttons):
        for found in listed:
            yield from found.roles
