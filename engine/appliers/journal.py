"""History rows and lines to people, gathered during a step and written in one statement each.

Kinds of history and what their `data` holds:
instance-started {process, number} · activity-started {} · activity-ended {outcome} ·
variables {writes: [{element, scope, name, value}]}, all of a step in one row, in their order ·
decision {decision, name, inputs: [{name, value}], rules, results: [{output: value}], labels: {output: label}} ·
task-opened {task, persons, reason} · task-claimed / task-unclaimed {task, reason} · task-seen {task} ·
task-reassigned {task, to, reason} · approvers-recalculated {task, joined, left, reason} · approvers-chosen {persons} ·
task-handed-over / task-handed-back {task, person, to, reason, handover} ·
task-completed {task, outcome, label, label_en, opinion}, {automatic, persons} where the system has decided ·
signers-passed {persons, reason} · task-closed {task, ending} ·
task-taken-back {task} · instance-withdrawn {reason, mode} ·
task-returned {task, target, reason, resume} · round-decided {outcome, label, label_en, counts} · copied {task, person, reason} ·
task-transferred / task-delegated {task, to, reason, successor} · signers-added {task, persons, place, reason} ·
signer-removed {task, person, reason} · signer-absent {task, person, opinion} · task-urged {task, times, reason} ·
copy-answered {task, opinion} · comment {reason} ·
message-sent {message, name, to, endpoint} · message-received {message, name, from} ·
letter-attached {message, name} · timer-fired {} · signal-received {name} ·
timer-set {before, after, reason} ·
due-moved {task, before, after, calendarVersion} · escalation {task, clock, rung, level, told, later} ·
task-handed-up {task, to, before} where a ladder hands a task over ·
incident {incident, code} · incident-resolved {incident, reason} · instance-ended {state} ·
instance-suspended {reason} · instance-resumed {reason, since} · instance-cancelled {reason, compensate} ·
instance-migrated {reason, from, to, from_version, to_version, mapping, back} ·
external-completed / external-failed {worker} · external-error {worker, code} · external-lost {worker, locks} ·
counterpart-cancelled {institution, pool} · instance-modified {reason, instructions} · variables-set {reason, changes}.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import uuid4

from engine.store.tables import History, Notification
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

NEW_HISTORY, NEW_NOTIFICATION = map(insert_of, (History, Notification))


MIGRATED = "instance-migrated"


class Journal:
    """What one revision of one instance adds to history, and whom it tells."""

    def __init__(self, work: UnitOfWork, instance: int, revision: int) -> None:
        self._work = work
        self._instance = instance
        self._revision = revision
        self._history: list[dict[str, Any]] = []
        self._writes: list[dict[str, Any]] = []
        self._notifications: list[dict[str, Any]] = []

    @property
    def notes(self) -> Sequence[Mapping[str, Any]]:
        """The history rows that were gathered so far."""
        return self._history

    def note(
        self,
        kind: str,
        *,
        element: str | None = None,
        token: int | None = None,
        capacity: int | None = None,
        by_actor: bool = False,
        data: Mapping[str, Any] | None = None,
        **more: Any,
    ) -> None:
        """Adds a history row. `by_actor` signs it with the acting person, else it is the system's."""
        self._history.append(
            {
                "key": self._work.new_key(),
                "instance": self._instance,
                "revision": self._revision,
                "at": self._work.now,
                "kind": kind,
                "element": element,
                "token": token,
                "person": self._work.actor.person if by_actor else None,
                "capacity": capacity,
                "data": {**(data or {}), **more},
            }
        )

    def holds(self, kinds: Collection[str]) -> bool:
        """Whether this revision has noted a fact of one of these kinds."""
        return any(row["kind"] in kinds for row in self._history)

    def wrote(self, element: str | None, scope: int, name: str, value: Any) -> None:
        """Notes a variable's new value, and the element that wrote it; None stands for the outside."""
        self._writes.append({"element": element, "scope": scope, "name": name, "value": value})

    def tell(self, person: int, kind: str, text: str, text_en: str, *, seat: int | None = None, urgent: bool = False) -> None:
        """Adds a line to a person's notifications. The texts hold no patient data; `urgent` ones keep no quiet hours."""
        self._work.wake(person)
        self._notifications.append(
            {
                "key": self._work.new_key(),
                "id": uuid4(),
                "person": person,
                "at": self._work.now,
                "kind": kind,
                "text": text,
                "text_en": text_en,
                "seat": seat,
                "instance": self._instance,
                "read_at": None,
                "urgent": urgent,
                "dispatched_at": None,
            }
        )

    def flush(self) -> None:
        """Writes what was gathered."""
        if self._writes:
            self.note("variables", data={"writes": self._writes})
        self._work.write_all(NEW_HISTORY, self._history)
        self._work.write_all(NEW_NOTIFICATION, self._notifications)
        self._history, self._writes, self._notifications = [], [], []
