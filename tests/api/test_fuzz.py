"""Whatever is sent, the answer is never an accident: no 5xx, and every refusal is a problem."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.app import create_app
from api.config import ApiConfig
from engine.config import Config
from engine.engine import Engine
from tests.api.community import PASSWORD
from tests.servers.postgresql import PostgreSQL

EASY = settings(max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
TASK = "tasks/00000000-0000-4000-8000-000000000000"
CASE = "instances/00000000-0000-4000-8000-000000000000"
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
TEXT = st.text(max_size=8)
ANY_JSON = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4))
NAMES = st.sampled_from(
    [
        "instructions",
        "kind",
        "process",
        "version",
        "mapping",
        "parameters",
        "start",
        "cancel",
        "outcome",
        "data",
        "opinion",
        "reason",
        "personId",
        "ids",
        "name",
        "to",
        "correlation",
        "payload",
        "channel",
        "messageId",
        "occurredAt",
        "processKey",
        "capacityId",
        "variables",
        "current",
        "new",
        "login",
        "password",
    ]
)
BODIES = ANY_JSON | st.dictionaries(NAMES, ANY_JSON, max_size=6)
LISTS = (
    "tasks",
    "instances",
    "notifications",
    "people",
    "operations/batches",
    "operations/jobs",
    "operations/messages",
    "operations/incidents",
    "operations/instances",
    "external-tasks",
)
QUERY_NAMES = st.sampled_from(["box", "cursor", "limit", "q", "process", "state", "institution", "lang", "x"])


class Caller:
    """An operator who may do much, and ids that exist."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        signed_in = client.post("/api/v1/session", json={"login": "operator", "password": PASSWORD})
        self.headers = {"X-CSRF-Token": signed_in.json["csrfToken"], "If-Match": "*", "Content-Type": "application/json"}
        self.capacity = signed_in.json["capacities"][0]["id"]

    def send(self, method: str, path: str, body: bytes) -> Any:
        return self.client.open(f"/api/v1/{path}", method=method, data=body, headers=self.headers)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def caller(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Caller]:
    """Somebody signed in to an application without a network in between."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("fuzz") / "liandong.db"
        shutil.copyfile(request.getfixturevalue("sqlite_community"), path)
        url = f"sqlite:///{path}"
    else:
        server: PostgreSQL = request.getfixturevalue("postgresql_server")
        url = server.create_database("api_fuzz", request.getfixturevalue("postgresql_community"))
    engine = Engine(Config(database_url=url, demo=True))
    yield Caller(create_app(engine, ApiConfig()).test_client())
    engine.close()


def expect_no_accident(answer: Any, sent: object) -> None:
    assert answer.status_code < 500, (sent, answer.text)
    if answer.status_code >= 400:
        assert answer.content_type == "application/problem+json", (sent, answer.text)
        assert answer.json["status"] == answer.status_code


CHANGES = (
    ("POST", "instances"),
    ("POST", "messages"),
    ("POST", "notifications/read"),
    ("PUT", "session/password"),
    *(("POST", f"{TASK}/{action}") for action in ("claim", "unclaim", "complete", "reassign")),
    ("PUT", f"{TASK}/draft"),
    *(
        ("POST", f"operations/{CASE}/{act}")
        for act in (
            "suspend",
            "resume",
            "cancel",
            "modify",
            "modify/preview",
            "variables",
            "migrate",
            "migrate/preview",
            "revert",
        )
    ),
    ("POST", "operations/batches"),
    ("PUT", f"{TASK}/attachments/00000000-0000-4000-8000-000000000001?field=papers&name=x"),
)


@EASY
@given(route=st.sampled_from(CHANGES), body=BODIES)
def test_any_json_is_answered(caller: Caller, route: tuple[str, str], body: Any) -> None:
    text = json.dumps(body).encode()

    expect_no_accident(caller.send(*route, text), (route, text))


@EASY
@given(route=st.sampled_from(CHANGES), body=st.binary(max_size=200))
def test_any_bytes_are_answered(caller: Caller, route: tuple[str, str], body: bytes) -> None:
    expect_no_accident(caller.send(*route, body), (route, body))


@EASY
@given(path=st.sampled_from(LISTS), query=st.dictionaries(QUERY_NAMES, st.text(max_size=30), max_size=3))
def test_any_query_is_answered(caller: Caller, path: str, query: dict[str, str]) -> None:
    clean = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}

    expect_no_accident(caller.client.get(f"/api/v1/{path}", query_string=clean), (path, clean))


@EASY
@given(name=st.text(max_size=30), payload=st.dictionaries(st.text(max_size=10), ANY_JSON, max_size=4))
def test_any_message_is_answered(caller: Caller, name: str, payload: dict[str, Any]) -> None:
    text = json.dumps({"name": name, "payload": payload, "correlation": payload}).encode()

    expect_no_accident(caller.send("POST", "messages", text), text)


@EASY
@given(path=st.text(max_size=40))
def test_any_address_is_answered(caller: Caller, path: str) -> None:
    clean = path.encode("utf-8", "replace").decode()

    expect_no_accident(caller.client.get(f"/api/v1/institutions/{clean}/departments"), clean)
    expect_no_accident(caller.client.get(f"/api/v1/{clean}"), clean)


@EASY
@given(
    headers=st.dictionaries(
        st.sampled_from(["If-Match", "Idempotency-Key", "X-CSRF-Token", "Accept-Language", "Cookie", "Content-Type"]),
        st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=40),
        max_size=3,
    )
)
def test_any_header_is_answered(caller: Caller, headers: dict[str, str]) -> None:
    path = f"/api/v1/{TASK}/claim"

    expect_no_accident(caller.client.post(path, data=b"{}", headers={**caller.headers, **headers}), headers)
