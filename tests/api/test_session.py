from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from http.cookies import SimpleCookie

import requests
from sqlalchemy import select

from engine.clock import VirtualClock
from engine.commands.account import DisableAccount, SetPassword
from engine.engine import Engine
from engine.store.tables import AuditEntry
from tests.api.browser import Client
from tests.api.community import PASSWORD

SignIn = Callable[[str], Client]
NEW_PASSWORD = "Willow-Bridge-77?"


def test_nobody_is_signed_in_at_first(address: str) -> None:
    answer = Client(address).call("GET", "/session")

    assert (answer.status_code, answer.json()["code"]) == (401, "no-session")
    assert answer.json()["facts"] == {"demo": True}
    assert "Set-Cookie" not in answer.headers


def test_a_session_tells_who_one_is_and_in_which_chairs(sign_in: SignIn) -> None:
    session = sign_in("gp").get("/session")

    assert (session["person"]["name"], session["person"]["login"]) == ("甘平·演示", "gp")
    [chair] = session["capacities"]
    assert (chair["post"]["code"], chair["institution"]["code"], chair["department"]) == ("BR_GP", "CH01", None)
    assert (session["mustChangePassword"], session["demo"], session["idleMinutes"], session["rights"]) == (False, True, 30, [])


def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(address: str) -> None:
    answer = Client(address).call("POST", "/session", {"login": "gp", "password": PASSWORD})

    cookie = SimpleCookie(answer.headers["Set-Cookie"])["liandong_session"]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["secure"]) == (True, "Lax", "/", "")


def test_behind_https_the_cookie_is_secure(serve: Callable[..., str]) -> None:
    answer = Client(serve(secure_cookies=True, stream_limit=1)).call("POST", "/session", {"login": "gp", "password": PASSWORD})

    assert SimpleCookie(answer.headers["Set-Cookie"])["liandong_session"]["secure"] is True


def test_a_wrong_password_and_an_unknown_login_look_alike(address: str) -> None:
    browser = Client(address)
    wrong = browser.call("POST", "/session", {"login": "gp", "password": "wrong"})
    unknown = browser.call("POST", "/session", {"login": "nobody-here", "password": "wrong"})

    assert wrong.status_code == unknown.status_code == 422
    assert wrong.json() == unknown.json()
    assert (wrong.json()["code"], wrong.json()["facts"]) == ("wrong-credentials", {"triesLeft": 4})
    assert wrong.json()["detail"] == "账号或密码不正确，还可尝试 4 次。"


def test_five_failures_lock_even_the_right_password_out(address: str) -> None:
    browser = Client(address)
    for _ in range(5):
        last = browser.call("POST", "/session", {"login": "gp", "password": "wrong"})

    assert (last.status_code, last.json()["code"]) == (429, "locked")
    assert last.json()["facts"]["until"].endswith("Z")
    assert browser.call("POST", "/session", {"login": "gp", "password": PASSWORD}).status_code == 429
    assert Client(address).sign_in("director").session["person"]["login"] == "director"


def test_signing_out_ends_the_session_on_the_server(sign_in: SignIn, address: str) -> None:
    gp = sign_in("gp")
    token = gp.http.cookies["liandong_session"]

    assert gp.call("DELETE", "/session").status_code == 204

    thief = Client(address)
    thief.http.cookies["liandong_session"] = token
    assert thief.call("GET", "/session").json()["code"] == "session-expired"


def test_a_disabled_account_is_out_at_its_next_request(sign_in: SignIn, engine: Engine) -> None:
    gp = sign_in("gp")
    engine.execute(DisableAccount(login="gp"))

    assert gp.call("GET", "/tasks/counts").status_code == 401


def test_a_given_password_must_be_changed_before_anything_else(sign_in: SignIn, address: str, engine: Engine) -> None:
    engine.execute(SetPassword(login="gp", password="Given-By-Desk-11"))
    gp = Client(address).sign_in("gp", "Given-By-Desk-11")

    assert gp.session["mustChangePassword"] is True
    refused = gp.call("GET", "/tasks/counts")
    assert (refused.status_code, refused.json()["code"]) == (403, "password-change-required")
    weak = gp.call("PUT", "/session/password", {"current": "Given-By-Desk-11", "new": "short"})
    assert (weak.status_code, weak.json()["code"]) == (422, "weak-password")
    assert "密码至少 10 个字符。" in weak.json()["detail"]
    assert {error["code"] for error in weak.json()["errors"]} >= {"too-short", "classes"}
    wrong = gp.call("PUT", "/session/password", {"current": "not it", "new": NEW_PASSWORD})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong-credentials")
    assert gp.call("PUT", "/session/password", {"current": "Given-By-Desk-11", "new": NEW_PASSWORD}).status_code == 204
    assert gp.call("GET", "/tasks/counts").status_code == 200


def test_a_change_without_the_csrf_token_is_refused(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    for token, code in ((None, "csrf-missing"), ("0" * 64, "csrf-wrong"), ("é".encode("latin-1"), "csrf-wrong")):
        answer = gp.call("POST", "/notifications/read", {"ids": []}, X_CSRF_Token=token)
        assert (answer.status_code, answer.json()["code"]) == (403, code), token


def test_a_change_from_another_site_is_refused(address: str) -> None:
    browser = Client(address)
    for headers in ({"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec_Fetch_Site": "cross-site"}):
        answer = browser.call("POST", "/session", {"login": "gp", "password": PASSWORD}, **headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf-origin"), headers


def test_a_request_in_the_background_does_not_keep_the_session_awake(address: str, engine: Engine) -> None:
    clock = VirtualClock(engine.clock.now())
    engine.clock = clock
    idle, busy = Client(address).sign_in("gp"), Client(address).sign_in("director")

    for _ in range(4):
        clock.advance(timedelta(minutes=10))
        busy.call("GET", "/tasks/counts")
        idle.call("GET", "/tasks/counts", X_Background="1")

    assert busy.call("GET", "/session").status_code == 200
    assert idle.call("GET", "/session").json()["code"] == "session-expired"


def test_our_own_origin_is_welcome(address: str) -> None:
    answer = Client(address).call("POST", "/session", {"login": "gp", "password": PASSWORD}, Origin=address)

    assert answer.status_code == 200


def test_the_answer_to_a_sign_in_is_not_kept_under_an_idempotency_key(address: str, engine: Engine) -> None:
    first = Client(address).call("POST", "/session", {"login": "gp", "password": PASSWORD}, Idempotency_Key="same")
    second = Client(address).call("POST", "/session", {"login": "gp", "password": PASSWORD}, Idempotency_Key="same")

    assert first.status_code == second.status_code == 200
    assert first.json()["csrfToken"] != second.json()["csrfToken"]


def test_a_session_that_asks_without_end_is_slowed_down_on_every_node(serve: Callable[..., str], engine: Engine) -> None:
    clock = VirtualClock(engine.clock.now().replace(second=30, microsecond=0))
    engine.clock = clock
    nodes = [serve(stream_limit=4, requests_per_minute=20) for _ in range(2)]
    busy, calm = Client(nodes[0]).sign_in("gp"), Client(nodes[0]).sign_in("gp")
    answers = []
    for _ in range(30):
        answers += [busy.call("GET", "/tasks/counts"), busy.to(nodes[1]).call("GET", "/tasks/counts")]

    passed = [answer.status_code for answer in answers].count(200)
    assert 20 <= passed <= 24, "the limit, and at most a tenth of it a node more"
    refused = answers[-1]
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "31")
    assert (refused.json()["code"], "20" in refused.json()["detail"]) == ("too-many-requests", True)
    assert calm.call("GET", "/tasks/counts").status_code == 200
    with engine.database.reading() as connection:
        noted = select(AuditEntry.result).where(AuditEntry.action == "too-many-requests")
        assert connection.execute(noted).scalars().all() == ["refused"]
    clock.advance(timedelta(seconds=31))
    assert busy.call("GET", "/tasks/counts").status_code == 200


def test_signing_in_is_slowed_down_by_address_and_a_lock_says_when_it_ends(serve: Callable[..., str], engine: Engine) -> None:
    engine.clock = VirtualClock(engine.clock.now())
    address = serve(sign_ins_per_minute=8)
    answers = [Client(address).call("POST", "/session", {"login": "gp", "password": "wrong"}) for _ in range(10)]

    codes = [answer.json()["code"] for answer in answers]
    assert codes == ["wrong-credentials"] * 4 + ["locked"] * 4 + ["too-many-requests"] * 2
    assert [answer.status_code for answer in answers] == [422] * 4 + [429] * 6
    assert answers[4].headers["Retry-After"] == "600"
    assert Client(address).call("GET", "/session").status_code == 401


def test_a_packed_body_is_refused_before_it_is_unpacked(address: str) -> None:
    body = gzip.compress(json.dumps({"login": "gp", "password": PASSWORD}).encode())
    for encoding, status in (("gzip", 415), ("br", 415), ("gzip, identity", 415), ("identity", 400)):
        answer = requests.post(
            f"{address}/api/v1/session",
            data=body,
            headers={"Content-Type": "application/json", "Content-Encoding": encoding},
            timeout=20,
        )
        assert answer.status_code == status, encoding
