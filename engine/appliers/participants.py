"""Which institution may see a case, until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update

from engine.store.tables import Participant
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert


def participate(work: UnitOfWork, instance: int, institution: int, until: datetime | None) -> None:
    """Lets an institution see a case until an instant, None for as long as it runs. A past instant ends its sight at once."""
    upsert(work.connection, Participant, [{"institution": institution, "instance": instance, "until": until}])


def close_sight(work: UnitOfWork, instance: int) -> None:
    """Gives every institution that may see a case now the end of its sight, counted from now."""
    until = work.now + work.config.visible_after_end
    open_rows = (Participant.instance == instance, Participant.until.is_(None))
    work.connection.execute(update(Participant).where(*open_rows).values(until=until))
