"""Where a case stands, and what lies beyond the drawing of its process: decision tables and called processes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from engine.errors import ExpressionError
from engine.kernel.effects import Names
from engine.kernel.forecast import handed
from engine.kernel.foretold import HandedNames
from engine.kernel.model import CallModel, Element, ProcessModel
from engine.kernel.open_ways import Beyond, Called
from engine.kernel.source import SUBPROCESSES
from engine.queries.registry import Reader
from engine.runtime import Definition
from engine.runtime.ahead import writable_by_people
from engine.runtime.definitions import called_definition
from engine.store.tables import Scope, Token

PLACES_AT_MOST = 500
DEPTH = 5
"""Called processes inside each other that are looked into."""


@dataclass(frozen=True, kw_only=True)
class Places:
    """The elements at which a case stands."""

    own: list[str]
    """Those of its own process."""
    inside: Mapping[str, list[str]]
    """By call activity of its own process, those of the process that it calls."""


def places(reader: Reader, definition: Definition, instance: int) -> Places:
    """Where the tokens of a case stand, by its key."""
    stand = select(Token.key, Token.element, Token.scope).where(Token.instance == instance).limit(PLACES_AT_MOST)
    tokens = {row.key: row for row in reader.connection.execute(stand)}
    columns = (Scope.key, Scope.parent, Scope.host, Scope.flags)
    scopes = {row.key: row for row in reader.connection.execute(select(*columns).where(Scope.instance == instance))}
    own, inside = dict[str, None](), dict[str, dict[str, None]]()
    for token in tokens.values():
        call = _call(token.scope, scopes)
        if call is None:
            element = definition.model.elements.get(token.element)
            if element is not None and element.type not in SUBPROCESSES:
                own[element.id] = None
        elif call.host in tokens and _call(tokens[call.host].scope, scopes) is None:
            inside.setdefault(tokens[call.host].element, {})[token.element] = None
    return Places(own=list(own), inside={name: list(found) for name, found in inside.items()})


def _call(scope: int | None, scopes: Mapping[int, Any]) -> Any | None:
    """The innermost called process that a scope lies in, None in the case's own."""
    while scope is not None and scope in scopes:
        if "definition" in scopes[scope].flags:
            return scopes[scope]
        scope = scopes[scope].parent
    return None


def starts(model: ProcessModel) -> list[str]:
    """Where a process begins by itself."""
    found = (element for element in model.elements.values() if element.type == "startEvent" and not element.scope)
    return [element.id for element in found if not element.events]


def beyond(reader: Reader, definition: Definition, inside: Mapping[str, Collection[str]] | None = None, depth: int = 0) -> Beyond:
    """What lies beyond the drawing of a process; `inside` says where called processes stand that have begun."""
    begun = inside or {}

    def called(element: Element, names: Names, unsettled: frozenset[str]) -> Called | None:
        call = element.call
        key = None if call is None or depth >= DEPTH else _wanted(reader, definition, call, names, unsettled)
        if call is None or key is None:
            return None
        found = reader.definitions.get(key)
        model = found.model
        origins = [name for name in begun[element.id] if name in model.elements] if element.id in begun else starts(model)
        # Of what is called inside a process that has begun it is not known where it stands.
        deeper = dict.fromkeys(origins, ()) if element.id in begun else None
        names = HandedNames(call, names, unsettled)
        return handed(model, names, origins, writable_by_people(found), beyond(reader, found, deeper, depth + 1))

    return Beyond(decisions=definition.compiled.decisions, called=called)


def _wanted(reader: Reader, definition: Definition, call: CallModel, names: Names, unsettled: frozenset[str]) -> int | None:
    """Key of the definition that a call activity will call, None where that cannot be told yet."""
    wanted = [call.process, *([call.binding.value] if call.binding.value is not None else [])]
    if any(template.names & unsettled for template in wanted):
        return None
    try:
        process, *value = (str(template.evaluate(names) or "") for template in wanted)
    except (ExpressionError, KeyError):
        return None
    kind, given = call.binding.kind, value[0] if value else None
    return called_definition(reader.connection, reader.definitions, process, caller=definition.key, binding=kind, value=given)
