"""Deployments, their files, and the process definitions in them. A version never changes once it is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, Keyed


class Deployment(Entity, Base):
    """The act that brought files in: BPMN, decision tables, forms and parameters together."""

    __tablename__ = "deployment"
    name: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    """SHA-256 over names and contents; the same files again make no new deployment."""
    deployed_at: Mapped[datetime] = mapped_column(Instant)
    deployed_by: Mapped[int | None] = mapped_column(BigInteger)
    warnings: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    note: Mapped[str | None] = mapped_column(Text)
    """What who published it says of it."""
    __table_args__ = (Index("ix_deployment_name_digest", "name", "digest"),)


class Resource(Keyed, Base):
    """One file of a deployment."""

    __tablename__ = "resource"
    deployment: Mapped[int] = mapped_column(ForeignKey("deployment.key"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    """`bpmn`, `decision`, `form`, `document`, `parameters` or `scenario`."""
    content: Mapped[bytes] = mapped_column(LargeBinary)
    __table_args__ = (UniqueConstraint("deployment", "name"),)


class ProcessDefinition(Entity, Base):
    """One executable pool of a deployment, versioned by its process id."""

    __tablename__ = "process_definition"
    deployment: Mapped[int] = mapped_column(ForeignKey("deployment.key"), index=True)
    process_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int] = mapped_column()
    version_tag: Mapped[str | None] = mapped_column(String(100))
    """What the designers call this version; several versions may carry the same."""
    latest: Mapped[bool] = mapped_column()
    resource: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    startable: Mapped[bool] = mapped_column()
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    """Since when the process starts no new case; the same in all its versions. None while it is not suspended."""
    __table_args__ = (UniqueConstraint("process_id", "version"), Index("ix_process_definition_latest", "latest", "process_id"))


class StartSubscription(Keyed, Base):
    """A typed start event of the latest version: what starts an instance without a person asking for it."""

    __tablename__ = "start_subscription"
    definition: Mapped[int] = mapped_column(ForeignKey("process_definition.key"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(String(200))
    element: Mapped[str] = mapped_column(String(200))
    __table_args__ = (Index("ix_start_subscription_kind_name", "kind", "name"),)


class SearchAttribute(Base):
    """A value by which operators find the cases of a version, as its model names it (`liandong:search`)."""

    __tablename__ = "search_attribute"
    definition: Mapped[int] = mapped_column(ForeignKey("process_definition.key"), primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    label: Mapped[str] = mapped_column(String(100))
    label_en: Mapped[str] = mapped_column(String(100))
