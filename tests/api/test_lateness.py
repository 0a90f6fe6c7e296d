from __future__ import annotations

from collections.abc import Callable

from tests.api.browser import Client

SignIn = Callable[[str], Client]


def test_who_administrates_counts_a_period(sign_in: SignIn) -> None:
    keeper = sign_in("keeper")
    for by in ("person", "post", "institution", "process", "step"):
        assert keeper.get(f"/lateness?first=2026-01-01&last=2026-12-31&by={by}&institution=CH01") == []
    backwards = keeper.call("GET", "/lateness?first=2026-02-01&last=2026-01-01")
    assert (backwards.status_code, backwards.json()["code"]) == (422, "period")
    assert keeper.call("GET", "/lateness?first=soon&last=2026-01-01").status_code == 422
    assert sign_in("gp").call("GET", "/lateness?first=2026-01-01&last=2026-01-02").status_code == 403
