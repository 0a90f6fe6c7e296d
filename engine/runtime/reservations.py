"""Functions that reserve a part of something which many cases share: a budget, the beds of a ward, slots, a number used once.

A service task calls them by name; they run in the step's own transaction. A reservation belongs to its case and is given
back with its end, however it ends, unless it was given back before; what has been used of it stays taken. A resource is a
text that the process makes up (`budget/CH00/2026`); how much there is of it, the case says with each wish.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from engine.appliers.reservations import (
    Holder,
    amend,
    held_rows,
    lock_resources,
    move,
    release,
    reserve,
    set_used,
    sibling_row,
    taken,
)
from engine.errors import Invalid
from engine.functions import inputs as read
from engine.store.tables.reservation import PLACES
from engine.store.unit_of_work import UnitOfWork

JSON = Any
_MOST = Decimal(10) ** 14
_LONGEST = 200
Part = tuple[str, Decimal]


def hold(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Holds an amount of a resource for the case, or several amounts under names of their own: all or none.

    Takes `resource`, `capacity` (how much there is in all), `amount` (1 when absent) under `name` (the resource's when
    absent) or `parts` [{name, amount}], and `until` (an instant from which it is free again; without it until the case
    ends). Gives `held`, `amount` (held under these names), and `free` (what is left for others, or with `held` false how
    much could have been held). A name that the case already holds gets the new amount and the new end.
    """
    resource, capacity, parts = _resource(inputs), _capacity(inputs), _parts(inputs)
    until = read.instant(inputs, "until")
    if until is not None and until <= work.now:
        raise read.wrong("until", "an instant that is still to come")
    lock_resources(work, resource)
    wanted = dict(parts)
    mine = {row.name: row for row in held_rows(work, holder.instance, resource) if row.name in wanted}
    for name, row in mine.items():
        if wanted[name] < row.used:
            raise read.wrong("amount", f"at least what was used of '{name}'")
    room = capacity - taken(work, resource, but=[row.key for row in mine.values()])
    total = sum(wanted.values(), Decimal(0))
    if total > room:
        return {"held": False, "amount": Decimal(0), "free": max(room, Decimal(0))}
    if not work.trial:
        reserve(work, holder.instance, resource, [(name, amount) for name, amount in parts if name not in mine], until)
        for name, row in mine.items():
            amend(work, row.key, amount=wanted[name], until=until)
    return {"held": True, "amount": total, "free": room - total}


def use(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Uses a part of what the case holds: it stays taken for ever, even when the case gives back the rest.

    Takes `resource`, `name`, and `amount` (all that is left when absent); gives `used` (in all) and `left`. Raises Invalid
    `reservation-missing` when the case holds nothing of that name (any more), `reservation-exceeded` for more than is left.
    """
    row = _held(work, holder, inputs)
    left = row.amount - row.used
    amount = _amount(inputs) if inputs.get("amount") is not None else left
    if amount > left:
        raise Invalid(
            "reservation-exceeded",
            "Expected to use at most {left} of reservation '{name}', but {amount} was asked for",
            name=row.name,
            left=str(left),
            amount=str(amount),
        )
    if not work.trial:
        set_used(work, row.key, row.used + amount)
    return {"used": row.used + amount, "left": left - amount}


def refund(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Takes back a part of what was used, such as money that has come back; it is held again.

    Takes `resource`, `name`, `amount`; gives `used` and `left`. Raises Invalid `reservation-missing`, and
    `reservation-exceeded` for more than was used.
    """
    row, amount = _held(work, holder, inputs), _amount(inputs)
    if amount > row.used:
        raise Invalid(
            "reservation-exceeded",
            "Expected to take back at most {used} of reservation '{name}', but {amount} was asked for",
            name=row.name,
            used=str(row.used),
            amount=str(amount),
        )
    if not work.trial:
        set_used(work, row.key, row.used - amount)
    return {"used": row.used - amount, "left": row.amount - row.used + amount}


def give_back(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Gives back what the case holds and has not used. Doing it again gives back nothing.

    Takes `resource` and `name`; without a name all of the resource, without either all that the case holds. Gives
    `released`, the amount.
    """
    rows = held_rows(work, holder.instance, read.text(inputs, "resource"), read.text(inputs, "name"))
    if rows and not work.trial:
        release(work, [row.key for row in rows])
    return {"released": sum((row.amount - row.used for row in rows), Decimal(0))}


def adopt(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Takes over what another case of the same collaboration holds, which may end then without giving it back.

    Takes `resource` and `name`; gives `held` (whether the case holds it then; True also when it did before), `amount`, `used`.
    """
    resource, name = _resource(inputs), _name(inputs, _resource(inputs))
    lock_resources(work, resource)
    mine = held_rows(work, holder.instance, resource, name)
    row = mine[0] if mine else sibling_row(work, holder, resource, name)
    if row is None or (not mine and not work.trial and not move(work, row.key, holder.instance)):
        return {"held": False, "amount": Decimal(0), "used": Decimal(0)}
    return {"held": True, "amount": row.amount, "used": row.used}


def free(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """How much of a resource could be held now. Takes `resource`, `capacity`; gives `free` (never below 0) and `taken`."""
    capacity, gone = _capacity(inputs), taken(work, _resource(inputs))
    return {"free": max(capacity - gone, Decimal(0)), "taken": gone}


def _held(work: UnitOfWork, holder: Holder, inputs: Mapping[str, JSON]) -> Any:
    resource = _resource(inputs)
    name = _name(inputs, resource)
    lock_resources(work, resource)
    rows = held_rows(work, holder.instance, resource, name)
    if not rows:
        raise Invalid(
            "reservation-missing", "Expected the case to hold reservation '{name}', but it does not", name=name, resource=resource
        )
    return rows[0]


def _resource(inputs: Mapping[str, JSON]) -> str:
    found = read.text(inputs, "resource")
    if found is None or len(found) > _LONGEST:
        raise read.wrong("resource", f"a text of at most {_LONGEST} characters")
    return found


def _name(inputs: Mapping[str, JSON], resource: str) -> str:
    found = read.text(inputs, "name") or resource
    if len(found) > _LONGEST:
        raise read.wrong("name", f"a text of at most {_LONGEST} characters")
    return found


def _parts(inputs: Mapping[str, JSON]) -> Sequence[Part]:
    rows = read.mappings(inputs, "parts")
    if not rows:
        return ((_name(inputs, _resource(inputs)), _amount(inputs, Decimal(1))),)
    parts = [(_name(row, ""), _amount(row)) for row in rows]
    if not all(name for name, _ in parts) or len(dict(parts)) < len(parts):
        raise read.wrong("parts", "a list of amounts with a name of its own each")
    return parts


def _amount(inputs: Mapping[str, JSON], usual: Decimal | None = None) -> Decimal:
    given = read.number(inputs, "amount")
    amount = usual if given is None else Decimal(given)
    if amount is None or not 0 < amount <= _MOST or amount != round(amount, PLACES):
        raise read.wrong("amount", f"a number above 0 with at most {PLACES} decimal places")
    return amount


def _capacity(inputs: Mapping[str, JSON]) -> Decimal:
    capacity = read.number(inputs, "capacity")
    if capacity is None or not 0 <= capacity <= _MOST:
        raise read.wrong("capacity", "a number that is not negative")
    return Decimal(capacity)


FUNCTIONS: Mapping[str, Callable[[UnitOfWork, Holder, Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {
        "reservations.hold": hold,
        "reservations.use": use,
        "reservations.refund": refund,
        "reservations.release": give_back,
        "reservations.adopt": adopt,
        "reservations.free": free,
    }
)
