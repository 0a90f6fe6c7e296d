"""Every refusal the engine can give.

    EngineError
    ├── NotFound      the thing does not exist, or the caller may not know that it does
    ├── NotAllowed    the caller lacks the right
    ├── Invalid       the request is wrong in itself
    │   ├── InvalidForm        a submission breaks the form's rules, field by field
    │   ├── InvalidModel       a BPMN file, form or parameter file cannot be deployed
    │   └── ExpressionError    an expression is outside the closed language, or cannot be evaluated
    ├── Conflict      the request was right, but somebody or something was first
    │   └── StepFailed         a job's step met a function that failed, and is to be tried again
    ├── Unavailable   the store could not do it; nothing was changed
    └── OutcomeUnknown  the store did not say whether it did it; asking again with the same key tells

A message is one sentence, "Expected to <verb> <thing> '<id>', but <fact>". `code` is a stable kebab-case name that
callers translate into the reader's language; `facts` holds the values that the sentence names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


class EngineError(Exception):
    """Base of every refusal. `facts` holds JSON-ready values, never patient data."""

    def __init__(self, code: str, message: str, **facts: Any) -> None:
        super().__init__(message.format(**facts) if facts else message)
        self.code = code
        self.facts: Mapping[str, Any] = facts


class NotFound(EngineError):
    """The thing does not exist for this caller."""


class NotAllowed(EngineError):
    """The caller may see the thing but may not do this."""


class Invalid(EngineError):
    """The request is wrong in itself; sending it again cannot help."""


class Conflict(EngineError):
    """The state has moved on; the caller should look again."""


class StepFailed(Conflict):
    """A job's step met a function that failed: it is taken back and tried again after these pauses, as its element says."""

    def __init__(self, element: str, reason: str, pauses: Sequence[timedelta]) -> None:
        super().__init__("function", "Expected element '{element}' to do its work, but {reason}", element=element, reason=reason)
        self.pauses = tuple(pauses)


class Unavailable(EngineError):
    """The store cannot do it at the moment, and nothing was changed; the same request may succeed later."""


class OutcomeUnknown(EngineError):
    """The connection was lost while the change was being kept: it is either done or undone as a whole.

    The same request under the same idempotency key is answered with the first result, or carried out, never done twice.
    """


@dataclass(frozen=True, kw_only=True)
class FieldError:
    """What is wrong with one field. `path` is dotted with row numbers from 0, such as `drugs.0.dose`."""

    path: str
    code: str
    message: str
    """One sentence in Chinese that says what was expected."""
    message_en: str


class InvalidForm(Invalid):
    """A submission breaks the form's rules; `errors` names every field at once."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("invalid-form", "Expected a form without errors, but {count} fields are wrong", count=len(errors))
        self.errors = tuple(errors)


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One finding of the deployment gate."""

    level: str
    """`error` refuses the deployment, `warning` lets it pass."""
    code: str
    resource: str
    """File name inside the deployment."""
    element: str | None
    """Element or field id, None for the file as a whole."""
    line: int | None
    """Line in the file, counted from 1."""
    message: str
    """One sentence in Chinese for the designer: what was found and what to do."""
    message_en: str


class InvalidModel(Invalid):
    """A deployment has errors; `findings` holds them all, warnings included."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = next((f for f in findings if f.level == "error"), findings[0])
        super().__init__(
            "invalid-model",
            "Expected a deployable file '{resource}', but element '{element}' on line {line}: {reason}",
            resource=first.resource,
            element=first.element,
            line=first.line,
            reason=first.message_en,
        )
        self.findings = tuple(findings)


class ExpressionError(Invalid):
    """An expression is outside the closed language (at deployment) or cannot be evaluated (at run time)."""
