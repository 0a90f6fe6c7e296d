"""The open ad-hoc subprocesses of a case, and which of their activities somebody may start."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from engine.kernel import Element, ProcessModel
from engine.runtime.definitions import Definitions
from engine.store.base import Executes
from engine.store.tables import Scope


@dataclass(frozen=True, kw_only=True)
class AdHocActivity:
    """One activity that can be started in an open ad-hoc subprocess."""

    scope: int
    """Key of the scope that the subprocess has opened."""
    definition: int
    box: Element
    element: Element
    blocked: bool
    """True while another activity of a sequential subprocess runs."""


def ad_hoc_activities(connection: Executes, definitions: Definitions, instance: int, definition: int) -> list[AdHocActivity]:
    """What can be started in a case, in the order of its scopes and its file. `definition` is the key of the case's own."""
    columns = (Scope.key, Scope.process, Scope.live, Scope.flags)
    statement = select(*columns).where(Scope.instance == instance, Scope.kind == "subprocess").order_by(Scope.key)
    found = []
    for row in connection.execute(statement).all():
        home = int(row.flags.get("definition", definition))
        process, *path = row.process.split("/")
        model = definitions.get(home).compiled.processes[process]
        box = model.elements[path[-1]]
        if box.ad_hoc is None:
            continue
        blocked = box.ad_hoc.sequential and row.live > 0
        found += [
            AdHocActivity(scope=row.key, definition=home, box=box, element=element, blocked=blocked)
            for element in _startable(model, tuple(path))
        ]
    return found


def _startable(model: ProcessModel, path: tuple[str, ...]) -> list[Element]:
    """The elements of a subprocess that no flow leads to and nothing else sets off."""
    return [
        element
        for element in model.elements.values()
        if element.scope == path
        and not element.incoming
        and element.type != "boundaryEvent"
        and not element.event_subprocess
        and not element.for_compensation
    ]
