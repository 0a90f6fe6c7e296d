"""Cycles that a token goes round without ever waiting: they spend the step's budget and end in an incident."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Finding
from engine.kernel.analysis.facts import called, found
from engine.kernel.analysis.graph import Scope, constant, cycles, inside, scopes, stops
from engine.kernel.analysis.variables import written_by
from engine.kernel.model import Element, ProcessModel
from engine.kernel.source import SUBPROCESSES


def check_loops(model: ProcessModel) -> Iterator[Finding]:
    """An error where nothing can end the loop, a warning where only conditions can."""
    for scope in scopes(model):
        yield from _cycles(scope)
    for element in model.elements.values():
        if element.loop is not None and element.loop.kind == "standard" and element.loop.maximum is None:
            yield from _repeated(model, element)


def _cycles(scope: Scope) -> Iterator[Finding]:
    passing = {name: element for name, element in scope.elements.items() if not stops(scope.model, element)}
    ways = {name: [way for way in scope.neighbours(element) if way in passing] for name, element in passing.items()}
    for cycle in cycles(ways):
        members = [element for name, element in passing.items() if name in cycle]
        gate = next((element for element in members if _can_leave(scope, element, cycle)), None)
        if gate is None:
            if not _needs_others(scope, members, cycle):
                yield _endless(scope.model, members)
        else:
            yield _conditional(scope, members, cycle)


def _can_leave(scope: Scope, element: Element, cycle: frozenset[str]) -> bool:
    options = scope.options(element)
    if options is None or any(border.id not in cycle for border in scope.borders[element.id]):
        return True
    return any(all(flow.target not in cycle for flow in option) for option in options)


def _needs_others(scope: Scope, members: list[Element], cycle: frozenset[str]) -> bool:
    """Whether a join in the cycle waits for tokens from outside it: then it is the join that stops the cycle."""
    joins = (element for element in members if element.type in ("parallelGateway", "inclusiveGateway"))
    return any(flow.source not in cycle for join in joins for flow in scope.incoming[join.id])


def _endless(model: ProcessModel, members: list[Element]) -> Finding:
    names = "、".join(called(element) for element in members[:5])
    return found(
        "error",
        "endless-loop",
        model,
        members[0],
        f"“{names}”构成没有出口的循环，而且其中没有等待：流程会永远空转。请加一个会离开循环的条件或一个等待的步骤。",
        f"'{names}' form a loop without a way out and without a stop: it would run for ever. "
        "Add a condition that leaves it, or a step that waits.",
    )


def _conditional(scope: Scope, members: list[Element], cycle: frozenset[str]) -> Finding:
    gates = [element for element in members if _can_leave(scope, element, cycle)]
    conditions = [flow.condition for gate in gates for flow in scope.live(gate) if flow.condition is not None]
    asked = {name for condition in conditions for name in condition.names}
    written = {name for element in members for name in _written(scope.model, element)}
    if asked and not asked & written:
        names = "、".join(sorted(asked)[:5])
        return found(
            "warning",
            "loop-unchanged",
            scope.model,
            gates[0],
            f"循环中没有等待，也没有步骤改变出口条件所问的“{names}”：一旦进入就出不来。",
            f"Nothing in this loop waits, and nothing in it changes '{names}', which its way out asks about: once in, never out.",
        )
    return found(
        "warning",
        "loop-without-wait",
        scope.model,
        gates[0],
        f"经过“{called(gates[0])}”的循环中没有等待，只靠条件结束；一次转得太多会停下并产生异常单。",
        f"The loop through '{called(gates[0])}' never waits and ends by its conditions only; too many rounds become an incident.",
    )


def _written(model: ProcessModel, element: Element) -> Iterator[str]:
    for member in (element, *(inside(model, element) if element.type in SUBPROCESSES else ())):
        yield from written_by(member)


def _repeated(model: ProcessModel, element: Element) -> Iterator[Finding]:
    loop = element.loop
    if loop is None or loop.condition is None or stops(model, element):
        return
    if constant(loop.condition) is True:
        yield _endless(model, [element])
    elif loop.condition.names and not set(loop.condition.names) & {*_written(model, element), "loopCounter"}:
        names = "、".join(sorted(loop.condition.names))
        yield found(
            "warning",
            "loop-unchanged",
            model,
            element,
            f"“{called(element)}”的循环没有改变循环条件所问的“{names}”：一旦进入就出不来。",
            f"The loop '{called(element)}' does not change '{names}', which its condition asks about: once in, never out.",
        )
