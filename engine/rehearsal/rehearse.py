"""Rehearses a process folder: the files of a design are deployed on a store of their own, and a run is played from its start.

Every request plays all steps anew, so that nothing is kept between two of them, and the same steps give the same answer.
A step that the engine refuses ends the run before it, and the refusal is told with where the run stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.engine import Engine
from engine.errors import EngineError, Invalid, NotFound
from engine.kernel.model import ProcessModel
from engine.queries.rehearsed import GetRehearsed, Rehearsed
from engine.rehearsal.coverage import Coverage, covered
from engine.rehearsal.play import Bounds, Play
from engine.rehearsal.stage import Ground, Stages
from engine.store.tables import Appointment, Institution, Person, ProcessDefinition

STEPS_AT_MOST = 200
BOUNDS = Bounds(jobs=2_000, seconds=20)
Step = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a run begins: a process, whoever starts it in which chair, when, with which sample values."""

    process: str
    at: datetime
    appointment: UUID | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Refused:
    """Why a run stopped before a step; None for its beginning."""

    step: int | None
    error: EngineError


@dataclass(frozen=True, kw_only=True)
class Played:
    """A run that was played."""

    rehearsed: Rehearsed
    coverage: Coverage
    refused: Refused | None
    steps: tuple[Step, ...]
    """The steps that were played, the beginning among them, as a scenario has them."""
    open: tuple[tuple[str, ...], ...]
    """Elements of the open tasks after each of these steps."""


class Rehearsals:
    """The rehearsals of one node. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        """Prepares nothing yet."""
        self._stages = Stages(engine)

    @contextmanager
    def ground(self, folder: str, files: Mapping[str, bytes], at: datetime) -> Iterator[Ground]:
        """A fresh place to play on. Raises what the deployment is refused with, and Unavailable while too many play."""
        with self._stages.played(folder, files, at) as ground:
            yield ground

    def play(self, folder: str, files: Mapping[str, bytes], beginning: Beginning, steps: Sequence[Step]) -> Played:
        """Plays a run. Raises Invalid for too many steps, NotFound for an unknown process or chair."""
        if len(steps) > STEPS_AT_MOST:
            raise Invalid("rehearsal-steps", "Expected at most {limit} steps, but found more", limit=STEPS_AT_MOST)
        with self.ground(folder, files, beginning.at) as ground:
            play = Play(ground.engine, ground.clock, bounds=BOUNDS)
            first = _first(play, ground, beginning)
            done: list[Step] = []
            open: list[tuple[str, ...]] = []
            refused = None
            for number, step in enumerate((first, *steps)):
                try:
                    play.act(step)
                except EngineError as error:
                    refused = Refused(step=number - 1 if number else None, error=error)
                    break
                done.append(step)
                open.append(tuple(sorted(seat.element for seat in play.open_seats())))
            rehearsed = ground.engine.query(GetRehearsed())
            coverage = covered(ground, folder, [(passed.process, passed.id) for passed in rehearsed.passed])
            return Played(rehearsed=rehearsed, coverage=coverage, refused=refused, steps=tuple(done), open=tuple(open))


def _first(play: Play, ground: Ground, beginning: Beginning) -> Step:
    """The step that begins a run, as the process can be started: by hand, as one that is called, or by its event."""
    table = ProcessDefinition
    rows = play.read(select(table.key).where(table.process_id == beginning.process, table.latest.is_(True)))
    if not rows:
        raise NotFound(
            "rehearsal-no-process", "Expected process '{name}', but the design has none such", name=beginning.process[:100]
        )
    model = ground.definitions.model(rows[0].key)
    chair = None if beginning.appointment is None else _chair(play, beginning.appointment)
    given = {"vars": dict(beginning.data)} if beginning.data else {}
    at = {} if chair is None else {"at": chair.institution}
    if _starts_plainly(model):
        by = {"by": chair.number, "post": chair.post} if chair is not None and model.startable else {}
        return {"start": model.id, **by, **at, **given}
    start = next(iter(model.start_subscriptions), None)
    if start is not None and start.kind == "message":
        return {"start_by_message": start.name, **at, **given}
    if start is not None and start.kind == "signal":
        return {"signal": start.name, **given}
    return {"to_next_deadline": True}


def _starts_plainly(model: ProcessModel) -> bool:
    plain = (item for item in model.elements.values() if item.type == "startEvent" and not item.scope and not item.events)
    return any(plain)


def _chair(play: Play, appointment: UUID) -> Any:
    rows = play.read(
        select(Person.staff_number.label("number"), Appointment.post, Institution.code.label("institution"))
        .join(Person, Person.key == Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
        .where(Appointment.id == appointment)
    )
    if not rows:
        raise NotFound("rehearsal-no-appointment", "Expected to find appointment '{id}', but there is none", id=str(appointment))
    return rows[0]
