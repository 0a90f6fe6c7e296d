"""The slip, ready to be filled in."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from engine.forms import FieldRights, FormModel
from tests.forms.slip import NOW, SLIP, Fill, parsed


@pytest.fixture
def slip() -> dict[str, Any]:
    """A copy of the slip that a test may change before it is parsed."""
    return copy.deepcopy(SLIP)


@pytest.fixture(scope="session")
def model() -> FormModel:
    """The slip, compiled."""
    return parsed(SLIP)


@pytest.fixture(scope="session")
def fill(model: FormModel) -> Fill:
    """Submits to the slip; names and what is there already are keywords."""

    def submit(
        submitted: Mapping[str, Any],
        *,
        current: Mapping[str, Any] | None = None,
        rights: FieldRights | None = None,
        form: FormModel = model,
        demo: bool = True,
        **more: Any,
    ) -> dict[str, Any]:
        known = {"name": "赵建国", "allergy": "N", "urgency": "R"}
        return form.validate(submitted, current={**known, **(current or {})}, rights=rights, demo=demo, now=NOW, **more)

    return submit
