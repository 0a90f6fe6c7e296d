"""Document numbers: gap-free per category, institution and period, each allotted to one case for ever."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.dialects import postgresql, sqlite

from engine.calendar import TIME_ZONE
from engine.kernel.model import NumberModel
from engine.store.tables import AllottedNumber, DocumentNumber
from engine.store.unit_of_work import UnitOfWork
from engine.store.writes import insert_of

NEW_ALLOTMENT = insert_of(AllottedNumber)
PERIODS = {"year": "%Y", "month": "%Y%m", "none": ""}


@dataclass(frozen=True, kw_only=True)
class DrawnNumber:
    """The next number of a series."""

    category: str
    institution: int
    period: int
    """Such as 2026 or 202611; 0 for a series without periods."""
    sequence: int
    number: str


def draw_number(work: UnitOfWork, wanted: NumberModel, institution: int, code: str) -> DrawnNumber:
    """The next number, `<category><period><institution code><5 digits>`, for an institution by key and code.

    It is drawn in the case's own transaction: one that is rolled back gives its number back, so the series has no gaps.
    """
    dialect = postgresql if work.connection.dialect.name == "postgresql" else sqlite
    period = work.now.astimezone(TIME_ZONE).strftime(PERIODS[wanted.period]) if wanted.period != "none" else ""
    which = int(period or 0)
    statement = dialect.insert(DocumentNumber).values(category=wanted.category, institution=institution, period=which, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=["category", "institution", "period"], set_={"last": DocumentNumber.last + 1}
    ).returning(DocumentNumber.last)
    last = int(work.connection.execute(statement).scalar_one())
    number = f"{wanted.category}{period}{code}{last:05d}"
    return DrawnNumber(category=wanted.category, institution=institution, period=which, sequence=last, number=number)


def allot(work: UnitOfWork, drawn: DrawnNumber, instance: int) -> None:
    """Writes down which case has a number. It stays when the case is cancelled: such a number is void, and never given again."""
    row = {
        "category": drawn.category,
        "institution": drawn.institution,
        "period": drawn.period,
        "sequence": drawn.sequence,
        "number": drawn.number,
        "instance": instance,
        "allotted_at": work.now,
    }
    work.write(NEW_ALLOTMENT, row)
