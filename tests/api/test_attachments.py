"""Files over HTTP: how they come and go, and what keeps them from doing harm on the way."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import requests

from tests.api.browser import Client
from tests.api.test_cases import SLIP
from tests.forms.pictures import jpeg, pdf, png

SignIn = Callable[[str], Client]
ONE = "00000000-0000-4000-8000-000000000001"


def put(
    browser: Client, task: str, content: bytes, name: str = "同意书.jpg", field: str = "papers", id: str = ""
) -> requests.Response:
    path = f"/tasks/{task}/attachments/{id or uuid4()}?field={field}&name={name}"
    return browser.raw("PUT", path, content, "application/octet-stream")


def test_a_file_is_uploaded_sent_and_read(sign_in: SignIn) -> None:
    gp, director = sign_in("gp"), sign_in("director")
    task = gp.start()["nextTask"]["id"]
    kept = put(gp, task, png(400, 400, note=b"x" * 1_500_000), "片子 第1张.exe")
    assert (kept.status_code, kept.json()["name"], kept.json()["type"]) == (200, "片子 第1张.exe.png", "image/png")
    assert [record["id"] for record in gp.get(f"/tasks/{task}")["attachments"]] == [kept.json()["id"]]
    assert director.call("GET", f"/tasks/{task}/attachments/{kept.json()['id']}").status_code == 404

    gp.complete(task, "submit", {**SLIP, "papers": [kept.json()["id"]]})

    [review] = director.get("/tasks?box=claimable")["items"]
    [shown] = director.get(f"/tasks/{review['id']}")["attachments"]
    assert shown == kept.json()
    answer = director.call("GET", f"/tasks/{review['id']}/attachments/{shown['id']}")
    assert answer.content == png(400, 400, note=b"x" * 1_500_000)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["Content-Disposition"] == (
        "attachment; filename*=UTF-8''%E7%89%87%E5%AD%90%20%E7%AC%AC1%E5%BC%A0.exe.png"
    )
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; sandbox")
    for outsider in ("stranger", "centre", "operator"):
        gone = sign_in(outsider).call("GET", f"/tasks/{review['id']}/attachments/{shown['id']}")
        assert (gone.status_code, gone.json()["code"]) == (404, "task-not-found"), outsider


def test_what_cannot_be_kept_is_refused_in_words_that_help(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]
    for content, status, code, words in (
        (b"", 422, "attachment-empty", "换一个文件"),
        (b"MZ this is a program", 422, "attachment-type", "只收 JPG、PNG 图片和 PDF"),
        (jpeg()[:20], 422, "attachment-damaged", "重新拍照"),
        (pdf() + b"\0" * 10_500_000, 413, "body-too-large", "太大"),
    ):
        refused = put(gp, task, content)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert words in refused.json()["detail"]
    assert put(gp, task, jpeg(), field="name").json()["code"] == "attachment-field"
    assert put(gp, task, jpeg(), field="").status_code == 422
    assert gp.get(f"/tasks/{task}")["attachments"] == []


def test_an_upload_may_be_repeated_and_taken_back(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]
    assert put(gp, task, jpeg(), id=ONE).json() == put(gp, task, jpeg(), id=ONE).json()
    taken = put(gp, task, png(), id=ONE)
    assert (taken.status_code, taken.json()["code"]) == (409, "attachment-id")
    for _ in range(2):
        assert gp.call("DELETE", f"/tasks/{task}/attachments/{ONE}").status_code == 204
    assert gp.call("GET", f"/tasks/{task}/attachments/{ONE}").status_code == 404
    refused = gp.act(task, "complete", {"outcome": "submit", "data": {**SLIP, "papers": [ONE]}})
    assert refused.json()["errors"] == [
        {"path": "papers", "code": "unknown-attachment", "message": "附件里有一个文件没有传上，移除后重新添加。"}
    ]


def test_an_upload_needs_the_token_of_our_own_pages(sign_in: SignIn) -> None:
    gp = sign_in("gp")
    task = gp.start()["nextTask"]["id"]
    gp.session["csrfToken"] = ""
    assert put(gp, task, jpeg()).json()["code"] == "csrf-missing"
