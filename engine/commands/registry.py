"""What a command is, and the contract of the function that carries it out.

A command is an imperative frozen dataclass; its type parameter is what it answers. A handler finds, authorises, checks
the state and acts, in that order, and commits nothing.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

R = TypeVar("R")


class Command(Generic[R]):
    """Something a person, a program or the clock may ask for."""

    repeatable: ClassVar[bool] = False
    """True when carrying it out again, without an idempotency key, changes nothing more: it names what it may do once."""
