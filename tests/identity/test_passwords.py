from __future__ import annotations

import pytest

from engine.authorization.passwords import fits, hash_password, require_good_password
from engine.commands.account import SetPassword
from engine.commands.identity import ChangePassword, SessionOpened, SignInRefused
from engine.errors import Invalid, NotAllowed
from engine.records import Done
from tests.identity.desk import ELSEWHERE, PASSWORD, Desk

NEW = "Heron-river-77"


@pytest.mark.parametrize(
    ("password", "reasons"),
    [
        ("Short-1", ["too-short"]),
        ("onlysmallletters", ["classes"]),
        ("small-and-marks", ["classes"]),
        ("Mengfan-2026", ["contains-login"]),
        ("xx-MENGFAN-2026", ["contains-login"]),
        ("孟凡-Lake-2026", ["contains-name"]),
        ("P@ssw0rd123", ["common"]),
        ("Admin@12345!!", ["common"]),
        ("Aaa1Aaa1Aaa1", ["common"]),
        ("L1-" + "x" * 254, ["too-long"]),
        (PASSWORD, ["unchanged"]),
        ("a", ["too-short", "classes", "common"]),
    ],
)
def test_a_weak_password_is_refused_with_every_reason(password: str, reasons: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        require_good_password(password, login="mengfan", name="孟凡·演示", previous=hash_password(PASSWORD))
    assert refusal.value.code == "weak-password"
    assert sorted(refusal.value.facts["reasons"]) == sorted(reasons)
    assert len(password) < 2 or password not in str(refusal.value)


def test_a_refused_password_leaves_the_old_one(desk: Desk) -> None:
    token = desk.open()
    for weak in ("Mengfan-2026", PASSWORD):
        with pytest.raises(Invalid):
            desk.engine.execute(ChangePassword(token=token, current=PASSWORD, new=weak))
    assert isinstance(desk.sign_in(), SessionOpened)


@pytest.mark.parametrize("password", [NEW, "lake of 12 Swans", "湖畔散步-Abc1234", "L1-" + "x" * 253, "ａＢ1-ａＢ1-湖水"])
def test_a_long_mixed_password_is_good_and_kept_whole(password: str) -> None:
    require_good_password(password, login="mengfan", name="孟凡·演示")
    kept = hash_password(password)
    assert fits(password, kept)
    assert not fits(password[:-1], kept)


def test_full_width_letters_are_the_same_password() -> None:
    assert fits("Ｈｅｒｏｎ-river-77", hash_password(NEW))


def test_changing_the_password_ends_all_other_sessions(desk: Desk) -> None:
    mine, other = desk.open(), desk.open(source=ELSEWHERE)
    assert desk.engine.execute(ChangePassword(token=mine, current=PASSWORD, new=NEW)) == Done()
    assert desk.session(mine) is not None
    assert desk.session(other) is None
    assert isinstance(desk.sign_in(NEW), SessionOpened)
    assert desk.refused(PASSWORD).code == "wrong-credentials"


def test_a_first_password_gives_no_rights_until_it_is_changed(desk: Desk) -> None:
    desk.engine.execute(SetPassword(login="mengfan", password="First-lake-2026"))
    opened = desk.sign_in("First-lake-2026")
    assert isinstance(opened, SessionOpened)
    assert opened.must_change
    session = desk.session(opened.token)
    assert session is not None
    assert session.must_change
    assert session.actor().rights == frozenset()
    desk.engine.execute(ChangePassword(token=opened.token, current="First-lake-2026", new=NEW))
    session = desk.session(opened.token)
    assert session is not None
    assert (session.must_change, session.actor().rights) == (False, frozenset({"operations"}))


def test_a_wrong_current_password_is_counted_and_locks(desk: Desk) -> None:
    token = desk.open()
    for left in (4, 3, 2, 1):
        answer = desk.engine.execute(ChangePassword(token=token, current="wrong", new=NEW))
        assert isinstance(answer, SignInRefused)
        assert (answer.code, answer.tries_left) == ("wrong-credentials", left)
    for current in ("wrong", PASSWORD):
        answer = desk.engine.execute(ChangePassword(token=token, current=current, new=NEW))
        assert isinstance(answer, SignInRefused)
        assert answer.code == "locked"


def test_no_password_is_changed_without_a_session(desk: Desk) -> None:
    with pytest.raises(NotAllowed) as refusal:
        desk.engine.execute(ChangePassword(token="nothing", current=PASSWORD, new=NEW))
    assert refusal.value.code == "session-expired"
