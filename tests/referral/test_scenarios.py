"""Whole referrals, from the branch to the lead hospital and back, as the scenario files tell them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from engine.kernel.effects import ActivityStarted
from engine.kernel.model import Element
from tests.campaign import LONG
from tests.referral.community import Community
from tests.referral.scenarios import cases, run, tagged

RELOADED = frozenset({"several_asked"})
"""Played with nothing but the stored rows between their steps in every test run."""


def reloaded() -> list[Path]:
    """The main scenario with most in it; all of them in a long campaign."""
    return [path for path in tagged("main") if LONG or path.stem in RELOADED]


@cache
def played(path: Path) -> Community:
    """The community after a scenario, played once."""
    return run(path)


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    played(path)


@pytest.mark.parametrize("path", reloaded(), ids=lambda path: path.stem)
def test_main_scenario_with_nothing_but_the_stored_rows_between_steps(path: Path) -> None:
    run(path, reload=True)


def test_the_scenarios_visit_every_element() -> None:
    """A path that no scenario takes is a path that nobody has seen work. A compensation event only shows where its handler is."""
    visited: set[str] = set()
    elements: set[str] = set()
    for path in cases():
        community = played(path)
        visited |= {effect.element for effect in community.of(ActivityStarted)}
        for process in community.compiled.processes.values():
            elements |= {name for name, element in process.elements.items() if not _marks_a_handler(element)}
    assert elements - visited == set()


def _marks_a_handler(element: Element) -> bool:
    return element.attached_to is not None and [event.kind for event in element.events] == ["compensation"]
