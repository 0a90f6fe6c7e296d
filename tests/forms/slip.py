"""A slip in the manner of the referral form, small enough to read, and what tests need around it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from engine.errors import InvalidForm
from engine.forms import FormModel, parse_form

Fill = Callable[..., dict[str, Any]]
"""Submits values to the slip; see the fixture `fill`."""

NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
"""Tuesday 15:30 in Shanghai."""

SLIP: dict[str, Any] = json.loads((Path(__file__).parent / "slip.form.json").read_text(encoding="utf-8"))
"""The form file, read."""


def parsed(source: Mapping[str, Any]) -> FormModel:
    """The compiled form of a source that must be right."""
    form, findings = parse_form(json.dumps(source, ensure_ascii=False), "slip.form.json")
    assert findings == []
    assert form is not None
    return form


def errors_of(refusal: pytest.ExceptionInfo[InvalidForm]) -> list[tuple[str, str]]:
    """Path and code of every error."""
    return [(error.path, error.code) for error in refusal.value.errors]
