"""What the tests of the static analysis share."""

from __future__ import annotations

from engine.errors import Finding
from engine.kernel import parse
from engine.kernel.analysis import Facts, analyse
from tests.kernel.world import document

FACTS = Facts(
    fields={"slip": frozenset({"name", "amount"})},
    reserved={"parameters": {"terms": {"U": "PT2H"}}, "instance": {"number": None}, "own": None, "now": ""},
    started=frozenset({"starter"}),
    decision=frozenset({"outcome", "opinion", "by", "at"}),
)
START = '<startEvent id="s"/>'
TIMER = "<timerEventDefinition><timeDuration>PT1H</timeDuration></timerEventDefinition>"


def analysed(body: str, extra: str = "", facts: Facts = FACTS) -> list[Finding]:
    """What the analysis finds in one file that has passed the gate."""
    parsed = parse({"m.bpmn": document(body, extra)})
    assert not parsed.errors, parsed.errors
    return list(analyse(parsed.processes, facts))


def told(body: str, extra: str = "", facts: Facts = FACTS) -> set[tuple[str, str, str | None]]:
    """Level, code and element of every finding."""
    return {(finding.level, finding.code, finding.element) for finding in analysed(body, extra, facts)}


def nodes(kind: str, *names: str) -> str:
    return "".join(f'<{kind} id="{name}"/>' for name in names)


def script(name: str, text: str) -> str:
    return f'<scriptTask id="{name}"><script>{text}</script></scriptTask>'


def approval(name: str, *values: str, form: str = "", more: str = "") -> str:
    """A user task with these outcomes."""
    outcomes = "".join(f'<liandong:outcome value="{value}"{more}/>' for value in values)
    asked = f'<liandong:approval form="{form}"/>' if form else ""
    return f'<userTask id="{name}"><extensionElements>{asked}{outcomes}</extensionElements></userTask>'
