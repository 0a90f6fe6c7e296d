"""Who had the clock do something later: the person who made a batch, with the rights that he has when it is done."""

from __future__ import annotations

from sqlalchemy import select

from engine.records import Actor
from engine.store.tables import Account, Person
from engine.store.unit_of_work import UnitOfWork


def maker(work: UnitOfWork, person: int | None) -> Actor:
    """Who made the batch, with the rights that he has at this moment; what it does is signed with his name."""
    if person is None:
        return work.actor
    found = (
        select(Person.name, Person.active, Account.rights, Account.disabled)
        .outerjoin(Account, Account.person == Person.key)
        .where(Person.key == person)
    )
    row = work.connection.execute(found).one()
    rights = row.rights if row.active and row.disabled is False else ()
    return Actor(person=person, name=row.name, rights=frozenset(rights))
