"""Which institution may see a case, until when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, update

from engine.store.prepared import Prepared
from engine.store.tables import Participant
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import table_of
from engine.store.writes import upsert_of

PARTICIPANT = table_of(Participant)
PUT_PARTICIPANT = upsert_of(Participant)
END_SIGHT = Prepared(
    update(PARTICIPANT)
    .where(PARTICIPANT.c.instance == bindparam("the_instance"), PARTICIPANT.c.until.is_(None))
    .values(until=bindparam("until", type_=PARTICIPANT.c.until.type))
)


def participate(work: UnitOfWork, instance: int, institution: int, until: datetime | None) -> None:
    """Lets an institution see a case until an instant, None for as long as it runs. A past instant ends its sight at once."""
    work.write(PUT_PARTICIPANT, {"institution": institution, "instance": instance, "until": until})


def close_sight(work: UnitOfWork, instance: int) -> None:
    """Gives every institution that may see a case now the end of its sight, counted from now."""
    work.write(END_SIGHT, {"instance": instance, "until": work.now + work.config.visible_after_end})
