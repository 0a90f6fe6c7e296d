"""What a message says: the process, the step, the number and a link, in Chinese or English. Nothing of the case's data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from engine.commands.delivery import DeliveryOrder

HEADLINES: Mapping[str, tuple[str, str]] = {
    "task": ("{process}：请办“{step}”", "{process}: “{step}” awaits you"),
    "copy": ("{process}：抄送“{step}”", "{process}: copy of “{step}”"),
    "urged": ("{process}：催办“{step}”", "{process}: you are urged to do “{step}”"),
    "remind": ("{process}：“{step}”快到期了", "{process}: “{step}” is due soon"),
    "overdue": ("{process}：“{step}”已超时", "{process}: “{step}” is overdue"),
    "level2": ("{process}：“{step}”超时升级", "{process}: “{step}” escalated"),
    "level3": ("{process}：“{step}”再次升级，须处理", "{process}: “{step}” escalated again, you must act"),
    "response-remind": ("{process}：“{step}”还没有人接手", "{process}: “{step}” waits to be taken up"),
    "response-overdue": ("{process}：“{step}”超时无人接手", "{process}: nobody has taken up “{step}” in time"),
    "response-level2": ("{process}：“{step}”仍无人接手", "{process}: “{step}” is still not taken up"),
    "response-level3": ("{process}：“{step}”一直无人接手，须处理", "{process}: nobody takes up “{step}”, you must act"),
    "test": ("{process}：测试消息，收到即通", "{process}: a test message; it works"),
    "operation": ("{process}：流程有变动", "{process}: something changed"),
}
"""By the kind of the line."""
WITHOUT_STEP = ("operation", "test")
STEP = ("{process}：“{step}”有新消息", "{process}: news of “{step}”")
PROCESS = ("{process}：有新消息", "{process}: news")
NUMBER = ("编号：{number}", "Number: {number}")
LINK = ("办理：{link}", "Open: {link}")
FOOTER = ("本消息不含患者信息，详情请登录查看。", "This message holds no patient data; sign in for the details.")


@dataclass(frozen=True, kw_only=True)
class Message:
    """A message as every channel needs it."""

    headline: str
    lines: tuple[str, ...]
    link: str | None

    @property
    def text(self) -> str:
        """The whole as plain text."""
        return "\n".join((self.headline, *self.lines))


def message_of(order: DeliveryOrder, public_url: str) -> Message:
    """The message of a delivery; without the inbox's address it has no link."""
    english = order.language == "en"
    headline = HEADLINES.get(order.kind, STEP)
    if order.step is None and order.kind not in WITHOUT_STEP:
        headline = PROCESS
    process = (order.process_en if english else order.process) or ("Liandong" if english else "联动")
    step = (order.step_en if english else order.step) or ""
    link = link_to(public_url, task=order.task, instance=order.instance)
    lines = [NUMBER[english].format(number=order.number)] if order.number else []
    lines += [LINK[english].format(link=link)] if link else []
    return Message(headline=headline[english].format(process=process, step=step), lines=(*lines, FOOTER[english]), link=link)


def link_to(public_url: str, *, task: UUID | None, instance: UUID | None) -> str | None:
    """Where people reach a task, else its case, else the inbox, below the address of the inbox; None without that address."""
    base = public_url.rstrip("/")
    if not base:
        return None
    if task is not None:
        # The page opens any task that its reader may see, in whichever box it lies.
        return f"{base}/inbox/todo/{task}"
    return f"{base}/cases/{instance}" if instance is not None else base
