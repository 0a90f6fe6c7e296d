"""Compensation: what can be undone is a record of its scope; undoing runs handlers as bodies of the token that asked.

The record of a finished subprocess holds the records from inside it. Handlers of one throw run at the same time, and
each sees the variables that its activity's scope had when it ended.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.kernel.process_spec import COMPENSATION
from engine.kernel.rows import JSON, CompensationRow
from engine.kernel.throwing import matching
from engine.kernel.token import BODY

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.session import Session
    from engine.kernel.token import Token


class Compensation:
    """The compensation records of one instance, as far as this step has loaded or made them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._rows: dict[int, CompensationRow] = {}

    def record(self, token: Token) -> None:
        """An activity has completed; if it has a handler, it can be undone."""
        handler = token.task_spec.handler
        if handler is None or token.internal_data.get("compensates"):
            return
        self._record_task(token, token.element, handler)

    def record_scope(self, host: Token, execution: Execution, *, completed: bool = True) -> None:
        """What can be undone inside a subprocess or a called process can be undone through it.

        A handler of its own undoes one that has completed, and nothing else does.
        """
        handled = completed and host.task_spec.handler is not None
        if execution.spec.compensable and not handled and not host.internal_data.get("compensates"):
            self._record_inside(host, execution)

    def keep_open(self, execution: Execution) -> None:
        """Before a scope is taken away to be undone: what can be undone in the open scopes inside it is handed on to it.

        So is what handlers have begun to undo: they go with the scope, and are run again from their beginning.
        """
        for token in self._session.tokens_in(execution):
            inside = self._session.opened_by(token)
            if inside is not None:
                self.keep_open(inside)
            if not token.internal_data.get("compensates"):
                if inside is not None:
                    self.record_scope(token, inside, completed=False)
            elif (activity := _undone_by(execution, token.element)) is not None:
                self._record_task(token, activity, token.element)
            elif inside is not None:
                self._record_inside(token, inside)

    def _record_task(self, token: Token, activity: str, handler: str) -> None:
        variables = {} if token.own_scope is None else token.own_scope.all_own()
        self._add(token.execution, activity, {"handler": handler, "variables": variables})

    def _record_inside(self, host: Token, execution: Execution) -> None:
        records = [{"activity": row.activity, **row.data} for row in self._of(execution)]
        if not records and not execution.spec.compensation_subprocess:
            return
        variables = execution.scope.all_own()
        outside = {} if host.own_scope is None else host.own_scope.all_own()
        if execution.kind == "call":
            data: dict[str, JSON] = {"called": self._called(execution, variables), "variables": outside}
        else:
            data = {"variables": {**outside, **variables}}
        self._add(host.execution, host.element, {"records": records, **data})

    def compensate(self, token: Token, execution: Execution, activity: str | None = None) -> bool:
        """Undoes an activity, or all of a scope. False when the token has to wait for handlers."""
        holder = execution
        while holder.kind == "event_subprocess" and holder.host is not None:
            holder = holder.host.execution
        if not holder.spec.compensable:
            return True
        rows = [row for row in self._of(holder) if activity is None or row.activity == activity]
        if not rows:
            return True
        for row in rows:
            self._drop(row)
        self._run(token, holder, [{"activity": row.activity, **row.data} for row in rows])
        return False

    def handler_done(self, token: Token) -> None:
        """One of the handlers that a token waits for has ended."""
        token.internal_data["handlers"] -= 1
        token.touch()
        if token.internal_data["handlers"] == 0:
            del token.internal_data["handlers"]
            token._set_state(TaskState.READY)

    def cancel_transaction(self, token: Token) -> None:
        """Stops the transaction around a token, undoes it, and then lets it be cancelled."""
        execution = token.execution
        while execution.host is not None and execution.host.task_spec.element.type != "transaction":
            execution = execution.host.execution
        self.keep_open(execution)
        holder = execution.new_token(COMPENSATION)
        execution.clear(keep=holder)
        execution.flag("cancelling")
        if self.compensate(holder, execution):
            holder._set_state(TaskState.READY)

    def transaction_cancelled(self, execution: Execution) -> None:
        """A cancelled transaction has nothing left: its cancel event happens."""
        session, host = self._session, execution.host
        session.subscriptions.drop_in(execution)
        session.close(execution)
        listener = host
        while listener is not None:
            row = matching(session.subscriptions.of_token(listener), "cancel", None)
            if row is not None:
                session.subscriptions.fire(row)
                return
            listener = listener.parent
        if host is not None:
            host.task_spec.scope_ended(host)

    def forget(self, execution: Execution) -> None:
        """Deletes the records of a scope whose row stays."""
        if execution.spec.compensable:
            for row in self._of(execution):
                self._drop(row)

    def _called(self, execution: Execution, variables: dict[str, JSON]) -> dict[str, JSON]:
        """What it takes to open a called process again: the version it ran on, and its variables, which are its own."""
        row = execution.scope.row
        definition = self._session.definition_ref(row)
        return {"process": row.process, "definition": definition, "calls": row.flags.get("calls", 0), "variables": variables}

    def _of(self, execution: Execution) -> list[CompensationRow]:
        gone = self._session.ledger.gone_compensations
        for row in self._session.source.compensations(execution.key):
            if row.key not in gone:
                self._rows.setdefault(row.key, row)
        return sorted((r for r in self._rows.values() if r.scope == execution.key), key=lambda r: r.sequence)

    def _add(self, execution: Execution, activity: str, data: dict[str, JSON]) -> None:
        session = self._session
        row = CompensationRow(
            key=session.new_key(),
            scope=execution.key,
            activity=activity,
            sequence=session.next_sequence(),
            data=data,
        )
        self._rows[row.key] = session.ledger.compensations[row.key] = row
        session.ledger.created.add(row.key)

    def _drop(self, row: CompensationRow) -> None:
        self._rows.pop(row.key, None)
        self._session.ledger.gone_compensations.add(row.key)

    def _run(self, token: Token, holder: Execution, records: Iterable[dict[str, JSON]]) -> None:
        token._set_state(TaskState.STARTED)
        started = [(self._body(token, holder, record), record) for record in reversed(list(records))]
        token.internal_data["handlers"] = len(started)
        token.touch()
        for body, record in started:
            if "handler" in record:
                body.enter()
            else:
                self._revive(body, record)

    def _body(self, token: Token, holder: Execution, record: dict[str, JSON]) -> Token:
        session = self._session
        # One record stands for one seat of a multi-instance: the seat's body is revived, not the whole.
        name = str(record.get("handler") or record["activity"])
        in_loop = "handler" not in record and name + BODY in holder.spec.task_specs
        marks = {"body": True} if in_loop else {}
        body = holder.new_token(name + BODY if in_loop else name, parent=token.key, compensates=True, **marks)
        scope = session.open_scope("seat", holder.scope.row.process, parent=holder.scope, host=token.key)
        body.seat = scope.key
        for key, value in record["variables"].items():
            scope.put(key, value)
        return body

    def _revive(self, body: Token, record: dict[str, JSON]) -> None:
        """Opens a finished subprocess or called process again, with nothing in it but its compensation."""
        body._set_state(TaskState.STARTED)
        called = record.get("called")
        if called is None:
            inside = self._session.open_execution(body, "subprocess", body.task_spec.inner, body.data, {})
        else:
            flags = {"calls": called["calls"], "definition": called["definition"]}
            inside = self._session.open_execution(body, "call", called["process"], None, flags)
            for name, value in called["variables"].items():
                inside.scope.put(name, value)
        if inside.spec.compensation_subprocess is not None:
            # It undoes what is inside as it likes, by throwing compensation itself.
            for inner in record["records"]:
                self._add(inside, inner["activity"], {name: value for name, value in inner.items() if name != "activity"})
            subprocess, start = inside.spec.compensation_subprocess
            inside.new_token(subprocess, start=start).enter()
            return
        holder = inside.new_token(COMPENSATION)
        self._run(holder, inside, record["records"])


def _undone_by(execution: Execution, handler: str) -> str | None:
    """The activity that a handler undoes, None when the element is no handler."""
    found = (spec for spec in execution.spec.task_specs.values() if spec.handler == handler)
    return next((str(spec.name).removesuffix(BODY) for spec in found), None)
