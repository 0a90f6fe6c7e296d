from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from tests.api.browser import Client
from tests.api.test_cases import SLIP

SignIn = Callable[[str], Client]


def test_every_answer_is_guarded_by_headers(address: str) -> None:
    for path in ("/api/v1/session", "/healthz", "/api/v1/openapi.json"):
        headers = requests.get(address + path, timeout=20).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'self'; style-src 'self'; img-src 'self' data:;")
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert requests.get(address + "/api/v1/session", timeout=20).headers["Cache-Control"] == "no-store"


def test_health_says_how_far_the_calendar_is_published(address: str) -> None:
    health = requests.get(address + "/healthz", timeout=20)

    assert health.status_code == 200
    assert health.json()["database"] == "ok"
    assert health.json()["calendar"]["lastPublishedYear"] == 2026
    assert requests.get(address + "/readyz", timeout=20).json() == {"status": "ok"}


def test_the_document_describes_every_route_with_problem_json(address: str) -> None:
    document = requests.get(address + "/api/v1/openapi.json", timeout=20).json()

    assert document["openapi"] == "3.1.0"
    assert {"/api/v1/tasks", "/api/v1/tasks/{task}/complete", "/api/v1/session", "/api/v1/events"} <= set(document["paths"])
    assert list(document["components"]["responses"]["DEFAULT_ERROR"]["content"]) == ["application/problem+json"]
    parameters = document["paths"]["/api/v1/tasks/{task}/claim"]["post"]["parameters"]
    assert {parameter["name"] for parameter in parameters} >= {"If-Match", "Idempotency-Key"}
    assert "http" not in json.dumps(document["paths"])


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A built browser bundle."""
    folder = tmp_path / "static"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>page</title>")
    (folder / "assets" / "index-Ab3dEf9_.js").write_text("plain")
    (folder / "assets" / "index-Ab3dEf9_.js.gz").write_bytes(gzip.compress(b"packed"))
    (tmp_path / "secret.txt").write_text("secret")
    return folder


def test_the_browsers_files_are_served(serve: Callable[..., str], static: Path) -> None:
    address = serve(static_folder=static, stream_limit=1)
    page = requests.get(address + "/", timeout=20)
    assert ("page" in page.text, page.headers["Cache-Control"]) == (True, "no-cache")
    assert requests.get(address + "/tasks/00000000-0000-0000-0000-000000000000", timeout=20).text == page.text

    packed = requests.get(address + "/assets/index-Ab3dEf9_.js", timeout=20)
    assert (packed.text, packed.headers["Content-Encoding"]) == ("packed", "gzip")
    assert packed.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Content-Type"].startswith("text/javascript")
    plain = requests.get(address + "/assets/index-Ab3dEf9_.js", headers={"Accept-Encoding": "identity"}, timeout=20)
    assert plain.text == "plain"

    assert requests.get(address + "/assets/missing.js", timeout=20).status_code == 404
    assert requests.get(address + "/..%2fsecret.txt", timeout=20).status_code == 404
    assert requests.get(address + "/%2e%2e/secret.txt", timeout=20).status_code == 404


def test_without_a_bundle_the_page_says_what_to_do(serve: Callable[..., str], tmp_path: Path) -> None:
    answer = requests.get(serve(static_folder=tmp_path, stream_limit=1) + "/", timeout=20)

    assert (answer.status_code, answer.json()["code"]) == (503, "not-built")


def test_a_change_reaches_the_browser_of_its_person(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    task = gp.start()["nextTask"]["id"]
    stream = director.http.get(f"{director.url}/api/v1/events", stream=True, timeout=20)
    lines = stream.iter_lines(chunk_size=1, decode_unicode=True)
    assert stream.headers["Content-Type"].startswith("text/event-stream")
    assert next(lines) == "retry: 3000"

    gp.complete(task, "submit", SLIP)

    heard = [line for line in (next(lines) for _ in range(6)) if line]
    stream.close()
    assert heard == ["event: change", 'data: {"kind":"tasks"}', "event: change", 'data: {"kind":"notifications"}']


def test_streams_are_capped_and_a_persons_oldest_gives_way(sign_in: SignIn) -> None:
    browsers = [sign_in(login) for login in ("gp", "director", "deputy", "centre")]
    streams = [browser.http.get(f"{browser.url}/api/v1/events", stream=True, timeout=20) for browser in browsers]

    refused = sign_in("stranger").call("GET", "/events")
    for stream in streams:
        stream.close()

    assert [stream.status_code for stream in streams] == [200] * 4
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-streams")


def test_simultaneous_claims_have_one_winner(sign_in: SignIn) -> None:
    gp, rivals = sign_in("gp"), [sign_in("director"), sign_in("deputy")]
    gp.complete(gp.start()["nextTask"]["id"], "submit", SLIP)
    task = rivals[0].get("/tasks?box=claimable")["items"][0]["id"]
    barrier, statuses = threading.Barrier(2), []

    def claim(browser: Client) -> None:
        barrier.wait()
        statuses.append(browser.call("POST", f"/tasks/{task}/claim", {}, If_Match='"1"').status_code)

    threads = [threading.Thread(target=claim, args=(rival,)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(statuses) == [200, 409]
