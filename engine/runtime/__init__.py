"""Brings the stored state, the kernel and the rows together: lock the instance, load, step, write the delta.

`Runtime` moves instances; `Definitions` keeps what deployments hold, compiled once and never changed.
"""

from __future__ import annotations

from engine.runtime.case import Act, Case, NewCase, StepTooLarge
from engine.runtime.definitions import Definition, Definitions
from engine.runtime.names import CaseNames
from engine.runtime.rights import field_rights
from engine.runtime.rounds import Change, policy_of, settle, straight_back
from engine.runtime.rules import require_apart
from engine.runtime.runtime import Runtime
from engine.runtime.signing import VOTES
from engine.runtime.task_form import TaskForm, TaskPlace, task_form

__all__ = [
    "VOTES",
    "Act",
    "Case",
    "CaseNames",
    "Change",
    "Definition",
    "Definitions",
    "NewCase",
    "Runtime",
    "StepTooLarge",
    "TaskForm",
    "TaskPlace",
    "field_rights",
    "policy_of",
    "require_apart",
    "settle",
    "straight_back",
    "task_form",
]
