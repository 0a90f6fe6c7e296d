"""Reads the rules that find the people of a user task, and who must not be among them.

`liandong:assign` and `liandong:copy` name a rule and what it takes:

* post: post, department, institution or at, missing · person: person · starter
* ancestor: post, type (types of institution, nearest upwards), institution or at
* head: department or line, institution or at, missing; without either the department of the starter
* superior: of (starter, previous), levels (a number, or top), until (a post), each, missing
* leader (分管领导): department, line or matter, institution or at
* duty (值班表): institution or at, department, post
* chosen: by (starter, previous), post, institution or at
* field: field · body (committee or team): body, roles, institution or at · expression: value

`at` is own, starter, receiving or lead. `missing="up"` takes whoever sits above where nobody is found, `empty` takes
nobody. `chair="true"` marks those who preside.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping

from lxml import etree

from engine.expressions import Template
from engine.kernel.people_model import ApartModel, AssignModel
from engine.kernel.placement import LIANDONG
from engine.kernel.report import Report
from engine.kernel.source import child

_PLACE = ("institution", "at")
RULES: Mapping[str, tuple[str, ...]] = {
    "post": ("post", "department", "missing", *_PLACE),
    "person": ("person",),
    "starter": (),
    "ancestor": ("post", "type", *_PLACE),
    "head": ("department", "line", "missing", *_PLACE),
    "superior": ("of", "levels", "until", "each", "missing"),
    "leader": ("department", "line", "matter", *_PLACE),
    "duty": ("department", "post", *_PLACE),
    "chosen": ("by", "post", *_PLACE),
    "field": ("field",),
    "body": ("body", "roles", *_PLACE),
    "expression": ("value",),
}
"""Rule -> the attributes that it takes."""
_NEEDED = {
    "post": ("post",),
    "person": ("person",),
    "ancestor": ("post", "type"),
    "chosen": ("by",),
    "field": ("field",),
    "body": ("body",),
    "expression": ("value",),
}
_CALLED = {
    "post": "岗位",
    "person": "指定的人",
    "ancestor": "上级机构的岗位",
    "chosen": "由人选定",
    "field": "变量里的人",
    "body": "委员会、小组",
    "expression": "表达式",
}
_LACKING = {
    "post": "是哪个岗位",
    "person": "是谁",
    "type": "机构类型",
    "by": "由谁选",
    "field": "是哪个变量",
    "body": "是哪个委员会",
    "value": "表达式",
}
"""What the designer calls the rules, and what they lack."""
_VALUES: Mapping[str, Collection[str]] = {
    "at": ("own", "starter", "receiving", "lead"),
    "of": ("starter", "previous"),
    "by": ("starter", "previous"),
    "missing": ("up", "empty"),
    "each": ("true", "false"),
    "chair": ("true", "false"),
}
_ROLES = ("chair", "vice-chair", "secretary", "member")
_LEVELS = re.compile(r"[1-9]|1\d|20|top")
LONGEST_APART = 120
"""Months for which people stay apart from an institution that they have left, at most."""


class AssignReader:
    """Reads rules into records; what is wrong becomes a finding."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def people(self, node: etree._Element, name: str) -> Iterator[AssignModel]:
        """The rules in extension elements of that name."""
        for item in _extensions(node, name):
            rule = item.get("rule") or ""
            if rule not in RULES:
                known = ", ".join(RULES)
                self._error(
                    "assign-rule", item, f"指派规则“{rule}”不存在，可用 {known}。", f"There is no rule '{rule}'; use {known}."
                )
                continue
            self._check(item, rule)
            yield self._rule(item, rule, node.get("id"))

    def legacy(self, node: etree._Element, vendor: Callable[[etree._Element, str], str | None]) -> Iterator[AssignModel]:
        """The people that another engine's attributes name."""
        for person in (vendor(node, "assignee"), *listed(vendor(node, "candidateUsers"))):
            if person is not None:
                yield AssignModel(rule="person", person=self._report.template(person, node), foreign=True)
        for group in listed(vendor(node, "candidateGroups")):
            yield AssignModel(rule="post", post=self._report.template(group, node), foreign=True)

    def apart(
        self, node: etree._Element, process: str, known: Collection[str], assigns: Collection[AssignModel]
    ) -> tuple[ApartModel, ...]:
        """Whom a task must not be given to; `known` are the ids of the user tasks of its process."""
        return tuple(self._apart(item, process, known, assigns) for item in _extensions(node, "apart"))

    def _rule(self, item: etree._Element, rule: str, element: str | None) -> AssignModel:
        missing = item.get("missing") or ("up" if rule == "superior" else "empty")
        source = item.get("field") if rule == "field" else item.get("value") if rule == "expression" else None
        if source is not None and source.strip().startswith("${") and source.strip().endswith("}"):
            source = source.strip()[2:-1]
        return AssignModel(
            rule=rule,
            post=self._template(item, "post"),
            person=self._template(item, "person"),
            institution=self._template(item, "institution"),
            department=self._template(item, "department"),
            line=self._template(item, "line"),
            matter=self._template(item, "matter"),
            body=self._template(item, "body"),
            at=item.get("at") or "own",
            types=tuple((item.get("type") or "").replace(",", " ").split()),
            roles=tuple((item.get("roles") or "").replace(",", " ").split()),
            of=item.get("of") or "starter",
            levels=self._levels(item),
            until=item.get("until"),
            each=item.get("each") == "true",
            up=missing == "up",
            by=item.get("by"),
            chair=item.get("chair") == "true",
            role=(item.get("role") or "").strip() or None,
            element=element if rule == "chosen" else None,
            value=None if source is None else self._report.expression(source, item),
        )

    def _check(self, item: etree._Element, rule: str) -> None:
        allowed = RULES[rule]
        for name in map(str, item.keys()):
            if name not in ("rule", "chair", "role", *allowed) and not name.startswith("{"):
                takes, takes_en = "、".join(allowed) or "无其他属性", ", ".join(allowed) or "nothing else"
                self._error(
                    "assign-rule",
                    item,
                    f"指派规则 {rule} 没有属性 {name}，可用：{takes}。",
                    f"The rule {rule} has no attribute {name}; it takes {takes_en}.",
                )
        for name in _NEEDED.get(rule, ()):
            if not (item.get(name) or "").strip():
                zh = f"按“{_CALLED[rule]}”找人，但没有写明{_LACKING[name]}（{rule} 规则缺少属性 {name}）。"
                self._error("assign-rule", item, zh, f"The rule {rule} lacks its attribute {name}.")
        for name, values in _VALUES.items():
            self._one_of(item, name, values)
        for role in (item.get("roles") or "").replace(",", " ").split():
            if role not in _ROLES:
                known = ", ".join(_ROLES)
                self._error(
                    "assign-rule", item, f"成员角色“{role}”不存在，可用 {known}。", f"There is no role '{role}'; use {known}."
                )
        self._exactly_one(item, rule)

    def _exactly_one(self, item: etree._Element, rule: str) -> None:
        """Attributes of which only one makes sense."""
        choices = {"leader": ("department", "line", "matter"), "head": ("department", "line")}.get(rule, ())
        given = [name for name in choices if item.get(name) is not None]
        if len(given) > 1 or (rule == "leader" and not given):
            self._error(
                "assign-rule",
                item,
                f"指派规则 {rule} 应写 {'、'.join(choices)} 中的一个，实际有 {len(given)} 个。",
                f"The rule {rule} takes one of {', '.join(choices)}; {len(given)} are given.",
            )
        if item.get("institution") is not None and item.get("at") is not None:
            self._error("assign-rule", item, "institution 和 at 只能写一个。", "Give either institution or at, not both.")
        if item.get("until") is not None and item.get("levels") is not None:
            self._error("assign-rule", item, "until 和 levels 只能写一个。", "Give either until or levels, not both.")

    def _levels(self, item: etree._Element) -> int | None:
        text = item.get("levels") or "1"
        if not _LEVELS.fullmatch(text):
            self._error(
                "assign-rule", item, f"levels 应为 1 到 20 或 top，实际为“{text}”。", f"levels is 1 to 20 or top, not '{text}'."
            )
            return 1
        return None if text == "top" else int(text)

    def _apart(self, item: etree._Element, process: str, known: Collection[str], assigns: Collection[AssignModel]) -> ApartModel:
        words = (item.get("elements") or "").replace(",", " ").split()
        elements = tuple(_qualified(word, process) for word in words)
        self._one_of(item, "from", ("starter",))
        self._one_of(item, "rounds", ("all", "last"))
        starter, months = item.get("from") == "starter", item.get("months") or "0"
        if not (elements or starter or item.get("institution")):
            self._error(
                "apart",
                item,
                'liandong:apart 应写 elements、from="starter" 或 institution。',
                'liandong:apart takes elements, from="starter" or institution.',
            )
        for where, element in elements:
            if where == process and element not in known:
                self._error(
                    "apart",
                    item,
                    f"不相容岗位所指的用户任务“{element}”不存在。",
                    f"There is no user task '{element}' to keep this one apart from.",
                )
        if not months.isdigit() or int(months) > LONGEST_APART:
            self._error(
                "apart",
                item,
                f"months 应为 0 到 {LONGEST_APART}，实际为“{months}”。",
                f"months is 0 to {LONGEST_APART}, not '{months}'.",
            )
            months = "0"
        if starter and assigns and all(rule.rule == "starter" for rule in assigns):
            self._error(
                "apart",
                item,
                "任务只指派给发起人，又不许发起人办理，没有人能办理。",
                "The task is given to the starter alone and kept apart from him: nobody could do it.",
            )
        institution = self._template(item, "institution")
        last = item.get("rounds") == "last"
        return ApartModel(elements=elements, last=last, starter=starter, institution=institution, months=int(months))

    def _template(self, item: etree._Element, name: str) -> Template | None:
        text = item.get(name)
        return None if text is None else self._report.template(text, item)

    def _one_of(self, item: etree._Element, name: str, values: Collection[str]) -> None:
        found = item.get(name)
        if found is not None and found not in values:
            known = ", ".join(values)
            self._error(
                "assign-rule", item, f"属性 {name} 的值“{found}”无效，可用 {known}。", f"{name} cannot be '{found}'; use {known}."
            )

    def _error(self, code: str, item: etree._Element, message: str, message_en: str) -> None:
        self._report.error(code, item, message, message_en)


def _extensions(node: etree._Element, name: str) -> Iterator[etree._Element]:
    holder = child(node, "extensionElements")
    if holder is not None:
        yield from holder.iterchildren(LIANDONG + name)


def _qualified(word: str, process: str) -> tuple[str, str]:
    """The process and the user task that `process:task` names; without a process it is this one."""
    where, colon, element = word.partition(":")
    return (where, element) if colon else (process, word)


def listed(text: str | None) -> list[str]:
    # A list inside ${…} is one expression, whatever commas it holds.
    if text is None:
        return []
    if "${" in text:
        return [text]
    return [part.strip() for part in text.split(",") if part.strip()]
