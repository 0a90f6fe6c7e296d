"""Who a session belongs to, and which accounts there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select

from engine.authorization import require_right
from engine.authorization.passwords import UNUSABLE
from engine.authorization.sessions import csrf_token, ends_at, is_live, token_hash, touch_is_due
from engine.queries.registry import Query, Reader
from engine.records import Actor
from engine.store.prepared import Prepared
from engine.store.tables import Account, Person, Session


@dataclass(frozen=True, kw_only=True)
class SessionRecord:
    """A session that holds now: whose it is, and what he may do. Read for every request, so a change acts on the next."""

    key: int
    person: int
    person_id: UUID
    name: str
    login: str
    rights: tuple[str, ...]
    must_change: bool
    """The password must be changed before anything else."""
    csrf: str = field(repr=False)
    """What a request that changes something has to bring along."""
    ends_at: datetime
    """When it ends if it is not used."""
    touch_due: bool
    """Whether a use is worth `Touch`."""
    undo_seconds: int
    """For how long his decisions are held; see `engine.commands.held_decisions`."""

    def actor(self, source: str | None = None, request_id: str | None = None) -> Actor:
        """The actor of a request of this session; without rights while the password must be changed."""
        rights = frozenset() if self.must_change else frozenset(self.rights)
        return Actor(person=self.person, name=self.name, rights=rights, source=source, request_id=request_id)


@dataclass(frozen=True, kw_only=True)
class SessionByToken(Query[SessionRecord | None]):
    """The session of a token; None when there is none, or it has ended, or its account is shut."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class AccountRow:
    """One account, for the administrator."""

    login: str
    name: str
    staff_number: str
    rights: tuple[str, ...]
    disabled: bool
    must_change: bool
    has_password: bool
    """False until a first password is set."""


@dataclass(frozen=True, kw_only=True)
class ListAccounts(Query[tuple[AccountRow, ...]]):
    """All accounts, by log-in. Needs the right `administrate` or `secure`."""

    person: str | None = None
    """Only that of the person with this staff number."""


SESSION = Prepared(
    select(
        Session.key,
        Session.created_at,
        Session.seen_at,
        Account.login,
        Account.rights,
        Account.must_change,
        Account.person,
        Account.undo_seconds,
        Person.id.label("person_id"),
        Person.name,
    )
    .join(Account, Account.key == Session.account)
    .join(Person, Person.key == Account.person)
    .where(Session.token_hash == bindparam("token"), Account.disabled.is_(False), Person.active)
)


def session_by_token(query: SessionByToken, reader: Reader) -> SessionRecord | None:
    row = SESSION.first(reader.connection, token=token_hash(query.token))
    if row is None or not is_live(row, reader.config, reader.now):
        return None
    return SessionRecord(
        key=row.key,
        person=row.person,
        person_id=row.person_id,
        name=row.name,
        login=row.login,
        rights=tuple(row.rights),
        must_change=row.must_change,
        csrf=csrf_token(query.token),
        ends_at=ends_at(row, reader.config),
        touch_due=touch_is_due(row, reader.now),
        undo_seconds=row.undo_seconds,
    )


def list_accounts(query: ListAccounts, reader: Reader) -> tuple[AccountRow, ...]:
    require_right(reader.actor, "secure" if "secure" in reader.actor.rights else "administrate")
    has_password = (Account.password_hash != UNUSABLE).label("has_password")
    columns = Account.login, Person.name, Person.staff_number, Account.rights, Account.disabled, Account.must_change
    accounts = select(*columns, has_password).join(Person, Person.key == Account.person).order_by(Account.login)
    if query.person is not None:
        accounts = accounts.where(Person.staff_number == query.person)
    rows = reader.connection.execute(accounts)
    return tuple(AccountRow(**{**row._mapping, "rights": tuple(row.rights)}) for row in rows)
