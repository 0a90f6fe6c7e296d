"""Moves process instances: one locked instance, one kernel step, one new revision.

A step is: lock the instance's row, let the kernel advance over the stored rows, write its delta, carry out its effects,
write history and audit, and raise the revision by exactly one. The caller's transaction commits or nothing happened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import bindparam, exists, select

from engine.appliers import audit
from engine.appliers.archive import request_copy
from engine.appliers.jobs import follow_timers, wake_messages
from engine.appliers.journal import Journal
from engine.appliers.participants import participate
from engine.appliers.reservations import Holder, release_case
from engine.appliers.rounds import is_open
from engine.approvals import LOOP_GUARD
from engine.errors import Conflict, NotFound
from engine.kernel import BudgetExceeded, EmptySource, advance
from engine.kernel.effects import StepResult, VariableWritten
from engine.kernel.rows import JSON, InstanceRow, StateSource
from engine.kernel.triggers import CompleteToken, Migrate, Start, Trigger
from engine.records import SYSTEM
from engine.runtime.automatic import Pending
from engine.runtime.case import Act, Case, NewCase, StepTooLarge
from engine.runtime.definitions import Definition, Definitions
from engine.runtime.effects import carry_out
from engine.runtime.environment import StepEnvironment
from engine.runtime.following import tell_followers
from engine.runtime.names import CaseNames, reserved_names
from engine.runtime.outline import outline
from engine.runtime.stationing import ActingCase
from engine.runtime.step import Step
from engine.runtime.stuck import close_moot_incidents, notice_stuck
from engine.runtime.waiting import follow_waiting
from engine.store.faults import AFTER_AUDIT, AFTER_DELTA, AFTER_EFFECTS, AFTER_JOBS, AFTER_LOCK, AFTER_STEP
from engine.store.prepared import Among, Prepared, Question
from engine.store.state import StoredState, write_delta
from engine.store.tables import Follow, Institution, Job, ProcessInstance, Seat
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import exact_update_of, insert_of

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
    "initials",
    "urgency",
    "started_by",
    "started_at",
    "occurred_at",
    "ended_at",
    "suspended_at",
    "audit_hash",
    "root_scope",
    "sequence",
    "correlation",
)
MOVED_COLUMNS = (
    "definition",
    "revision",
    "state",
    "ended_at",
    "suspended_at",
    "sequence",
    "correlation",
    "business_key",
    "subject",
    "subject_masked",
    "initials",
    "urgency",
    "audit_hash",
)
"""What a step may change in an instance's row."""
NOTED_COLUMNS = ("revision", "suspended_at", "audit_hash")
"""What a revision without a step may change."""

INSTITUTION_CODE = Prepared(select(Institution.code).where(Institution.key == bindparam("key")))
_FOLLOWED = exists().where(Follow.instance == ProcessInstance.key).label("followed")
_CASE = select(
    *(getattr(ProcessInstance, name) for name in _CASE_COLUMNS), Institution.code.label("institution_code"), _FOLLOWED
).outerjoin(Institution, Institution.key == ProcessInstance.institution)
LOCK_CASE = Prepared(_CASE.where(ProcessInstance.key == bindparam("instance")).with_for_update(of=ProcessInstance))
LOCK_CASE_OF_TASK = Prepared(
    _CASE.where(
        ProcessInstance.key == select(Seat.instance).where(Seat.id == bindparam("task")).scalar_subquery()
    ).with_for_update(of=ProcessInstance)
)
LOCK_CASE_OF_JOB = Prepared(
    _CASE.where(ProcessInstance.key == select(Job.instance).where(Job.id == bindparam("job")).scalar_subquery()).with_for_update(
        of=ProcessInstance
    )
)
LOCK_FREE_CASES = Prepared(
    _CASE.where(Among(ProcessInstance.key, "instances"))
    .order_by(ProcessInstance.key)
    .with_for_update(of=ProcessInstance, skip_locked=True)
)
NEW_INSTANCE = insert_of(ProcessInstance)
_IS_PREVIOUS = ProcessInstance.revision == bindparam("previous")
MOVED = exact_update_of(ProcessInstance, *MOVED_COLUMNS, only=_IS_PREVIOUS)
NOTED = exact_update_of(ProcessInstance, *NOTED_COLUMNS, only=_IS_PREVIOUS)


class Runtime:
    """Starts and moves instances within a unit of work."""

    def __init__(self, definitions: Definitions) -> None:
        self.definitions = definitions

    def start(
        self,
        work: UnitOfWork,
        new: NewCase,
        act: Act,
        *,
        before: Callable[[Journal], None] | None = None,
        judge: Callable[[StepResult], None] | None = None,
    ) -> Case:
        """Starts an instance and runs it until it waits.

        `before` may add to its history first, and `judge` refuse by an error what its first step has come to.
        """
        definition = self.definitions.get(new.definition)
        key = work.new_key()
        code = new.institution_code
        if code is None and new.institution is not None:
            code = INSTITUTION_CODE.value(work.connection, key=new.institution)
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
            initials="",
            urgency=None,
            started_by=new.started_by,
            started_at=work.now,
            occurred_at=new.occurred_at,
            ended_at=None,
            suspended_at=None,
            audit_hash=audit.GENESIS,
            root_scope=0,
            sequence=0,
            correlation={},
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
            journal.note(
                "instance-started",
                by_actor=True,
                capacity=act.capacity,
                process=definition.model.id,
                number=new.number,
                data=act.data,
            )
            if before is not None:
                before(journal)

        result = self._run(work, case, definition, EmptySource(), trigger, act, begun)
        if judge is not None:
            judge(result)
        return case

    def lock(self, work: UnitOfWork, instance: int) -> Case:
        """Locks an instance's row for the rest of the transaction. Raises NotFound."""
        rows = work.ask(LOCK_CASE.question(instance=instance))[0]
        if not rows:
            raise NotFound("no-instance", "Expected to find process instance '{key}', but there is none", key=instance)
        work.reach(AFTER_LOCK)
        return Case(**rows[0]._asdict())

    def lock_of_job(self, work: UnitOfWork, job: UUID, *questions: Question) -> tuple[Case | None, list[list[Any]]]:
        """Locks the instance of a job, None when it has none or is gone, and asks the questions after that, all together."""
        rows, *answers = work.ask(LOCK_CASE_OF_JOB.question(job=job), *questions)
        work.reach(AFTER_LOCK)
        return Case(**rows[0]._asdict()) if rows else None, answers

    def lock_free(self, work: UnitOfWork, instances: Iterable[int], *questions: Question) -> tuple[list[Case], list[list[Any]]]:
        """Locks those of the instances that nobody holds, in the order of their keys, and asks the questions after that."""
        rows, *answers = work.ask(LOCK_FREE_CASES.question(instances=sorted(set(instances))), *questions)
        work.reach(AFTER_LOCK)
        return [Case(**row._asdict()) for row in rows], answers

    def state(self, work: UnitOfWork, case: Case) -> StoredState:
        """What is stored of a locked instance."""
        return StoredState(work, kernel_row(case))

    def lock_of_task(self, work: UnitOfWork, task: UUID, *questions: Question) -> tuple[Case | None, list[list[Any]]]:
        """Locks the instance of a task, None when there is no such task, and asks the questions after that, all together."""
        rows, *answers = work.ask(LOCK_CASE_OF_TASK.question(task=task), *questions)
        work.reach(AFTER_LOCK)
        return Case(**rows[0]._asdict()) if rows else None, answers

    def advance(
        self,
        work: UnitOfWork,
        case: Case,
        trigger: Trigger,
        act: Act,
        *,
        before: Callable[[Journal], None] | None = None,
        operated: bool = False,
        scope: int | None = None,
        state: StoredState | None = None,
    ) -> StepResult:
        """Lets a locked instance take one step; one that is suspended only when an operator does it by `operated`.

        `scope`, if known, is where the token to be completed reads its variables: what it needs is then loaded at once.
        `state` is the instance's, if the caller has looked at it since it was locked.
        Raises Conflict when it has ended or is suspended, and what the kernel refuses with.
        """
        if operated:
            case.require_active()
        else:
            case.require_moving()
        source = self.state(work, case) if state is None else state
        if isinstance(trigger, Migrate):
            case.definition = int(trigger.definition)
        definition = self.definitions.get(case.definition)
        if scope is not None and isinstance(trigger, CompleteToken):
            source.load_around(trigger.token, scope, definition.step_names.union(trigger.variables))
        return self._run(work, case, definition, source, trigger, act, before, operated=operated)

    def names(self, work: UnitOfWork, case: Case, scope: int) -> CaseNames:
        """The names an expression of the case may read in `scope`."""
        return CaseNames(work.connection, scope, self._reserved(work, case, self.definitions.get(case.definition)))

    def note(self, work: UnitOfWork, case: Case, act: Act, notes: Callable[[Journal], None]) -> None:
        """A revision without a step: something about a locked instance changed that the kernel does not know."""
        case.revision += 1
        journal = Journal(work, case.key, case.revision)
        notes(journal)
        if case.followed:
            tell_followers(work, case, self.definitions.get(case.definition), journal)
        journal.flush()
        work.reach(AFTER_DELTA)
        self._seal(work, case, act)
        values = {name: getattr(case, name) for name in NOTED_COLUMNS}
        work.write(NOTED, {**values, "key": case.key, "previous": case.revision - 1}, refusal=partial(_stale, case))

    def _run(
        self,
        work: UnitOfWork,
        case: Case,
        definition: Definition,
        source: StateSource,
        trigger: Trigger,
        act: Act,
        before: Callable[[Journal], None] | None,
        *,
        operated: bool = False,
    ) -> StepResult:
        """One step, and those of what the case then decides by itself; returns the first one's result."""
        submitted = work.actor.person is not None
        step = self._step(work, case, definition, source, trigger, act, before, operated=operated, submitted=submitted)
        if step.pending:
            self._decide(work, case, step.pending, submitted=submitted)
        return step.result

    def _decide(self, work: UnitOfWork, case: Case, waiting: list[Pending], *, submitted: bool) -> None:
        """Takes the decisions that nobody is asked for, one step each, in the name of the system."""
        system = work.in_name_of(replace(SYSTEM, request_id=work.actor.request_id))
        definition = self.definitions.get(case.definition)
        case.expected = {}
        left = LOOP_GUARD
        while waiting:
            pending = waiting.pop(0)
            if not is_open(system, pending.round):
                continue
            left -= 1
            source, trigger = self.state(system, case), pending.trigger(system)
            source.load_around(trigger.token, pending.scope, definition.step_names.union(trigger.variables))
            step = self._step(
                system,
                case,
                definition,
                source,
                trigger,
                pending.act(),
                pending.noted(system),
                submitted=submitted,
                automatic_left=left - len(waiting),
            )
            waiting += step.pending
        work.jobs_due = work.jobs_due or system.jobs_due

    def _step(
        self,
        work: UnitOfWork,
        case: Case,
        definition: Definition,
        source: StateSource,
        trigger: Trigger,
        act: Act,
        before: Callable[[Journal], None] | None,
        *,
        operated: bool = False,
        submitted: bool = False,
        automatic_left: int = LOOP_GUARD,
    ) -> Step:
        reserved = self._reserved(work, case, definition)
        try:
            holder = Holder(instance=case.key, collaboration=case.collaboration)
            acting = ActingCase(key=case.key, process=definition.model.id, institution=case.institution)
            env = StepEnvironment(work, self.definitions, reserved, case.institution_code, holder, acting)
            result = advance(source, trigger, work.now, env)
        except BudgetExceeded as error:
            raise StepTooLarge(case.key if case.stored else None, str(error)) from error
        work.reach(AFTER_STEP)
        case.revision += 1
        journal = Journal(work, case.key, case.revision)
        if before is not None:
            before(journal)
        row = result.delta.instance or source.instance()
        if row.state != "active":
            case.state, case.ended_at, case.suspended_at = row.state, work.now, None
        if not case.stored:
            self._insert(work, case, row)
        if case.ended_at is not None and definition.model.archive:
            request_copy(work, case.key)
        writers = {(effect.scope, effect.name): effect.element for effect in result.of(VariableWritten)}
        write_delta(work, case.key, result.delta, revision=case.revision, writers=writers)
        if case.ended_at is not None:
            release_case(work, case.key)
        work.reach(AFTER_DELTA)
        follow_timers(work, case.key, result.delta)
        work.reach(AFTER_JOBS)
        step = Step(
            work=work,
            case=case,
            definition=definition,
            definitions=self.definitions,
            row=row,
            result=result,
            journal=journal,
            seen=source.seen if isinstance(source, StoredState) else {},
            submitted=submitted,
            automatic_left=automatic_left,
        )
        outline(step)
        carry_out(step)
        follow_waiting(step)
        wake_messages(work, case.institution, result.delta)
        if operated:
            close_moot_incidents(step)
        notice_stuck(step)
        if case.followed:
            tell_followers(work, case, definition, journal)
        work.reach(AFTER_EFFECTS)
        self._seal(work, case, act)
        self._update(work, case, row)
        journal.flush()
        return step

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
        work.write(NEW_INSTANCE, {**values, **kernel, "revision": 0, "caller": None})
        if case.institution is not None:
            participate(work, case.key, case.institution, None)

    def _update(self, work: UnitOfWork, case: Case, row: InstanceRow) -> None:
        case.root_scope, case.sequence, case.correlation = row.root_scope, row.sequence, row.correlation
        values = {name: getattr(case, name) for name in MOVED_COLUMNS}
        work.write(MOVED, {**values, "key": case.key, "previous": case.revision - 1}, refusal=partial(_stale, case))
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
        work.reach(AFTER_AUDIT)


def kernel_row(case: Case) -> InstanceRow:
    """What the kernel sees of an instance's row."""
    return InstanceRow(
        key=case.key,
        definition=str(case.definition),
        root_scope=case.root_scope,
        state=case.state,
        sequence=case.sequence,
        correlation=case.correlation,
    )


def _stale(case: Case) -> Conflict:
    return Conflict(
        "stale-instance",
        "Expected to write revision {revision} of instance '{id}', but another step was first",
        revision=case.revision,
        id=str(case.id),
    )
