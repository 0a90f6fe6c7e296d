"""What the organisation of today says of the people that a deployment's tasks ask for.

A code that nobody has is refused: the rule could never find anybody. A place that stands empty today is warned of: it may
be filled before the first case comes. What is written in the words of another tool is only warned of, for its names of
groups and users are rarely ours. Expressions are not judged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from engine.assignment import INSTITUTION_TYPES, AssignmentRule, Place, find_person, resolve
from engine.errors import Finding
from engine.expressions import Template
from engine.kernel import ProcessModel
from engine.kernel.model import ApprovalModel, Element
from engine.kernel.people_model import AssignModel
from engine.store.tables import Body, Department, Duty, Institution, Line, Post

STANDING = ("post", "head", "leader", "body")
"""Rules that find the same people whatever the case, when nothing in them is an expression."""

_UNASKED = {
    "pass": ("会自动通过，没有人审批", "it would pass without anybody's consent"),
    "refuse": ("会自动不通过", "it would be refused by itself"),
    "block": ("上一步将无法提交", "nobody could send a case there"),
}
"""What happens at a step that finds nobody and asks nobody."""


def staffing(community: Place, models: Sequence[ProcessModel]) -> Iterator[Finding]:
    """Findings of all rules of these processes; none while there is no organisation that they could be held against."""
    check = _Check(community)
    if check.bare:
        return
    for model in models:
        for element in model.elements.values():
            if element.approval is not None:
                yield from _of_task(check, model, element, element.approval)


def _of_task(check: _Check, model: ProcessModel, element: Element, approval: ApprovalModel) -> Iterator[Finding]:
    asked = [list(check.rule(_Place(model, element, rule))) for rule in approval.assigns]
    for findings in asked:
        yield from findings
    for rule in (*approval.copies, *approval.recused, *approval.secretaries, *approval.automatic.fallback):
        yield from check.rule(_Place(model, element, rule))
    nobody = bool(asked) and all(any(found.code == "nobody-today" for found in findings) for findings in asked)
    if nobody and approval.automatic.empty in _UNASKED:
        zh, en = _UNASKED[approval.automatic.empty]
        yield _Place(model, element, approval.assigns[0]).finding(
            "auto-nobody-today",
            f"本步骤的规则目前都找不到人，{zh}。",
            f"None of the rules of this step finds anybody today: {en}.",
            certain=False,
        )


@dataclass(frozen=True)
class _Place:
    """Where a rule stands."""

    model: ProcessModel
    element: Element
    rule: AssignModel

    def finding(self, code: str, message: str, message_en: str, *, certain: bool) -> Finding:
        level = "error" if certain and not self.rule.foreign else "warning"
        where: dict[str, Any] = {"resource": self.model.resource, "element": self.element.id, "line": self.element.line}
        return Finding(level=level, code=code, **where, message=message, message_en=message_en)


class _Check:
    """The codes that there are, read once."""

    def __init__(self, community: Place) -> None:
        self._community = community
        self._posts = set(self._all(select(Post.code)))
        self._institutions = {row.code: row for row in community.connection.execute(select(Institution.code, Institution.type))}

    @property
    def bare(self) -> bool:
        """Whether the store holds no organisation yet."""
        return not self._posts

    def rule(self, place: _Place) -> Iterator[Finding]:
        """What is wrong with one rule, and where it is not wrong, whether anybody is there today."""
        found = [*self._codes(place), *self._place(place), *self._bodies(place), *self._types(place)]
        yield from found
        if not found:
            yield from self._empty(place)

    def _codes(self, place: _Place) -> Iterator[Finding]:
        rule = place.rule
        for post in (_literal(rule.post), rule.until):
            if post is not None and post not in self._posts:
                yield place.finding("unknown-post", f"没有岗位“{post}”。", f"There is no post '{post}'.", certain=True)
        person = _literal(rule.person)
        if person is not None and find_person(self._community.connection, person) is None:
            yield place.finding("unknown-person", f"没有人员“{person}”。", f"There is no person '{person}'.", certain=True)
        line = _literal(rule.line)
        if line is not None and not self._all(select(Line.code).where(Line.code == line)):
            yield place.finding("unknown-line", f"没有条线“{line}”。", f"There is no business line '{line}'.", certain=True)

    def _place(self, place: _Place) -> Iterator[Finding]:
        institution, department = _literal(place.rule.institution), _literal(place.rule.department)
        if institution is not None and institution not in self._institutions:
            yield place.finding(
                "unknown-place", f"没有机构“{institution}”。", f"There is no institution '{institution}'.", certain=True
            )
            return
        if department is not None:
            known = select(Department.key).join(Institution, Institution.key == Department.institution)
            known = known.where(Department.code == department)
            where = self._where(place.rule)
            if not self._all(known if where is None else known.where(Institution.code == where)):
                told = where is not None
                yield place.finding(
                    "unknown-place", f"没有科室“{department}”。", f"There is no department '{department}'.", certain=told
                )

    def _bodies(self, place: _Place) -> Iterator[Finding]:
        body = _literal(place.rule.body)
        if body is None:
            return
        known = select(Body.key).join(Institution, Institution.key == Body.institution).where(Body.code == body)
        where = self._where(place.rule)
        if not self._all(known if where is None else known.where(Institution.code == where)):
            told = where is not None
            yield place.finding(
                "unknown-body", f"没有委员会或小组“{body}”。", f"There is no committee or team '{body}'.", certain=told
            )

    def _types(self, place: _Place) -> Iterator[Finding]:
        for kind in place.rule.types:
            if kind not in INSTITUTION_TYPES:
                yield place.finding(
                    "unknown-institution-type", f"没有机构类型“{kind}”。", f"There is no institution type '{kind}'.", certain=True
                )
        if place.rule.types and not {row.type for row in self._institutions.values()}.intersection(place.rule.types):
            kinds = " ".join(place.rule.types)
            yield place.finding(
                "nobody-today", f"目前没有类型为 {kinds} 的机构。", f"No institution is of type {kinds} today.", certain=False
            )

    def _empty(self, place: _Place) -> Iterator[Finding]:
        """Places at which nobody is today, as far as they are told without a case."""
        rule = place.rule
        where = self._where(rule)
        if where is None or any(isinstance(found, Template) and found.literal is None for found in rule.expressions):
            return
        if rule.rule == "duty":
            nobody = not self._all(_turns(self._community, rule, where))
        elif rule.rule in STANDING and not (rule.rule == "head" and rule.department is None and rule.line is None):
            nobody = resolve(self._community, [_evaluated(rule, where)], own=where).reason is not None
        else:
            return
        if nobody:
            yield place.finding(
                "nobody-today",
                f"规则 {rule.rule} 目前在“{where}”找不到任何人，请检查任职、负责人、成员、分管或值班表。",
                f"The rule {rule.rule} finds nobody at '{where}' today: see chairs, heads, members, leaders or the roster.",
                certain=False,
            )

    def _where(self, rule: AssignModel) -> str | None:
        """Code of the institution, where the model alone says it."""
        if rule.institution is not None:
            return _literal(rule.institution)
        return self._community.config.lead_institution if rule.at == "lead" else None

    def _all(self, query: Any) -> Sequence[Any]:
        found: Sequence[Any] = self._community.connection.execute(query.limit(1000)).scalars().all()
        return found


def _literal(template: Template | None) -> str | None:
    return None if template is None else template.literal


def _evaluated(rule: AssignModel, where: str) -> AssignmentRule:
    return AssignmentRule(
        kind=rule.rule,
        post=_literal(rule.post),
        institution=where,
        department=_literal(rule.department),
        line=_literal(rule.line),
        matter=_literal(rule.matter),
        body=_literal(rule.body),
        roles=rule.roles,
        up=rule.up,
    )


def _turns(community: Place, rule: AssignModel, where: str) -> Any:
    """Turns of duty of a roster that have not ended."""
    turns = select(Duty.key).join(Institution, Institution.key == Duty.institution)
    turns = turns.outerjoin(Department, Department.key == Duty.department)
    return turns.where(
        Institution.code == where,
        Duty.to_at > community.now,
        func.coalesce(Department.code, "") == (_literal(rule.department) or ""),
        func.coalesce(Duty.post, "") == (_literal(rule.post) or ""),
    )
