"""Log-ins and server-side sessions."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base, Entity, Instant, Json, Keyed


class Account(Entity, Base):
    """How a person signs in."""

    __tablename__ = "account"
    person: Mapped[int] = mapped_column(ForeignKey("person.key"), unique=True)
    login: Mapped[str] = mapped_column(String(80), unique=True)
    """NFKC-normalised and case-folded, so that look-alike spellings are one name."""
    password_hash: Mapped[str] = mapped_column(String(200))
    must_change: Mapped[bool] = mapped_column()
    password_set_at: Mapped[datetime] = mapped_column(Instant)
    disabled: Mapped[bool] = mapped_column()
    rights: Mapped[list[str]] = mapped_column(Json)
    """System rights such as `operations`; business rights come from appointments."""
    undo_seconds: Mapped[int] = mapped_column(server_default="10")
    """For how long a decision made in the browser is held and can be taken back; 0 carries it out at once."""


class SignInFailure(Keyed, Base):
    """A failed sign-in, counted per log-in name and per source address."""

    __tablename__ = "sign_in_failure"
    login: Mapped[str] = mapped_column(String(80), index=True)
    source: Mapped[str] = mapped_column(String(60), index=True)
    at: Mapped[datetime] = mapped_column(Instant)


class Session(Keyed, Base):
    """One signed-in browser. Only hashes of the secrets are kept."""

    __tablename__ = "session"
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    account: Mapped[int] = mapped_column(ForeignKey("account.key"), index=True)
    created_at: Mapped[datetime] = mapped_column(Instant)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    source: Mapped[str] = mapped_column(String(60))


class RequestCount(Base):
    """Requests of one session, or from one address, within a minute, over all nodes."""

    __tablename__ = "request_count"
    subject: Mapped[str] = mapped_column(String(80), primary_key=True)
    minute: Mapped[datetime] = mapped_column(Instant, primary_key=True, index=True)
    number: Mapped[int] = mapped_column(BigInteger)


class IdempotencyKey(Base):
    """A request that was carried out, and what it answered."""

    __tablename__ = "idempotency_key"
    actor: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    request_hash: Mapped[str] = mapped_column(String(64))
    result: Mapped[dict[str, object]] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
