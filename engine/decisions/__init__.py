"""Decision tables (DMN) in the closed language: pure, without SpiffWorkflow, store or clock.

`read_decisions` reads the DMN files of a deployment into `Decisions` and findings; `Decisions.evaluate(key, names, on)`
makes one decision and says which rules counted; `mapped` shapes its outcome as a business rule task asks for it.
"""

from __future__ import annotations

from engine.decisions.deployment import ReadDecisions, read_decisions, read_stored_decisions
from engine.decisions.evaluation import Decisions
from engine.decisions.faults import DecisionFault
from engine.decisions.mapping import mapped
from engine.decisions.model import MAPPINGS, Decision, Outcome

__all__ = [
    "MAPPINGS",
    "Decision",
    "DecisionFault",
    "Decisions",
    "Outcome",
    "ReadDecisions",
    "mapped",
    "read_decisions",
    "read_stored_decisions",
]
