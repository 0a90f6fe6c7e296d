"""Random block-structured models on both databases, compared with a reference interpreter after each step.

Each step finds an engine that was built from the store; some find a process that was. Longer campaigns:
`pytest tests/engine/test_random_models.py --examples 5000 --first-seed 1`.
"""

from __future__ import annotations

import pytest

from engine.testing import County
from tests.engine.store_run import NewProcesses, StoreRun
from tests.kernel.blocks import PLAIN, ROUGH
from tests.kernel.play import play

KINDS = pytest.mark.parametrize("kinds", [PLAIN, ROUGH], ids=["plain", "rough"])


@KINDS
@pytest.mark.models(12, at_most=1_000)
def test_random_models_run_from_the_store_as_the_reference_does(kinds: tuple[str, ...], county: County, seeds: range) -> None:
    for seed in seeds:
        play(StoreRun(county), seed, 2 + seed % 2, kinds)


@KINDS
@pytest.mark.models(2, at_most=50)
def test_random_models_run_from_processes_that_never_saw_them(kinds: tuple[str, ...], county: County, seeds: range) -> None:
    processes = NewProcesses(county.url)
    try:
        for seed in seeds:
            play(StoreRun(county, processes), 1_000 + seed, 2, kinds)
    finally:
        processes.close()
