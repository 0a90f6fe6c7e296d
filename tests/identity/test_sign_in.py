from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import func, select, update

from engine.authorization import passwords
from engine.commands.account import DisableAccount, EnableAccount, SetPassword
from engine.commands.identity import PurgeIdentity, SessionOpened, SignIn, SignInRefused
from engine.commands.organisation import PutPerson
from engine.config import Config
from engine.engine import Engine
from engine.store.tables import Account, AuditEntry, Session, SignInFailure
from tests.identity.desk import ELSEWHERE, HERE, PASSWORD, Desk

WRONG_FOUR_LEFT = ("wrong-credentials", 4, None)


def told(answer: object) -> tuple[object, ...]:
    return answer.code, answer.tries_left, answer.locked_until  # type: ignore[attr-defined]


def test_a_login_is_one_name_in_every_spelling(desk: Desk) -> None:
    for login in ("mengfan", "MengFan", " mengfan ", "ｍｅｎｇｆａｎ", "ＭＥＮＧＦＡＮ"):
        assert isinstance(desk.sign_in(login=login), SessionOpened), login


def test_the_answer_is_the_same_for_everything_that_is_wrong(desk: Desk) -> None:
    assert told(desk.refused("wrong")) == WRONG_FOUR_LEFT
    assert told(desk.refused("wrong", login="nobody-of-this-name")) == WRONG_FOUR_LEFT
    assert told(desk.refused("", login="")) == WRONG_FOUR_LEFT
    assert told(desk.refused("x" * 5000 + "\udc80\x00", login="\x00" * 3)) == WRONG_FOUR_LEFT
    desk.engine.execute(DisableAccount(login="mengfan"))
    assert told(desk.refused(PASSWORD, source=ELSEWHERE)) == WRONG_FOUR_LEFT


def test_an_unknown_login_costs_the_same_check_of_a_password(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    checked = []

    class Counting(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> bool:  # type: ignore[override]
            checked.append(str(hash).split("$")[:4])
            return bool(super().verify(hash, password))

    monkeypatch.setattr(passwords, "_HASHER", Counting(time_cost=2, memory_cost=19_456, parallelism=1))
    desk.refused("wrong")
    desk.refused("wrong", login="nobody")
    assert len(checked) == 2
    assert checked[0] == checked[1]


def test_five_failures_lock_the_account_for_ten_minutes(desk: Desk) -> None:
    assert [told(desk.refused()) for _ in range(4)] == [("wrong-credentials", left, None) for left in (4, 3, 2, 1)]
    until = desk.clock.now() + timedelta(minutes=10)
    assert told(desk.refused()) == ("locked", 0, until)
    assert told(desk.refused(PASSWORD)) == ("locked", 0, until)
    desk.clock.set(until - timedelta(seconds=1))
    assert told(desk.refused(PASSWORD)) == ("locked", 0, until)
    desk.clock.set(until)
    assert isinstance(desk.sign_in(), SessionOpened)


def test_failures_far_apart_do_not_lock(desk: Desk) -> None:
    for _ in range(8):
        assert desk.refused().code == "wrong-credentials"
        desk.clock.advance(timedelta(minutes=3))
    assert isinstance(desk.sign_in(), SessionOpened)


def test_a_good_sign_in_forgets_the_failures(desk: Desk) -> None:
    desk.fail(4)
    desk.open()
    assert told(desk.refused()) == WRONG_FOUR_LEFT


def test_an_unknown_login_is_locked_alike(desk: Desk) -> None:
    desk.fail(5, login="nobody")
    assert desk.refused(login="nobody").code == "locked"


def test_one_desk_cannot_shut_out_a_person_at_another(desk: Desk) -> None:
    desk.fail(5)
    assert desk.refused(PASSWORD).code == "locked"
    assert isinstance(desk.sign_in(source=ELSEWHERE), SessionOpened)


def test_a_desk_with_many_addresses_is_one_desk(desk: Desk) -> None:
    for number in range(5):
        desk.fail(1, source=f"2001:db8:7:1::{number:x}")
    assert desk.refused(PASSWORD, source="2001:db8:7:1:aaaa::1").code == "locked"
    assert isinstance(desk.sign_in(source="2001:db8:7:2::1"), SessionOpened)
    desk.fail(5, source="::ffff:10.1.0.7")
    assert desk.refused(PASSWORD, source="10.1.0.7").code == "locked"


def test_guesses_from_everywhere_lock_the_account_everywhere(desk: Desk) -> None:
    for number in range(4):
        desk.fail(5, source=f"10.9.0.{number}")
    assert desk.refused(PASSWORD, source=ELSEWHERE).code == "locked"


def test_guesses_from_everywhere_do_not_shut_a_person_out_of_his_own_desk(desk: Desk) -> None:
    desk.open(source=HERE)
    for number in range(4):
        desk.fail(5, source=f"10.9.0.{number}")
    assert desk.refused(PASSWORD, source=ELSEWHERE).code == "locked"
    assert isinstance(desk.sign_in(source=HERE), SessionOpened)


def test_a_desk_that_tries_many_names_is_locked_but_not_for_those_who_work_there(desk: Desk) -> None:
    desk.open(source=HERE)
    for number in range(50):
        desk.refused(login=f"guess{number}", source=HERE)
    assert desk.refused(login="one-more", source=HERE).code == "locked"
    assert isinstance(desk.sign_in(source=HERE), SessionOpened), "signed in from here lately"
    for number in range(50):
        desk.refused(login=f"guess{number}", source=ELSEWHERE)
    assert desk.refused(PASSWORD, source=ELSEWHERE).code == "locked", "never signed in from there"


def test_a_lock_survives_a_restart(desk: Desk, database_url: str) -> None:
    desk.fail(5)
    desk.engine.close()
    again = Engine(Config(database_url=database_url), clock=desk.clock)
    answer = again.execute(SignIn(login="mengfan", password=PASSWORD, source=HERE))
    again.close()
    assert isinstance(answer, SignInRefused)
    assert answer.code == "locked"


def test_a_new_password_by_the_administrator_opens_a_locked_account(desk: Desk) -> None:
    desk.fail(5)
    desk.engine.execute(SetPassword(login="mengfan", password="Another-lake-42"))
    assert isinstance(desk.sign_in("Another-lake-42"), SessionOpened)


def test_a_shut_account_and_an_inactive_person_cannot_sign_in(desk: Desk) -> None:
    desk.engine.execute(DisableAccount(login="mengfan"))
    assert desk.refused(PASSWORD).code == "wrong-credentials"
    desk.engine.execute(EnableAccount(login="mengfan"))
    assert isinstance(desk.sign_in(), SessionOpened)
    desk.engine.execute(PutPerson(staff_number="D1", name="孟凡·演示", active=False))
    assert desk.refused(PASSWORD).code == "wrong-credentials"


def test_every_attempt_is_noted_without_what_was_typed(desk: Desk) -> None:
    desk.refused("secret-typed-password")
    desk.refused("x", login="secret-typed-login")
    desk.open()
    desk.fail(5)
    assert {action for action, _ in desk.audit()} == {"sign-in"}
    assert [result for _, result in desk.audit()] == ["refused", "refused", "ok", *["refused"] * 4, "locked"]
    with desk.engine.database.reading() as connection:
        rows = connection.execute(select(*AuditEntry.__table__.columns)).all()
        failures = connection.execute(select(*SignInFailure.__table__.columns)).all()
    assert "secret-typed" not in str(rows) + str(failures)
    assert [row.person is None for row in rows if row.source][:3] == [False, True, False]


def test_a_password_kept_with_old_parameters_is_made_anew(desk: Desk) -> None:
    old = PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    with desk.engine.database.writing() as connection:
        connection.execute(update(Account).values(password_hash=old))
    desk.open()
    with desk.engine.database.reading() as connection:
        kept = connection.execute(select(Account.password_hash)).scalar_one()
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert isinstance(desk.sign_in(), SessionOpened)


def test_what_counts_no_more_is_forgotten(desk: Desk) -> None:
    desk.open()
    desk.fail(3)
    desk.clock.advance(timedelta(minutes=20))
    desk.engine.execute(PurgeIdentity())
    desk.clock.advance(timedelta(minutes=10))
    kept = desk.open(source=ELSEWHERE)
    desk.engine.execute(PurgeIdentity())
    with desk.engine.database.reading() as connection:
        assert connection.execute(select(func.count()).select_from(SignInFailure)).scalar_one() == 0
        assert connection.execute(select(func.count()).select_from(Session)).scalar_one() == 1
    assert desk.session(kept) is not None
