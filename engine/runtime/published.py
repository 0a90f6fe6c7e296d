"""Functions that publish a list for all cases of a community, and read it: a drug catalogue, a checklist, a price list.

A list is published in versions, each valid from a day on; a version never changes. Whoever publishes says on which version
his changes rest, so that of two cases that changed the same list at a time the second has to look again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from uuid import uuid4

from sqlalchemy import func, insert, select
from sqlalchemy.orm import aliased

from engine.appliers.reservations import Holder
from engine.authorization import in_force, today
from engine.errors import Invalid
from engine.functions import inputs as read
from engine.store.locks import hold
from engine.store.tables import Institution, Membership, PublishedList
from engine.store.unit_of_work import UnitOfWork

JSON = Any
_LONGEST = 100


def publish(work: UnitOfWork, own: str | None, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Publishes a list as its next version.

    Takes `name`, `rows` [{…}], `effectiveOn` (a day, not before that of the version before) and `after` (the version that the
    changes rest on, 0 when there was none). Gives `published`, and `version`: the new one, or with `published` false the one
    that somebody else has published meanwhile. Raises Invalid for an earlier day.
    """
    name, effective = _name(inputs), read.day(inputs, "effectiveOn")
    if effective is None:
        raise read.wrong("effectiveOn", "a day")
    lead = _lead(work, own)
    if not work.trial:
        hold(work.connection, f"published {lead} {name}")
    newest = work.connection.execute(
        select(PublishedList.version, PublishedList.effective_on)
        .where(PublishedList.institution == lead, PublishedList.name == name)
        .order_by(PublishedList.version.desc())
        .limit(1)
    ).first()
    version = 0 if newest is None else int(newest.version)
    if version != read.whole(inputs, "after"):
        return {"published": False, "version": version}
    if newest is not None and effective < newest.effective_on:
        raise read.wrong("effectiveOn", f"a day not before that of version {version}")
    if not work.trial:
        values = {
            "key": work.new_key(),
            "id": uuid4(),
            "institution": lead,
            "name": name,
            "version": version + 1,
            "effective_on": effective,
            "rows": [dict(row) for row in read.mappings(inputs, "rows")],
            "instance": holder.instance,
            "published_at": work.now,
        }
        work.connection.execute(insert(PublishedList).values(values))
    return {"published": True, "version": version + 1}


def look_up(work: UnitOfWork, own: str | None, holder: Holder, inputs: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """A list as it is valid on one day.

    Takes `name`, `on` (a day, today when absent) and, to get a part of the rows only, `column` and `values` (texts that it may
    have). Gives `version` (0 when there is none), `effectiveOn`, `rows`, and `newest`, the newest version there is, which may
    be valid only later.
    """
    name, day, lead = _name(inputs), read.day(inputs, "on") or today(work.now), _lead(work, own)
    of_list = (PublishedList.institution == lead, PublishedList.name == name)
    found = work.connection.execute(
        select(PublishedList.version, PublishedList.effective_on, PublishedList.rows)
        .where(*of_list, PublishedList.effective_on <= day)
        .order_by(PublishedList.version.desc())
        .limit(1)
    ).first()
    newest = work.connection.execute(select(func.coalesce(func.max(PublishedList.version), 0)).where(*of_list)).scalar_one()
    if found is None:
        return {"version": 0, "effectiveOn": None, "rows": [], "newest": int(newest)}
    rows: list[Mapping[str, JSON]] = found.rows
    column = read.text(inputs, "column")
    if column is not None:
        wanted = frozenset(read.texts(inputs, "values"))
        rows = [row for row in rows if row.get(column) in wanted]
    effective: date = found.effective_on
    return {"version": int(found.version), "effectiveOn": effective.isoformat(), "rows": rows, "newest": int(newest)}


def _name(inputs: Mapping[str, JSON]) -> str:
    found = read.text(inputs, "name")
    if found is None or len(found) > _LONGEST:
        raise read.wrong("name", f"a text of at most {_LONGEST} characters")
    return found


def _lead(work: UnitOfWork, own: str | None) -> int:
    """Key of the institution that leads the community of the case's owner; raises Invalid where there is none."""
    owner, its = aliased(Institution), aliased(Membership)
    found = work.connection.execute(
        select(its.lead).join(owner, owner.key == its.institution).where(owner.code == own, *in_force(its, today(work.now)))
    ).scalar()
    if found is None:
        raise Invalid(
            "no-community", "Expected the owner of the case to belong to a community today, but '{own}' does not", own=own
        )
    return int(found)


FUNCTIONS: Mapping[str, Callable[[UnitOfWork, str | None, Holder, Mapping[str, JSON]], Mapping[str, JSON]]] = MappingProxyType(
    {"published.put": publish, "published.get": look_up}
)
