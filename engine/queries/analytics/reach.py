"""Who sees which statistics, and which numbers are too small to be shown.

The right `statistics` opens the numbers of every institution. Without it they go with the chair: who oversees an institution
(`OVERSIGHT_POSTS`, its president, its offices) sees those of that institution and of the clinics below it, and in the hospital
that leads the community those of all.

A rate or a time that rests on fewer than `LEAST` tasks would say how one person works: in somebody else's institution it is
not shown. Where that would leave one institution alone without figures, they could be told from the total: then the next
smallest keeps its figures to itself too. Who oversees an institution may open each of its cases, so of it he sees all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from engine.authorization import OVERSIGHT_POSTS, standing
from engine.errors import NotAllowed
from engine.queries.registry import Query, Reader
from engine.store.tables import Institution

RIGHT = "statistics"
PEOPLE_RIGHT = "statistics:people"
"""Opens the names of the people in an event log as well."""
READERS = OVERSIGHT_POSTS | {"PARTY_SEC", "PRESIDENT", "DISC_SEC", "VP_DRUG", "CHIEF_ACC", "MC_OFFICE", "HR", "QC", "PHARM_DIR"}
"""Posts whose holders see the statistics of their institution."""
LEAD_HOSPITAL = "10"
LEAST = 5
"""Tasks that a figure of somebody else's institution rests on."""


@dataclass(frozen=True, kw_only=True)
class Reach:
    """What one reader sees."""

    institutions: tuple[int, ...] | None
    """Keys; None is every institution."""
    own: frozenset[int]
    """Keys of those whose every number he sees, however small."""

    def hidden(self, counted: Mapping[int, int]) -> frozenset[int]:
        """Of the institutions with so many tasks each, those whose figures are not shown."""
        others = sorted((count, key) for key, count in counted.items() if count and key not in self.own)
        small = [key for count, key in others if count < LEAST]
        if len(small) == 1 and len(others) > 1:
            small = [key for _, key in others[:2]]
        return frozenset(small)


@dataclass(frozen=True, kw_only=True)
class SeesStatistics(Query[bool]):
    """Whether the reader sees any statistics."""


def sees_statistics(query: SeesStatistics, reader: Reader) -> bool:
    try:
        reach_of(reader)
    except NotAllowed:
        return False
    return True


def reach_of(reader: Reader) -> Reach:
    """What the reader sees. Raises NotAllowed `statistics` for who sees none."""
    who = standing(reader.connection, reader.actor.person, reader.now)
    chairs = {chair.institution for chair in who.capacities if chair.post in READERS and chair.member}
    if reader.actor.rights & {RIGHT, PEOPLE_RIGHT}:
        return Reach(institutions=None, own=frozenset(chairs))
    if not chairs:
        raise NotAllowed(
            "statistics", "Expected somebody who oversees an institution, but {actor} does not", actor=reader.actor.name
        )
    rows = reader.connection.execute(select(Institution.key, Institution.parent, Institution.type)).all()
    if any(row.type == LEAD_HOSPITAL and row.key in chairs for row in rows):
        return Reach(institutions=None, own=frozenset(chairs))
    below = {row.key for row in rows if row.parent in chairs}
    return Reach(institutions=tuple(sorted(chairs | below)), own=frozenset(chairs | below))
