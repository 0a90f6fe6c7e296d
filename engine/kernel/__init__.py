"""The kernel: what a process is, and how one step of it runs. Pure; the only place that knows SpiffWorkflow.

`parse` reads the BPMN files of a deployment into process models and findings, `read_stored` those that passed once;
`compile_process` makes them executable; `advance(source, trigger, now, env)` runs one step and hands back the changed
rows and the effects.
"""

from __future__ import annotations

from engine.kernel.advance import advance
from engine.kernel.compile import CompiledDefinition, compile_process
from engine.kernel.correlation import match_message, start_correlation
from engine.kernel.definition import ParsedDeployment, parse, read_stored
from engine.kernel.environment import Budget, BudgetExceeded, Environment, Function
from engine.kernel.memory import EmptySource, MemorySource, MemoryStore
from engine.kernel.model import ApprovalModel, Element, ProcessModel, StartSubscription

__all__ = [
    "ApprovalModel",
    "Budget",
    "BudgetExceeded",
    "CompiledDefinition",
    "Element",
    "EmptySource",
    "Environment",
    "Function",
    "MemorySource",
    "MemoryStore",
    "ParsedDeployment",
    "ProcessModel",
    "StartSubscription",
    "advance",
    "compile_process",
    "match_message",
    "parse",
    "read_stored",
    "start_correlation",
]
