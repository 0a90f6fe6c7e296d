"""Statistics over HTTP: whose they are, and what a page needs of them."""

from __future__ import annotations

from collections.abc import Callable

from tests.api.browser import Client

SignIn = Callable[[str], Client]
YEAR = "first=2026-01-01&last=2026-12-31"


def test_who_oversees_an_institution_sees_its_statistics(sign_in: SignIn) -> None:
    director, chief = sign_in("director"), sign_in("chief")
    assert director.get("/analytics/processes") == []
    sign_in("gp").start()
    assert director.get("/analytics/processes") == [{"folder": "handover", "name": "交接", "recent": 1}]
    own, all_of_them = (who.get(f"/analytics/processes/handover?{YEAR}") for who in (director, chief))
    assert [choice["code"] for choice in own["choices"]] == ["CH01"]
    assert (own["whole"], all_of_them["whole"], len(all_of_them["choices"])) == (False, True, 3)
    assert own["total"] == {
        **dict.fromkeys(("figures", "before", "institution", "step", "post", "postCode", "department")),
        "tasks": 0,
        "now": {"open": 1, "overdue": 0, "soon": 0},
        "escalated": [0, 0, 0],
    }
    assert (own["previousFirst"], own["previousLast"], own["target"]) == ("2025-01-01", "2025-12-31", 90)
    assert director.call("GET", f"/analytics/processes/handover?{YEAR}&institution=CH02").status_code == 404
    assert director.call("GET", "/analytics/processes/handover?first=2026-02-01&last=2026-01-01").json()["code"] == "period"


def test_nobody_else_does(sign_in: SignIn) -> None:
    doctor = sign_in("gp")
    assert doctor.get("/session")["statistics"] is False
    assert sign_in("director").get("/session")["statistics"] is True
    for path in ("/analytics/processes", f"/analytics/processes/handover?{YEAR}"):
        refused = doctor.call("GET", path)
        assert (refused.status_code, refused.json()["code"]) == (403, "statistics")
