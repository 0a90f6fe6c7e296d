"""What a job does about a function that failed in the step it has made."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row

from engine.errors import StepFailed
from engine.kernel.effects import IncidentRaised, StepResult
from engine.runtime import Runtime
from engine.runtime.retries import Place, pauses_at
from engine.store.unit_of_work import UnitOfWork

FUNCTION = "function"
"""Incident of a function that failed: the one cause that may pass by itself. A model's own fault is an incident at once."""


def refuse_failure(
    job: Row[Any], place: Place | Row[Any], work: UnitOfWork, runtime: Runtime, definition: int, result: StepResult
) -> None:
    """Raises StepFailed when a function has failed in the job's step and the job may still be tried again.

    `place` is where the job's element stood before the step.
    The last try keeps its step, with the incident at the very element that failed.
    """
    failed = next((e for e in result.effects if isinstance(e, IncidentRaised) and e.code == FUNCTION), None)
    if failed is None:
        return
    pauses = pauses_at(work, runtime, definition, place)
    if job.attempts <= len(pauses):
        raise StepFailed(failed.element, failed.message, pauses)
