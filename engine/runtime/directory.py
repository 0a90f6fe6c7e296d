"""Functions that ask the store: service tasks call them by name like registered functions, and they see the step's own
transaction. They read the organisation and nothing of any other case; what they found is frozen in the case's variables.
Those of `engine.runtime.reservations` also write what the case holds of shared resources.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from engine.appliers.reservations import Holder
from engine.authorization import in_force, today
from engine.functions import REGISTERED
from engine.functions import inputs as read
from engine.runtime.reservations import FUNCTIONS as _RESERVING
from engine.store.tables import Institution, Membership
from engine.store.unit_of_work import UnitOfWork

JSON = Any


def members(work: UnitOfWork, own: str | None, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """The members of the community that the case's owner leads or belongs to, on one day.

    Takes `types` (codes of ORG_TYPE, all when absent) and `on` (a day, today when absent); gives `members`
    [{institution, name, type}] by code, without the lead hospital.
    """
    day, types = read.day(inputs, "on") or today(work.now), read.texts(inputs, "types")
    owner, its = aliased(Institution), aliased(Membership)
    community = (
        select(its.lead).join(owner, owner.key == its.institution).where(owner.code == own, *in_force(its, day)).scalar_subquery()
    )
    statement = (
        select(Institution.code, Institution.short_name, Institution.type)
        .join(Membership, Membership.institution == Institution.key)
        .where(Membership.lead == community, Membership.institution != Membership.lead, *in_force(Membership, day))
        .order_by(Institution.code)
    )
    if types:
        statement = statement.where(Institution.type.in_(types))
    rows = work.connection.execute(statement)
    return {"members": [{"institution": row.code, "name": row.short_name, "type": row.type} for row in rows]}


_ASKING: Mapping[str, Callable[[UnitOfWork, str | None, Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {"community.members": members}
)


def callable_functions() -> frozenset[str]:
    """Names of everything that a service task may call."""
    return frozenset(REGISTERED) | frozenset(_ASKING) | frozenset(_RESERVING)


def function(name: str, work: UnitOfWork, own: str | None, holder: Holder) -> Callable[[Mapping[str, JSON]], Mapping[str, JSON]]:
    """The function of a name, for a case that the institution with the code `own` owns. Raises KeyError."""
    if name in _ASKING:
        ask = _ASKING[name]
        return lambda inputs: ask(work, own, inputs)
    if name in _RESERVING:
        held = _RESERVING[name]
        return lambda inputs: held(work, holder, inputs)
    return REGISTERED[name]
