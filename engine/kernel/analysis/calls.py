"""Processes that call themselves, directly or through others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.errors import Finding
from engine.kernel.analysis.facts import called, found
from engine.kernel.analysis.graph import Scope, cycles
from engine.kernel.model import Element, ProcessModel
from engine.kernel.source import SUBPROCESSES


def check_calls(models: Sequence[ProcessModel]) -> Iterator[Finding]:
    """An error where a process cannot end without calling itself, a warning where only conditions keep it from it."""
    known = {model.id: model for model in models}
    calls = {model.id: [(e, p) for e, p in _calls(model) if p in known] for model in models}
    for circle in cycles({name: [process for _, process in made] for name, made in calls.items()}):
        doomed = _doomed(circle, known)
        for name in sorted(circle):
            for element, process in calls[name]:
                if process in circle:
                    endless = name in doomed and process in doomed
                    yield (_endless if endless else _bounded)(known[name], element, process)


def _calls(model: ProcessModel) -> Iterator[tuple[Element, str]]:
    for element in model.elements.values():
        if element.call is not None and element.call.process.literal is not None:
            yield element, element.call.process.literal


def _doomed(circle: frozenset[str], known: Mapping[str, ProcessModel]) -> frozenset[str]:
    """The processes that always call another one of themselves, whatever happens."""
    doomed = circle
    while True:
        rest = frozenset(name for name in doomed if not _avoids(Scope(known[name], ()), doomed))
        if rest == doomed:
            return doomed
        doomed = rest


def _avoids(scope: Scope, processes: frozenset[str]) -> bool:
    """Whether a scope can go on without a call of `processes`. In doubt it can."""
    if any(element.event_subprocess for element in scope.elements.values()):
        return True
    free = {name for name, element in scope.elements.items() if not _calls_one(scope, element, processes)}
    while True:
        rest = {name for name in free if _goes_on(scope, scope.elements[name], free)}
        if rest == free:
            break
        free = rest
    return not scope.entries or any(all(name in free for name in entry) for entry in scope.entries)


def _calls_one(scope: Scope, element: Element, processes: frozenset[str]) -> bool:
    # A multi-instance may have no seat at all, and what has a border may be left over it.
    if element.loop is not None or scope.borders[element.id]:
        return False
    if element.call is not None:
        return element.call.process.literal in processes
    if element.type in SUBPROCESSES and element.type != "adHocSubProcess" and not element.event_subprocess:
        return not _avoids(Scope(scope.model, (*element.scope, element.id)), processes)
    return False


def _goes_on(scope: Scope, element: Element, free: set[str]) -> bool:
    options = scope.options(element)
    if options is None or scope.borders[element.id]:
        return True
    return any(all(flow.target in free for flow in option) for option in options)


def _endless(model: ProcessModel, element: Element, process: str) -> Finding:
    return found(
        "error",
        "endless-recursion",
        model,
        element,
        f"“{called(element)}”调用流程“{process}”，而它又必然调用回来：永远结束不了。请让调用取决于一个条件。",
        f"'{called(element)}' calls process '{process}', which always calls back: it can never end. Let a condition decide.",
    )


def _bounded(model: ProcessModel, element: Element, process: str) -> Finding:
    return found(
        "warning",
        "recursion",
        model,
        element,
        f"“{called(element)}”调用流程“{process}”，它会调用回来；层数太多会停下并产生异常单。",
        f"'{called(element)}' calls process '{process}', which calls back; too many calls inside each other become an incident.",
    )
