"""The matrix of approvals: every way to sign, at every place, with everything that can be done with a seat.

What must happen is told by `reference.py` and `drawings.py`, which know the tables and not the engine. `make matrix` plays
a cut that has each two properties of a case together, all of it on SQLite and half of it on PostgreSQL; `make test`
plays a fifth of the cut on each of them, and `make chaos` everything on both.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.engine.matrix.cases import Scene, ordered, scenes

EVERY, COVERING = ordered(list(scenes()))
KINDS = ("sqlite", "postgresql")


def cases() -> Iterator[tuple[str, Scene]]:
    """The cases that are played, each with its kind of database."""
    for number, kind in enumerate(KINDS):
        if os.environ.get("LIANDONG_CHAOS"):
            chosen = EVERY
        elif os.environ.get("LIANDONG_MATRIX"):
            chosen = EVERY[number : COVERING : number + 1]
        else:
            chosen = EVERY[number:COVERING:5]
        yield from ((kind, scene) for scene in chosen)


@pytest.mark.parametrize(
    ("kind", "scene"),
    [pytest.param(kind, scene, id=f"{kind}-{scene}", marks=pytest.mark.xdist_group(kind)) for kind, scene in cases()],
)
def test_case(request: pytest.FixtureRequest, kind: str, scene: Scene) -> None:
    request.getfixturevalue(f"{kind}_stage").play(scene)
