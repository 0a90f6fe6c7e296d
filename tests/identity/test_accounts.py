from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from engine.commands.account import CreateAccount, DisableAccount, EnableAccount, SetPassword, SetRights, SetSharedPassword
from engine.commands.identity import SessionOpened
from engine.commands.organisation import Appoint
from engine.commands.registry import Command
from engine.errors import Conflict, EngineError, Invalid, NotAllowed, NotFound
from engine.queries.identity import ListAccounts
from engine.records import Actor
from tests.identity.desk import PASSWORD, Desk


def test_a_new_account_must_change_its_first_password(desk: Desk) -> None:
    desk.engine.execute(CreateAccount(person="D2", login="QinChuan", password="First-lake-2026"))
    opened = desk.sign_in("First-lake-2026", login="qinchuan")
    assert isinstance(opened, SessionOpened)
    assert opened.must_change


def test_without_a_password_nobody_signs_in(desk: Desk) -> None:
    desk.engine.execute(CreateAccount(person="D2", login="qinchuan"))
    for password in ("", "!", "the password of nobody"):
        assert desk.refused(password, login="qinchuan").code == "wrong-credentials"
    accounts = {account.login: account.has_password for account in desk.engine.query(ListAccounts())}
    assert accounts == {"mengfan": True, "qinchuan": False}


def test_a_login_belongs_to_one_person_in_every_spelling(desk: Desk) -> None:
    for login in ("mengfan", "MENGFAN", "ｍｅｎｇｆａｎ"):
        with pytest.raises(Conflict) as refusal:
            desk.engine.execute(CreateAccount(person="D2", login=login))
        assert refusal.value.code == "login-taken"


def test_a_person_has_one_account(desk: Desk) -> None:
    with pytest.raises(Conflict) as refusal:
        desk.engine.execute(CreateAccount(person="D1", login="second"))
    assert refusal.value.code == "account-exists"


WRONG: tuple[tuple[Command[Any], type[EngineError], str], ...] = (
    (CreateAccount(person="D9", login="nobody"), NotFound, "person-not-found"),
    (CreateAccount(person="D2", login="q"), Invalid, "invalid-login"),
    (CreateAccount(person="D2", login="qin chuan"), Invalid, "invalid-login"),
    (CreateAccount(person="D2", login="qin\x00chuan"), Invalid, "invalid-login"),
    (CreateAccount(person="D2", login="qinchuan", password="qinchuan"), Invalid, "weak-password"),
    (CreateAccount(person="D2", login="qinchuan", rights=("everything",)), Invalid, "unknown-right"),
    (SetPassword(login="nobody", password="First-lake-2026"), NotFound, "account-not-found"),
    (SetPassword(login="mengfan", password="weak"), Invalid, "weak-password"),
    (SetRights(login="mengfan", rights=("everything",)), Invalid, "unknown-right"),
    (SetSharedPassword(logins=("mengfan", "nobody"), password="First-lake-2026"), NotFound, "account-not-found"),
)
COMMANDS: tuple[Command[Any], ...] = (
    CreateAccount(person="D2", login="qinchuan"),
    SetPassword(login="mengfan", password="First-lake-2026"),
    SetSharedPassword(logins=("mengfan",), password="First-lake-2026"),
    SetRights(login="mengfan", rights=("deploy",)),
    DisableAccount(login="mengfan"),
    EnableAccount(login="mengfan"),
    DisableAccount(login="nobody"),
)


def test_what_is_wrong_is_refused(desk: Desk) -> None:
    for command, kind, code in WRONG:
        with pytest.raises(kind) as refusal:
            desk.engine.execute(command)
        assert refusal.value.code == code


def test_only_administrators_keep_accounts(desk: Desk) -> None:
    other = Actor(person=1, name="x", rights=frozenset({"operations", "deploy", "integrate"}))
    for command in COMMANDS:
        with pytest.raises(NotAllowed):
            desk.engine.execute(command, other)
    with pytest.raises(NotAllowed):
        desk.engine.query(ListAccounts(), other)


def test_nobody_grants_rights_to_himself(desk: Desk) -> None:
    session = desk.session(desk.open())
    assert session is not None
    actor = Actor(person=session.person, name=session.name, rights=frozenset({"secure"}))
    with pytest.raises(NotAllowed) as refusal:
        desk.engine.execute(SetRights(login="mengfan", rights=("deploy",)), actor)
    assert refusal.value.code == "own-rights"


def test_nobody_becomes_two_administrators_by_a_new_password(desk: Desk) -> None:
    desk.engine.execute(CreateAccount(person="D2", login="qinchuan", rights=("audit",)))
    keeper = Actor(person=1, name="x", rights=frozenset({"administrate"}))
    for command in (SetPassword(login="qinchuan", password="Another-lake-42"), DisableAccount(login="qinchuan")):
        with pytest.raises(NotAllowed) as refusal:
            desk.engine.execute(command, keeper)
        assert refusal.value.code == "right-missing"
    desk.engine.execute(SetPassword(login="mengfan", password="Another-lake-42"), keeper)


def test_whoever_is_to_sit_in_a_chair_does_not_administrate(desk: Desk) -> None:
    desk.engine.execute(CreateAccount(person="D2", login="qinchuan"))
    desk.engine.execute(Appoint(person="D2", post="BR_GP", institution="CH01", from_date=date(2027, 1, 1)))
    with pytest.raises(Conflict) as refusal:
        desk.engine.execute(SetRights(login="qinchuan", rights=("audit",)))
    assert refusal.value.code == "administrator-chair"


def test_accounts_share_a_password_for_a_demonstration(desk: Desk) -> None:
    desk.engine.execute(CreateAccount(person="D2", login="qinchuan"))
    desk.engine.execute(SetSharedPassword(logins=("mengfan", "qinchuan"), password="First-lake-2026", must_change=False))
    for login in ("mengfan", "qinchuan"):
        opened = desk.sign_in("First-lake-2026", login=login)
        assert isinstance(opened, SessionOpened)
        assert not opened.must_change
    assert desk.refused(PASSWORD).code == "wrong-credentials"
