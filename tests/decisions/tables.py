"""Small DMN files for the tests, written as an editor writes them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from engine.decisions import Decisions, Outcome, read_decisions
from engine.errors import Finding

V13 = "https://www.omg.org/spec/DMN/20191111/MODEL/"
ON = date(2026, 3, 2)


def dmn(*decisions: str, namespace: str = V13, extra: str = "") -> bytes:
    """A file of these decisions."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<definitions xmlns="{namespace}" '
        'xmlns:liandong="urn:liandong:bpmn:1" xmlns:camunda="http://camunda.org/schema/1.0/dmn" '
        f'id="d" name="DRD" namespace="test">{extra}\n{"".join(decisions)}</definitions>'
    ).encode()


def column(text: str, kind: str | None = "number", *, values: str = "", label: str = "") -> str:
    """An input column."""
    allowed = f"<inputValues><text>{escape(values)}</text></inputValues>" if values else ""
    named = f" label={quoteattr(label)}" if label else ""
    typed = f' typeRef="{kind}"' if kind else ""
    return f"<input{named}><inputExpression{typed}><text>{escape(text)}</text></inputExpression>{allowed}</input>"


def output(name: str = "", kind: str | None = "string", *, values: str = "", default: str = "") -> str:
    """An output column."""
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    typed = f' typeRef="{kind}"' if kind else ""
    return f"<output name={quoteattr(name)}{typed}>{allowed}{fallback}</output>"


def table(
    key: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[str],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    requires: Sequence[str] = (),
    attributes: str = "",
) -> str:
    """A decision with a table. A rule is written `cell | cell => output | output`."""
    needs = "".join(f'<informationRequirement><requiredDecision href="#{name}"/></informationRequirement>' for name in requires)
    aggregated = f' aggregation="{aggregation}"' if aggregation else ""
    body = "".join(f"\n{_rule(number, rule)}" for number, rule in enumerate(rules, 1))
    return (
        f'<decision id="{key}" name="{key}" {attributes}>{needs}'
        f'<decisionTable id="{key}_table" hitPolicy="{policy}"{aggregated}>{"".join(inputs)}{"".join(outputs)}{body}'
        "</decisionTable></decision>"
    )


def _rule(number: int, rule: str) -> str:
    cells, _, entries = rule.partition("=>")
    given = "".join(f"<inputEntry><text>{escape(cell.strip())}</text></inputEntry>" for cell in _split(cells))
    results = "".join(f"<outputEntry><text>{escape(entry.strip())}</text></outputEntry>" for entry in _split(entries))
    return f'<rule id="r{number}">{given}{results}</rule>'


def _split(text: str) -> list[str]:
    return [part.replace("\0", "|") for part in text.replace("||", "\0").split("|")]


def formula(key: str, text: str, kind: str | None = None, requires: Sequence[str] = ()) -> str:
    """A decision with a literal expression."""
    needs = "".join(f'<informationRequirement><requiredDecision href="#{name}"/></informationRequirement>' for name in requires)
    typed = f' typeRef="{kind}"' if kind else ""
    return (
        f'<decision id="{key}" name="{key}"><variable name="{key}"{typed}/>{needs}'
        f"<literalExpression><text>{escape(text)}</text></literalExpression></decision>"
    )


def findings(*decisions: str, namespace: str = V13) -> list[Finding]:
    """What the gate finds in a file of these decisions."""
    return list(read_decisions({"t.dmn": dmn(*decisions, namespace=namespace)}).findings)


def codes(*decisions: str, level: str = "error") -> list[str]:
    """The codes of the findings of one level."""
    return [finding.code for finding in findings(*decisions) if finding.level == level]


def deployed(*decisions: str, **more: Any) -> Decisions:
    """The decisions of a file that has no errors."""
    read = read_decisions({"t.dmn": dmn(*decisions, **more)})
    errors = [finding for finding in read.findings if finding.level == "error"]
    assert not errors, errors
    return read.decisions


def decide(key: str, decisions: Decisions, /, **names: Any) -> Outcome:
    """One decision."""
    return decisions.evaluate(key, names, ON)
