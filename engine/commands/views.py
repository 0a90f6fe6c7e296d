"""Saved views: a box of the inbox, or the list of cases in operations, with a filter under a name, kept by its owner, who may
share it with those he works with.

A view holds nothing: everybody sees through it only what is in his own boxes, and cases only with the right `operations`.
It is shared with a post at an institution or with a department, and only out of a chair that the owner sits in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update

from engine.authorization import require_right, standing
from engine.authorization.views import INSTANCES, in_place, usable_view
from engine.commands.registry import Command
from engine.commands.texts import require_text
from engine.errors import Conflict, FieldError, InvalidForm, NotAllowed, NotFound
from engine.records import Done
from engine.store.tables import SavedView, ViewChoice
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert

Share = Literal["post", "department"]
LONGEST = 30
MOST = 30
MOST_PINNED = 8
BOXES = ("todo", "claimable", "soon", "overdue")


@dataclass(frozen=True, kw_only=True)
class SaveView(Command[Done]):
    """Keep a view under a name that the owner has no other view of; with `view` another name, filter or share of that one."""

    name: str
    box: str
    filter: Mapping[str, Any]
    """What is asked for, by the fields of `engine.queries.tasks.TaskFilter`, or of `engine.records.InstanceFilter`."""
    share: Share | None = None
    capacity: UUID | None = None
    """The chair whose post or department it is shared with."""
    view: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class RemoveView(Command[Done]):
    """Take a view of one's own away, from all with whom it is shared."""

    view: UUID


@dataclass(frozen=True, kw_only=True)
class ChooseView(Command[Done]):
    """Pin a view that one may use, or begin with it: then one begins with no other. Doing it twice changes nothing more."""

    repeatable = True

    view: UUID
    pinned: bool
    preferred: bool


def save_view(command: SaveView, work: UnitOfWork, runtime: object) -> Done:
    owner = _person(work)
    name = " ".join(command.name.split())
    require_text("name", name)
    if not 0 < len(name) <= LONGEST:
        raise _wrong("name", f"视图名称要有 1 到 {LONGEST} 字。", f"A view's name has 1 to {LONGEST} characters.")
    if command.box == INSTANCES:
        require_right(work.actor, "operations")
    elif command.box not in BOXES:
        raise _wrong("box", "这一栏不能存为视图。", "There are no views of this box.")
    _require_new_name(work, owner, name, command.view)
    shared = _shared(work, command)
    values = {"name": name, "box": command.box, "filter": dict(command.filter), "changed_at": work.now, **shared}
    if command.view is not None:
        kept = _own(work, owner, command.view)
        work.connection.execute(update(SavedView).where(SavedView.key == kept).values(values))
        return Done()
    count = select(func.count()).select_from(SavedView).where(SavedView.owner == owner)
    if work.connection.execute(count).scalar_one() >= MOST:
        raise Conflict("too-many-views", "Expected at most {most} views, but you have as many", most=MOST)
    key = work.new_key()
    work.connection.execute(insert(SavedView).values(key=key, id=uuid4(), owner=owner, **values))
    upsert(work.connection, ViewChoice, [{"person": owner, "view": key, "pinned": True, "preferred": False}])
    return Done()


def remove_view(command: RemoveView, work: UnitOfWork, runtime: object) -> Done:
    key = _own(work, _person(work), command.view)
    work.connection.execute(delete(ViewChoice).where(ViewChoice.view == key))
    work.connection.execute(delete(SavedView).where(SavedView.key == key))
    return Done()


def choose_view(command: ChooseView, work: UnitOfWork, runtime: object) -> Done:
    person = _person(work)
    who = standing(work.connection, person, work.now)
    usable = select(SavedView.key, SavedView.box).where(SavedView.id == command.view, usable_view(who))
    found = work.connection.execute(usable).one_or_none()
    if found is None:
        raise _not_found(command.view)
    if found.box == INSTANCES:
        require_right(work.actor, "operations")
    key, beside = found.key, select(SavedView.key).where(in_place("operations" if found.box == INSTANCES else "inbox"))
    if command.pinned:
        others = (ViewChoice.person == person, ViewChoice.pinned, ViewChoice.view != key, ViewChoice.view.in_(beside))
        if work.connection.execute(select(func.count()).select_from(ViewChoice).where(*others)).scalar_one() >= MOST_PINNED:
            raise Conflict("too-many-pinned", "Expected at most {most} pinned views, but there are as many", most=MOST_PINNED)
    if command.preferred:
        his = update(ViewChoice).where(ViewChoice.person == person, ViewChoice.view.in_(beside))
        work.connection.execute(his.values(preferred=False))
    choice = {"person": person, "view": key, "pinned": command.pinned, "preferred": command.preferred}
    upsert(work.connection, ViewChoice, [choice])
    return Done()


def _person(work: UnitOfWork) -> int:
    if work.actor.person is None:
        raise NotAllowed("not-a-person", "Expected a person, but this is none")
    return work.actor.person


def _shared(work: UnitOfWork, command: SaveView) -> dict[str, Any]:
    none: dict[str, Any] = {"post": None, "institution": None, "department": None}
    if command.share is None:
        return none
    chairs = standing(work.connection, work.actor.person, work.now).capacities
    chair = next((chair for chair in chairs if chair.id == command.capacity), None)
    if command.share not in get_args(Share) or chair is None:
        raise _wrong("capacity", "只能分享给自己任职的岗位或科室。", "It is shared with a post or department of your own chair.")
    if command.share == "post":
        return {**none, "post": chair.post, "institution": chair.institution}
    if chair.department is None:
        raise _wrong("share", "这个任职没有科室。", "This chair is in no department.")
    return {**none, "department": chair.department}


def _require_new_name(work: UnitOfWork, owner: int, name: str, view: UUID | None) -> None:
    same = select(SavedView.id).where(SavedView.owner == owner, SavedView.name == name)
    found = work.connection.execute(same).scalar_one_or_none()
    if found is not None and found != view:
        raise _wrong("name", f"您已有名为“{name}”的视图。", f"You have a view named “{name}” already.")


def _own(work: UnitOfWork, owner: int, view: UUID) -> int:
    kept = select(SavedView.key).where(SavedView.id == view, SavedView.owner == owner).with_for_update()
    key = work.connection.execute(kept).scalar_one_or_none()
    if key is None:
        raise _not_found(view)
    return int(key)


def _not_found(view: UUID) -> NotFound:
    return NotFound("view-not-found", "Expected to find view '{id}', but there is none of yours", id=str(view))


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="view", message=message, message_en=message_en)])
