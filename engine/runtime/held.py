"""The runtime of jobs whose cases are locked already, with what their timers stand at: all of it read together."""

from __future__ import annotations

from collections.abc import Mapping

from engine.runtime.case import Case
from engine.runtime.runtime import Runtime, kernel_row
from engine.store.faults import AFTER_LOCK
from engine.store.state import Loaded, StoredState
from engine.store.unit_of_work import UnitOfWork


class HeldCases(Runtime):
    """Gives out each case once as it was read when it was locked; whoever asks again gets it as it has become."""

    def __init__(self, runtime: Runtime, cases: Mapping[int, Case], loaded: Mapping[int, Loaded]) -> None:
        """`loaded` holds by the keys of the cases what was read of them."""
        self.definitions = runtime.definitions
        self._cases = dict(cases)
        self._loaded = dict(loaded)
        self._given: Case | None = None

    def lock(self, work: UnitOfWork, instance: int) -> Case:
        case = self._given = self._cases.pop(instance, None)
        if case is None:
            return super().lock(work, instance)
        work.reach(AFTER_LOCK)
        return case

    def state(self, work: UnitOfWork, case: Case) -> StoredState:
        loaded = self._loaded.pop(case.key, None) if case is self._given else None
        return StoredState(work, kernel_row(case), loaded)
