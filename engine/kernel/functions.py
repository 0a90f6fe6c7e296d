"""Calls a registered function for a service task."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING

from engine.errors import EngineError, NotFound
from engine.kernel.environment import Function, ModelFailure
from engine.kernel.model import FunctionCall
from engine.kernel.rows import JSON
from engine.kernel.scope import plain
from engine.kernel.script_engine import Overlay

if TYPE_CHECKING:
    from engine.kernel.token import Token


def call_function(token: Token, call: FunctionCall) -> None:
    """Gives the function its inputs and writes its outputs, all or none. Raises ModelFailure or ExpressionError."""
    session = token.session
    function = _registered(token, call.function)
    # The function gets copies: what it does to them is nobody's state.
    inputs = deepcopy(session.values(call.inputs, token.data))
    try:
        result = plain(dict(function(inputs)))
    except (EngineError, ModelFailure) as error:
        raise ModelFailure("function", f"function '{call.function}': {error}") from error
    except Exception as error:
        # The text of a foreign error may hold the data of the case; incidents are read by people who may not see it.
        raise ModelFailure("function", f"function '{call.function}' failed with {type(error).__name__}") from error
    token.data.update(_outputs(token, call, result))


def _registered(token: Token, name: str) -> Function:
    try:
        return token.session.env.function(name)
    except (NotFound, KeyError) as error:
        raise ModelFailure("function", f"function '{name}' is not registered") from error


def _outputs(token: Token, call: FunctionCall, result: dict[str, JSON]) -> dict[str, JSON]:
    names = Overlay({"result": result}, token.data)
    written: dict[str, JSON] = {}
    for output in call.outputs:
        if output.value is not None:
            written[output.name] = output.value.evaluate(names)
        elif output.name in result:
            written[output.name] = result[output.name]
        else:
            raise ModelFailure("function", f"function '{call.function}' gave no '{output.name}'")
    return written
