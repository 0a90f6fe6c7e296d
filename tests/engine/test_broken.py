"""Every act fails at every point it comes to, or is carried out and nobody is told: all of it or nothing, and again once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from engine.errors import EngineError, OutcomeUnknown
from engine.store.faults import BEFORE_COMMIT, BEFORE_REPLY, POINTS
from engine.testing import County, hooked
from tests.engine.invariants import live_dump
from tests.engine.scenes import EVERY_POINT, SCENES, Scene, all_or_nothing, done_once, points_to_break, referral
from tests.engine.victim import ACTS
from tests.servers.postgresql import PostgreSQL
from tests.servers.proxy import Proxy


class Broken(Exception):
    """The machine failed."""


def breaking(at: str) -> Callable[[str], None]:
    def hook(point: str) -> None:
        if point == at:
            raise Broken(point)

    return hook


def named(value: object) -> str:
    return getattr(value, "__name__", str(value))


@pytest.mark.parametrize("scene", SCENES, ids=named)
def test_the_points_that_are_broken_are_all_there_are(county: County, scene: Callable[[County], Scene]) -> None:
    county.deploy(referral())
    play = scene(county)
    reached: list[str] = []

    with hooked(reached.append):
        ACTS[play.act](county, play.arguments)

    assert tuple(dict.fromkeys(reached)) == SCENES[scene]


def test_every_point_is_broken_somewhere() -> None:
    assert {point for _, point in EVERY_POINT} == set(POINTS)


@pytest.mark.parametrize(("scene", "point"), points_to_break(1), ids=named)
def test_a_failure_leaves_all_or_nothing_and_a_repetition_succeeds_once(
    county: County, scene: Callable[[County], Scene], point: str
) -> None:
    county.deploy(referral())
    play = scene(county)
    before = live_dump(county.engine.database)
    assert not play.done()

    with hooked(breaking(point)), pytest.raises(Broken):
        ACTS[play.act](county, play.arguments)

    all_or_nothing(county, play, before, point)


@pytest.fixture
def proxy(postgresql_server: PostgreSQL) -> Iterator[Proxy]:
    """A proxy before the server of the run."""
    with Proxy(postgresql_server.port) as opened:
        yield opened


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize("scene", SCENES, ids=named)
@pytest.mark.parametrize("lost", ["reply", "commit"])
def test_a_commit_that_nobody_heard_of_is_done_once(
    county: County, proxy: Proxy, scene: Callable[[County], Scene], lost: str
) -> None:
    """Under a key the engine finds out by itself; without one it says that it does not know."""
    county.deploy(referral())
    play = scene(county)
    before = live_dump(county.engine.database)
    with County(proxy.through(county.url), clock=county.clock) as far:
        far.take_jobs(limit=0)
        (proxy.lose_reply if lost == "reply" else proxy.lose_commit)()
        refusal = None
        try:
            ACTS[play.act](far, play.arguments)
        except EngineError as error:
            refusal = error
        assert proxy.lost.is_set()

    if play.act in ("message", "take"):
        assert isinstance(refusal, OutcomeUnknown)
    elif play.act == "job" and lost == "reply":
        assert refusal is not None
        assert refusal.code == "lease-lost"
    else:
        assert refusal is None
    if refusal is None or lost == "reply":
        all_or_nothing(county, play, before, BEFORE_REPLY)
    else:
        all_or_nothing(county, play, before, BEFORE_COMMIT)
    done_once(county, play)
