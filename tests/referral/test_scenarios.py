"""Whole referrals, from the branch to the lead hospital and back, as the scenario files tell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.referral.scenarios import cases, run


@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
@pytest.mark.parametrize("reload", [False, True], ids=["straight", "restarted"])
def test_scenario(path: Path, reload: bool) -> None:
    """Also when nothing but the stored rows survives each step."""
    run(path, reload=reload)
