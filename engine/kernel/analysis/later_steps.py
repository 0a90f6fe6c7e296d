"""Steps that pass on a consent still to be given (重复审批人：末次), held against the drawing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from engine.errors import Finding
from engine.kernel.analysis.facts import Facts, called, found
from engine.kernel.later import Later, Obstacle, approvals_after
from engine.kernel.model import Element, ProcessModel

_OBSTACLES: dict[Obstacle, tuple[str, str]] = {
    "uncertain": ("不一定会走到", "the case may not come to it"),
    "work": ("此前有人办理审批以外的事项", "somebody does other work before it"),
    "outside": ("此前已有系统外的动作", "something acts outside the case before it"),
    "refusal": ("此前的不同意通向别处", "a refusal before it leads elsewhere"),
}


class _Unknown:
    """The variables of a process before any case of it."""

    def __getitem__(self, name: str) -> Any:
        raise KeyError(name)

    def prefetch(self, names: Iterable[str]) -> None:
        """There is nothing to read."""


def check_later_steps(model: ProcessModel, facts: Facts) -> Iterator[Finding]:
    """An error where no approval is ahead at all, a warning where the drawing alone makes none of them sure."""

    def fields(task: Element) -> Collection[str]:
        form = None if task.approval is None else task.approval.form
        return facts.fields.get(form, frozenset()) if form is not None else frozenset()

    for element in model.elements.values():
        if element.approval is None or element.approval.automatic.repeated != "last":
            continue
        later = approvals_after(model, _Unknown(), element, fields)
        if not later:
            yield found(
                "error",
                "auto",
                model,
                element,
                f'“{called(element)}”写了 repeated="last"，但其后没有可以不同意的审批步骤，无人会再被询问。',
                f"'{called(element)}' has repeated=\"last\", but no approval comes after it that could be refused.",
            )
        elif all(step.obstacle is not None for step in later):
            yield _never(model, element, later)


def _never(model: ProcessModel, element: Element, later: Iterable[Later]) -> Finding:
    told = [(called(step.step.element), *_OBSTACLES[step.obstacle]) for step in later if step.obstacle is not None]
    zh = "；".join(f"“{name}”{why}" for name, why, _ in told)
    en = "; ".join(f"'{name}': {why}" for name, _, why in told)
    return found(
        "warning",
        "auto-without-effect",
        model,
        element,
        f"“{called(element)}”的末次去重须其后的审批必定会到，单看流程图不成立，办理人将照常被询问：{zh}。",
        f"'{called(element)}' passes only on an approval that surely comes; by the diagram none does, so people are asked: {en}.",
    )
