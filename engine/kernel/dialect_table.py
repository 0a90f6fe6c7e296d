"""What becomes of every attribute and element of Camunda 7, Operaton, Flowable and Activiti: the one table, `dialects.toml`.

The first rule that fits decides. What no rule names is reported as not understood. The rules follow one principle: what
would run other code, write a variable or change the way of a case is refused; what only sets something up is warned of;
what is harmless is on one list there and nowhere else. docs/reference/other-tools.md is the table as a page.

A rule names attributes (`attribute`) or elements (`element`), the `place` where they stand (anywhere when absent), and
may hold for some `values` of the attribute or for `only` some elements. Its `message` completes `camunda:name: …`.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lxml import etree

from engine.kernel.decision_reader import DECISION
from engine.kernel.extensions import vendor
from engine.kernel.source import NODES
from engine.kernel.work_reader import is_external

Kind = Literal["attribute", "element"]
Treatment = Literal["read", "ignored", "warning", "error"]

_LOOPS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
MAPPINGS = frozenset({"in", "out", "externalWorkerInParameter", "externalWorkerOutParameter"})
"""Elements of other engines whose own attributes are looked at."""
PLACES: Mapping[str, frozenset[str] | None] = {
    "anywhere": None,
    "node or loop": NODES | _LOOPS,
    "node or process": NODES | {"process"},
    "process": frozenset({"process"}),
    "user task": frozenset({"userTask"}),
    "user task or start event": frozenset({"userTask", "startEvent"}),
    "start event": frozenset({"startEvent"}),
    "script task": frozenset({"scriptTask"}),
    "work": frozenset({"serviceTask", "sendTask", "businessRuleTask", "task"}),
    "decision task": frozenset({"businessRuleTask", "serviceTask"}),
    "business rule task": frozenset({"businessRuleTask"}),
    "call activity": frozenset({"callActivity"}),
    "loop": frozenset({"multiInstanceLoopCharacteristics"}),
    "signal": frozenset({"signal"}),
    "error": frozenset({"error"}),
    "timer": frozenset({"timerEventDefinition", "timeCycle", "timeDate", "timeDuration"}),
    "condition event": frozenset({"conditionalEventDefinition"}),
    "mapping": MAPPINGS,
}
"""Where a rule holds: local names of the BPMN elements, and for `mapping` of the other engine's own."""
CONDITIONS: Mapping[str, Callable[[etree._Element], bool]] = {
    "of an external task": is_external,
    "of type `dmn`": lambda node: vendor(node, DECISION[0]) == DECISION[1],
    "with `decisionRef`": lambda node: vendor(node, "decisionRef") is not None,
}
"""What `only` may say of the element a rule looks at."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What becomes of some attributes or elements in one kind of place."""

    kind: Kind
    names: tuple[str, ...]
    treatment: Treatment
    place: str = "anywhere"
    values: tuple[str, ...] = ()
    only: str | None = None
    finding: str = ""
    message: str = ""
    message_en: str = ""

    def fits(self, node: etree._Element, place: str, value: str) -> bool:
        """Whether the rule decides about a word of this value at a node whose local name is `place`."""
        places = PLACES[self.place]
        fitting = (places is None or place in places) and (not self.values or value in self.values)
        return fitting and (self.only is None or CONDITIONS[self.only](node))


def _rule(row: dict[str, Any]) -> Rule:
    kind: Kind = "attribute" if "attribute" in row else "element"
    names = tuple(row.pop(kind).split())
    return Rule(kind=kind, names=names, values=tuple(row.pop("values", ())), **row)


RULES = tuple(map(_rule, tomllib.loads(Path(__file__).with_name("dialects.toml").read_text(encoding="utf-8"))["rule"]))

_BY_NAME: defaultdict[tuple[Kind, str], list[Rule]] = defaultdict(list)
for _each in RULES:
    for _name in _each.names:
        _BY_NAME[_each.kind, _name].append(_each)


def rule_for(kind: Kind, name: str, node: etree._Element, place: str, value: str = "") -> Rule | None:
    """The rule that decides about a word, None when the table does not know it."""
    return next((rule for rule in _BY_NAME.get((kind, name), ()) if rule.fits(node, place, value)), None)
