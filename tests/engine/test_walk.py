"""Random walks: people, messages, signals and the clock act in any order, things break, and the invariants hold after each.

The seed is in the test's name. More walks: `LIANDONG_WALKS=50 LIANDONG_STEPS=90 pytest tests/engine/test_walk.py`.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from engine.commands.incident import RetryIncident
from engine.commands.instance import MoveInstance
from engine.commands.instructions import CancelElement, CancelToken, Instruction, Move, StartAfter, StartBefore, StartFlow
from engine.commands.operation import (
    CancelInstance,
    MigrateInstance,
    ModifyInstance,
    ResumeInstance,
    RevertMigration,
    SetInstanceVariables,
    SuspendInstance,
)
from engine.errors import EngineError
from engine.kernel.triggers import SetVariables
from engine.store.faults import POINTS
from engine.store.tables import ProcessInstance, Seat, Token
from engine.testing import County, Someone, hooked
from tests.engine.invariants import violations
from tests.engine.victim import Victims

WALKS = int(os.environ.get("LIANDONG_WALKS", "2"))
STEPS = int(os.environ.get("LIANDONG_STEPS", "40"))
FIRST = int(os.environ.get("LIANDONG_SEED", "0"))
PEOPLE = ("gan", "guo", "dai", "liu", "shen", "it")
MODEL = Path(__file__).with_name("walk.bpmn")
"""Everything that can meet: branches, seats, a called process, boundary events, another pool, a script that may fail."""


class Broken(Exception):
    """The machine failed."""


class Walk:
    """One walk over one store."""

    def __init__(self, county: County, victims: Victims, seed: int) -> None:
        self.victims = victims
        self.county = county
        self.dice = random.Random(seed)
        self.people = [county.person(login, *(["operations"] if login == "it" else [])) for login in PEOPLE]
        self.started = 0

    def step(self) -> str:
        """Does something and says what."""
        act = self.dice.choice(ACTS)
        try:
            if self.dice.random() < 0.15:
                with hooked(self.breaking(self.dice.choice(POINTS))):
                    act(self)
            else:
                act(self)
        except (EngineError, Broken) as refusal:
            return f"{act.__name__}: {refusal}"
        return act.__name__

    def breaking(self, at: str) -> Callable[[str], None]:
        def hook(point: str) -> None:
            if point == at:
                raise Broken(at)

        return hook

    def someone(self) -> Someone:
        return self.dice.choice(self.people)

    def task(self) -> Any:
        """Mostly a task that is open, now and then an ended one."""
        states = ("open", "claimed") if self.dice.random() < 0.9 else ("completed", "closed")
        found = self.county.rows(select(Seat.id).where(Seat.state.in_(states)).order_by(Seat.key))
        return self.dice.choice(found).id if found else self.people[0].id

    def start(self) -> None:
        if self.started < 4:
            self.started += 1
            self.county.run("p", at="CH01", no=str(self.started), divisor=self.dice.choice((0, 3)))

    def claim(self) -> None:
        self.someone().claim(self.task())

    def complete(self) -> None:
        person, task = self.someone(), self.task()
        for each in (person, *self.people):
            try:
                each.complete(task, key=f"{task}")
            except EngineError:
                continue
            return

    def unclaim(self) -> None:
        self.someone().unclaim(self.task(), "误点")

    def draft(self) -> None:
        self.someone().draft(self.task(), {"x": 1})

    def reassign(self) -> None:
        self.someone().reassign(self.task(), self.someone())

    def send(self) -> None:
        number = str(self.dice.randint(1, 4))
        name = self.dice.choice(("Answer", "Answer", "Cancel", "Order"))
        self.county.send(name, to=self.dice.choice(("CH01", "CH02", None)), correlation={"no": number}, payload={"no": number})

    def signal(self) -> None:
        self.county.signal("Alarm")

    def wait(self) -> None:
        self.county.pass_time(timedelta(minutes=self.dice.choice((1, 20, 40, 130))))

    def sleep(self) -> None:
        """An outage: time passes and nobody works."""
        self.county.clock.advance(timedelta(hours=self.dice.choice((1, 7))))

    def jump_back(self) -> None:
        self.county.clock.advance(-timedelta(minutes=30))

    def take_and_die(self) -> None:
        self.county.take_jobs("dead")

    def work_and_be_killed(self) -> None:
        """Another process works off what is due, and is killed (SIGKILL) when it comes to some point."""
        self.victims.order(self.county, "work", self.dice.choice(POINTS))

    def retry(self) -> None:
        found = self.county.incidents()
        if found:
            self.county.execute(RetryIncident(incident=self.dice.choice(found).id))

    def repair(self) -> None:
        rows = self.county.rows(select(ProcessInstance.id).where(ProcessInstance.state == "active").order_by(ProcessInstance.key))
        if rows:
            self.county.execute(MoveInstance(instance=self.dice.choice(rows).id, trigger=SetVariables(variables={"divisor": 4})))

    def case(self) -> UUID:
        """A case that is active, or an id that is none."""
        rows = self.county.rows(select(ProcessInstance.id).where(ProcessInstance.state == "active").order_by(ProcessInstance.key))
        return self.dice.choice(rows).id if rows else self.people[0].id

    def suspend(self) -> None:
        self.people[-1].do(SuspendInstance(instance=self.case(), reason="走查"))

    def resume(self) -> None:
        found = select(ProcessInstance.id).where(ProcessInstance.suspended_at.is_not(None)).order_by(ProcessInstance.key)
        for row in self.county.rows(found):
            self.people[-1].do(ResumeInstance(instance=row.id, reason="走查"))

    def cancel(self) -> None:
        if self.dice.random() < 0.3:
            self.people[-1].do(CancelInstance(instance=self.case(), reason="走查", compensate=self.dice.random() < 0.5))

    def modify(self) -> None:
        """Moves, starts or cancels at random; much of it is refused."""
        cases = self.county.cases("p")
        if not cases:
            return
        case = self.dice.choice(cases).id
        found = self.county.rows(
            select(Token.key, Token.element)
            .join(ProcessInstance, ProcessInstance.key == Token.instance)
            .where(ProcessInstance.id == case)
        )
        model = self.county.definition(case)
        instructions: list[Instruction] = []
        for _ in range(self.dice.choice((1, 1, 2))):
            start = StartBefore(element=self.dice.choice(sorted(model.elements)))
            after = StartAfter(element=self.dice.choice(sorted(model.elements)))
            flow = StartFlow(flow=self.dice.choice(sorted(model.flows)))
            instructions.append(self.dice.choice((start, after, flow)))
            if found:
                token = self.dice.choice(found)
                origin = self.dice.choice((CancelToken(token=token.key), CancelElement(element=token.element)))
                instructions.append(self.dice.choice((origin, Move(origin=origin, target=start))))
        self.people[-1].do(ModifyInstance(instance=case, instructions=tuple(instructions), reason="走查"))

    def write(self) -> None:
        values = {self.dice.choice(("divisor", "no", "x")): self.dice.choice((3, "1", None))}
        self.people[-1].do(SetInstanceVariables(instance=self.case(), variables=values, reason="走查"))

    def migrate(self) -> None:
        """To either of two versions, or back."""
        if self.dice.random() < 0.3:
            self.people[-1].do(RevertMigration(instance=self.case(), reason="走查"))
        else:
            version = self.dice.choice((1, 2))
            recompute = self.dice.random() < 0.5
            self.people[-1].do(MigrateInstance(instance=self.case(), version=version, recompute_timers=recompute, reason="走查"))

    def restart(self) -> None:
        self.county.restart()


ACTS = (
    *(Walk.start, Walk.start, Walk.claim, Walk.complete, Walk.complete, Walk.complete, Walk.complete, Walk.unclaim),
    *(Walk.draft, Walk.reassign, Walk.send, Walk.send, Walk.signal, Walk.wait, Walk.wait, Walk.sleep, Walk.jump_back),
    *(Walk.take_and_die, Walk.work_and_be_killed, Walk.retry, Walk.repair, Walk.restart),
    *(Walk.suspend, Walk.resume, Walk.resume, Walk.cancel, Walk.modify, Walk.modify, Walk.write),
    *(Walk.migrate, Walk.migrate),
)


@pytest.mark.parametrize("seed", range(FIRST, FIRST + WALKS))
def test_whatever_happens_the_invariants_hold(county: County, victims: Victims, seed: int) -> None:
    county.deploy(MODEL.read_bytes())
    county.deploy(MODEL.read_bytes().replace(b"PT5H", b"PT90M").replace(b"R3/PT30M", b"R2/PT20M"))
    walk = Walk(county, victims, seed)
    path = []
    for _ in range(STEPS):
        path.append(walk.step())
        assert violations(county.engine.database) == [], path
