"""Specs of multi-instance activities and loops. The counters stand on one token; no body is ever looked for.

A seat is a token whose parent is the multi-instance token, with a scope of its own. What a seat delivers is a variable
row of the collection scope, named by its number, so that the end of one seat costs the same however many there are.
"""

# mypy: allow-subclassing-any

from __future__ import annotations

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.expressions import Expression
from engine.kernel.environment import BudgetExceeded, ModelFailure
from engine.kernel.model import Element, LoopModel
from engine.kernel.process_spec import ProcessSpec
from engine.kernel.rows import JSON
from engine.kernel.scope import Scope
from engine.kernel.specs import KernelSpec
from engine.kernel.token import Token

_IN, _OUT = "in:", "out:"


class MultiInstanceSpec(KernelSpec):
    """One seat for each number up to a cardinality, or for each item of a collection."""

    has_bodies = True
    parallel = True

    def __init__(self, process: ProcessSpec, name: str, element: Element, loop: LoopModel, *, body: str) -> None:
        super().__init__(process, name, element, task_spec=body)
        self.loop = loop
        self.body = body

    def arrive(self, token: Token) -> bool:
        items = self._items(token)
        number = self._number(token) if items is None else len(items)
        if number > token.session.env.budget.instances:
            raise BudgetExceeded(
                "budget",
                "Expected to start '{element}', but {number} instances are more than {limit}",
                element=self.name,
                number=number,
                limit=token.session.env.budget.instances,
            )
        token.internal_data.update(n=number, done=0, next=0, active=0, terminated=0)
        if number == 0:
            self._deliver(token)
            return True
        self._open_collection(token, items)
        token._set_state(TaskState.STARTED)
        for index in range(number if self.parallel else 1):
            self._seat(token, None if items is None else items[index])
        return False

    def body_done(self, token: Token, body: Token, scope: Scope | None) -> None:
        counters = token.internal_data
        counters["done"] += 1
        counters["active"] -= 1
        token.touch()
        if scope is not None and self.loop.output and self.loop.output_item:
            number = scope.row.flags["loopCounter"]
            scope.prefetch([self.loop.output_item])
            self._collection(token).put(f"{_OUT}{number}", scope.get(self.loop.output_item), silent=True)
        self._go_on(token, scope)

    def bodies_again(self, token: Token) -> None:
        token._set_state(TaskState.STARTED)
        self._go_on(token, None)

    def _go_on(self, token: Token, scope: Scope | None) -> None:
        session, counters = token.session, token.internal_data
        if counters["done"] < counters["n"]:
            seen = token.data if scope is None else scope
            if self.loop.condition is None or not self._is_met(token, self.loop.condition, seen):
                if not self.parallel and counters["active"] == 0:
                    self._next_seat(token)
                return
            for body in session.bodies(token):
                body.cancel()
            counters["terminated"], counters["active"] = counters["terminated"] + counters["active"], 0
        self._deliver(token)
        token._set_state(TaskState.READY)

    def _is_met(self, token: Token, condition: Expression, scope: Scope) -> bool:
        return token.session.condition(condition, scope)

    def _seat(self, token: Token, item: JSON) -> None:
        session, counters = token.session, token.internal_data
        index = counters["next"]
        counters["next"] += 1
        counters["active"] += 1
        token.touch()
        process = token.execution.scope.row.process
        scope = session.open_scope("seat", process, parent=token.data, host=token.key, flags={"loopCounter": index})
        # Also as a row, so that assignments and forms can read it; it is not worth a line in the history.
        scope.put("loopCounter", index, silent=True)
        if self.loop.item is not None and self.loop.collection is not None:
            scope.put(self.loop.item, item)
        body = token.execution.new_token(self.body, parent=token.key, body=True)
        body.seat = scope.key
        body.enter()

    def _next_seat(self, token: Token) -> None:
        item = None
        if self.loop.collection is not None:
            item = self._collection(token).own(f"{_IN}{token.internal_data['next']}")
        self._seat(token, item)

    def _items(self, token: Token) -> list[JSON] | None:
        if self.loop.collection is None:
            return None
        value = token.session.evaluate(self.loop.collection, token.data)
        if not isinstance(value, list):
            raise ModelFailure("loop", f"the collection of '{self.name}' is no list")
        return value

    def _number(self, token: Token) -> int:
        if self.loop.cardinality is None:
            raise ModelFailure("loop", f"'{self.name}' has neither a cardinality nor a collection")
        value = token.session.evaluate(self.loop.cardinality, token.data)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ModelFailure("loop", f"the cardinality of '{self.name}' is no whole number")
        return value

    def _open_collection(self, token: Token, items: list[JSON] | None) -> None:
        keeps_items = items is not None and not self.parallel
        if not keeps_items and not (self.loop.output and self.loop.output_item):
            return
        process = token.execution.scope.row.process
        scope = token.session.open_scope("collection", process, parent=None, host=token.key)
        token.internal_data["collection"] = scope.key
        for index, item in enumerate(items or ()) if keeps_items else ():
            scope.put(f"{_IN}{index}", item, silent=True)

    def _collection(self, token: Token) -> Scope:
        return token.session.scope(token.internal_data["collection"])

    def _deliver(self, token: Token) -> None:
        if self.loop.output and self.loop.output_item:
            found = self._collection(token).all_own() if "collection" in token.internal_data else {}
            numbers = sorted(int(name[len(_OUT) :]) for name in found if name.startswith(_OUT))
            token.data.write(self.loop.output, [found[f"{_OUT}{number}"] for number in numbers])
        self._drop_collection(token)

    def _drop_collection(self, token: Token) -> None:
        key = token.internal_data.pop("collection", None)
        if key is not None:
            token.session.drop_scope(key)

    def _on_cancel(self, token: Token) -> None:
        self._drop_collection(token)


class ParallelMultiInstanceSpec(MultiInstanceSpec, defaults.ParallelMultiInstanceTask):
    """All seats at once."""


class SequentialMultiInstanceSpec(MultiInstanceSpec, defaults.SequentialMultiInstanceTask):
    """One seat after the other."""

    parallel = False


class LoopSpec(KernelSpec, defaults.StandardLoopTask):
    """Repeats a body while a condition holds, up to a maximum."""

    has_bodies = True

    def __init__(self, process: ProcessSpec, name: str, element: Element, loop: LoopModel, *, body: str) -> None:
        super().__init__(
            process,
            name,
            element,
            task_spec=body,
            maximum=loop.maximum,
            condition=loop.condition,
            test_before=loop.test_before,
        )
        self.loop = loop
        self.body = body

    def arrive(self, token: Token) -> bool:
        token.internal_data["done"] = 0
        if not self._more(token):
            return True
        token._set_state(TaskState.STARTED)
        self._round(token)
        return False

    def body_done(self, token: Token, body: Token, scope: Scope | None) -> None:
        token.internal_data["done"] += 1
        token.touch()
        self.bodies_again(token)

    def bodies_again(self, token: Token) -> None:
        if self._more(token):
            token._set_state(TaskState.STARTED)
            self._round(token)
        else:
            token._set_state(TaskState.READY)

    def _more(self, token: Token) -> bool:
        done = token.internal_data["done"]
        if self.loop.maximum is not None and done >= self.loop.maximum:
            return False
        if done == 0 and not self.loop.test_before:
            return True
        rounds = {"loopCounter": done}
        return self.loop.condition is None or token.session.condition(self.loop.condition, token.data, rounds)

    def _round(self, token: Token) -> None:
        process, rounds = token.execution.scope.row.process, {"loopCounter": token.internal_data["done"]}
        scope = token.session.open_scope("round", process, parent=token.data, host=token.key, flags=rounds)
        body = token.execution.new_token(self.body, parent=token.key, body=True)
        body.seat = scope.key
        body.enter()
