from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine.commands.account import DisableAccount, SetPassword, SetRights
from engine.commands.identity import SessionOpened, SignIn, SignOut, Touch
from engine.commands.organisation import Appoint, PutInstitution, PutPerson
from engine.queries.organisation import ListMyCapacities
from engine.store.tables import Account, Session
from tests.identity.desk import ELSEWHERE, HERE, PASSWORD, Desk


def test_a_session_says_who_it_is_and_what_he_may(desk: Desk) -> None:
    opened = desk.sign_in()
    assert isinstance(opened, SessionOpened)
    session = desk.session(opened.token)
    assert session is not None
    assert (session.name, session.login, session.rights, session.must_change) == ("孟凡·演示", "mengfan", ("operations",), False)
    assert session.person_id == opened.person
    chairs = desk.engine.query(ListMyCapacities(), session.actor())
    assert [(chair.post, chair.institution_code) for chair in chairs] == [("BR_GP", "CH01")]
    assert session.csrf == opened.csrf
    actor = session.actor(source=HERE, request_id="r1")
    assert (actor.person, actor.rights, actor.source, actor.request_id) == (session.person, frozenset({"operations"}), HERE, "r1")


def test_the_store_and_the_log_keep_no_secret(desk: Desk) -> None:
    opened = desk.sign_in()
    assert isinstance(opened, SessionOpened)
    with desk.engine.database.reading() as connection:
        row = connection.execute(select(*Session.__table__.columns)).one()
        kept = connection.execute(select(Account.password_hash)).scalar_one()
    for secret in (opened.token, opened.csrf):
        assert len(secret) >= 43
        assert secret not in str(row)
        assert secret not in repr(opened)
        assert secret not in repr(desk.session(opened.token))
    assert PASSWORD not in kept
    assert PASSWORD not in repr(SignIn(login="x", password=PASSWORD, source=""))


def test_nothing_but_the_token_opens_a_session(desk: Desk) -> None:
    token = desk.open()
    with desk.engine.database.reading() as connection:
        row = connection.execute(select(Session.token_hash, Session.csrf)).one()
    for forged in (row.token_hash, row.csrf, token[:-1], token + "x", "", "\udc80"):
        assert desk.session(forged) is None


def test_every_sign_in_opens_a_session_of_its_own(desk: Desk) -> None:
    first, second = desk.open(), desk.open()
    assert first != second
    sessions = [desk.session(first), desk.session(second)]
    assert all(sessions)
    assert sessions[0].csrf != sessions[1].csrf  # type: ignore[union-attr]


def test_signing_in_again_ends_the_session_that_the_browser_held(desk: Desk) -> None:
    before = desk.open()
    after = desk.engine.execute(SignIn(login="mengfan", password=PASSWORD, source=HERE, replaces=before))
    assert isinstance(after, SessionOpened)
    assert desk.session(before) is None
    assert desk.session(after.token) is not None


def test_an_unused_session_ends_after_half_an_hour(desk: Desk) -> None:
    token = desk.open()
    desk.clock.advance(timedelta(minutes=29, seconds=59))
    assert desk.session(token) is not None
    desk.clock.advance(timedelta(seconds=1))
    assert desk.session(token) is None
    desk.engine.execute(Touch(token=token))
    assert desk.session(token) is None, "an ended session is not brought back by using it"


def test_a_used_session_lasts_but_not_beyond_twelve_hours(desk: Desk) -> None:
    token = desk.open()
    for _ in range(35):
        desk.clock.advance(timedelta(minutes=20))
        desk.engine.execute(Touch(token=token))
        assert desk.session(token) is not None
    session = desk.session(token)
    assert session is not None
    assert session.ends_at - desk.clock.now() == timedelta(minutes=20), "the twelve hours end before the half hour"
    desk.clock.advance(timedelta(minutes=20))
    assert desk.session(token) is None


def test_a_use_is_written_at_most_once_a_minute(desk: Desk) -> None:
    token = desk.open()
    desk.clock.advance(timedelta(seconds=59))
    session = desk.session(token)
    assert session is not None
    assert session.touch_due is False
    desk.engine.execute(Touch(token=token))
    desk.clock.advance(timedelta(seconds=1))
    session = desk.session(token)
    assert session is not None
    assert session.touch_due is True, "the use a second ago was not written"
    desk.engine.execute(Touch(token=token))
    session = desk.session(token)
    assert session is not None
    assert session.ends_at == desk.clock.now() + timedelta(minutes=30)


def test_signing_out_ends_the_session_on_the_server(desk: Desk) -> None:
    token, other = desk.open(), desk.open()
    desk.engine.execute(SignOut(token=token))
    desk.engine.execute(SignOut(token=token))
    assert desk.session(token) is None
    assert desk.session(other) is not None
    assert desk.audit()[-1] == ("sign-out", "ok")


@pytest.mark.parametrize("how", ["disabled", "inactive", "new password"])
def test_a_person_who_is_shut_out_loses_every_session_at_once(desk: Desk, how: str) -> None:
    tokens = [desk.open(), desk.open(source=ELSEWHERE)]
    match how:
        case "disabled":
            desk.engine.execute(DisableAccount(login="mengfan"))
        case "inactive":
            desk.engine.execute(PutPerson(staff_number="D1", name="孟凡·演示", active=False))
        case "new password":
            desk.engine.execute(SetPassword(login="mengfan", password="Another-lake-42"))
    assert [desk.session(token) for token in tokens] == [None, None]


def test_a_change_of_rights_or_chairs_acts_on_the_next_request(desk: Desk) -> None:
    token = desk.open()
    desk.engine.execute(SetRights(login="mengfan", rights=("deploy",)))
    desk.engine.execute(PutInstitution(code="CH02", name="柳塘分院", type="21"))
    desk.engine.execute(Appoint(person="D1", post="BR_GP", institution="CH02", from_date=date(2026, 5, 20)))
    session = desk.session(token)
    assert session is not None
    assert session.rights == ("deploy",)
    chairs = desk.engine.query(ListMyCapacities(), session.actor())
    assert [chair.institution_code for chair in chairs] == ["CH01", "CH02"]


def test_an_eleventh_browser_signs_out_the_one_used_longest_ago(desk: Desk) -> None:
    tokens = []
    for _ in range(10):
        tokens.append(desk.open())
        desk.clock.advance(timedelta(minutes=1))
    desk.engine.execute(Touch(token=tokens[0]))
    tokens.append(desk.open())
    ended = [number for number, token in enumerate(tokens) if desk.session(token) is None]
    assert ended == [1]
