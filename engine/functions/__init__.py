"""Functions that service tasks may call by name: pure, registered here, nothing else can be called.

A function takes one mapping of inputs and gives one mapping of results, both JSON-ready. It knows no store, no
organisation and no clock: what it decides by (thresholds, lists, the present instant) is among its inputs, so that a
community changes `parameters.json` and never code. Wrong inputs raise `engine.errors.Invalid`, which becomes an incident.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from engine.functions import referral

Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]

_MODULES: tuple[Mapping[str, Function], ...] = (referral.FUNCTIONS,)

REGISTERED: Mapping[str, Function] = MappingProxyType({name: call for module in _MODULES for name, call in module.items()})
"""Name to function."""
