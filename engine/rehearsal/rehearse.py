"""Rehearses a process folder: the files of a design are deployed on a store of their own, and a run is played from its start.

Every request plays all steps anew, so that nothing is kept between two of them, and the same steps give the same answer.
A step that the engine refuses ends the run before it, and the refusal is told with where the run stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.authorization import in_force, is_member
from engine.clock import stopwatch
from engine.engine import Engine
from engine.errors import EngineError, Invalid, NotFound
from engine.gate.inspection import kind_of
from engine.kernel.model import ProcessModel
from engine.queries.rehearsed import GetRehearsed, Rehearsed
from engine.queries.who import Asked, AskWho
from engine.rehearsal.coverage import Coverage, Place, covered
from engine.rehearsal.play import Bounds, Play, exact
from engine.rehearsal.scenario import Failure, hold
from engine.rehearsal.stage import Ground, Stages
from engine.store.base import dump_json, load_json
from engine.store.tables import Appointment, Institution, Person, ProcessDefinition

STEPS_AT_MOST = 200
BOUNDS = Bounds(jobs=2_000, seconds=20)
ALL_SECONDS = 60
"""Of all scenarios of a folder together."""
OUT_OF_TIME = "not played: the scenarios before it took all the time"
OUT_OF_TIME_ZH = "没有播放：前面的场景用完了时间"
FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
"""Between these a run begins, so that nothing of it reaches beyond what a calendar can tell."""
START = datetime(2026, 1, 1, tzinfo=UTC)
"""When a scenario begins that does not say so."""
Step = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Sender:
    """Who starts a case: a chair, or a person in his oldest chair."""

    person: UUID | None = None
    appointment: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """How a run begins: a process, whoever starts it, when, with which sample values.

    Where no chair is named, it is the oldest one, of the person named if there is one, that may start the process.
    """

    process: str
    at: datetime
    sender: Sender
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


@dataclass(frozen=True, kw_only=True)
class ScenarioPlayed:
    """How one scenario of a folder ended. `reason` is empty where it passed; `refusal` is the step's where one was refused."""

    file: str
    id: str
    passed: bool
    reason: str
    reason_zh: str = ""
    refusal: EngineError | None = None


class Rehearsals:
    """The rehearsals of one node. Safe to share between threads."""

    def __init__(self, engine: Engine) -> None:
        """Prepares nothing yet."""
        self._stages = Stages(engine)

    @contextmanager
    def ground(self, folder: str, files: Mapping[str, bytes], at: datetime) -> Iterator[Ground]:
        """A fresh place to play on. Raises what the deployment is refused with, and Unavailable while too many play."""
        run = {name: content for name, content in files.items() if kind_of(name) != "scenario"}
        with self._stages.played(folder, run, at) as ground:
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

    def who(
        self, folder: str, files: Mapping[str, bytes], element: str, sender: Sender, at: datetime, data: Mapping[str, Any]
    ) -> Asked:
        """Whom an element would ask. Raises NotFound for an unknown element or sender."""
        with self.ground(folder, files, at) as ground:
            starter, chair = _sender(Play(ground.engine, ground.clock), sender)
            return ground.engine.query(
                AskWho(folder=folder, element=element, starter=starter, appointment=chair, data=exact(data))
            )

    def play_scenarios(
        self, folder: str, files: Mapping[str, bytes], now: datetime
    ) -> tuple[tuple[ScenarioPlayed, ...], Coverage]:
        """Plays every scenario of a folder by itself; with the coverage of all together."""
        elapsed = stopwatch()
        told: list[ScenarioPlayed] = []
        passed: set[Place] = set()
        coverage = None
        for name in sorted(name for name in files if kind_of(name) == "scenario"):
            if elapsed() > ALL_SECONDS:
                told.append(ScenarioPlayed(file=name, id=name, passed=False, reason=OUT_OF_TIME, reason_zh=OUT_OF_TIME_ZH))
                continue
            try:
                scenario, at = _read(files[name])
            except (ValueError, TypeError, AttributeError, KeyError, IndexError) as error:
                reason, reason_zh = f"not a scenario: {error}"[:200], f"不是场景文件：{error}"[:200]
                told.append(ScenarioPlayed(file=name, id=name, passed=False, reason=reason, reason_zh=reason_zh))
                continue
            with self.ground(folder, files, at) as ground:
                failure = _played_through(ground, scenario)
                rehearsed = ground.engine.query(GetRehearsed())
                passed |= {(found.process, found.id) for found in rehearsed.passed}
                coverage = covered(ground, folder, passed)
            told.append(_outcome(name, str(scenario.get("id", name)), failure))
        if coverage is None:
            with self.ground(folder, files, now) as ground:
                coverage = covered(ground, folder, ())
        return tuple(told), coverage


def scenario_of(id: str, folder: str, at: datetime, played: Played) -> bytes:
    """A run as a scenario file that expects the tasks that were open after each step, and the end that it came to."""
    steps: list[Step] = []
    for step, open in zip(played.steps, played.open, strict=True):
        steps += [step, {"expect_tasks": list(open)}]
    steps.append({"expect_ended": played.rehearsed.ended})
    head = f' "id": {dump_json(id)},\n "folder": {dump_json(folder)},\n "begin": {dump_json(at.isoformat())},\n'
    lines = ",\n".join(f"  {dump_json(dict(step))}" for step in steps)
    return f'{{\n{head} "steps": [\n{lines}\n ]\n}}\n'.encode()


def _read(content: bytes) -> tuple[Mapping[str, Any], datetime]:
    """A scenario and when it begins. Raises ValueError and the like for what is none."""
    scenario = load_json(content.decode("utf-8"))
    begin = scenario.get("begin")
    at = START if begin is None else datetime.fromisoformat(begin).astimezone(UTC)
    if not FIRST <= at < LAST or not isinstance(scenario["steps"], list):
        raise ValueError(f"it begins between {FIRST.year} and {LAST.year}, with a list of steps")
    return scenario, at


def _outcome(file: str, id: str, failure: Failure | None) -> ScenarioPlayed:
    if failure is None:
        return ScenarioPlayed(file=file, id=id, passed=True, reason="")
    reason, refusal = str(failure), failure.refusal
    return ScenarioPlayed(file=file, id=id, passed=False, reason=reason, reason_zh=failure.zh, refusal=refusal)


def _played_through(ground: Ground, scenario: Mapping[str, Any]) -> Failure | None:
    """Why a scenario does not hold; None where it does."""
    play = Play(ground.engine, ground.clock, bounds=BOUNDS)
    try:
        for number, step in enumerate(scenario["steps"]):
            hold(play, number, step)
    except Failure as failure:
        return failure
    return None


def _sender(play: Play, sender: Sender) -> tuple[int | None, int | None]:
    """Keys of who starts a case, and of the chair that he does it in: the one named, else his oldest on that day."""
    if sender.person is None and sender.appointment is None:
        return None, None
    day = play.clock.now().date()
    chairs = select(Appointment.person, Appointment.key).join(Person, Person.key == Appointment.person)
    chairs = chairs.where(*in_force(Appointment, day))
    named = Appointment.id == sender.appointment if sender.appointment is not None else Person.id == sender.person
    rows = play.read(chairs.where(named).order_by(Appointment.from_date, Appointment.key))
    if not rows:
        raise _no_appointment(sender.appointment or sender.person)
    return rows[0].person, rows[0].key


def _no_appointment(id: UUID | None) -> NotFound:
    return NotFound("rehearsal-no-appointment", "Expected an appointment of '{id}', but there is none", id=str(id))


def _first(play: Play, ground: Ground, beginning: Beginning) -> Step:
    """The step that begins a run, as the process can be started: by hand, as one that is called, or by its event."""
    table = ProcessDefinition
    rows = play.read(select(table.key).where(table.process_id == beginning.process, table.latest.is_(True)))
    if not rows:
        raise NotFound(
            "rehearsal-no-process", "Expected process '{name}', but the design has none such", name=beginning.process[:100]
        )
    model = ground.definitions.model(rows[0].key)
    chair = _chair(play, model, beginning.sender)
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


def _chair(play: Play, model: ProcessModel, sender: Sender) -> Any:
    """The chair that a case is started from: staff number, post and institution; None where nobody starts it by hand."""
    day = play.clock.now().date()
    chairs = (
        select(Person.staff_number.label("number"), Appointment.post, Institution.code.label("institution"))
        .join(Person, Person.key == Appointment.person)
        .join(Institution, Institution.key == Appointment.institution)
    )
    if sender.appointment is not None:
        chairs = chairs.where(Appointment.id == sender.appointment)
    elif model.startable:
        posts = [starter.post for starter in model.starters]
        chairs = chairs.where(Appointment.post.in_(posts), *in_force(Appointment, day), is_member(Appointment.institution, day))
    elif sender.person is None:
        return None
    if sender.person is not None:
        chairs = chairs.where(Person.id == sender.person)
    rows = play.read(chairs.order_by(Appointment.from_date, Appointment.key))
    if not rows:
        raise _no_appointment(sender.appointment or sender.person)
    return rows[0]
