"""Whole referrals, from the branch to the lead hospital and back, as the scenario files tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.kernel.effects import ActivityStarted
from tests.referral.scenarios import cases, run, tagged


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_scenario(path: Path) -> None:
    run(path)


@pytest.mark.parametrize("path", tagged("main"), ids=lambda path: path.stem)
def test_main_scenario_with_nothing_but_the_stored_rows_between_steps(path: Path) -> None:
    run(path, reload=True)


def test_the_scenarios_visit_every_element() -> None:
    """A path that no scenario takes is a path that nobody has seen work."""
    visited: set[str] = set()
    elements: set[str] = set()
    for path in cases():
        community = run(path)
        visited |= {effect.element for effect in community.of(ActivityStarted)}
        elements |= {element for process in community.compiled.processes.values() for element in process.elements}
    assert elements - visited == set()
