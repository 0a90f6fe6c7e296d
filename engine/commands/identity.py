"""Sign in and out, and keep one's password.

A failed sign-in is an answer, not an error: it must be counted, and an error would undo the count. The sentence and the
work are the same for a wrong password, an unknown log-in and one that is shut.

Failures are counted per log-in and per source over the time of the lock-out (`lockout_failures` and `lockout` of the
configuration, N below), so that nobody can shut out a hospital from one desk:

- N failures of a log-in from one source lock that log-in for that source;
- 4 N failures of a log-in from all sources lock it everywhere: no single source can get there;
- 10 N failures from one source lock the source.

The last two do not hold where the person himself has signed in lately: guesses from outside shut nobody out for ever.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update

from engine.appliers import audit
from engine.assignment import normalise_login
from engine.authorization.passwords import fits, hash_password, is_outdated, require_good_password
from engine.authorization.sessions import SESSIONS_PER_ACCOUNT, csrf_token, is_live, new_token, token_hash, touch_is_due
from engine.commands.held_decisions import send_all
from engine.commands.registry import Command
from engine.errors import Invalid, NotAllowed
from engine.records import Actor, Done
from engine.store.tables import Account, AuditEntry, IdempotencyKey, Person, RequestCount, Session, SignInFailure
from engine.store.unit_of_work import UnitOfWork

EVERYWHERE = 4
SOURCE = 10
IPV6_NETWORK = 64
LATELY = timedelta(days=30)
REQUEST_COUNTS_KEPT = timedelta(minutes=10)
SIGN_IN = "sign-in"


@dataclass(frozen=True, kw_only=True)
class SessionOpened:
    """A browser is signed in. The token goes into its cookie and nowhere else."""

    token: str = field(repr=False)
    csrf: str = field(repr=False)
    person: UUID
    must_change: bool
    """Whether the password has to be changed before anything else."""


@dataclass(frozen=True, kw_only=True)
class SignInRefused:
    """The password was not taken. It says neither whether the log-in exists nor what was wrong."""

    code: str
    """`wrong-credentials`, or `locked`."""
    tries_left: int
    """Failures left before a lock; 0 when locked."""
    locked_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class SignIn(Command[SessionOpened | SignInRefused]):
    """Open a session for a log-in and its password. `replaces` is the token of a session that this browser still holds."""

    login: str
    password: str = field(repr=False)
    source: str
    """Network address of the browser."""
    replaces: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class SignOut(Command[Done]):
    """End the session of a token. One that has ended already stays so. What the person holds back is sent."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class ChangePassword(Command[Done | SignInRefused]):
    """Set one's own password, given the current one. All other sessions of the account end. A wrong current one is counted."""

    token: str = field(repr=False)
    """Of the session that asks, and that stays."""
    current: str = field(repr=False)
    new: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Touch(Command[Done]):
    """Note that a person used his session. Writes at most once a minute."""

    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PurgeIdentity(Command[Done]):
    """Forget ended sessions, failures and requests that count no more, and idempotency keys after their time."""


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """An account and its person as the store has them."""

    key: int
    id: UUID
    login: str
    password_hash: str
    must_change: bool
    person: int
    person_id: UUID
    name: str
    shut: bool
    """The account is disabled, or its person inactive."""


@dataclass(frozen=True, kw_only=True)
class _Open:
    """A session as the store has it."""

    key: int
    account: int
    created_at: datetime
    seen_at: datetime
    source: str


def sign_in(command: SignIn, work: UnitOfWork, runtime: object) -> SessionOpened | SignInRefused:
    name = _login_hash(command.login)
    account = _lock_account(work, Account.login == normalise_login(command.login)) if command.login.isprintable() else None
    locked = _locked_until(work, name, command.source, account)
    if locked is not None:
        return _refuse(work, account, command.source, locked)
    if not fits(command.password, account.password_hash if account else None) or account is None or account.shut:
        return _count_failure(work, name, command.source, account)
    if is_outdated(account.password_hash):
        _update_account(work, account.key, password_hash=hash_password(command.password))
    work.connection.execute(delete(SignInFailure).where(SignInFailure.login == name))
    if command.replaces is not None:
        _end_sessions(work, Session.token_hash == token_hash(command.replaces))
    _note(work, account, command.source, SIGN_IN)
    return _open_session(work, account, command.source)


def sign_out(command: SignOut, work: UnitOfWork, runtime: object) -> Done:
    session = _session(work, command.token)
    if session is not None:
        account = _lock_account(work, Account.key == session.account)
        _end_sessions(work, Session.key == session.key)
        if account is not None:
            send_all(work, account.person)
        if account is not None:
            _note(work, account, session.source, "sign-out")
    return Done()


def change_password(command: ChangePassword, work: UnitOfWork, runtime: object) -> Done | SignInRefused:
    session = _session(work, command.token)
    account = _lock_account(work, Account.key == session.account) if session else None
    if session is None or account is None or account.shut or not is_live(session, work.config, work.now):
        raise NotAllowed("session-expired", "Expected an open session, but it has ended")
    name = _login_hash(account.login)
    locked = _locked_until(work, name, session.source, account)
    if locked is not None:
        return _refuse(work, account, session.source, locked)
    if not fits(command.current, account.password_hash):
        return _count_failure(work, name, session.source, account)
    require_good_password(command.new, login=account.login, name=account.name, previous=account.password_hash)
    _update_account(work, account.key, password_hash=hash_password(command.new), must_change=False, password_set_at=work.now)
    _end_sessions(work, Session.account == account.key, Session.key != session.key)
    work.connection.execute(delete(SignInFailure).where(SignInFailure.login == name))
    _note(work, account, session.source, "password-changed")
    return Done()


def confirm_password(work: UnitOfWork, person: int, password: str) -> SignInRefused | None:
    """Whether the person who acts has given his password again; a wrong one is counted like one at signing in."""
    account = _lock_account(work, Account.person == person)
    source = work.actor.source or ""
    if account is None or account.shut:
        raise NotAllowed("no-account", "Expected an account that may sign in, but there is none")
    name = _login_hash(account.login)
    locked = _locked_until(work, name, source, account)
    if locked is not None:
        return _refuse(work, account, source, locked)
    if not fits(password, account.password_hash):
        return _count_failure(work, name, source, account)
    work.connection.execute(delete(SignInFailure).where(SignInFailure.login == name))
    return None


def touch(command: Touch, work: UnitOfWork, runtime: object) -> Done:
    session = _session(work, command.token)
    if session is not None and is_live(session, work.config, work.now) and touch_is_due(session, work.now):
        work.connection.execute(update(Session).where(Session.key == session.key).values(seen_at=work.now))
    return Done()


def purge_identity(command: PurgeIdentity, work: UnitOfWork, runtime: object) -> Done:
    # Twice the lock-out: the oldest failure that a lock is reckoned from may be that old while the lock holds.
    work.connection.execute(delete(SignInFailure).where(SignInFailure.at <= work.now - 2 * work.config.lockout))
    work.connection.execute(delete(Session).where(Session.seen_at <= work.now - work.config.session_idle))
    work.connection.execute(delete(Session).where(Session.created_at <= work.now - work.config.session_limit))
    work.connection.execute(delete(RequestCount).where(RequestCount.minute <= work.now - REQUEST_COUNTS_KEPT))
    work.connection.execute(delete(IdempotencyKey).where(IdempotencyKey.at <= work.now - work.config.idempotency))
    return Done()


def _lock_account(work: UnitOfWork, condition: ColumnElement[bool]) -> _Kept | None:
    """The account with its person, locked: attempts at one account are counted one after the other."""
    shut = (Account.disabled | ~Person.active).label("shut")
    columns = Account.key, Account.id, Account.login, Account.password_hash, Account.must_change, Account.person
    query = select(*columns, Person.id.label("person_id"), Person.name, shut).join(Person, Person.key == Account.person)
    row = work.connection.execute(query.where(condition).with_for_update(of=Account)).one_or_none()
    return None if row is None else _Kept(**row._mapping)


def _session(work: UnitOfWork, token: str) -> _Open | None:
    columns = Session.key, Session.account, Session.created_at, Session.seen_at, Session.source
    row = work.connection.execute(select(*columns).where(Session.token_hash == token_hash(token))).one_or_none()
    return None if row is None else _Open(**row._mapping)


def _login_hash(login: str) -> str:
    """What failures are counted under: a hash, for people type passwords into the wrong field."""
    return token_hash(normalise_login(login))


def _locked_until(work: UnitOfWork, name: str, source: str, account: _Kept | None) -> datetime | None:
    failures = work.config.lockout_failures
    own, here = SignInFailure.login == name, SignInFailure.source == place_of(source)
    locks = [_lock(work, failures, own, here)]
    if not _came_from_here(work, account, source):
        locks += [_lock(work, EVERYWHERE * failures, own), _lock(work, SOURCE * failures, here)]
    return max((lock for lock in locks if lock is not None), default=None)


def _lock(work: UnitOfWork, limit: int, *conditions: ColumnElement[bool]) -> datetime | None:
    """When the lock ends that the newest `limit` failures have made; None when they lie too far apart or back."""
    newest = select(SignInFailure.at).where(*conditions).order_by(SignInFailure.at.desc()).limit(limit)
    times = list(work.connection.execute(newest).scalars())
    if len(times) < limit or times[0] - times[-1] > work.config.lockout:
        return None
    until = times[0] + work.config.lockout
    return until if work.now < until else None


def _came_from_here(work: UnitOfWork, account: _Kept | None, source: str) -> bool:
    if account is None:
        return False
    entry = exists().where(
        AuditEntry.person == account.person,
        AuditEntry.action == SIGN_IN,
        AuditEntry.result == "ok",
        AuditEntry.source == _source(source),
        AuditEntry.at > work.now - LATELY,
    )
    return bool(work.connection.execute(select(entry)).scalar_one())


def _count_failure(work: UnitOfWork, name: str, source: str, account: _Kept | None) -> SignInRefused:
    row = {"key": work.new_key(), "login": name, "source": place_of(source), "at": work.now}
    work.connection.execute(insert(SignInFailure).values(row))
    locked = _locked_until(work, name, source, account)
    if locked is not None:
        return _refuse(work, account, source, locked)
    _note(work, account, source, SIGN_IN, result="refused")
    own, here = SignInFailure.login == name, SignInFailure.source == place_of(source)
    counted = select(func.count()).where(own, here, SignInFailure.at > work.now - work.config.lockout)
    left = work.config.lockout_failures - work.connection.execute(counted).scalar_one()
    return SignInRefused(code="wrong-credentials", tries_left=max(left, 1), locked_until=None)


def _refuse(work: UnitOfWork, account: _Kept | None, source: str, until: datetime) -> SignInRefused:
    _note(work, account, source, SIGN_IN, result="locked")
    return SignInRefused(code="locked", tries_left=0, locked_until=until)


def _open_session(work: UnitOfWork, account: _Kept, source: str) -> SessionOpened:
    kept = select(Session.key).where(Session.account == account.key).order_by(Session.seen_at.desc(), Session.key.desc())
    surplus = work.connection.execute(kept.offset(SESSIONS_PER_ACCOUNT - 1)).scalars().all()
    _end_sessions(work, Session.key.in_(surplus))
    token = new_token()
    csrf = csrf_token(token)
    row = {
        "key": work.new_key(),
        "token_hash": token_hash(token),
        "csrf": token_hash(csrf),
        "account": account.key,
        "created_at": work.now,
        "seen_at": work.now,
        "source": _source(source),
    }
    work.connection.execute(insert(Session).values(row))
    return SessionOpened(token=token, csrf=csrf, person=account.person_id, must_change=account.must_change)


def _end_sessions(work: UnitOfWork, *conditions: ColumnElement[bool]) -> None:
    work.connection.execute(delete(Session).where(*conditions))


def _update_account(work: UnitOfWork, key: int, **values: Any) -> None:
    work.connection.execute(update(Account).where(Account.key == key).values(**values))


def place_of(source: str) -> str:
    """Where an address is counted: itself, and of IPv6 its network, for one desk has as many addresses there as it likes."""
    source = _source(source)
    try:
        address = ip_address(source.partition("%")[0])
    except ValueError:
        return source
    if isinstance(address, IPv4Address) or address.ipv4_mapped is not None:
        return str(address if isinstance(address, IPv4Address) else address.ipv4_mapped)
    return str(ip_network((address, IPV6_NETWORK), strict=False))


def _source(source: str) -> str:
    if not source.isprintable():
        raise Invalid("invalid-source", "Expected a network address, but it is none")
    return source[:60]


def _note(work: UnitOfWork, account: _Kept | None, source: str, action: str, result: str = "ok") -> None:
    """Audit entry in the name of the account's person; an unknown log-in is not written down, it may be a password."""
    actor = replace(work.actor, source=_source(source))
    if account is not None:
        actor = Actor(person=account.person, name=account.name, source=actor.source, request_id=actor.request_id)
    audit.record(work.in_name_of(actor), action, None if account is None else str(account.id), result=result)
