"""Functions that service tasks may call by name: pure, registered here or by an installed package.

A function takes one mapping of inputs and gives one mapping of results, both JSON-ready. It knows no store, no
organisation and no clock: what it decides by (thresholds, lists, the present instant) is among its inputs, so that a
community changes `parameters.json` and never code. Wrong inputs raise `engine.errors.Invalid`, which becomes an incident.
What has to ask the organisation is a function of `engine.runtime.directory`; nothing else can be called.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from engine.functions import (
    catalogue,
    collection,
    dispatch,
    finding,
    hiring,
    inspection,
    leave,
    meeting,
    muster,
    procurement,
    receiving,
    recruitment,
    referral,
    requests,
    sampling,
    substitution,
    supplying,
    vacancies,
    volume,
)
from engine.functions.plugins import Function, installed_functions

_MODULES: tuple[Mapping[str, Function], ...] = (
    referral.FUNCTIONS,
    recruitment.FUNCTIONS,
    hiring.FUNCTIONS,
    vacancies.FUNCTIONS,
    collection.FUNCTIONS,
    dispatch.FUNCTIONS,
    leave.FUNCTIONS,
    muster.FUNCTIONS,
    meeting.FUNCTIONS,
    catalogue.FUNCTIONS,
    volume.FUNCTIONS,
    procurement.FUNCTIONS,
    requests.FUNCTIONS,
    receiving.FUNCTIONS,
    supplying.FUNCTIONS,
    substitution.FUNCTIONS,
    sampling.FUNCTIONS,
    finding.FUNCTIONS,
    inspection.FUNCTIONS,
)

_OURS = {name: call for module in _MODULES for name, call in module.items()}
_known = dict(_OURS)
REGISTERED: Mapping[str, Function] = MappingProxyType(_known)
"""Name to function."""


def register_installed() -> None:
    """Registers the functions of installed packages. Raises PluginRefused, and then registers none of them."""
    found = installed_functions(_OURS)
    _known.update(found)
