"""Timer start events: jobs of a definition, one for each timer, that go with the version they belong to.

A new version takes the timers of the older ones away and arms its own from the moment it is deployed. A date that has
passed by then starts nothing, and a cycle goes on at the next point of its grid: what was missed is never made up for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, select

from engine.appliers.jobs import JobScheduled, schedule, unschedule
from engine.calendar import WorkingTime
from engine.errors import EngineError, Finding
from engine.kernel import ProcessModel, StartSubscription
from engine.kernel.model import TimerModel
from engine.kernel.timers import Due, Firing, TimerFault, first_firing, next_firing
from engine.store.base import load_json
from engine.store.tables import ProcessDefinition
from engine.store.tables import StartSubscription as StoredStart
from engine.store.unit_of_work import UnitOfWork

KIND = "timer-start"


class Moment(Protocol):
    """When it is asked, and on which calendars: a unit of work, or a query's reader."""

    @property
    def now(self) -> datetime: ...
    @property
    def working_time(self) -> WorkingTime: ...


@dataclass(frozen=True, kw_only=True)
class Plans:
    """What is to be scheduled when the definitions are there."""

    firings: Mapping[tuple[str, StartSubscription], Firing]
    findings: tuple[Finding, ...] = ()
    """Errors of times that cannot be reckoned, warnings of dates that have passed."""

    def arm(self, work: UnitOfWork, key: int, model: ProcessModel, start: StartSubscription) -> None:
        """Schedules the first firing of a start event; `key` is that of its stored row."""
        firing = self.firings.get((model.id, start))
        if firing is not None and start.timer is not None:
            base = {} if firing.term is None else {"base": work.now.isoformat(), "term": firing.term}
            _schedule(work, key, firing, _calendar(start.timer), base)


def disarm(work: UnitOfWork, process_id: str) -> None:
    """Takes the timers of every version of a process away."""
    timers = (
        select(StoredStart.key)
        .join(ProcessDefinition, ProcessDefinition.key == StoredStart.definition)
        .where(ProcessDefinition.process_id == process_id, StoredStart.kind == "timer")
    )
    unschedule(work, KIND, list(work.connection.execute(timers).scalars()))


def plan(moment: Moment, models: Sequence[ProcessModel], parameters: bytes | None) -> Plans:
    """When the timers of a deployment start something first."""
    names = {"parameters": load_json((parameters or b"{}").decode()), "now": moment.now.isoformat()}
    firings: dict[tuple[str, StartSubscription], Firing] = {}
    findings = []
    for model in models:
        for start in model.start_subscriptions:
            if start.timer is None:
                continue
            try:
                firing = _first(moment, start.timer, names)
            except (TimerFault, EngineError) as fault:
                findings.append(_unreckoned(model, start, str(fault)))
                continue
            if firing is None:
                findings.append(_passed(model, start))
            else:
                firings[(model.id, start)] = firing
    return Plans(firings=firings, findings=tuple(findings))


def again(work: UnitOfWork, job: Row[Any]) -> None:
    """Schedules the start that follows the one of a job that is carried out, if there is one."""
    every, calendar = job.payload.get("every"), job.payload.get("calendar")
    if every is None:
        return
    # A job that failed was put off, so its own due time is not the grid's.
    previous = datetime.fromisoformat(job.payload["due"])
    firing = next_firing(previous, every, job.payload.get("left"), work.now, calendar, _reckons(work.working_time))
    if firing is not None:
        base = {"base": previous.isoformat(), "fired": work.now.isoformat()}
        _schedule(work, job.subject, firing, calendar, base)


def _first(moment: Moment, timer: TimerModel, names: Mapping[str, Any]) -> Firing | None:
    text = timer.value.evaluate(names)
    if not isinstance(text, str):
        raise TimerFault(f"'{timer.value.source}' gave no text")
    due = _reckons(moment.working_time)
    firing = first_firing(timer.kind, text, moment.now, _calendar(timer), due)
    if firing.due >= moment.now:
        return firing
    if firing.every is None:
        return None
    return next_firing(firing.due, firing.every, firing.left, moment.now, _calendar(timer), due)


def _calendar(timer: TimerModel) -> str | None:
    """The name of the calendar; the gate has seen to it that a start event has no expression there."""
    return None if timer.calendar is None else timer.calendar.literal


def _schedule(work: UnitOfWork, start: int, firing: Firing, calendar: str | None, base: Mapping[str, str]) -> None:
    payload = {"due": firing.due.isoformat(), "every": firing.every, "left": firing.left, "calendar": calendar, **base}
    schedule(work, [JobScheduled(kind=KIND, subject=start, due_at=firing.due, payload=payload)])


def _reckons(time: WorkingTime) -> Due:
    """Adds terms on the community's calendars."""

    def due(term: str, calendar: str | None, start: datetime) -> datetime:
        return time.due(start, term, calendar or "CLIN").at

    return due


def _unreckoned(model: ProcessModel, start: StartSubscription, fault: str) -> Finding:
    message = f"定时开始事件的时间无法算出：{fault}"
    return _finding("error", "timer", model, start, message, f"The time of the start event cannot be reckoned: {fault}")


def _passed(model: ProcessModel, start: StartSubscription) -> Finding:
    message = "定时开始事件的时间已过，不会启动流程。"
    return _finding("warning", "time-passed", model, start, message, "The time of the start event has passed; it starts nothing.")


def _finding(level: str, code: str, model: ProcessModel, start: StartSubscription, message: str, message_en: str) -> Finding:
    return Finding(
        level=level,
        code=code,
        resource=model.resource,
        element=start.element,
        line=model.elements[start.element].line,
        message=message,
        message_en=message_en,
    )
