"""What happened to a case, as its people read it: who did what when, who has it now, and what comes next if that is certain.

The lines are history facts put into words; moves that mean nothing to people (gateways, variables) are left out. Nothing
is invented about the future: a next step is told only when every open task can lead to nothing but one and the same.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import standing
from engine.kernel.model import Element, ProcessModel
from engine.queries.automatic_words import grounds_of_system
from engine.queries.decision_words import decided, grounds
from engine.queries.instance_rows import steps_now
from engine.queries.instances import find_visible
from engine.queries.registry import Query, Reader
from engine.store.tables import Appointment, History, Institution, Message, Person, Post, Round

ITEMS_AT_MOST = 500
"""The newest facts; a case of thousands of tasks is not read line by line."""
REFERRED = ("to", "person", "on_behalf_of")
"""Where facts name further persons by key."""
TOLD_TYPES = frozenset({"serviceTask", "businessRuleTask", "manualTask", "callActivity", "endEvent"})
"""Elements whose end is worth a line of its own; tasks, messages and timers have their own facts."""


@dataclass(frozen=True, kw_only=True)
class GetTimeline(Query[tuple["TimelineItem", ...]]):
    """The timeline of one case that the reader may see."""

    instance: UUID


@dataclass(frozen=True, kw_only=True)
class TimelineItem:
    """One line."""

    at: datetime | None
    """None for what has not happened yet."""
    kind: str
    """`step`, `task`, `message`, `timer`, `escalation`, `incident` or `system`."""
    title: str
    title_en: str
    person: str | None = None
    person_en: str | None = None
    """Where it is no person's name but posts."""
    post: str | None = None
    post_en: str | None = None
    institution: str | None = None
    detail: str | None = None
    detail_en: str | None = None
    state: str = "done"
    """`done`, `now` or `next`."""
    since: datetime | None = None
    due_at: datetime | None = None


@dataclass(frozen=True)
class _Words:
    kind: str
    title: str
    title_en: str
    detail: str | None = None
    detail_en: str | None = None


@dataclass(frozen=True, kw_only=True)
class _Names:
    """What the facts of one case refer to."""

    models: tuple[ProcessModel, ...]
    """The case's own process, then those it has called that asked people."""
    persons: Mapping[int, str]
    institutions: Mapping[str, str]
    senders: Mapping[str, str]
    """Short name of the institution that sent a message, by the message's id."""

    def step(self, element: str | None) -> str:
        """Name of an element."""
        found = next((model.elements[element] for model in self.models if element in model.elements), None) if element else None
        return (found.name if found else None) or element or "—"

    def step_en(self, element: str | None) -> str:
        """English name of an element, its name where the model gives no other."""
        found = next((model.elements[element] for model in self.models if element in model.elements), None) if element else None
        return (found.name_en if found else None) or self.step(element)

    def endpoint(self, pool: str | None) -> str:
        """Name of a pool without a process, by the code that the model names it with."""
        pools = (found for model in self.models for found in model.participants if found.id == pool and found.name)
        found = next(pools, None)
        return (found.name if found else None) or pool or "—"

    def person(self, key: Any) -> str:
        """Name of a person by key or by its text."""
        return self.persons.get(int(key), "—") if str(key).isdigit() else "—"


def get_timeline(query: GetTimeline, reader: Reader) -> tuple[TimelineItem, ...]:
    """The lines, oldest first. Raises NotFound for what the reader may not see."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_visible(reader, who, query.instance)
    facts = _facts(reader, row.key)
    model = reader.definitions.model(row.definition)
    names = _names(reader, (model, *_called(reader, row)), facts)
    lines = [line for fact in facts if (line := _line(fact, names)) is not None]
    return (*lines, *_now(reader, row), *_next(reader, row, model))


def _facts(reader: Reader, instance: int) -> list[Any]:
    statement = (
        select(
            History.key,
            History.at,
            History.kind,
            History.element,
            History.data,
            Person.name.label("person"),
            Post.name.label("post"),
            Post.name_en.label("post_en"),
            Institution.short_name.label("institution"),
        )
        .outerjoin(Person, Person.key == History.person)
        .outerjoin(Appointment, Appointment.key == History.capacity)
        .outerjoin(Post, Post.code == Appointment.post)
        .outerjoin(Institution, Institution.key == Appointment.institution)
        .where(History.instance == instance, History.kind.in_(sorted(WORDS)))
        .order_by(History.key.desc())
        .limit(ITEMS_AT_MOST)
    )
    return list(reversed(reader.connection.execute(statement).all()))


def _called(reader: Reader, row: Any) -> list[ProcessModel]:
    asked = select(Round.definition).where(Round.instance == row.key, Round.definition != row.definition).distinct()
    return [reader.definitions.model(key) for key in reader.connection.execute(asked).scalars()]


def _names(reader: Reader, models: tuple[ProcessModel, ...], facts: list[Any]) -> _Names:
    persons = {int(fact.data[name]) for fact in facts for name in REFERRED if str(fact.data.get(name, "")).isdigit()}
    unasked = (fact.data["persons"] for fact in facts if fact.kind == "signers-passed" or fact.data.get("automatic"))
    persons |= {int(key) for keys in unasked for key in keys}
    codes = {fact.data["to"] for fact in facts if fact.kind == "message-sent" and fact.data.get("to")}
    codes |= {fact.data["institution"] for fact in facts if fact.data.get("institution")}
    received = {UUID(fact.data["message"]) for fact in facts if fact.kind == "message-received" and fact.data.get("message")}
    people = select(Person.key, Person.name).where(Person.key.in_(persons))
    places = select(Institution.code, Institution.short_name).where(Institution.code.in_(codes))
    senders = (
        select(Message.id, Institution.short_name)
        .join(Institution, Institution.key == Message.from_institution)
        .where(Message.id.in_(received))
    )
    return _Names(
        models=models,
        persons=_pairs(reader, people) if persons else {},
        institutions=_pairs(reader, places) if codes else {},
        senders={str(identity): name for identity, name in _pairs(reader, senders).items()} if received else {},
    )


def _pairs(reader: Reader, statement: Any) -> dict[Any, str]:
    return {row[0]: row[1] for row in reader.connection.execute(statement)}


def _line(fact: Any, names: _Names) -> TimelineItem | None:
    words = WORDS[fact.kind](fact, names)
    if words is None:
        return None
    principal = names.person(fact.data["on_behalf_of"]) if fact.data.get("on_behalf_of") else None
    return TimelineItem(
        at=fact.at,
        kind=words.kind,
        title=words.title,
        title_en=words.title_en,
        person=fact.person if principal is None else f"{fact.person}（代{principal}）",
        person_en=None if principal is None else f"{fact.person} for {principal}",
        post=fact.post,
        post_en=fact.post_en,
        institution=fact.institution,
        detail=words.detail,
        detail_en=words.detail_en,
    )


def _now(reader: Reader, row: Any) -> list[TimelineItem]:
    return [
        TimelineItem(
            at=step.since,
            kind="task",
            title=step.step,
            title_en=step.step_en,
            person=None if step.holder == "—" else step.holder,
            person_en=None if step.holder == "—" else step.holder_en,
            state="now",
            since=step.since,
            due_at=step.due_at,
        )
        for step in steps_now(reader, [row]).get(row.key, ())
    ]


def _next(reader: Reader, row: Any, model: ProcessModel) -> list[TimelineItem]:
    """The one user task that must follow, if the drawing leaves no choice."""
    if row.state != "active":
        return []
    following = set()
    for step in steps_now(reader, [row]).get(row.key, ()):
        element = next((found for found in model.elements.values() if found.name == step.step), None)
        following.add(_only_successor(element, model))
    if len(following) != 1:
        return []
    found = following.pop()
    if found is None:
        return []
    name = found.name or found.id
    return [TimelineItem(at=None, kind="task", title=name, title_en=found.name_en or name, state="next")]


def _only_successor(element: Element | None, model: ProcessModel) -> Element | None:
    if element is None or len(element.outgoing) != 1:
        return None
    target = model.elements.get(model.flows[element.outgoing[0]].target)
    return target if target is not None and target.type == "userTask" else None


def _started(fact: Any, names: _Names) -> _Words:
    model, number = names.models[0], fact.data.get("number")
    name = model.title or model.name or model.id
    detail, detail_en = (f"编号 {number}", f"No. {number}") if number else (None, None)
    return _Words("step", f"发起：{name}", f"Started: {model.title_en or name}", detail, detail_en)


def _ended(fact: Any, names: _Names) -> _Words | None:
    element = names.models[0].elements.get(fact.element or "")
    if element is None or element.type not in TOLD_TYPES or not element.name or fact.data.get("outcome") != "completed":
        return None
    if element.decision is not None:
        # The decision itself is told, with its grounds.
        return None
    kind = "step" if element.type == "endEvent" else "system"
    return _Words(kind, element.name, element.name_en or element.name)


def _decided(fact: Any, names: _Names) -> _Words:
    return _Words("system", *decided(fact.data), *grounds(fact.data))


def _opened(fact: Any, names: _Names) -> _Words | None:
    if fact.data.get("reason") != "no-candidate":
        return None
    step = names.step(fact.element)
    return _Words(
        "system",
        f"“{step}”没有找到办理人，已转信息中心",
        f"Nobody was found for “{names.step_en(fact.element)}”; sent to the IT centre",
    )


def _completed(fact: Any, names: _Names) -> _Words:
    step, label = names.step(fact.element), fact.data.get("label") or fact.data.get("outcome") or "完成"
    label_en = fact.data.get("label_en") or label
    opinion = fact.data.get("opinion")
    if fact.data.get("automatic"):
        why = grounds_of_system(fact.data["automatic"], [names.person(key) for key in fact.data["persons"]])
        return _Words("system", f"{step}：{label}（自动）", f"{names.step_en(fact.element)}: {label_en} (automatic)", *why)
    if fact.data.get("evidence"):
        whose = names.person(fact.data.get("to"))
        label, label_en = f"{label}（代录{whose}）", f"{label_en} (entered for {whose})"
    return _Words("task", f"{step}：{label}", f"{names.step_en(fact.element)}: {label_en}", opinion, opinion)


def _passed(fact: Any, names: _Names) -> _Words:
    step, step_en = names.step(fact.element), names.step_en(fact.element)
    why = grounds_of_system(fact.data["reason"], [names.person(key) for key in fact.data["persons"]])
    return _Words("system", f"“{step}”自动跳过部分办理人", f"“{step_en}”: not everybody is asked", *why)


def _round_decided(fact: Any, names: _Names) -> _Words:
    """The one outcome of several signers, with what they said."""
    step, step_en, counts = names.step(fact.element), names.step_en(fact.element), fact.data["counts"]
    said = f"同意 {counts['agree']}，不同意 {counts['refuse']}，弃权 {counts['abstain']}，基数 {counts['base']}"
    said_en = f"{counts['agree']} agree, {counts['refuse']} refuse, {counts['abstain']} abstain, of {counts['base']}"
    return _Words("system", f"{step}结果：{fact.data['label']}", f"{step_en} decided: {fact.data['label_en']}", said, said_en)


def _closed(fact: Any, names: _Names) -> _Words | None:
    """A task taken away with its step; one that nobody needs any more is told by the outcome of its round."""
    if fact.data.get("ending") == "unneeded":
        return None
    step, step_en = names.step(fact.element), names.step_en(fact.element)
    return _Words("task", f"“{step}”已收回", f"“{step_en}” was taken back")


def _answered(fact: Any, names: _Names) -> _Words:
    opinion = fact.data.get("opinion")
    return _Words(
        "task", f"传阅意见：{names.step(fact.element)}", f"Opinion on “{names.step_en(fact.element)}”", opinion, opinion
    )


def _task(title: str, title_en: str, reason: bool = False, kind: str = "task") -> Callable[[Any, _Names], _Words]:
    def words(fact: Any, names: _Names) -> _Words:
        step, why = names.step(fact.element), fact.data.get("reason") if reason else None
        values = {"to": names.person(fact.data.get("to")), "person": names.person(fact.data.get("person"))}
        step_en = names.step_en(fact.element)
        return _Words(kind, title.format(step=step, **values), title_en.format(step=step_en, **values), why, why)

    return words


def _returned(fact: Any, names: _Names) -> _Words:
    step, target, why = fact.element, fact.data.get("target"), fact.data.get("reason")
    straight = fact.data.get("resume") == "direct"
    title = f"“{names.step(step)}”退回到“{names.step(target)}”" + ("，办完直达" if straight else "")
    title_en = f"“{names.step_en(step)}” sent back to “{names.step_en(target)}”" + (", comes straight back" if straight else "")
    return _Words("task", title, title_en, why, why)


def _withdrawn(fact: Any, names: _Names) -> _Words:
    why = fact.data.get("reason")
    if fact.data.get("mode") == "void":
        return _Words("system", "发起人撤销流程", "Withdrawn for good by who started it", why, why)
    return _Words("system", "发起人撤回修改", "Withdrawn to be revised by who started it", why, why)


def _sent(fact: Any, names: _Names) -> _Words:
    to = fact.data.get("to")
    where = names.institutions.get(to, to) if to else names.endpoint(fact.data.get("endpoint"))
    step = names.step(fact.element)
    return _Words("message", f"{step} → {where}", f"{names.step_en(fact.element)} → {where}")


def _received(fact: Any, names: _Names) -> _Words:
    sender = names.senders.get(str(fact.data.get("message")))
    named = fact.data.get("name") or "—"
    step, step_en = (names.step(fact.element), names.step_en(fact.element)) if fact.element else (named, named)
    if sender is None:
        return _Words("message", f"收到消息：{step}", f"Message received: {step_en}")
    return _Words("message", f"收到{sender}的消息：{step}", f"Message from {sender}: {step_en}")


def _escalated(fact: Any, names: _Names) -> _Words | None:
    late = {"overdue": ("超时无人接手，抄送上级", "not taken up in time, copied to the superior")}
    own = late if fact.data.get("clock") == "response" else {}
    texts = {
        "remind": ("提醒", "reminder"),
        "overdue": ("已超时，抄送上级", "overdue, copied to the superior"),
        "level2": ("二级督办", "escalated to level 2"),
        "level3": ("三级督办", "escalated to level 3"),
        **own,
    }
    rung = texts.get(str(fact.data.get("rung")))
    if rung is None:
        return None
    return _Words("escalation", f"“{names.step(fact.element)}”{rung[0]}", f"“{names.step_en(fact.element)}”: {rung[1]}")


def _finished(fact: Any, names: _Names) -> _Words:
    texts = {"terminated": ("流程终止", "Terminated"), "cancelled": ("流程取消", "Cancelled")}
    zh, en = texts.get(str(fact.data.get("state")), ("流程结束", "Finished"))
    return _Words("step", zh, en)


def _operated(title: str, title_en: str) -> Callable[[Any, _Names], _Words]:
    """Words of what an operator did to the case, with his reason."""

    def words(fact: Any, names: _Names) -> _Words:
        why = fact.data.get("reason")
        return _Words("system", title, title_en, why, why)

    return words


def _cancelled(fact: Any, names: _Names) -> _Words:
    why = fact.data.get("reason")
    if fact.data.get("compensate"):
        return _Words("system", "取消流程，先撤回已办事项", "Being cancelled; what was done is undone first", why, why)
    return _Words("system", "管理员取消流程", "Cancelled by an operator", why, why)


def _counterpart(fact: Any, names: _Names) -> _Words:
    code = fact.data.get("institution")
    name = names.institutions.get(code, code) or fact.data.get("pool") or "—"
    return _Words("message", f"{name}已取消其流程", f"{name} has cancelled its part")


def _migrated(fact: Any, names: _Names) -> _Words:
    why, version = fact.data.get("reason"), fact.data.get("to_version")
    if fact.data.get("back"):
        return _Words("system", f"流程退回第 {version} 版", f"Moved back to version {version}", why, why)
    return _Words("system", f"流程迁移到第 {version} 版", f"Moved to version {version}", why, why)


def _variables_set(fact: Any, names: _Names) -> _Words:
    written = "、".join(change["name"] for change in fact.data.get("changes", ()))
    why = fact.data.get("reason")
    return _Words("system", f"管理员修改数据：{written}", f"Data changed by an operator: {written}", why, why)


WORDS: Mapping[str, Callable[[Any, _Names], _Words | None]] = {
    "instance-started": _started,
    "activity-ended": _ended,
    "decision": _decided,
    "task-opened": _opened,
    "task-claimed": _task("领取“{step}”", "Claimed “{step}”"),
    "task-seen": _task("查看“{step}”", "Opened “{step}”"),
    "task-unclaimed": _task("退回待领“{step}”", "Gave back “{step}”", reason=True),
    "approvers-chosen": _task("选定“{step}”的办理人", "Chose who does “{step}”"),
    "task-reassigned": _task("“{step}”改派给{to}", "“{step}” reassigned to {to}", reason=True),
    "task-completed": _completed,
    "task-returned": _returned,
    "task-taken-back": _task("“{step}”的办理已由本人收回", "“{step}”: the decision was taken back"),
    "instance-withdrawn": _withdrawn,
    "task-closed": _closed,
    "task-transferred": _task("“{step}”转办给{to}", "“{step}” handed on to {to}", reason=True),
    "task-delegated": _task("“{step}”委派{to}提意见", "Asked {to} for advice on “{step}”", reason=True),
    "task-urged": _task("催办“{step}”", "Urged “{step}”", reason=True),
    "signers-added": _task("“{step}”加签", "People added to “{step}”", reason=True),
    "signers-passed": _passed,
    "signer-removed": _task("“{step}”减签：{person}", "{person} taken off “{step}”", reason=True),
    "signer-absent": _task("“{step}”：{person}缺席", "“{step}”: {person} is absent"),
    "copy-answered": _answered,
    "comment": _operated("评论", "Comment"),
    "round-decided": _round_decided,
    "copied": _task("“{step}”抄送{person}", "“{step}” copied to {person}"),
    "message-sent": _sent,
    "message-received": _received,
    "timer-fired": _task("到时：{step}", "Time is up: {step}", kind="timer"),
    "due-moved": _task("“{step}”的期限按新日历重算", "The deadline of “{step}” was moved by the new calendar"),
    "escalation": _escalated,
    "incident": _task("“{step}”出现异常，等待处理", "“{step}” stopped and waits for help", kind="incident"),
    "incident-resolved": _task("“{step}”的异常已处理", "“{step}” was put right", kind="incident"),
    "instance-ended": _finished,
    "instance-cancelled": _cancelled,
    "counterpart-cancelled": _counterpart,
    "instance-modified": _operated("流程位置由管理员调整", "Moved by an operator"),
    "variables-set": _variables_set,
    "instance-migrated": _migrated,
    "instance-suspended": _operated("流程挂起", "Suspended"),
    "instance-resumed": _operated("流程恢复", "Resumed"),
}
"""How each kind of fact that people read is put into words."""
