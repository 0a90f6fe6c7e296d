"""Which approvals surely follow a step, so that who is asked there need not be asked before (重复审批人：末次). Pure, no I/O.

A step passes on a consent that is yet to be given only where nothing is done on it before it is given. So between the step
and the later approval there are approvals alone: nobody does any other work, and nothing acts outside the case. The case
comes to the later approval on every way that is open, unless somebody between refuses; and what a refusal leads to ends the
case at once, or comes to one of the two steps. Otherwise the person is asked where he is found.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from engine.kernel.analysis.blocks import Blocks
from engine.kernel.analysis.graph import Scope
from engine.kernel.certainty import Way
from engine.kernel.effects import Names
from engine.kernel.forecast import Ahead, Forecast, forecast
from engine.kernel.model import ApprovalModel, Element, OutcomeModel, ProcessModel
from engine.kernel.outside import acts_outside
from engine.kernel.supposed import SupposedNames

Obstacle = Literal["uncertain", "work", "outside", "refusal"]
"""Why a later approval does not stand for an earlier one: the case may not come to it; somebody works, or something acts
outside, before it; or a refusal before it leads elsewhere."""
REFUSABLE = frozenset({"single", "pool", "all", "order"})
"""Modes in which the refusal of whoever is asked is enough."""
_PASSES_ON = frozenset({"none", "last"})


@dataclass(frozen=True, kw_only=True)
class Later:
    """An approval ahead of a step."""

    step: Ahead
    unsettled: frozenset[str]
    """Names that may be written before it opens."""
    obstacle: Obstacle | None
    """None where it stands for the earlier one."""


def approvals_after(
    model: ProcessModel, names: Names, element: Element, fields: Callable[[Element], Collection[str]]
) -> tuple[Later, ...]:
    """The approvals ahead of a user task when it passes, the nearest first.

    `names` are the variables as they stand, `fields` tells which of them people may write at a task.
    """
    if any(model.elements[name].loop is not None for name in (element.id, *element.scope)):
        return ()
    return tuple(_Looking(model, names, element, fields).found())


class _Looking:
    def __init__(self, model: ProcessModel, names: Names, element: Element, fields: Callable[[Element], Collection[str]]) -> None:
        self._model, self._element, self._fields = model, element, fields
        agreed = {task.id: {"outcome": value} for task in model.elements.values() if (value := _agreement(task)) is not None}
        self._names = SupposedNames(names, {element.id: agreed.get(element.id)})
        self._agreed = frozenset(agreed) - {element.id}
        supposed = SupposedNames(names, agreed)
        self._ahead = forecast(
            model,
            supposed,
            (element.id,),
            fields=fields,
            decided=(element.id,),
            supposed=self._agreed,
            beside=self._beside(),
        )
        self._tasks = frozenset(name for name in self._ahead.ways if model.elements[name].type == "userTask")

    def _beside(self) -> list[str]:
        """Elements that may run beside the step, in the branches of a fork around it."""
        path, found = self._element.scope, set[str]()
        for depth, name in enumerate((*path, self._element.id)):
            found |= Blocks(Scope(self._model, path[:depth])).block(name)
        return sorted(found - {self._element.id, *path})

    def found(self) -> Iterator[Later]:
        for step in self._ahead.steps:
            if _can_refuse(step.element) and step.element.scope == self._element.scope and step.element.id != self._element.id:
                yield Later(step=step, unsettled=step.unsettled | self._tasks, obstacle=self._obstacle(step))

    def _obstacle(self, step: Ahead) -> Obstacle | None:
        if step.mark != "certain":
            return "uncertain"
        between = [self._model.elements[name] for name in _reach(self._ahead.ways, self._element.id, {step.element.id})]
        if any(acts_outside(element) for element in between):
            return "outside"
        tasks = [element for element in between if element.type == "userTask"]
        if any(element.type == "adHocSubProcess" for element in between) or not all(_negative(task) for task in tasks):
            return "work"
        safe = all(self._leads_back(task, outcome, step.element) for task in tasks for outcome in _negative(task))
        return None if safe else "refusal"

    def _leads_back(self, task: Element, outcome: OutcomeModel, later: Element) -> bool:
        """Whether a refusal between ends the case at once, or comes to one of the two steps before anything else is done."""
        if task.id not in self._agreed:
            return True
        before = next((step.unsettled for step in self._ahead.steps if step.element.id == task.id), frozenset())
        found: Forecast = forecast(
            self._model,
            SupposedNames(self._names, {task.id: {"outcome": outcome.value}}),
            (task.id,),
            fields=self._fields,
            decided=(task.id,),
            beside=self._beside(),
            unsettled=(before | self._tasks | frozenset(self._fields(task))) - {task.id, self._element.id},
        )
        both = {self._element.id, later.id}
        reached = _reach(found.ways, task.id, both)
        if any(acts_outside(self._model.elements[name]) for name in reached):
            return False
        certain = {step.element.id for step in found.steps if step.mark == "certain"}
        return bool(certain & both) or (not found.steps and found.ends == "certain")


def _agreement(task: Element) -> str | None:
    """The outcome that stands for consent, where everything else that can be chosen is a refusal."""
    outcomes = (task.approval or ApprovalModel()).outcomes
    primary = [outcome.value for outcome in outcomes if outcome.kind == "primary"]
    plain = all(outcome.kind in ("primary", "negative") for outcome in outcomes)
    return primary[0] if len(primary) == 1 and plain else None


def _negative(task: Element) -> tuple[OutcomeModel, ...]:
    return tuple(outcome for outcome in (task.approval or ApprovalModel()).outcomes if outcome.kind == "negative")


def _can_refuse(task: Element) -> bool:
    """Whether everybody who is asked at a task can refuse it alone, and is not passed over there on an earlier consent."""
    approval = task.approval or ApprovalModel()
    asks = approval.mode in REFUSABLE and approval.automatic.repeated in _PASSES_ON and task.loop is None
    return asks and any(not outcome.roles for outcome in _negative(task))


def _reach(ways: Mapping[str, tuple[Way, ...]], start: str, stop: Collection[str]) -> frozenset[str]:
    """Everything that is come to from `start`, itself and what is in `stop` left out."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        targets: set[Any] = {target for way in ways.get(waiting.pop(), ()) for target in way.targets}
        fresh = targets - seen - {start, *stop}
        seen |= fresh
        waiting += fresh
    return frozenset(seen)
