"""Rehearsals on each kind of database: the community that is copied for them, and who may ask for them."""

from __future__ import annotations

from collections.abc import Callable

from engine.commands.account import CreateAccount
from engine.commands.organisation import PutPerson
from engine.engine import Engine
from tests.api.browser import Client
from tests.api.community import PASSWORD


def test_a_run_has_the_people_of_the_real_store_and_only_designers_play(sign_in: Callable[[str], Client], engine: Engine) -> None:
    engine.execute(PutPerson(staff_number="D0", name="程图·演示"))
    engine.execute(CreateAccount(person="D0", login="drawer", password=PASSWORD, must_change=False, rights=("design",)))
    drawer = sign_in("drawer")
    design = drawer.call("POST", "/designs", {"folder": "handover"}).json()["id"]
    body = {"process": "handover_from", "at": "2026-11-24T01:00:00Z"}
    begun = drawer.call("POST", f"/designs/{design}/rehearsal", body)
    assert begun.status_code == 200, begun.text
    assert begun.json()["tasks"][0]["people"][0]["why"] == "是发起人"
    assert drawer.call("POST", f"/designs/{design}/rehearsal", body).json() == begun.json()
    doctor = sign_in("gp")
    for path in ("rehearsal", "rehearsal/scenario", "coverage", "who"):
        assert doctor.call("POST", f"/designs/{design}/{path}", {}).status_code == 403
