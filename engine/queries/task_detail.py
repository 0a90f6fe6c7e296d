"""One task opened: its form with this reader's rights, the values he may read, what he may do, and what was said before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.appliers.clocks import clocks_of
from engine.approvals import LIVE, MAIN
from engine.authorization import Standing, require_visible_seat, standing, task_not_found
from engine.errors import Invalid
from engine.kernel.model import ApprovalModel, OutcomeModel
from engine.kernel.roles import READER
from engine.queries.opinions import Opinion, told_opinions
from engine.queries.registry import Query, Reader
from engine.queries.task_copies import CopyLine, copy_lines
from engine.queries.task_facts import Facts, task_facts
from engine.queries.task_round import OperationRight, RoundDetail, RoundFacts, operation_rights, round_detail
from engine.queries.task_rows import (
    TaskRow,
    outcome_of,
    outcomes_of,
    select_rows,
    select_rows_asked,
    task_values,
)
from engine.records import AttachmentRecord
from engine.runtime import TaskForm, TaskPlace, task_form
from engine.runtime.attachments import EnclosedFile, enclosed_files, linked_attachments
from engine.runtime.operations import CAST_VOTES, choices
from engine.runtime.rights import button, is_off, role_of
from engine.runtime.taking_back import Decision, Undoing, undoing
from engine.store.prepared import Prepared
from engine.store.tables import Copy, Seat

LADDER_TEXTS: Mapping[str, tuple[str, str]] = {
    "remind": ("提醒办理", "Reminder"),
    "overdue": ("超时，抄送上级", "Overdue: copy to the superior"),
    "level2": ("二级督办：上级可改派", "Level 2: the superior may reassign"),
    "level3": ("三级督办：分管领导须处理", "Level 3: the next leader must act"),
}
RESPONSE_TEXTS: Mapping[str, tuple[str, str]] = {
    "remind": ("提醒接手", "Reminder to take it up"),
    "overdue": ("无人接手，抄送上级", "Nobody has taken it up: copy to the superior"),
    "level2": ("无人接手，上级可改派", "Nobody has taken it up: the superior may reassign"),
    "level3": ("无人接手，分管领导须处理", "Nobody has taken it up: the next leader must act"),
}
"""Of the clock that runs until somebody has taken a task up."""
HAND_UP_TEXTS: Mapping[str, tuple[str, str]] = {
    "superior": ("自动转交上级", "Goes to the superior by itself"),
    "agent": ("自动转交代理人，没有代理人的转交上级", "Goes to the agent by itself, or else to the superior"),
}
SUPERIOR_LEVEL = 2
BY_LADDER = ("level2", "level3")
"""Reasons of the copies that prove a superior's right to reassign."""


@dataclass(frozen=True, kw_only=True)
class GetTask(Query["TaskDetail"]):
    """One task that the reader may open."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class GetTaskRow(Query[TaskRow]):
    """One task that the reader may open, as lists show it."""

    task: UUID


@dataclass(frozen=True, kw_only=True)
class Chair:
    """The post and institution in which the reader acts on a task."""

    post: str
    post_en: str
    institution: str


@dataclass(frozen=True, kw_only=True)
class SavedDraft:
    """What the reader has typed but not sent."""

    data: Mapping[str, Any]
    opinion: str | None
    saved_at: datetime


@dataclass(frozen=True, kw_only=True)
class Unsent:
    """What the reader had decided and could not be carried out."""

    outcome_label: str | None
    outcome_label_en: str | None
    data: Mapping[str, Any]
    opinion: str | None
    code: str
    """Why, as a refusal's code."""
    facts: Mapping[str, Any]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class LadderStep:
    """One rung of the task's ladder."""

    at: datetime
    kind: str
    text: str
    text_en: str
    done: bool


@dataclass(frozen=True, kw_only=True)
class TaskDetail(TaskRow):
    """A task as its page shows it; the subject is whole."""

    element_id: str
    form: Mapping[str, Any] | None
    data: Mapping[str, Any]
    """Values of the fields that the reader may read; as they were when the task ended, if it has."""
    attachments: tuple[AttachmentRecord, ...]
    """Those that the data name, and the reader's own uploads."""
    enclosures: tuple[AttachmentRecord, ...]
    """The reader's own uploads that are to go with his opinion."""
    outcomes: tuple[OutcomeModel, ...]
    actions: tuple[str, ...]
    """Of `claim`, `unclaim`, `complete`, `saveDraft`, `reassign`, `recalculate`, `return`, `takeBack`, `undo`."""
    capacity: Chair | None
    draft: SavedDraft | None
    unsent: Unsent | None
    copies: tuple[CopyLine, ...]
    followed: bool
    """Whether the reader follows the case."""
    opinions: tuple[Opinion, ...]
    ladder: tuple[LadderStep, ...]
    signature: str
    """Whether it is signed by hand: `none`, `offered` or `required`."""
    signed: bool
    """Whether the reader has signed it for the decision to come."""
    round: RoundDetail
    operations: tuple[OperationRight, ...]
    """What its holder may do with it beside deciding it."""
    return_label: str | None
    """What the step calls sending back, where it has a name of its own."""
    return_label_en: str | None
    form_version: int | None
    """Revision of the case in which its form was read, for who may complete the task."""
    returned: Mapping[str, Any] | None
    """Set when the case was sent back to this step: `name` of the step it came from, `by_name`, `reason`, `resume`, `at`."""


TASK = Prepared(select_rows_asked().where(Seat.id == bindparam("task")))


def get_task(query: GetTask, reader: Reader) -> TaskDetail:
    """The open task. Raises NotFound for what the reader may not open."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    row = find_task(reader, who, query.task)
    values = task_values(reader, row) | {"subject": row.subject}
    active = values["mine"] or values["claimable"]
    facts = task_facts(reader, row, active=active)
    files = enclosed_files(facts["enclosures"])
    round_ = RoundFacts(round=facts["round"][0], seats=facts["seats"], files=files)
    approval = _approval(reader, row)
    seat = SimpleNamespace(kind=row.kind, policy=round_.round.policy, resolved=round_.round.resolved)
    role = _role(reader, row, seat, mine=values["mine"], claimable=values["claimable"]) if approval.by_role else None
    form = _form(reader, row, role, writable=active)
    returning = button(approval, role, "return")
    opinions = told_opinions(reader, facts["opinions"], files, facts["said"])
    return TaskDetail(
        **values,
        element_id=row.element,
        form=None if form is None else form.view(),
        data={} if form is None else form.readable(),
        attachments=_attachments(reader, row, form, facts),
        enclosures=tuple(EnclosedFile(**upload._asdict()) for upload in facts.get("enclosed", ())),
        outcomes=_outcomes(reader, row, approval, seat, role),
        actions=tuple(
            action
            for action in _actions(reader, who, row, facts, mine=values["mine"], claimable=values["claimable"])
            if not is_off(approval, role, action)
        ),
        capacity=_chair(who, facts),
        draft=next((SavedDraft(**draft._asdict()) for draft in facts.get("draft", ())), None),
        unsent=_unsent(reader, row, facts),
        copies=copy_lines(reader, facts["copies"]),
        followed=bool(facts["followed"]),
        opinions=opinions,
        ladder=_ladder(reader, row, facts["rungs"]),
        signature=asked_signature(reader, row),
        signed=bool(facts["signed"]),
        round=round_detail(reader, who, row, round_),
        operations=operation_rights(reader, row, role, mine=values["mine"] and row.suspended_at is None),
        returned=row.returned or _drawn_back(row, opinions),
        return_label=None if returning is None else returning.label,
        return_label_en=None if returning is None else returning.label_en,
        form_version=row.case_revision if active else None,
    )


def _drawn_back(row: Any, opinions: Sequence[Opinion]) -> Mapping[str, Any] | None:
    """What is told like a sending back: a refusal whose way in the drawing led to this step again."""
    last = opinions[-1] if opinions else None
    if last is None or last.kind != "negative" or not last.opinion or last.at != row.opened_at:
        return None
    if not any(known.element == row.element for known in opinions[:-1]):
        return None
    return {"name": last.step, "by_name": last.person or "", "reason": last.opinion, "resume": "again", "at": last.at.isoformat()}


def _approval(reader: Reader, row: Any) -> ApprovalModel:
    element = reader.definitions.model(row.home).elements.get(row.element)
    return (element.approval if element is not None else None) or ApprovalModel()


def _role(reader: Reader, row: Any, seat: Any, *, mine: bool, claimable: bool) -> str | None:
    """The role in which the reader sees the task: that of its holder where he is it, or may become it."""
    if mine or row.assignee == reader.actor.person:
        return role_of(seat, row.assignee)
    return role_of(seat, reader.actor.person) if claimable else READER


def _outcomes(reader: Reader, row: Any, approval: ApprovalModel, seat: Any, role: str | None) -> tuple[OutcomeModel, ...]:
    if row.kind != "advice" and not approval.outcomes:
        return outcomes_of(reader, row.home, row.element)
    return choices(approval, row.kind, seat.policy, role, row.assignee or reader.actor.person)


def get_task_row(query: GetTaskRow, reader: Reader) -> TaskRow:
    """The masked row. Raises NotFound for what the reader may not open."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    return TaskRow(**task_values(reader, find_task(reader, who, query.task)))


def find_task(reader: Reader, who: Standing, task: UUID) -> Any:
    """The row of a task that the reader may open. Raises NotFound."""
    if who.delegated:
        row = reader.connection.execute(select_rows(reader, who).where(Seat.id == task)).one_or_none()
    else:
        row = TASK.first(reader.connection, task=task, person=who.person, principals=who.principals)
    if row is None:
        raise task_not_found(task)
    require_visible_seat(reader.connection, who, reader.now, row.key, task)
    return row


def may_reassign(reader: Reader, who: Standing, row: Any) -> bool:
    """Whether the reader may give the open task of `row` to somebody else: the rule of the command `ReassignTask`."""
    if row.state not in ("open", "claimed"):
        return False
    if "operations" in reader.actor.rights:
        return True
    if row.level < SUPERIOR_LEVEL:
        return False
    climbed = select(Copy.key).where(Copy.seat == row.key, Copy.person == who.person, Copy.reason.in_(BY_LADDER))
    return reader.connection.execute(climbed).first() is not None


def _form(reader: Reader, row: Any, role: str | None, *, writable: bool) -> TaskForm | None:
    place = TaskPlace(
        home=row.home,
        definition=row.definition,
        element=row.element,
        instance=row.instance,
        scope=row.scope,
        ended_at=row.ended_at,
    )
    return task_form(reader.connection, reader.definitions, reader.now, place, writable=writable, role=role)


def _attachments(reader: Reader, row: Any, form: TaskForm | None, facts: Facts) -> tuple[AttachmentRecord, ...]:
    """The files that the form's readable values name, and the reader's own uploads in this task."""
    if form is None or not form.model.takes_files:
        return ()
    named = form.model.attachments(form.readable())
    uploads = (AttachmentRecord(**upload._asdict()) for upload in facts.get("uploads", ()))
    return (*linked_attachments(reader.connection, row.instance, named), *uploads)


def _actions(reader: Reader, who: Standing, row: Any, facts: Facts, *, mine: bool, claimable: bool) -> tuple[str, ...]:
    if row.held_by is not None:
        return ("undo",) if row.held_by == reader.actor.person else ()
    actions: list[str] = []
    if claimable:
        actions += ["claim", "complete", "saveDraft"]
    if mine:
        actions += ["complete", "saveDraft"] if row.direct else ["unclaim", "complete", "saveDraft"]
    # Another step was decided before, so that it may be sent back; whereto is another question.
    if row.kind in MAIN and facts.get("decided"):
        actions.append("return")
    if _may_take_back(reader, row, facts):
        actions.append("takeBack")
    if may_reassign(reader, who, row):
        actions.append("reassign")
    if "operations" in reader.actor.rights and row.state in LIVE:
        actions.append("recalculate")
    return tuple(actions)


def _may_take_back(reader: Reader, row: Any, facts: Facts) -> bool:
    """Whether the reader has decided the task and could still undo that."""
    own = row.state == "completed" and row.ended_by is not None and row.ended_by == reader.actor.person and row.ending is None
    if not own or row.case_state != "active" or row.suspended_at is not None:
        return False
    if row.outcome == CAST_VOTES.value and facts["round"][0].policy.get("secret"):
        return False
    if row.decided_at is None:
        # A vote in a round that goes on.
        return row.kind in MAIN
    decision = Decision(
        id=str(row.id),
        instance=row.instance,
        kind=row.kind,
        several=row.several,
        element=row.element,
        token=row.token,
        scope=row.scope,
    )
    return isinstance(undoing(reader.connection, reader.definitions.model(row.home), decision), Undoing)


def _chair(who: Standing, facts: Facts) -> Chair | None:
    """The chair recorded with the task, else the reader's own chair that the task is offered to."""
    if "chair" in facts:
        (found,) = facts["chair"]
        return Chair(post=found.name, post_en=found.name_en, institution=found.short_name)
    offered = {found.principal for found in facts["offered"]}
    chair = next((chair for chair in who.capacities if offered.intersection(chair.principals)), None)
    return None if chair is None else Chair(post=chair.post_name, post_en=chair.post_name_en, institution=chair.institution_name)


def _unsent(reader: Reader, row: Any, facts: Facts) -> Unsent | None:
    kept = next(iter(facts["refused"]), None)
    if kept is None or (row.state == "completed" and row.ended_by == reader.actor.person):
        return None
    chosen = outcome_of(reader, row.home, row.element, kept.outcome)
    return Unsent(
        outcome_label=chosen.label if chosen else None,
        outcome_label_en=chosen.label_en if chosen else None,
        data=kept.data,
        opinion=kept.opinion,
        code=kept.refusal["code"],
        facts=kept.refusal["facts"],
        at=kept.refused_at,
    )


def asked_signature(reader: Reader, row: Any) -> str:
    """Whether the task of `row` is signed by hand; who is only asked for advice does not sign."""
    element = reader.definitions.model(row.home).elements.get(row.element)
    if element is None or element.approval is None or row.kind == "advice":
        return "none"
    return element.approval.signature


def _ladder(reader: Reader, row: Any, rungs: Sequence[Any]) -> tuple[LadderStep, ...]:
    passing = _transfers(reader, row) if rungs else {}
    return tuple(
        LadderStep(
            at=rung.done_at or rung.due_at,
            kind=rung.kind,
            text=_rung_texts(rung, passing)[0],
            text_en=_rung_texts(rung, passing)[1],
            done=rung.done_at is not None,
        )
        for rung in rungs
    )


def _transfers(reader: Reader, row: Any) -> dict[tuple[str, str], str]:
    """To whom the ladders of a task hand it over, by clock and kind of the step."""
    try:
        clocks = clocks_of(row.term, reader.definitions.parameters(row.home).get("ladders")) if row.term else {}
    except Invalid:
        # A ladder that the case's version has no more.
        return {}
    kinds = ("level2", "level3")
    return {(name, kind): to for name, clock in clocks.items() for kind in kinds if (to := clock.ladder.transfer(kind))}


def _rung_texts(rung: Any, passing: Mapping[tuple[str, str], str]) -> tuple[str, str]:
    to = passing.get((rung.clock, rung.kind))
    if to is not None:
        return HAND_UP_TEXTS[to]
    return (RESPONSE_TEXTS if rung.clock == "response" else LADDER_TEXTS)[rung.kind]
