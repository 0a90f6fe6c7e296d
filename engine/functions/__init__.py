"""Functions that service tasks may call by name: pure, registered here, nothing else can be called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

REGISTERED: Mapping[str, Callable[[Mapping[str, Any]], Mapping[str, Any]]] = {}
