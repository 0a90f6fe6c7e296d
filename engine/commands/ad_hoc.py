"""Start the activities of an ad-hoc subprocess: nothing in one starts by itself."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from engine.authorization import require_visible_instance, standing
from engine.commands.registry import Command
from engine.errors import Conflict, NotAllowed, NotFound
from engine.kernel.triggers import StartAdHoc
from engine.records import Done
from engine.runtime import Act, Case, Runtime
from engine.runtime.ad_hoc import AdHocActivity, ad_hoc_activities
from engine.runtime.people import people_asked
from engine.store.tables import ProcessInstance
from engine.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, kw_only=True)
class StartAdHocActivity(Command[Done]):
    """Start one activity of a case's open ad-hoc subprocess.

    Who started the case may, and who would be asked to do the activity; operators may start any.
    """

    instance: UUID
    element: str
    scope: int | None = None
    """Key of the scope, when the subprocess is open several times; None is the oldest."""


def start_ad_hoc_activity(command: StartAdHocActivity, work: UnitOfWork, runtime: Runtime) -> Done:
    key = work.connection.execute(select(ProcessInstance.key).where(ProcessInstance.id == command.instance)).scalar_one_or_none()
    if key is None:
        raise NotFound(
            "instance-not-found", "Expected to find case '{id}', but there is none that you may see", id=str(command.instance)
        )
    operates = "operations" in work.actor.rights
    if not operates:
        who = standing(work.connection, work.actor.person, work.now)
        require_visible_instance(work.connection, who, work.now, key, command.instance)
    case = runtime.lock(work, key)
    activity = _activity(command, work, runtime, case)
    if not operates and not _may_start(work, runtime, case, activity):
        raise NotAllowed(
            "activity-not-yours",
            "Expected to start '{element}', but it is for {actor} neither to start nor to do",
            element=command.element,
            actor=work.actor.name,
        )
    trigger = StartAdHoc(scope=activity.scope, element=command.element)
    runtime.advance(work, case, trigger, Act(action="start-activity", object=command.element))
    return Done(instance=case.id, state=case.state)


def _activity(command: StartAdHocActivity, work: UnitOfWork, runtime: Runtime, case: Case) -> AdHocActivity:
    for found in ad_hoc_activities(work.connection, runtime.definitions, case.key, case.definition):
        if found.element.id == command.element and command.scope in (None, found.scope):
            if found.blocked:
                raise Conflict("ad-hoc", "Expected to start '{element}', but another activity runs", element=command.element)
            return found
    raise NotFound("no-activity", "Expected to start '{element}', but the case does not offer it now", element=command.element)


def _may_start(work: UnitOfWork, runtime: Runtime, case: Case, activity: AdHocActivity) -> bool:
    if work.actor.person is not None and work.actor.person == case.started_by:
        return True
    approval = activity.element.approval
    if approval is None or not approval.assigns:
        return False
    return work.actor.person in people_asked(work, case, approval, runtime.names(work, case, activity.scope))
