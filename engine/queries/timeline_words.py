"""The facts of a case's history in words, in both languages: one function a kind of fact. `WORDS` is the list of all of it.

Moves that mean nothing to people (gateways, variables) have none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from engine.calendar import TIME_ZONE
from engine.kernel.model import ProcessModel
from engine.queries.automatic_words import grounds_of_system
from engine.queries.decision_words import decided, grounds
from engine.queries.motion_words import decided_motions, said_to_motions

TOLD_TYPES = frozenset({"serviceTask", "businessRuleTask", "manualTask", "callActivity", "endEvent"})
"""Elements whose end is worth a line of its own; tasks, messages and timers have their own facts."""


@dataclass(frozen=True)
class LineWords:
    """What a line says beside its time and person."""

    kind: str
    title: str
    title_en: str
    detail: str | None = None
    detail_en: str | None = None


@dataclass(frozen=True, kw_only=True)
class CaseFacts:
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


def entered_afterwards(data: Mapping[str, Any]) -> tuple[str, str] | None:
    """When it really happened and why it was entered afterwards; None for what was entered in time."""
    if not data.get("occurred_at"):
        return None
    at = datetime.fromisoformat(data["occurred_at"]).astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")
    why = data.get("afterwards")
    return f"补录：实际发生于 {at}，{why}", f"Entered afterwards: happened at {at}; {why}"


def _with(first: tuple[str | None, str | None], data: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The details of a line with what is said of an entry made afterwards."""
    entered = entered_afterwards(data)
    if entered is None:
        return first
    zh, en = ("\n".join(filter(None, pair)) for pair in zip(first, entered, strict=True))
    return zh, en


def _started(fact: Any, names: CaseFacts) -> LineWords:
    model, number = names.models[0], fact.data.get("number")
    name = model.title or model.name or model.id
    detail, detail_en = (f"编号 {number}", f"No. {number}") if number else (None, None)
    return LineWords("step", f"发起：{name}", f"Started: {model.title_en or name}", *_with((detail, detail_en), fact.data))


def _ended(fact: Any, names: CaseFacts) -> LineWords | None:
    element = names.models[0].elements.get(fact.element or "")
    if element is None or element.type not in TOLD_TYPES or not element.name or fact.data.get("outcome") != "completed":
        return None
    if element.decision is not None:
        # The decision itself is told, with its grounds.
        return None
    kind = "step" if element.type == "endEvent" else "system"
    return LineWords(kind, element.name, element.name_en or element.name)


def _decided(fact: Any, names: CaseFacts) -> LineWords:
    return LineWords("system", *decided(fact.data), *grounds(fact.data))


def _opened(fact: Any, names: CaseFacts) -> LineWords | None:
    if fact.data.get("reason") != "no-candidate":
        return None
    step = names.step(fact.element)
    return LineWords(
        "system",
        f"“{step}”没有找到办理人，已转信息中心",
        f"Nobody was found for “{names.step_en(fact.element)}”; sent to the IT centre",
    )


def _completed(fact: Any, names: CaseFacts) -> LineWords:
    step, label = names.step(fact.element), fact.data.get("label") or fact.data.get("outcome") or "完成"
    label_en = fact.data.get("label_en") or label
    opinion = fact.data.get("opinion")
    if fact.data.get("automatic"):
        why = grounds_of_system(fact.data["automatic"], [names.person(key) for key in fact.data["persons"]])
        return LineWords("system", f"{step}：{label}（自动）", f"{names.step_en(fact.element)}: {label_en} (automatic)", *why)
    if fact.data.get("evidence"):
        whose = names.person(fact.data.get("to"))
        label, label_en = f"{label}（代录{whose}）", f"{label_en} (entered for {whose})"
    if fact.data.get("signature"):
        label, label_en = f"{label}（手写签名）", f"{label_en} (signed by hand)"
    title_en = f"{names.step_en(fact.element)}: {label_en}"
    zh, en = said_to_motions(fact.data.get("votes", ()))
    said = ("\n".join(filter(None, (zh, opinion))) or None, "\n".join(filter(None, (en, opinion))) or None)
    if fact.data.get("enclosures"):
        zh, en = f"附件：{'、'.join(fact.data['enclosures'])}", f"Enclosed: {', '.join(fact.data['enclosures'])}"
        said = ("\n".join(filter(None, (said[0], zh))), "\n".join(filter(None, (said[1], en))))
    return LineWords("task", f"{step}：{label}", title_en, *_with(said, fact.data))


def _passed(fact: Any, names: CaseFacts) -> LineWords:
    step, step_en = names.step(fact.element), names.step_en(fact.element)
    why = grounds_of_system(fact.data["reason"], [names.person(key) for key in fact.data["persons"]])
    return LineWords("system", f"“{step}”自动跳过部分办理人", f"“{step_en}”: not everybody is asked", *why)


def _recalculated(fact: Any, names: CaseFacts) -> LineWords:
    step, step_en, why = names.step(fact.element), names.step_en(fact.element), fact.data.get("reason")
    joined, left = ([names.person(key) for key in fact.data[side]] for side in ("joined", "left"))
    moves = [f"新增{'、'.join(joined)}"] if joined else []
    moves_en = [f"new {', '.join(joined)}"] if joined else []
    if left:
        moves.append(f"不再办理{'、'.join(left)}")
        moves_en.append(f"no longer {', '.join(left)}")
    title, title_en = f"“{step}”重新计算审批人：", f"“{step_en}”: people found anew: "
    return LineWords("system", title + "，".join(moves), title_en + "; ".join(moves_en), why, why)


def _round_decided(fact: Any, names: CaseFacts) -> LineWords:
    """The one outcome of several signers, with what they said."""
    step, step_en, counts = names.step(fact.element), names.step_en(fact.element), fact.data["counts"]
    said = f"同意 {counts['agree']}，不同意 {counts['refuse']}，弃权 {counts['abstain']}，基数 {counts['base']}"
    said_en = f"{counts['agree']} agree, {counts['refuse']} refuse, {counts['abstain']} abstain, of {counts['base']}"
    if fact.data.get("motions"):
        said, said_en = decided_motions(fact.data["motions"])
    return LineWords("system", f"{step}结果：{fact.data['label']}", f"{step_en} decided: {fact.data['label_en']}", said, said_en)


def _closed(fact: Any, names: CaseFacts) -> LineWords | None:
    """A task taken away with its step; one that nobody needs any more is told by the outcome of its round."""
    if fact.data.get("ending") == "unneeded":
        return None
    step, step_en = names.step(fact.element), names.step_en(fact.element)
    return LineWords("task", f"“{step}”已收回", f"“{step_en}” was taken back")


def _answered(fact: Any, names: CaseFacts) -> LineWords:
    opinion = fact.data.get("opinion")
    return LineWords(
        "task", f"传阅意见：{names.step(fact.element)}", f"Opinion on “{names.step_en(fact.element)}”", opinion, opinion
    )


def _task(title: str, title_en: str, reason: bool = False, kind: str = "task") -> Callable[[Any, CaseFacts], LineWords]:
    def words(fact: Any, names: CaseFacts) -> LineWords:
        step, why = names.step(fact.element), fact.data.get("reason") if reason else None
        values = {"to": names.person(fact.data.get("to")), "person": names.person(fact.data.get("person"))}
        step_en = names.step_en(fact.element)
        return LineWords(kind, title.format(step=step, **values), title_en.format(step=step_en, **values), why, why)

    return words


def _returned(fact: Any, names: CaseFacts) -> LineWords:
    step, target, why = fact.element, fact.data.get("target"), fact.data.get("reason")
    straight = fact.data.get("resume") == "direct"
    title = f"“{names.step(step)}”退回到“{names.step(target)}”" + ("，办完直达" if straight else "")
    title_en = f"“{names.step_en(step)}” sent back to “{names.step_en(target)}”" + (", comes straight back" if straight else "")
    return LineWords("task", title, title_en, why, why)


def _withdrawn(fact: Any, names: CaseFacts) -> LineWords:
    why = fact.data.get("reason")
    if fact.data.get("mode") == "void":
        return LineWords("system", "发起人撤销流程", "Withdrawn for good by who started it", why, why)
    return LineWords("system", "发起人撤回修改", "Withdrawn to be revised by who started it", why, why)


def _sent(fact: Any, names: CaseFacts) -> LineWords:
    to = fact.data.get("to")
    where = names.institutions.get(to, to) if to else names.endpoint(fact.data.get("endpoint"))
    step = names.step(fact.element)
    return LineWords("message", f"{step} → {where}", f"{names.step_en(fact.element)} → {where}")


def _received(fact: Any, names: CaseFacts) -> LineWords:
    sender = names.senders.get(str(fact.data.get("message")))
    named = fact.data.get("name") or "—"
    step, step_en = (names.step(fact.element), names.step_en(fact.element)) if fact.element else (named, named)
    detail = _entered(fact.data, names)
    if sender is None:
        return LineWords("message", f"收到消息：{step}", f"Message received: {step_en}", *detail)
    return LineWords("message", f"收到{sender}的消息：{step}", f"Message from {sender}: {step_en}", *detail)


def _entered(data: Mapping[str, Any], names: CaseFacts) -> tuple[str | None, str | None]:
    """Who entered a message for somebody else, when it really happened, and what it came as."""
    if not data.get("occurred"):
        return None, None
    at = datetime.fromisoformat(data["occurred"]).astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")
    who, why = names.person(data.get("person")), data.get("evidence")
    zh, en = f"{who}代录，实际发生于 {at}", f"Entered by {who}; happened at {at}"
    return (f"{zh}，依据：{why}", f"{en}, on the evidence of: {why}") if why else (zh, en)


def _letter(fact: Any, names: CaseFacts) -> LineWords:
    name = fact.data.get("name")
    return LineWords("message", f"附上来函：{name}", f"Letter attached: {name}")


def _escalated(fact: Any, names: CaseFacts) -> LineWords | None:
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
    return LineWords("escalation", f"“{names.step(fact.element)}”{rung[0]}", f"“{names.step_en(fact.element)}”: {rung[1]}")


def _handed_up(fact: Any, names: CaseFacts) -> LineWords:
    step, step_en, to = names.step(fact.element), names.step_en(fact.element), fact.data.get("to")
    if to is None:
        none = ("没有可以接手的人，仍由原办理人办理", "nobody may take it, so it stays where it is")
        return LineWords("escalation", f"“{step}”超时应自动转交", f"“{step_en}” was to be handed over", *none)
    whom = names.person(to)
    return LineWords("escalation", f"“{step}”超时，自动转交{whom}", f"“{step_en}” was late and went to {whom}")


def _finished(fact: Any, names: CaseFacts) -> LineWords:
    texts = {"terminated": ("流程终止", "Terminated"), "cancelled": ("流程取消", "Cancelled")}
    zh, en = texts.get(str(fact.data.get("state")), ("流程结束", "Finished"))
    return LineWords("step", zh, en)


def _operated(title: str, title_en: str) -> Callable[[Any, CaseFacts], LineWords]:
    """Words of what an operator did to the case, with his reason."""

    def words(fact: Any, names: CaseFacts) -> LineWords:
        why = fact.data.get("reason")
        return LineWords("system", title, title_en, why, why)

    return words


def _archived(fact: Any, names: CaseFacts) -> LineWords:
    digest = fact.data["sha256"]
    return LineWords("system", "存档件已保存", "Archive copy kept", f"SHA-256 {digest}", f"SHA-256 {digest}")


def _cancelled(fact: Any, names: CaseFacts) -> LineWords:
    why = fact.data.get("reason")
    if fact.data.get("compensate"):
        return LineWords("system", "取消流程，先撤回已办事项", "Being cancelled; what was done is undone first", why, why)
    return LineWords("system", "管理员取消流程", "Cancelled by an operator", why, why)


def _counterpart(fact: Any, names: CaseFacts) -> LineWords:
    code = fact.data.get("institution")
    name = names.institutions.get(code, code) or fact.data.get("pool") or "—"
    return LineWords("message", f"{name}已取消其流程", f"{name} has cancelled its part")


def _migrated(fact: Any, names: CaseFacts) -> LineWords:
    why, version = fact.data.get("reason"), fact.data.get("to_version")
    if fact.data.get("back"):
        return LineWords("system", f"流程退回第 {version} 版", f"Moved back to version {version}", why, why)
    return LineWords("system", f"流程迁移到第 {version} 版", f"Moved to version {version}", why, why)


def _variables_set(fact: Any, names: CaseFacts) -> LineWords:
    written = "、".join(change["name"] for change in fact.data.get("changes", ()))
    why = fact.data.get("reason")
    return LineWords("system", f"管理员修改数据：{written}", f"Data changed by an operator: {written}", why, why)


WORDS: Mapping[str, Callable[[Any, CaseFacts], LineWords | None]] = {
    "instance-started": _started,
    "activity-ended": _ended,
    "decision": _decided,
    "task-opened": _opened,
    "task-claimed": _task("领取“{step}”", "Claimed “{step}”"),
    "task-seen": _task("查看“{step}”", "Opened “{step}”"),
    "task-unclaimed": _task("退回待领“{step}”", "Gave back “{step}”", reason=True),
    "approvers-chosen": _task("选定“{step}”的办理人", "Chose who does “{step}”"),
    "task-reassigned": _task("“{step}”改派给{to}", "“{step}” reassigned to {to}", reason=True),
    "task-handed-over": _task("“{step}”由{person}交接给{to}", "“{step}” handed over from {person} to {to}", reason=True),
    "task-handed-back": _task("“{step}”撤销交接，由{person}交回{to}", "“{step}” handed back from {person} to {to}", reason=True),
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
    "approvers-recalculated": _recalculated,
    "signer-removed": _task("“{step}”减签：{person}", "{person} taken off “{step}”", reason=True),
    "signer-absent": _task("“{step}”：{person}缺席", "“{step}”: {person} is absent"),
    "copy-answered": _answered,
    "comment": _operated("评论", "Comment"),
    "round-decided": _round_decided,
    "copied": _task("“{step}”抄送{person}", "“{step}” copied to {person}"),
    "message-sent": _sent,
    "message-received": _received,
    "letter-attached": _letter,
    "timer-fired": _task("到时：{step}", "Time is up: {step}", kind="timer"),
    "due-moved": _task("“{step}”的期限按新日历重算", "The deadline of “{step}” was moved by the new calendar"),
    "escalation": _escalated,
    "task-handed-up": _handed_up,
    "incident": _task("“{step}”出现异常，等待处理", "“{step}” stopped and waits for help", kind="incident"),
    "incident-resolved": _task("“{step}”的异常已处理", "“{step}” was put right", kind="incident"),
    "instance-ended": _finished,
    "instance-cancelled": _cancelled,
    "archived": _archived,
    "counterpart-cancelled": _counterpart,
    "timer-set": _task("“{step}”的时间由管理员改定", "The time of “{step}” was set by an operator", reason=True, kind="system"),
    "instance-modified": _operated("流程位置由管理员调整", "Moved by an operator"),
    "variables-set": _variables_set,
    "instance-migrated": _migrated,
    "instance-suspended": _operated("流程挂起", "Suspended"),
    "instance-resumed": _operated("流程恢复", "Resumed"),
}
"""How each kind of fact that people read is put into words."""
