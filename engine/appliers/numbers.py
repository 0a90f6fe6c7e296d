"""Document numbers: gap-free per category, institution and year."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite

from engine.calendar import TIME_ZONE
from engine.store.tables import DocumentNumber
from engine.store.unit_of_work import UnitOfWork


def draw_number(work: UnitOfWork, category: str, institution: int, code: str) -> str:
    """The next number, `<category><year><institution code><5 digits>`.

    It is drawn in the case's own transaction: one that is rolled back gives its number back, so the series has no gaps.
    """
    dialect = postgresql if work.connection.dialect.name == "postgresql" else sqlite
    year = work.now.astimezone(TIME_ZONE).year
    statement = dialect.insert(DocumentNumber).values(category=category, institution=institution, year=year, last=1)
    statement = statement.on_conflict_do_update(
        index_elements=["category", "institution", "year"], set_={"last": DocumentNumber.last + 1}
    ).returning(DocumentNumber.last)
    last = int(work.connection.execute(statement).scalar_one())
    return f"{category}{year}{code}{last:05d}"
