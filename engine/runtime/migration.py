"""Moves a case to another version of its process, and back. Open tasks keep their people and terms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, select, update

from engine.appliers.journal import MIGRATED, Journal
from engine.errors import Conflict, NotFound
from engine.kernel.migration_plan import MigrationLine, Plan
from engine.kernel.triggers import Migrate
from engine.runtime.case import Act, Case
from engine.runtime.definitions import Definition, Definitions
from engine.runtime.operation import operate
from engine.runtime.owed import LATER, Owed, owed_by_case
from engine.runtime.runtime import Runtime
from engine.runtime.tasks import NAME_LENGTH
from engine.store.base import Executes
from engine.store.state import chunks
from engine.store.tables import ExternalTask, History, Incident, Person, ProcessDefinition, Round, Scope, Seat, Token
from engine.store.unit_of_work import UnitOfWork


def migrate(
    work: UnitOfWork,
    runtime: Runtime,
    case: Case,
    version: int,
    reason: str,
    *,
    mapping: Mapping[str, str] | None = None,
    recompute_timers: bool = False,
) -> None:
    """Moves a locked instance, which may be suspended, to another version of its process; all of it or nothing.

    Raises NotFound `no-version`, NotMigratable, Conflict `same-version`, `instance-ended`, Invalid `unknown-element`.
    """
    old = runtime.definitions.get(case.definition)
    new = version_of(runtime.definitions, work.connection, old, version)
    trigger = Migrate(definition=str(new.key), mapping=mapping or {}, recompute_timers=recompute_timers)
    _move(work, runtime, case, trigger, old, new, reason, back=False)


def revert(work: UnitOfWork, runtime: Runtime, case: Case, reason: str) -> None:
    """Moves a locked instance back to the version that it was migrated from, if its tokens have a place there.

    Raises Conflict `not-migrated` or `revert-ambiguous`, and what `migrate` raises.
    """
    last = last_migration(work.connection, case.key)
    if last is None:
        raise Conflict("not-migrated", "Expected process instance '{id}' to have been migrated, but it was not", id=str(case.id))
    mapping: dict[str, str] = dict(last["mapping"])
    back = {target: source for source, target in mapping.items()}
    if len(back) != len(mapping):
        raise Conflict("revert-ambiguous", "Expected a mapping that can be turned round, but two elements became one")
    old, new = runtime.definitions.get(case.definition), runtime.definitions.get(int(last["from"]))
    _move(work, runtime, case, Migrate(definition=str(new.key), mapping=back), old, new, reason, back=True)


def version_of(definitions: Definitions, connection: Executes, old: Definition, version: int) -> Definition:
    """Another version of a definition's process. Raises NotFound `no-version`."""
    table = ProcessDefinition
    found = select(table.key).where(table.process_id == old.model.id, table.version == version)
    key = connection.execute(found).scalar_one_or_none()
    if key is None:
        raise NotFound(
            "no-version",
            "Expected version {version} of process '{process}', but there is none",
            version=version,
            process=old.model.id,
        )
    return definitions.get(key)


def told_lines(plan: Plan, old: Definition, new: Definition) -> tuple[MigrationLine, ...]:
    """The facts of a plan, with the forms that have changed under the same key; what refuses comes first."""
    lines = list(plan.lines.values())
    for line in plan.lines.values():
        approval = plan.old.elements[line.element].approval
        target = None if line.target is None else plan.new.elements[line.target].approval
        if line.code != "mapped" or approval is None or target is None or approval.form != target.form or approval.form is None:
            continue
        if repr(old.forms.get(approval.form)) != repr(new.forms.get(approval.form)):
            message, message_en = "表单内容有变化。", "The fields of its form change."
            lines.append(replace(line, level="warning", code="form-content", message=message, message_en=message_en))
    order = {"error": 0, "warning": 1, "info": 2}
    return tuple(sorted(lines, key=lambda line: (order[line.level], line.tokens == 0)))


def owed_lines(connection: Executes, instance: int, plan: Plan, old: Definition) -> Iterator[MigrationLine]:
    """Warns of each consent that an earlier step has left to a later one (末次) which the other version does not have."""
    for owed in owed_by_case(connection, instance, old):
        if _still_asked(owed, plan):
            continue
        step = plan.old.elements[owed.later].name or owed.later
        name = connection.execute(select(Person.name).where(Person.key == owed.person)).scalar_one_or_none() or "—"
        yield MigrationLine(
            level="warning",
            code="later-step",
            element=owed.element,
            target=plan.target(owed.element),
            tokens=0,
            message=f"{name}的同意留到了“{step}”（末次），新版本不会再问，须另行请其审批。",
            message_en=f"The consent of {name} was left to '{step}', where the new version does not ask for it; have it given.",
        )


def _still_asked(owed: Owed, plan: Plan) -> bool:
    """Whether the new version asks at the later step whoever was passed over at the earlier one."""
    passed, later = plan.target(owed.element), plan.target(owed.later)
    before = None if passed is None else plan.new.elements[passed].approval
    asks = later is not None and plan.new.elements[later].type == "userTask"
    return asks and passed == owed.element and before is not None and before.automatic.repeated == "last"


def _follow_owed(connection: Connection, case: Case, old: Definition, mapping: Mapping[str, str]) -> None:
    """Consents that were left to a step which has another id from now on are owed there."""
    for owed in owed_by_case(connection, case.key, old) if mapping else ():
        if owed.later in mapping:
            table = Round
            resolved = connection.execute(select(table.resolved).where(table.key == owed.round)).scalar_one()
            later = {**resolved[LATER], str(owed.person): mapping[owed.later]}
            connection.execute(update(table).where(table.key == owed.round).values(resolved={**resolved, LATER: later}))


def _move(
    work: UnitOfWork,
    runtime: Runtime,
    case: Case,
    trigger: Migrate,
    old: Definition,
    new: Definition,
    reason: str,
    *,
    back: bool,
) -> None:
    facts: dict[str, Any] = {
        "reason": reason,
        "from": str(old.key),
        "to": str(new.key),
        "from_version": old.version,
        "to_version": new.version,
        "mapping": dict(trigger.mapping),
        "back": back,
    }

    def noted(journal: Journal) -> None:
        journal.note(MIGRATED, by_actor=True, data=facts)

    _follow_owed(work.connection, case, old, trigger.mapping)
    act = Act(action="revert" if back else "migrate", object=f"{new.model.id}:{new.version}", data=facts)
    operate(work, runtime, case, trigger, act, noted)
    _rename(work.connection, case, old, new)


def _rename(connection: Connection, case: Case, old: Definition, new: Definition) -> None:
    """What people and programs have open follows its token to the new version: rounds and tasks, external tasks, incidents."""
    statement = (
        select(Round.key, Token.element, Scope.flags)
        .join(Token, Token.key == Round.token)
        .join(Scope, Scope.key == Token.scope)
        .where(Round.instance == case.key, Round.state == "open", Round.definition == old.key)
    )
    rounds: dict[str, list[int]] = {}
    for row in connection.execute(statement):
        # A called process keeps its version, even when it is the same process.
        if "definition" not in row.flags:
            rounds.setdefault(row.element, []).append(row.key)
    for name, keys in rounds.items():
        element = new.model.elements[name]
        for chunk in chunks(keys):
            connection.execute(update(Round).where(Round.key.in_(chunk)).values(definition=new.key, element=name))
            shown = (element.name or element.id)[:NAME_LENGTH]
            seats = update(Seat).where(Seat.round.in_(chunk))
            connection.execute(seats.values(element=name, name=shown, revision=Seat.revision + 1))
    for table in (ExternalTask, Incident):
        stands = select(Token.element).where(Token.key == table.token).scalar_subquery()
        still = update(table).where(table.instance == case.key, table.token.in_(_tokens(case)))
        connection.execute(still.values(element=stands))


def _tokens(case: Case) -> Any:
    return select(Token.key).where(Token.instance == case.key)


def last_migration(connection: Executes, instance: int) -> Mapping[str, Any] | None:
    """The facts of an instance's newest migration that was not taken back, `from_version` among them; None when there is none."""
    statement = (
        select(History.data).where(History.instance == instance, History.kind == MIGRATED).order_by(History.revision, History.key)
    )
    done: list[Mapping[str, Any]] = []
    for facts in connection.execute(statement).scalars():
        if facts["back"]:
            done.pop()
        else:
            done.append(facts)
    return done[-1] if done else None
