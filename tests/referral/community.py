"""The referral library in a small world: instances owned by institutions, messages routed to them, forms filled in.

Only the kernel and the forms run here. Every task that opens has its people, term and copies evaluated as the runtime
would, so that a scenario also proves those expressions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from engine.calendar import calendar_by_code, due, find_ladder, parse_term, published_days
from engine.errors import Conflict
from engine.forms import FieldRights, FormModel, parse_form
from engine.functions import REGISTERED
from engine.kernel import ApprovalModel, Function, match_message
from engine.kernel.effects import MessageThrown, TaskOpened
from engine.kernel.roles import fields_of
from engine.kernel.triggers import Fire, Start
from tests.kernel.world import World

ROOT = Path(__file__).parents[2]
TUESDAY = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
"""A working day, nine o'clock in China."""


@cache
def resources(process: str) -> Mapping[str, bytes]:
    """The models of a process folder."""
    return {path.name: path.read_bytes() for path in sorted((ROOT / "bpmn" / process).glob("*.bpmn"))}


@cache
def tables(process: str) -> Mapping[str, bytes]:
    """The decision tables of a process folder."""
    return {path.name: path.read_bytes() for path in sorted((ROOT / "bpmn" / process).glob("*.dmn"))}


@cache
def forms(process: str) -> Mapping[str, FormModel]:
    """The forms of a process folder by key; a finding is a failed test."""
    found = {}
    for path in sorted((ROOT / "forms" / process).glob("*.form.json")):
        form, findings = parse_form(path.read_bytes(), path.name)
        assert not findings, findings
        assert form is not None
        found[form.id] = form
    return found


@cache
def parameters(process: str) -> Mapping[str, Any]:
    """The parameters of a process folder."""
    text = (ROOT / "bpmn" / process / "parameters.json").read_text(encoding="utf-8")
    found: Mapping[str, Any] = json.loads(text, parse_float=Decimal)
    return found


def rights(approval: ApprovalModel) -> FieldRights:
    """The field rights of a task for everybody."""
    fields, demanded = fields_of(approval.fields, None), [name for outcome in approval.outcomes for name in outcome.fields]
    if fields is None:
        return FieldRights.of(demanded=demanded)
    return FieldRights.of(write=fields.write, required=fields.required, hidden=fields.hidden, demanded=demanded)


class Community(World):
    """Institutions by code, each with its instances."""

    def __init__(self, process: str = "referral", *, reload: bool = False) -> None:
        self.process = process
        self.owner: dict[int, str] = {}
        self.waiting_messages: list[MessageThrown] = []
        self.outside: list[tuple[str, str, Mapping[str, Any]]] = []
        """Messages to pools without a process: endpoint, name, payload."""
        super().__init__(resources(process), reload=reload, functions={**REGISTERED, **self._places()}, tables=tables(process))
        self.now = TUESDAY

    def _places(self) -> Mapping[str, Function]:
        """Reservations by resource and holder, which stay until they are given back; here a case holds them for ever.

        Earlier cases are looked for in the store, which this world has not: here there are none.
        """
        held: dict[str, set[Any]] = {}

        def hold(given: Mapping[str, Any]) -> Mapping[str, Any]:
            holders = held.setdefault(given["resource"], set())
            free = given["capacity"] - len(holders - {given.get("name")})
            if free > 0:
                holders.add(given.get("name"))
            return {"held": free > 0, "amount": Decimal(1), "free": max(free - 1, 0)}

        return {
            "reservations.hold": hold,
            "reservations.release": lambda given: {"released": Decimal(1)},
            "cases.earlier": lambda given: {"cases": []},
        }

    # What the kernel asks

    def names(self, instance: int) -> Mapping[str, Any]:
        own = self.owner[instance]
        about = {"number": None, "institution": own, "starter": "1", "startedAt": TUESDAY.isoformat()}
        return {"parameters": parameters(self.process), "own": own, "instance": about, "now": self.now.isoformat()}

    def step(self, instance: int | None, trigger: Any) -> Any:
        result = super().step(instance, trigger)
        for effect in result.effects:
            if isinstance(effect, TaskOpened) and result.delta.instance is not None:
                self._check_people(result.delta.instance.key, effect)
        self._retry()
        return result

    # What people and systems do

    def begin(self, process: str, institution: str, at: str | None = None, **variables: Any) -> int:
        """A new instance owned by an institution."""
        key = self.new_key()
        self.owner[key] = institution
        self.step(None, Start(instance=key, definition="d", process=process, variables=variables, start_element=at))
        return key

    def decide(
        self,
        element: str,
        outcome: str = "done",
        data: Mapping[str, Any] | None = None,
        opinion: str | None = None,
        nth: int = 0,
    ) -> None:
        """The nth open task of an element ends with an outcome, its form checked as the server does."""
        instance = self.tasks(element)[nth][0]
        model = self._element(instance, element)
        assert model.approval is not None
        chosen = next((item for item in model.approval.outcomes if item.value == outcome), None)
        assert chosen is not None, f"{element} has no outcome {outcome}"
        assert opinion or chosen.opinion != "required", f"{element}: {outcome} needs an opinion"
        values: dict[str, Any] = dict(data or {})
        if model.approval.form is not None:
            form = forms(self.process)[model.approval.form]
            current = self._variables(instance)
            values = form.validate(
                values, current=current, rights=rights(model.approval), required=chosen.fields, demo=True, now=self.now
            )
        decision = {"outcome": outcome, "opinion": opinion, "by": "7", "byName": "测试·演示", "at": self.now.isoformat()}
        self.complete(element, nth=nth, **{**values, element: decision})

    def tell(self, name: str, to: str | None, correlation: Mapping[str, Any], payload: Mapping[str, Any]) -> bool:
        """A message from outside; whether somebody took it."""
        message = MessageThrown(token=0, element="", name=name, to=to, endpoint=None, correlation=correlation, payload=payload)
        return self._hand_over(message)

    def case(self, process: str, nth: int = -1) -> int:
        """The nth instance of a process, the newest by default."""
        return [key for key in self.store.instances() if self._process(key) == process][nth]

    def seen(self, process: str, nth: int = -1) -> Mapping[str, Any]:
        """Variables of the nth instance of a process."""
        return self._variables(self.case(process, nth))

    # Messages

    def _deliver(self, message: MessageThrown) -> None:
        if message.endpoint is not None:
            self.outside.append((message.endpoint, message.name, message.payload))
        elif not self._hand_over(message):
            self.waiting_messages.append(message)

    def _hand_over(self, message: MessageThrown) -> bool:
        for instance in self.live():
            if message.to not in (None, self.owner[instance]):
                continue
            rows = self.store.source(instance).subscriptions("message", message.name)
            row = match_message(rows, message.name, message.correlation, message.payload)
            if row is not None:
                self.step(instance, Fire(subscription=row.key, payload=message.payload, correlation=message.correlation))
                return True
        for process, element in self._starts("message", message.name):
            assert message.to is not None
            self.begin(process, message.to, at=element, **message.payload)
            return True
        return False

    def _retry(self) -> None:
        """Messages that came early are taken as soon as somebody waits for them."""
        for message in list(self.waiting_messages):
            if message in self.waiting_messages:
                self.waiting_messages.remove(message)
                if not self._hand_over(message):
                    self.waiting_messages.append(message)

    # Expressions of tasks

    def _check_people(self, instance: int, effect: TaskOpened) -> None:
        element = self._element(instance, effect.element)
        approval = element.approval
        assert approval is not None
        assert approval.assigns, effect.element
        names = {**self.names(instance), **self._variables(instance)}
        for assign in (*approval.assigns, *approval.copies):
            for template in (assign.post, assign.person, assign.institution, assign.department):
                value = None if template is None else template.evaluate(names)
                assert template is None or isinstance(value, str), (effect.element, assign)
        if approval.deadline is not None and approval.deadline.calendar is not None:
            term, calendar = str(approval.deadline.term.evaluate(names)), str(approval.deadline.calendar.evaluate(names))
            parse_term(term)
            assert due(self.now, term, calendar_by_code(calendar), published_days()).at > self.now
            ladder = approval.deadline.ladder
            find_ladder(str(ladder.evaluate(names)) if ladder else "office", parameters(self.process).get("ladders"))

    def _element(self, instance: int, element: str) -> Any:
        for process in self.compiled.processes.values():
            if element in process.elements and process.elements[element].approval is not None:
                return process.elements[element]
        raise Conflict("no-element", "Expected to find '{element}', but there is none", element=element)

    def _process(self, instance: int) -> str:
        source = self.store.source(instance)
        (scope,) = source.scopes([source.instance().root_scope])
        return scope.process

    def _variables(self, instance: int) -> dict[str, Any]:
        source = self.store.source(instance)
        found: dict[str, Any] = {}
        for scope in source.all_scopes():
            found.update(source.variables(scope.key))
        return found
