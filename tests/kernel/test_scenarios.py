"""The engine-neutral scenarios on the kernel: as they come, and with everything reloaded from rows at every step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.scenarios import cases, run


@pytest.mark.parametrize("reload", [False, True], ids=["straight", "reload"])
@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_scenario_passes(path: Path, reload: bool) -> None:
    run(path, reload=reload)
