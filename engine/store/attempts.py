"""Carries out a transaction, again when the database asks for it: a bounded number of times, with a pause that is drawn by lot.

What is tried again has left nothing behind: a deadlock, a serialisation failure, a busy file, a connection lost before
COMMIT was sent. A connection that is lost during COMMIT leaves the outcome open; only what is harmless to repeat is then
repeated, and everything else is answered with that truth.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable
from typing import NoReturn, TypeVar

from sqlalchemy.exc import DBAPIError

from engine.errors import Conflict, OutcomeUnknown, Unavailable
from engine.store.failures import CommitInterrupted, Failure, failure_of, rule_of

R = TypeVar("R")
TRIES = 7
FIRST_PAUSE = 0.05
"""Seconds; doubled with every try, and shortened by lot so that two who met do not meet again."""
LONGEST = 8.0
"""Seconds after which nothing is tried any more."""
AGAIN = frozenset({Failure.CONTENTION, Failure.LOST})

log = logging.getLogger(__name__)


def persist(act: Callable[[], R], *, repeatable: bool) -> R:
    """What `act`, one whole transaction, returns.

    `repeatable` says that carrying it out twice is the same as once. Raises Conflict when somebody was first, Unavailable
    when the database could not do it and nothing was changed, OutcomeUnknown when nobody can tell, and what `act` raises.
    """
    begun, open_outcome = time.monotonic(), False
    for number in range(TRIES):
        try:
            return act()
        except CommitInterrupted as error:
            open_outcome = True
            if not repeatable or _is_last(number, begun):
                raise _unknown() from error
        except DBAPIError as error:
            if failure_of(error) not in AGAIN or _is_last(number, begun):
                _refuse(error, open_outcome)
        time.sleep(FIRST_PAUSE * 2**number * random.uniform(0.5, 1.0))
    raise AssertionError("Expected the last try to return or to raise")


def _is_last(number: int, begun: float) -> bool:
    return number == TRIES - 1 or time.monotonic() - begun > LONGEST


def _unknown() -> OutcomeUnknown:
    return OutcomeUnknown(
        "outcome-unknown", "Expected the database to confirm, but the connection was lost: ask again with the same key"
    )


def _refuse(error: DBAPIError, open_outcome: bool) -> NoReturn:
    """Raises what the caller is told. A broken rule and what nobody foresaw stay what they are: mistakes of ours."""
    failure = failure_of(error)
    if failure is Failure.DUPLICATE:
        raise Conflict("conflict", "Expected to be first, but the same thing was written a moment ago") from error
    if failure is Failure.BROKEN_RULE:
        log.error("a rule of the store refused a row: %s", rule_of(error))
    if failure in (Failure.BROKEN_RULE, Failure.OTHER):
        raise error
    if open_outcome:
        raise _unknown() from error
    if failure is Failure.FULL:
        raise Unavailable("store-full", "Expected to write, but the database takes no writes at the moment") from error
    if failure is Failure.LOST:
        raise Unavailable("store-away", "Expected to reach the database, but it does not answer") from error
    raise Unavailable("store-busy", "Expected to get a turn at the database, but others held it for too long") from error
