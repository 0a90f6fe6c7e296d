"""Joins: tokens wait at the element as rows, each knowing which element it came from. Nothing else is remembered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set
from typing import TYPE_CHECKING

from SpiffWorkflow.util.task import TaskState

from engine.kernel.continuation import MARK

if TYPE_CHECKING:
    from engine.kernel.execution import Execution
    from engine.kernel.token import Token


def arrive_at_parallel(inputs: Sequence[str], token: Token) -> bool:
    """Lets a token arrive at a parallel join. True when it goes on, for itself and the tokens it was waiting for."""
    token._set_state(TaskState.WAITING)
    needed = Counter(inputs)
    if token.execution.scope.row.at.get(token.element, 0) < needed.total():
        return False
    by_source = waiting(token.execution, token.element)
    if any(len(by_source.get(source, ())) < count for source, count in needed.items()):
        return False
    # The oldest of each source leave; a token in excess stays for the next round.
    taken = [queued for source, count in needed.items() for queued in by_source[source][:count]]
    merge(taken, token)
    return True


def enough_tokens(quantity: int, token: Token) -> bool:
    """Lets a token arrive where several are needed to start. True when it is the last that was missing."""
    token._set_state(TaskState.WAITING)
    token.internal_data["queued"] = True
    queued = [t for t in token.session.tokens_at(token.execution, token.element) if t.internal_data.get("queued")]
    if len(queued) < quantity:
        return False
    merge(queued[:quantity], token)
    token.internal_data.pop("queued", None)
    return True


def test_inclusive(execution: Execution) -> bool:
    """Fires the inclusive joins of a scope that nothing more can come to. True when one has fired."""
    fired = False
    for name in execution.spec.inclusive_joins:
        if execution.scope.row.at.get(name) and _fire_inclusive(execution, name):
            fired = True
    return fired


def _fire_inclusive(execution: Execution, name: str) -> bool:
    by_source = waiting(execution, name)
    if not by_source:
        return False
    if may_still_come(execution, name, set(by_source)):
        return False
    taken = [tokens[0] for tokens in by_source.values()]
    merge(taken, taken[0])
    taken[0]._ready()
    return True


def may_still_come(execution: Execution, name: str, arrived: Set[str]) -> bool:
    """Whether a token of the scope can come to a join from a source that none has come from."""
    if not _coming(execution, name) <= arrived:
        return True
    reach = execution.spec.reach(name)
    before_arrived = frozenset().union(*(reach.get(source, frozenset()) for source in arrived))
    # A token that can also reach a way that has arrived does not hold the join.
    return any(
        at != name and at in reach[source] and at not in before_arrived
        for source in set(reach) - arrived
        for at in execution.scope.row.at
    )


def waiting(execution: Execution, name: str) -> dict[str, list[Token]]:
    """The tokens that wait at a join by the element they came from, oldest first."""
    by_source: dict[str, list[Token]] = {}
    for token in execution.session.tokens_at(execution, name):
        if token._state == TaskState.WAITING:
            by_source.setdefault(str(token.internal_data.get("from")), []).append(token)
    return by_source


def _coming(execution: Execution, name: str) -> set[str]:
    """Where the tokens came from that wait for a job before they arrive."""
    tokens = execution.session.tokens_at(execution, name)
    return {str(token.internal_data.get("from")) for token in tokens if token.internal_data.get(MARK) == "before"}


def merge(tokens: Sequence[Token], keep: Token) -> None:
    """Ends the tokens that go on as one."""
    for token in tokens:
        if token is not keep:
            token._set_state(TaskState.COMPLETED)
            token.leave()
