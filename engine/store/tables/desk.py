"""How a person keeps his desk: tasks put off until later, and saved views of the inbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json


class FollowUp(Base):
    """A task that its holder has put off (暂办) until an instant. It holds as long as the seat has the revision it had then."""

    __tablename__ = "follow_up"
    seat: Mapped[int] = mapped_column(ForeignKey("seat.key"), primary_key=True, autoincrement=False)
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), index=True)
    revision: Mapped[int] = mapped_column()
    until: Mapped[datetime] = mapped_column(Instant)


class SavedView(Entity, Base):
    """A box of the inbox, or the cases of operations, with a filter, under a name.

    Its owner may share it with a post at an institution or a department.
    """

    __tablename__ = "saved_view"
    owner: Mapped[int] = mapped_column(ForeignKey("person.key"))
    name: Mapped[str] = mapped_column(String(30))
    box: Mapped[str] = mapped_column(String(10))
    filter: Mapped[dict[str, Any]] = mapped_column(Json)
    """See `engine.queries.tasks.TaskFilter`, and `engine.records.InstanceFilter` for cases."""
    post: Mapped[str | None] = mapped_column(ForeignKey("post.code"))
    institution: Mapped[int | None] = mapped_column(ForeignKey("institution.key"))
    department: Mapped[int | None] = mapped_column(ForeignKey("department.key"))
    changed_at: Mapped[datetime] = mapped_column(Instant)
    __table_args__ = (
        UniqueConstraint("owner", "name"),
        Index("ix_saved_view_shared_with_post", "institution", "post"),
        Index("ix_saved_view_shared_with_department", "department"),
    )


class ViewChoice(Base):
    """What one person does with a view: pins it, or begins with it."""

    __tablename__ = "view_choice"
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), primary_key=True, autoincrement=False)
    view: Mapped[int] = mapped_column(ForeignKey("saved_view.key"), primary_key=True, autoincrement=False, index=True)
    pinned: Mapped[bool] = mapped_column()
    preferred: Mapped[bool] = mapped_column()
    """He begins with it; of one person only one."""
