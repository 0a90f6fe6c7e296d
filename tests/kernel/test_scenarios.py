"""The engine-neutral scenarios on the kernel: as they come, and with everything reloaded from rows at every step.

The harder run is watched as well: SpiffWorkflow's tree walks, throwing, prediction and serializer are never entered.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kernel.scenarios import cases, run
from tests.kernel.watch import Watch


@pytest.mark.parametrize("reload", [False, True], ids=["straight", "reload"])
@pytest.mark.parametrize("path", cases(), ids=lambda path: path.stem)
def test_scenario_passes(path: Path, reload: bool) -> None:
    if not reload:
        run(path, reload=False)
        return
    watch = Watch()
    watch.during(lambda: run(path, reload=True))
    assert watch.forbidden() == []
