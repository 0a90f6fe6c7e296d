"""Keep accounts: who may sign in, which needs the right `administrate`, and with which system rights, which needs `secure`.

Three administrators keep each other in check (三员分立): the system administrator (`administrate`) makes accounts but grants
nothing, the security administrator (`secure`) grants but makes none, the audit administrator (`audit`) reads what both did.
Each of these rights is held alone, and by nobody who sits in a chair: they do no business. Nobody grants rights to himself.

A password that somebody else has set must be changed at the first sign-in, except where the caller says otherwise (the
demo). Disabling an account, or giving it another password, ends its sessions at once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, func, insert, select, update

from engine.appliers import audit
from engine.appliers.organisation import organisation_changed
from engine.assignment import find_person, normalise_login
from engine.authorization import ADMINISTRATORS, LAST_DAY, require_right, today
from engine.authorization.passwords import UNUSABLE, hash_password, require_good_password
from engine.authorization.sessions import token_hash
from engine.authorization.topics import RIGHT as TOPIC_RIGHT
from engine.commands.registry import Command
from engine.errors import Conflict, Invalid, NotAllowed, NotFound
from engine.records import Done
from engine.store.tables import Account, Appointment, Person, Session, SignInFailure
from engine.store.unit_of_work import UnitOfWork

RIGHT = "administrate"
SECURITY = "secure"
_PROCESSES = ("operations", "design", "deploy", "integrate", "external-tasks")
_RECORDS = ("archive", "backfill", "statistics", "statistics:people")
RIGHTS = frozenset((*_PROCESSES, *_RECORDS)) | ADMINISTRATORS
"""System rights. `external-tasks:TOPIC` is one too, for each topic."""


@dataclass(frozen=True, kw_only=True)
class AccountSaved:
    """Answer of a command that keeps an account."""

    id: UUID
    login: str
    """As it is kept: NFKC and case-folded."""
    changed: bool


@dataclass(frozen=True, kw_only=True)
class CreateAccount(Command[AccountSaved]):
    """Let a person sign in. Without a password nobody can, until one is set."""

    person: str
    """Staff number, id or key."""
    login: str
    password: str | None = field(default=None, repr=False)
    must_change: bool = True
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SetPassword(Command[AccountSaved]):
    """Give an account a new password, end its sessions and forget its failures."""

    login: str
    password: str = field(repr=False)
    must_change: bool = True


@dataclass(frozen=True, kw_only=True)
class SetSharedPassword(Command[Done]):
    """Give many accounts the same new password, for demonstrations only: what is kept of it tells that they share it."""

    logins: tuple[str, ...]
    password: str = field(repr=False)
    must_change: bool = True


@dataclass(frozen=True, kw_only=True)
class SetRights(Command[AccountSaved]):
    """Give an account these system rights and no others. They hold from its next request on."""

    login: str
    rights: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class DisableAccount(Command[AccountSaved]):
    """Shut an account and end its sessions at once."""

    login: str


@dataclass(frozen=True, kw_only=True)
class EnableAccount(Command[AccountSaved]):
    """Open a shut account again."""

    login: str


def is_right(right: str) -> bool:
    """Whether there is such a system right."""
    family, _, topic = right.partition(":")
    return right in RIGHTS or (family == TOPIC_RIGHT and 0 < len(topic) <= 100 and topic.isprintable())


@dataclass(frozen=True, kw_only=True)
class _Kept:
    """An account as the store has it."""

    key: int
    id: UUID
    login: str
    person: int
    disabled: bool
    rights: list[str]
    name: str


def create_account(command: CreateAccount, work: UnitOfWork, runtime: object) -> AccountSaved:
    require_right(work.actor, RIGHT)
    login = _good_login(command.login)
    person = find_person(work.connection, command.person)
    if command.rights:
        require_right(work.actor, SECURITY)
    rights = _good_rights(work, command.rights, person)
    name = work.connection.execute(select(Person.name).where(Person.key == person)).scalar_one_or_none()
    if person is None or name is None:
        raise NotFound("person-not-found", "Expected to find person '{name}', but there is none", name=command.person)
    _refuse_second(work, login, person)
    if command.password is not None:
        require_good_password(command.password, login=login, name=name)
    id = uuid4()
    row = {
        "key": work.new_key(),
        "id": id,
        "person": person,
        "login": login,
        "must_change": command.must_change,
        "password_hash": UNUSABLE if command.password is None else hash_password(command.password),
        "password_set_at": work.now,
        "disabled": False,
        "rights": rights,
    }
    work.connection.execute(insert(Account).values(row))
    audit.record(work, "account-created", str(id), data={"login": login, "rights": rights})
    return AccountSaved(id=id, login=login, changed=True)


def set_password(command: SetPassword, work: UnitOfWork, runtime: object) -> AccountSaved:
    account = _account(work, command.login)
    require_good_password(command.password, login=account.login, name=account.name)
    return _set_password(work, account, hash_password(command.password), command.must_change)


def set_shared_password(command: SetSharedPassword, work: UnitOfWork, runtime: object) -> Done:
    accounts = [_account(work, login) for login in command.logins]
    for account in accounts:
        require_good_password(command.password, login=account.login, name=account.name)
    kept = hash_password(command.password)
    for account in accounts:
        _set_password(work, account, kept, command.must_change)
    return Done()


def set_rights(command: SetRights, work: UnitOfWork, runtime: object) -> AccountSaved:
    account = _account(work, command.login, SECURITY)
    rights = _good_rights(work, command.rights, account.person)
    if rights == account.rights:
        return AccountSaved(id=account.id, login=account.login, changed=False)
    return _change(work, account, "rights-set", {"rights": rights}, {"rights": rights, "before": account.rights})


def disable_account(command: DisableAccount, work: UnitOfWork, runtime: object) -> AccountSaved:
    account = _account(work, command.login)
    _end_sessions(work, account.key)
    if account.disabled:
        return AccountSaved(id=account.id, login=account.login, changed=False)
    organisation_changed(work)
    return _change(work, account, "account-disabled", {"disabled": True}, {})


def enable_account(command: EnableAccount, work: UnitOfWork, runtime: object) -> AccountSaved:
    account = _account(work, command.login)
    if not account.disabled:
        return AccountSaved(id=account.id, login=account.login, changed=False)
    organisation_changed(work)
    return _change(work, account, "account-enabled", {"disabled": False}, {})


def _account(work: UnitOfWork, login: str, right: str = RIGHT) -> _Kept:
    """The account, locked. Raises NotAllowed without the right.

    Who gives an administrator's account a new password could sign in with it and be two administrators in one person, so
    that takes the rights of both who keep accounts: only the command line on the server has them.
    """
    require_right(work.actor, right)
    columns = Account.key, Account.id, Account.login, Account.person, Account.disabled, Account.rights
    query = select(*columns, Person.name).join(Person, Person.key == Account.person)
    row = work.connection.execute(query.where(Account.login == normalise_login(login)).with_for_update(of=Account)).one_or_none()
    if row is None:
        raise NotFound("account-not-found", "Expected to find account '{login}', but there is none", login=login)
    if right == RIGHT and row.person != work.actor.person and not ADMINISTRATORS.isdisjoint(row.rights):
        require_right(work.actor, SECURITY)
    return _Kept(**row._mapping)


def _set_password(work: UnitOfWork, account: _Kept, kept: str, must_change: bool) -> AccountSaved:
    work.connection.execute(delete(SignInFailure).where(SignInFailure.login == token_hash(account.login)))
    _end_sessions(work, account.key)
    values = {"password_hash": kept, "must_change": must_change, "password_set_at": work.now}
    return _change(work, account, "password-set", values, {})


def _good_login(login: str) -> str:
    normal = normalise_login(login)
    if not 2 <= len(normal) <= 80 or not normal.isprintable() or " " in normal:
        message = "Expected a log-in of 2 to 80 characters without spaces, but '{login}' is none"
        raise Invalid("invalid-login", message, login=login)
    return normal


def _good_rights(work: UnitOfWork, rights: tuple[str, ...], person: int | None) -> list[str]:
    unknown = sorted(right for right in rights if not is_right(right))
    if unknown:
        raise Invalid("unknown-right", "Expected known rights, but '{right}' is none", right=unknown[0])
    if person is not None and person == work.actor.person:
        raise NotAllowed("own-rights", "Expected the rights of somebody else, but they are your own")
    administrates = ADMINISTRATORS.intersection(rights)
    if administrates and len(set(rights)) > 1:
        raise Invalid(
            "rights-apart",
            "Expected the right '{right}' alone, but found others beside it",
            right=min(administrates),
        )
    if administrates and person is not None and _has_chair(work, person):
        raise Conflict(
            "administrator-chair", "Expected a person without a chair to administrate, but he sits in one; end that first"
        )
    return sorted(set(rights))


def _has_chair(work: UnitOfWork, person: int) -> bool:
    """Whether somebody sits in a chair, or will."""
    ahead = func.coalesce(Appointment.to_date, LAST_DAY) >= today(work.now)
    return work.connection.execute(select(Appointment.key).where(Appointment.person == person, ahead)).first() is not None


def _refuse_second(work: UnitOfWork, login: str, person: int) -> None:
    if work.connection.execute(select(Account.key).where(Account.login == login)).first() is not None:
        raise Conflict("login-taken", "Expected a new log-in, but '{login}' is taken", login=login)
    if work.connection.execute(select(Account.key).where(Account.person == person)).first() is not None:
        raise Conflict("account-exists", "Expected a person without an account, but there is one")


def _end_sessions(work: UnitOfWork, account: int) -> None:
    work.connection.execute(delete(Session).where(Session.account == account))


def _change(work: UnitOfWork, account: _Kept, action: str, values: dict[str, Any], noted: dict[str, Any]) -> AccountSaved:
    work.connection.execute(update(Account).where(Account.key == account.key).values(**values))
    audit.record(work, action, str(account.id), data=noted)
    return AccountSaved(id=account.id, login=account.login, changed=True)
