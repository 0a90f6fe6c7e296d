"""What those who follow a case (关注) are told of one of its revisions: the one thing that matters most in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from engine.appliers.journal import Journal
from engine.authorization import sees_instance, standing
from engine.runtime.case import Case
from engine.runtime.definitions import Definition
from engine.store.tables import Follow
from engine.store.unit_of_work import UnitOfWork

KIND = "followed"
_ENDED = {
    "completed": ("已办结", "has been completed"),
    "terminated": ("已终止", "has been terminated"),
    "cancelled": ("已撤销", "has been cancelled"),
}
_WORDS: Sequence[tuple[str, str, str]] = (
    ("instance-withdrawn", "已由发起人撤回", "was withdrawn by its starter"),
    ("instance-suspended", "已挂起", "is suspended"),
    ("instance-resumed", "已恢复", "goes on"),
    ("task-returned", "“{step}”已退回", "“{step}” was sent back"),
    ("task-taken-back", "“{step}”的办理已收回", "what was decided at “{step}” was taken back"),
    ("round-decided", "“{step}”：{label}", "“{step}”: {label_en}"),
    ("task-completed", "“{step}”：{label}", "“{step}”: {label_en}"),
    ("comment", "有新评论", "has a new comment"),
)
"""Kinds of history that are told, what matters most first, and what is said of them."""


def tell_followers(work: UnitOfWork, case: Case, definition: Definition, journal: Journal) -> None:
    """Adds a line for everybody who follows the case and may still see it, but for whoever acts."""
    words = _words(definition, journal.notes)
    if words is None:
        return
    model = definition.model
    title = f"{model.title or model.name or model.id}{'' if case.number is None else ' ' + case.number}"
    title_en = f"{model.title_en or model.name or model.id}{'' if case.number is None else ' ' + case.number}"
    followers = select(Follow.person).where(Follow.instance == case.key, Follow.person != (work.actor.person or 0))
    for person in work.connection.execute(followers.order_by(Follow.person)).scalars().all():
        if sees_instance(work.connection, standing(work.connection, person, work.now), work.now, case.key):
            journal.tell(person, KIND, f"关注：{title} {words[0]}", f"You follow {title_en}: {words[1]}")


def _words(definition: Definition, notes: Sequence[Mapping[str, Any]]) -> tuple[str, str] | None:
    by_kind = {note["kind"]: note for note in notes}
    ended = by_kind.get("instance-ended")
    if ended is not None:
        return _ENDED.get(ended["data"]["state"], _ENDED["completed"])
    for kind, zh, en in _WORDS:
        note = by_kind.get(kind)
        if note is not None:
            facts = _facts(definition, note)
            return zh.format_map(facts), en.format_map(facts)
    return None


def _facts(definition: Definition, note: Mapping[str, Any]) -> dict[str, str]:
    element = definition.model.elements.get(note["element"] or "")
    step = (element.name if element is not None else None) or note["element"] or ""
    label = note["data"].get("label") or "已办"
    return {"step": step, "label": label, "label_en": note["data"].get("label_en") or label}
