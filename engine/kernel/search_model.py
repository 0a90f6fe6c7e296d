"""What a process says that its cases are found by."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions import Template


@dataclass(frozen=True, kw_only=True)
class SearchModel:
    """A value by which operators find cases."""

    name: str
    label: str
    label_en: str
    value: Template
