"""Who may draw processes, and who may publish a design: never one who has written in it himself (four eyes)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from engine.errors import NotAllowed
from engine.records import Actor
from engine.store.base import Executes
from engine.store.tables import Account, DesignPerson, Person

DESIGN = "design"
"""The right to change designs, to rehearse them and to submit them for review."""
PUBLISH = "deploy"
"""The right to review designs, to publish them and to roll a folder back."""


def require_designing(actor: Actor) -> None:
    """Raises NotAllowed unless the actor draws processes or publishes them."""
    if actor.rights.isdisjoint((DESIGN, PUBLISH)):
        raise NotAllowed(
            "right-missing", "Expected right '{right}', but {actor} does not hold it", right=DESIGN, actor=actor.name
        )


def authors(connection: Executes, design: int) -> frozenset[int]:
    """Keys of the people who have written in a design, given by key."""
    wrote = select(DesignPerson.person).where(DesignPerson.design == design, DesignPerson.wrote_at.is_not(None))
    return frozenset(connection.execute(wrote).scalars())


def require_other_eyes(connection: Executes, actor: Actor, design: int) -> None:
    """Raises NotAllowed, naming who may, where the actor has written in the design himself."""
    wrote = authors(connection, design)
    if actor.person is None or actor.person not in wrote:
        return
    others = publishers(connection, wrote)
    raise NotAllowed(
        "four-eyes" if others else "four-eyes-nobody",
        "Expected somebody who has not written in the design himself, such as {others}, but {actor} has",
        others="、".join(others) or "-",
        actor=actor.name,
    )


def publishers(connection: Executes, wrote: frozenset[int]) -> Sequence[str]:
    """Names of those who could publish a design that these people have written."""
    accounts = select(Account.person, Account.rights, Person.name).join(Person, Person.key == Account.person)
    rows = connection.execute(accounts.where(Account.disabled.is_(False), Person.active).order_by(Person.name))
    return [row.name for row in rows if PUBLISH in row.rights and row.person not in wrote]
