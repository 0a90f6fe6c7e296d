"""Which element of one version of a process becomes which of another, and what stands in the way.

Elements map to those of the same id and type, or as the caller says. A live token needs a target of the same BPMN type,
with the same kinds of events and the same kind of loop, inside the images of the subprocesses it is in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from engine.errors import Conflict, Invalid
from engine.kernel.continuation import EXTERNAL
from engine.kernel.model import ApprovalModel, Element, LoopModel, ProcessModel
from engine.kernel.rows import TokenRow

JOINS = frozenset({"parallelGateway", "inclusiveGateway", "complexGateway"})


@dataclass(frozen=True, kw_only=True)
class MigrationLine:
    """One fact about the migration of an instance. An error refuses it."""

    level: str
    """`error`, `warning` or `info`."""
    code: str
    element: str
    target: str | None
    tokens: int
    """How many live tokens it is about."""
    message: str
    message_en: str


class NotMigratable(Conflict):
    """An instance cannot be moved to another version; `lines` say why, the other facts included."""

    def __init__(self, lines: Iterable[MigrationLine]) -> None:
        self.lines = tuple(lines)
        first = next(line for line in self.lines if line.level == "error")
        super().__init__(
            "not-migratable",
            "Expected every token to have a place in the new version, but '{element}' has none: {reason}",
            element=first.element,
            reason=first.message_en,
        )


@dataclass
class Plan:
    """The mapping between two versions, and the lines gathered so far."""

    old: ProcessModel
    new: ProcessModel
    mapping: Mapping[str, str]
    recompute_timers: bool = False
    lines: dict[tuple[str, str], MigrationLine] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for source, target in self.mapping.items():
            if source not in self.old.elements or target not in self.new.elements:
                missing = source if source not in self.old.elements else target
                raise Invalid(
                    "unknown-element", "Expected an element of the process, but there is no '{element}'", element=missing
                )

    def target(self, element: str) -> str | None:
        """Id of the element that a token at `element` goes to; pseudo elements keep their names. None when there is none."""
        if element.startswith("#"):
            return element
        if element in self.mapping:
            return self.mapping[element]
        here, there = self.old.elements.get(element), self.new.elements.get(element)
        return element if here is not None and there is not None and here.type == there.type else None

    def path(self, path: Iterable[str]) -> tuple[str | None, ...]:
        """The images of a path of subprocesses."""
        return tuple(self.target(part) for part in path)

    def add(self, level: str, code: str, element: str, message: str, message_en: str) -> None:
        """Adds a fact about an element; the same one about another token is counted."""
        key = (code, element)
        if key in self.lines:
            self.lines[key] = replace(self.lines[key], tokens=self.lines[key].tokens + 1)
            return
        self.lines[key] = MigrationLine(
            level=level,
            code=code,
            element=element,
            target=self.target(element),
            tokens=1,
            message=message,
            message_en=message_en,
        )

    def error(self, code: str, element: str, message: str, message_en: str) -> None:
        """Adds what refuses the migration."""
        self.add("error", code, element, message, message_en)

    def check_token(self, row: TokenRow) -> None:
        """Adds what a live token means for the migration."""
        if row.element.startswith("#"):
            return
        target = self.target(row.element)
        if target is None:
            self.error(
                "no-target",
                row.element,
                "有令牌停在此处，新版本中没有对应的同类元素。",
                "A token stands here, and the new version has no element of this id and type.",
            )
            return
        old, new = self.old.elements[row.element], self.new.elements[target]
        self.add("info", "mapped", old.id, f"令牌移到“{target}”。", f"The token goes to '{target}'.")
        if not self._is_same_kind(old, new, row):
            return
        self._check_nesting(old, new)
        self._check_loop(old, new)
        self._check_join(old, new, row)
        if old.type == "userTask":
            self._tell_task(old, new)
        if old.call is not None and new.call is not None and repr(old.call.process) != repr(new.call.process):
            self.add(
                "info", "call-kept", old.id, "已调用的流程按原流程继续。", "The process that is called already goes on as it is."
            )

    def _is_same_kind(self, old: Element, new: Element, row: TokenRow) -> bool:
        if old.type != new.type or old.event_subprocess != new.event_subprocess:
            self.error(
                "type-changed", old.id, f"类型由 {old.type} 变为 {new.type}。", f"The type changes from {old.type} to {new.type}."
            )
            return False
        if kinds(old) != kinds(new):
            self.error("event-changed", old.id, "事件类型不同。", "It has events of other kinds.")
            return False
        if row.internal.get(EXTERNAL) and new.external is None:
            self.error(
                "external-changed",
                old.id,
                "外部系统正在办理，新版本中不再由外部系统办理。",
                "Another system has its work, which the new version does by itself.",
            )
            return False
        if ("thrown" in row.internal or "need" in row.internal) and repr(old.events) != repr(new.events):
            self.error(
                "event-changed",
                old.id,
                "它的几个事件已经处理了一部分，新版本中不同。",
                "Some of its events have happened, and they differ in the new version.",
            )
            return False
        return True

    def _check_nesting(self, old: Element, new: Element) -> None:
        if self.path(old.scope) != new.scope:
            self.error("nesting-changed", old.id, "所在的子流程不同。", "It is in another subprocess in the new version.")

    def _check_loop(self, old: Element, new: Element) -> None:
        if _shape(old.loop) != _shape(new.loop):
            self.error(
                "loop-changed",
                old.id,
                "多实例或循环的方式不同。",
                "It repeats in another way (multi-instance or loop) in the new version.",
            )
        elif repr(old.loop) != repr(new.loop):
            self.add(
                "warning",
                "loop-condition",
                old.id,
                "已打开的席位保持不变，新的条件从现在起生效。",
                "Open seats stay; the new conditions hold from here on.",
            )

    def _check_join(self, old: Element, new: Element, row: TokenRow) -> None:
        if old.type not in JOINS or "from" not in row.internal or row.state != "waiting":
            return
        came = self.target(str(row.internal["from"]))
        sources = {self.new.flows[flow].source for flow in new.incoming}
        if came is None or came not in sources:
            self.error(
                "join-changed",
                old.id,
                "令牌在汇合处等待，它来自的顺序流在新版本中没有。",
                "A token waits at the join, and the flow it came by is not in the new version.",
            )

    def _tell_task(self, old: Element, new: Element) -> None:
        here, there = old.approval or ApprovalModel(), new.approval or ApprovalModel()
        if here.form != there.form or repr(here.fields) != repr(there.fields) or repr(here.outcomes) != repr(there.outcomes):
            self.add(
                "warning",
                "form-changed",
                old.id,
                "表单、字段权限或结论选项有变化。",
                "Its form, field rights or outcomes change.",
            )
        if repr(here.assigns) != repr(there.assigns) or here.mode != there.mode:
            self.add(
                "info",
                "assignment-changed",
                old.id,
                "办理人规则有变化；已发出的任务保持原办理人。",
                "Other people would be asked; those who have been asked keep the task.",
            )
        if repr(here.deadline) != repr(there.deadline):
            self.add(
                "info",
                "deadline-kept",
                old.id,
                "期限规则有变化；已有期限保持不变。",
                "Its deadline changes; the term that runs stays.",
            )

    def add_the_rest(self) -> None:
        """Adds the elements without a token: what they become, or that they are gone."""
        standing = {line.element for line in self.lines.values()}
        for element in self.old.elements.values():
            if element.id in standing:
                continue
            target = self.target(element.id)
            key = ("unused", element.id)
            message = "没有对应元素，也没有令牌。" if target is None else f"对应“{target}”。"
            message_en = "It has no target and no token." if target is None else f"It becomes '{target}'."
            self.lines[key] = MigrationLine(
                level="info", code="unused", element=element.id, target=target, tokens=0, message=message, message_en=message_en
            )

    def conclude(self) -> None:
        """Raises NotMigratable when a line is an error."""
        if any(line.level == "error" for line in self.lines.values()):
            raise NotMigratable(self.lines.values())


def kinds(element: Element) -> list[str]:
    """The kinds of an element's events."""
    return sorted(event.kind for event in element.events)


def _shape(loop: LoopModel | None) -> tuple[object, ...]:
    """What the counters and scopes of a running loop depend on."""
    if loop is None:
        return ()
    return (loop.kind, loop.collection is None, bool(loop.output and loop.output_item))
