"""What goes wrong inside the language, before it is known which expression it went wrong in.

A `Fault` never leaves this package: `Expression` turns it into an ExpressionError that names the source. Its reason and
facts come from the model's text only, never from a case's data, so that they may be logged and shown.
"""

from __future__ import annotations

from engine.errors import ExpressionError

_SHOWN = 200


class Fault(Exception):
    """`reason` completes the sentence "Expected to …, but {reason}"."""

    def __init__(self, code: str, reason: str, **facts: str | int) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason
        self.facts = facts

    def error(self, verb: str, source: str) -> ExpressionError:
        """The refusal to show; `verb` is `compile` or `evaluate`."""
        shown = source if len(source) <= _SHOWN else source[:_SHOWN] + "…"
        facts = {**self.facts, "source": printable(shown), "reason": self.reason, "verb": verb}
        return ExpressionError(self.code, "Expected to {verb} expression '{source}', but {reason}", **facts)


def printable(text: str) -> str:
    """The text with everything that could forge a log line or break JSON written as an escape."""
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in text)
