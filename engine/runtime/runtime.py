"""Moves process instances: one locked instance, one kernel step, one new revision.

A step is: lock the instance's row, let the kernel advance over the stored rows, write its delta, carry out its effects,
write history and audit, and raise the revision by exactly one. The caller's transaction commits or nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from sqlalchemy import insert, select, update

from engine.appliers import audit
from engine.appliers.jobs import follow_timers, wake_messages
from engine.appliers.journal import Journal
from engine.appliers.participants import participate
from engine.errors import Conflict, NotFound
from engine.kernel import BudgetExceeded, EmptySource, advance
from engine.kernel.effects import StepResult, VariableWritten
from engine.kernel.rows import JSON, InstanceRow, StateSource
from engine.kernel.triggers import Start, Trigger
from engine.runtime.case import Act, Case, NewCase
from engine.runtime.definitions import Definition, Definitions
from engine.runtime.effects import carry_out
from engine.runtime.environment import StepEnvironment
from engine.runtime.names import CaseNames, reserved_names
from engine.runtime.outline import outline
from engine.runtime.step import Step
from engine.runtime.stuck import notice_stuck
from engine.store.database import Database
from engine.store.faults import AFTER_AUDIT, AFTER_DELTA, AFTER_EFFECTS, AFTER_JOBS, AFTER_LOCK, AFTER_STEP, fault
from engine.store.state import StoredState, write_delta
from engine.store.tables import Institution, ProcessInstance
from engine.store.unit_of_work import UnitOfWork


class StepTooLarge(Conflict):
    """A step wanted more than its budget; nothing of it is kept. `instance` is None when it was to be the first step."""

    def __init__(self, instance: int | None, reason: str) -> None:
        super().__init__("budget", "Expected a step within its budget, but {reason}", reason=reason)
        self.instance = instance


class Runtime:
    """Starts and moves instances within a unit of work."""

    def __init__(self, database: Database) -> None:
        self.definitions = Definitions(database)

    def start(self, work: UnitOfWork, new: NewCase, act: Act, *, before: Callable[[Journal], None] | None = None) -> Case:
        """Starts an instance and runs it until it waits; `before` may add to its history first."""
        definition = self.definitions.get(new.definition)
        key = work.new_key()
        code = None
        if new.institution is not None:
            code = work.connection.execute(select(Institution.code).where(Institution.key == new.institution)).scalar_one()
        case = Case(
            key=key,
            id=uuid4(),
            definition=new.definition,
            revision=0,
            state="active",
            institution=new.institution,
            institution_code=code,
            collaboration=new.collaboration or key,
            number=new.number,
            business_key=new.business_key,
            subject=None,
            subject_masked=None,
            urgency=None,
            started_by=new.started_by,
            started_at=work.now,
            ended_at=None,
            suspended_at=None,
            audit_hash=audit.GENESIS,
            stored=False,
        )
        trigger = Start(
            instance=key,
            definition=str(new.definition),
            process=definition.model.id,
            variables=new.variables,
            start_element=new.start_element,
            start_event=new.start_event,
        )

        def begun(journal: Journal) -> None:
            journal.note("instance-started", by_actor=True, capacity=act.capacity, process=definition.model.id, number=new.number)
            if before is not None:
                before(journal)

        self._step(work, case, definition, EmptySource(), trigger, act, begun)
        return case

    def lock(self, work: UnitOfWork, instance: int) -> Case:
        """Locks an instance's row for the rest of the transaction. Raises NotFound."""
        table = ProcessInstance
        columns = [getattr(table, name) for name in _CASE_COLUMNS]
        statement = select(*columns).where(table.key == instance).with_for_update()
        row = work.connection.execute(statement).one_or_none()
        if row is None:
            raise NotFound("no-instance", "Expected to find process instance '{key}', but there is none", key=instance)
        code = None
        if row.institution is not None:
            code = work.connection.execute(select(Institution.code).where(Institution.key == row.institution)).scalar_one()
        fault(AFTER_LOCK)
        return Case(**row._mapping, institution_code=code)

    def advance(
        self,
        work: UnitOfWork,
        case: Case,
        trigger: Trigger,
        act: Act,
        *,
        before: Callable[[Journal], None] | None = None,
        operated: bool = False,
    ) -> StepResult:
        """Lets a locked instance take one step; one that is suspended only when an operator does it by `operated`.

        Raises Conflict when it has ended or is suspended, and what the kernel refuses with.
        """
        if operated:
            case.require_active()
        else:
            case.require_moving()
        definition = self.definitions.get(case.definition)
        return self._step(work, case, definition, StoredState(work.connection, case.key), trigger, act, before)

    def names(self, work: UnitOfWork, case: Case, scope: int) -> CaseNames:
        """The names an expression of the case may read in `scope`."""
        return CaseNames(work.connection, scope, self._reserved(work, case, self.definitions.get(case.definition)))

    def note(self, work: UnitOfWork, case: Case, act: Act, notes: Callable[[Journal], None]) -> None:
        """A revision without a step: something about a locked instance changed that the kernel does not know."""
        case.revision += 1
        journal = Journal(work, case.key, case.revision)
        notes(journal)
        journal.flush()
        fault(AFTER_DELTA)
        self._seal(work, case, act)
        changed = work.connection.execute(
            update(ProcessInstance)
            .where(ProcessInstance.key == case.key, ProcessInstance.revision == case.revision - 1)
            .values(revision=case.revision, suspended_at=case.suspended_at, audit_hash=case.audit_hash)
        )
        _expect_one(changed.rowcount, case)

    def _step(
        self,
        work: UnitOfWork,
        case: Case,
        definition: Definition,
        source: StateSource,
        trigger: Trigger,
        act: Act,
        before: Callable[[Journal], None] | None,
    ) -> StepResult:
        reserved = self._reserved(work, case, definition)
        try:
            result = advance(source, trigger, work.now, StepEnvironment(work, self.definitions, reserved))
        except BudgetExceeded as error:
            raise StepTooLarge(case.key if case.stored else None, str(error)) from error
        fault(AFTER_STEP)
        case.revision += 1
        journal = Journal(work, case.key, case.revision)
        if before is not None:
            before(journal)
        row = result.delta.instance or source.instance()
        if row.state != "active":
            case.state, case.ended_at = row.state, work.now
        if not case.stored:
            self._insert(work, case, row)
        writers = {
            (effect.scope, effect.name): effect.element for effect in result.effects if isinstance(effect, VariableWritten)
        }
        write_delta(work.connection, case.key, result.delta, revision=case.revision, now=work.now, writers=writers)
        fault(AFTER_DELTA)
        follow_timers(work, case.key, result.delta)
        fault(AFTER_JOBS)
        step = Step(
            work=work,
            case=case,
            definition=definition,
            definitions=self.definitions,
            row=row,
            result=result,
            journal=journal,
            reserved=reserved,
        )
        outline(step)
        carry_out(step)
        wake_messages(work, case.institution, result.delta)
        notice_stuck(step)
        fault(AFTER_EFFECTS)
        self._seal(work, case, act)
        self._update(work, case, row)
        journal.flush()
        return result

    def _reserved(self, work: UnitOfWork, case: Case, definition: Definition) -> dict[str, JSON]:
        return reserved_names(
            now=work.now,
            parameters=definition.parameters,
            institution=case.institution_code,
            number=case.number,
            starter=case.started_by,
            started_at=case.started_at,
        )

    def _insert(self, work: UnitOfWork, case: Case, row: InstanceRow) -> None:
        values = {name: getattr(case, name) for name in _CASE_COLUMNS}
        kernel = {"root_scope": row.root_scope, "sequence": row.sequence, "correlation": row.correlation}
        work.connection.execute(insert(ProcessInstance).values({**values, **kernel, "revision": 0, "caller": None}))
        if case.institution is not None:
            participate(work, case.key, case.institution, None)

    def _update(self, work: UnitOfWork, case: Case, row: InstanceRow) -> None:
        table = ProcessInstance
        changed = work.connection.execute(
            update(table)
            .where(table.key == case.key, table.revision == case.revision - 1)
            .values(
                revision=case.revision,
                state=case.state,
                ended_at=case.ended_at,
                suspended_at=case.suspended_at,
                sequence=row.sequence,
                correlation=row.correlation,
                business_key=case.business_key,
                subject=case.subject,
                subject_masked=case.subject_masked,
                urgency=case.urgency,
                audit_hash=case.audit_hash,
            )
        )
        _expect_one(changed.rowcount, case)
        case.stored = True

    def _seal(self, work: UnitOfWork, case: Case, act: Act) -> None:
        case.audit_hash = audit.record_revision(
            work,
            instance=case.key,
            revision=case.revision,
            previous_hash=case.audit_hash,
            action=act.action,
            object=act.object,
            capacity=act.capacity,
            data=act.data,
        )
        fault(AFTER_AUDIT)


_CASE_COLUMNS = (
    "key",
    "id",
    "definition",
    "revision",
    "state",
    "institution",
    "collaboration",
    "number",
    "business_key",
    "subject",
    "subject_masked",
    "urgency",
    "started_by",
    "started_at",
    "ended_at",
    "suspended_at",
    "audit_hash",
)


def _expect_one(changed: int, case: Case) -> None:
    if changed != 1:
        raise Conflict(
            "stale-instance",
            "Expected to write revision {revision} of instance '{id}', but another step was first",
            revision=case.revision,
            id=str(case.id),
        )
