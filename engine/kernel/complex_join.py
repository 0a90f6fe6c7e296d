"""The complex gateway (BPMN 2.0.2, 13.4.5): it starts by its activation condition and resets as an inclusive join does.

Tokens wait at the gateway as they do at any join. Between its start and its reset the scope remembers which ways have
given a token; with the reset, late tokens are taken and the conditions of the outgoing flows are asked once more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.kernel.joins import may_still_come, merge, waiting
from engine.kernel.rows import JSON
from engine.kernel.token import FAILURES

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.token import Token

RESETS = "complex"
"""Flag of a scope: for each gateway that waits for its reset, the elements it has had a token from."""


def arrive_at_complex(token: Token) -> bool:
    """Lets a token arrive. True when it goes on, for itself and the others it finds. Raises ExpressionError."""
    token._set_state(TaskState.WAITING)
    execution, name = token.execution, token.element
    if name in _resets(execution):
        return False
    taken = _start(execution, name)
    if not taken:
        return False
    if token in taken:
        merge(taken, token)
        return True
    merge(taken, taken[-1])
    taken[-1]._ready()
    return False


def test_complex(execution: Execution) -> bool:
    """Starts or resets the complex gateways of a scope where nothing else moves. True when a token goes on."""
    moved = False
    for name in execution.spec.complex_gateways:
        if name in _resets(execution):
            moved = _reset(execution, name) or moved
        elif execution.scope.row.at.get(name):
            moved = _start_late(execution, name) or moved
    return moved


def reset_all(execution: Execution) -> bool:
    """Resets every gateway of a scope that has run out of tokens. True when a token goes on."""
    moved = [_reset(execution, name) for name in list(_resets(execution))]
    return any(moved)


def _start_late(execution: Execution, name: str) -> bool:
    """A token in excess, or a variable that was written meanwhile, may start the gateway."""
    by_source = waiting(execution, name)
    if not by_source:
        return False
    last = max((tokens[-1] for tokens in by_source.values()), key=lambda token: token.sequence)
    try:
        taken = _start(execution, name)
    except FAILURES as failure:
        execution.session.fail(last, "enter", failure)
        return False
    if taken:
        merge(taken, taken[0])
        taken[0]._ready()
    return bool(taken)


def _start(execution: Execution, name: str) -> list[Token]:
    """The tokens that start the gateway, one of each way; none while its condition does not hold."""
    spec = execution.spec.task_specs[name]
    by_source = waiting(execution, name)
    counts = {source: len(tokens) for source, tokens in by_source.items()}
    names: dict[str, JSON] = {flow: counts.get(source, 0) for flow, source in spec.gates.items()}
    names["activationCount"] = sum(counts.values())
    if not by_source or not execution.session.condition(spec.activation, execution.scope, names):
        return []
    execution.flag(RESETS, {**_resets(execution), name: sorted(by_source)})
    return [tokens[0] for tokens in by_source.values()]


def _reset(execution: Execution, name: str) -> bool:
    """Resets the gateway when no token is missing that can still come. True when a token goes on."""
    had = set(_resets(execution)[name])
    by_source = {source: tokens for source, tokens in waiting(execution, name).items() if source not in had}
    if may_still_come(execution, name, had | set(by_source)):
        return False
    execution.flag(RESETS, {key: value for key, value in _resets(execution).items() if key != name})
    execution.look_at_joins()
    taken = [tokens[0] for tokens in by_source.values()]
    if not taken and not execution.spec.task_specs[name].may_leave_twice:
        return False
    keep = taken[0] if taken else execution.new_token(name)
    merge(taken, keep)
    keep.internal_data["reset"] = True
    keep._set_state(TaskState.WAITING)
    keep._ready()
    return True


def _resets(execution: Execution) -> dict[str, list[str]]:
    found: dict[str, list[str]] = execution.scope.row.flags.get(RESETS, {})
    return found
