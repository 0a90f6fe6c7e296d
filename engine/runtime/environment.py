"""What a kernel step may ask of the world: keys, other definitions, functions, due dates and the reserved names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engine.appliers.reservations import Holder
from engine.clock import stopwatch
from engine.config import Config
from engine.errors import NotFound
from engine.kernel import Budget, CompiledDefinition
from engine.runtime import directory
from engine.runtime.definitions import Definitions, called_definition
from engine.runtime.stationing import ActingCase
from engine.store.unit_of_work import UnitOfWork


def budget(config: Config) -> Budget:
    """What one step may spend on this node."""
    return Budget(
        steps=config.step_tokens,
        depth=config.call_depth,
        instances=config.multi_instance,
        seconds=config.step_time.total_seconds(),
    )


class StepEnvironment:
    """The kernel's `Environment` for one step of one instance."""

    def __init__(
        self,
        work: UnitOfWork,
        definitions: Definitions,
        reserved: Mapping[str, Any],
        institution: str | None,
        holder: Holder,
        acting: ActingCase | None = None,
    ) -> None:
        """`institution` is the code of the one whose hours timers keep: the owner of the instance; `holder` is the instance, and
        `acting` is it for functions that make chairs: None where the step is only looked at.
        """
        self._work = work
        self._definitions = definitions
        self._reserved = reserved
        self._institution = institution
        self._holder = holder
        self._acting = acting
        self.budget = budget(work.config)
        self.elapsed = stopwatch()

    def new_key(self) -> int:
        return self._work.new_key()

    def definition(self, ref: str) -> CompiledDefinition:
        return self._definitions.get(int(ref)).compiled

    def called(self, process_id: str, from_definition: str, binding: str, value: str | None) -> str:
        """A called process by its binding. Raises NotFound."""
        caller, connection = int(from_definition), self._work.connection
        key = called_definition(connection, self._definitions, process_id, caller=caller, binding=binding, value=value)
        if key is None:
            raise NotFound("no-process", "Expected to call process '{process}', but none is deployed", process=process_id)
        return str(key)

    def function(self, name: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any]]:
        return directory.function(name, self._work, self._institution, self._holder, self._acting)

    def due(self, term: str, calendar: str | None, start: datetime) -> datetime:
        return self._work.working_time.due(start, term, calendar or "CLIN", self._institution).at

    def put_off(self, at: datetime, calendar: str | None, since: datetime, until: datetime) -> datetime:
        return self._work.working_time.put_off(at, since, until, calendar or "CLIN", self._institution).at

    def names(self, instance: int) -> Mapping[str, Any]:
        return self._reserved
