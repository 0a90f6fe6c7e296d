"""The audit trail shows what was tampered with by somebody who owns the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from engine.commands.audit import AnchorAudit
from engine.errors import NotAllowed
from engine.queries.audit import AuditFault, AuditVerification, VerifyAudit
from engine.store.tables import AuditAnchor, AuditEntry, Base, ProcessInstance, Seat
from engine.testing import CaseView, County
from tests.engine.models import two_tasks

HOUR = timedelta(hours=1)
TRAILS = ("audit_entry", "audit_anchor")


@pytest.fixture
def case(county: County) -> CaseView:
    """A case of three revisions."""
    county.deploy(two_tasks())
    case = county.person("gan").start("p")
    county.person("gan").complete(case.task("first"))
    county.person("shen").complete(case.task("second"))
    return case


@contextmanager
def tampering(county: County) -> Iterator[Any]:
    """A transaction of somebody who owns the database; it is rolled back."""
    with county.engine.database.engine.connect() as connection:
        for trail in TRAILS:
            if county.engine.database.dialect == "sqlite":
                for verb in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER {trail}_no_{verb}"))
            else:
                connection.execute(text(f"ALTER TABLE {trail} DISABLE TRIGGER {trail}_append_only"))
        yield connection
        connection.rollback()


def verify(county: County, connection: Any = None, anchor: str | None = None) -> AuditVerification:
    return county.engine.query(VerifyAudit(anchor=anchor), session=connection)


def faults(county: County, connection: Any, anchor: str | None = None) -> list[tuple[str, int | None]]:
    return [(fault.code, fault.number) for fault in verify(county, connection, anchor).faults]


class TestChains:
    """The entries of a case form a chain."""

    def test_an_untouched_trail_is_whole(self, county: County, case: CaseView) -> None:
        found = verify(county)

        assert (found.instances, found.faults) == (1, ())
        assert found.entries == len(county.rows(select(AuditEntry.key))) > case.revision == 3

    @pytest.mark.parametrize(
        "change",
        [
            {"action": "claim"},
            {"person": 1},
            {"capacity": None},
            {"object": "another task"},
            {"data": {"outcome": "refuse"}},
            {"result": "denied"},
            {"hash": "0" * 64},
            {"previous_hash": "0" * 64},
        ],
        ids=lambda change: next(iter(change)),
    )
    def test_a_changed_entry_is_found(self, county: County, case: CaseView, change: dict[str, Any]) -> None:
        with tampering(county) as connection:
            entry = (AuditEntry.instance == case.key, AuditEntry.revision == 2)
            connection.execute(update(AuditEntry).where(*entry).values(change))
            assert ("changed", 2) in faults(county, connection)

    @pytest.mark.parametrize("revision", [1, 2, 3])
    def test_a_removed_entry_is_found_even_the_last_one(self, county: County, case: CaseView, revision: int) -> None:
        with tampering(county) as connection:
            connection.execute(delete(AuditEntry).where(AuditEntry.instance == case.key, AuditEntry.revision == revision))
            assert ("missing", revision) in faults(county, connection)

    def test_a_case_without_any_entry_is_found(self, county: County, case: CaseView) -> None:
        with tampering(county) as connection:
            connection.execute(delete(AuditEntry).where(AuditEntry.instance == case.key))
            assert verify(county, connection).faults == (AuditFault(code="missing", instance=case.id, number=1),)

    def test_an_added_entry_is_found(self, county: County, case: CaseView) -> None:
        with tampering(county) as connection:
            last = connection.execute(select(*AuditEntry.__table__.columns).where(AuditEntry.revision == 3)).one()
            connection.execute(insert(AuditEntry).values({**last._mapping, "key": 1, "revision": 4}))
            assert ("changed", 4) in faults(county, connection)
            assert ("head", 3) in faults(county, connection)

    def test_a_revision_that_was_set_back_is_found(self, county: County, case: CaseView) -> None:
        with tampering(county) as connection:
            connection.execute(update(ProcessInstance).where(ProcessInstance.key == case.key).values(revision=2))
            assert ("head", 2) in faults(county, connection)

    def test_entries_of_a_case_that_is_not_there_are_found(self, county: County, case: CaseView) -> None:
        with tampering(county) as connection:
            last = connection.execute(select(*AuditEntry.__table__.columns).where(AuditEntry.revision == 3)).one()
            connection.execute(insert(AuditEntry).values({**last._mapping, "key": 1, "instance": 404, "revision": 1}))
            assert verify(county, connection).faults == (AuditFault(code="orphan", entry=1),)

    def test_rows_that_refer_to_nothing_are_found(self, county: County, case: CaseView) -> None:
        with tampering(county) as connection:
            connection.execute(update(Seat).where(Seat.instance == case.key).values(round=404))
            assert verify(county, connection).faults == (
                AuditFault(code="dangling", column="seat.round", number=len(case.seats())),
            )

    def test_a_changed_entry_outside_of_the_chains_is_found(self, county: County) -> None:
        with tampering(county) as connection:
            key = connection.execute(select(AuditEntry.key).where(AuditEntry.instance.is_(None)).limit(1)).scalar_one()
            connection.execute(update(AuditEntry).where(AuditEntry.key == key).values(action="nothing"))
            assert verify(county, connection).faults == (AuditFault(code="changed", entry=key),)

    def test_it_is_for_those_with_the_right(self, county: County) -> None:
        with pytest.raises(NotAllowed):
            county.engine.query(VerifyAudit(), county.person("gan").actor)


class TestAnchors:
    """Anchors seal all chains hour by hour."""

    @pytest.fixture
    def anchored(self, county: County, case: CaseView) -> str:
        county.clock.advance(2 * HOUR)
        assert county.execute(AnchorAudit()).state == "anchored"
        found: str = verify(county).newest_anchor or ""
        return found

    def test_an_anchor_is_made_once_an_hour(self, county: County, anchored: str) -> None:
        assert county.execute(AnchorAudit()).state is None
        county.clock.advance(HOUR)
        assert county.execute(AnchorAudit()).state == "anchored"
        found = verify(county, anchor=anchored)
        assert (found.anchors, found.faults) == (2, ())
        assert found.newest_anchor != anchored

    def test_entries_are_sealed_once_each(self, county: County, anchored: str) -> None:
        county.person("gan").start("p")
        county.clock.advance(3 * HOUR)
        county.execute(AnchorAudit())
        assert sum(row.entries for row in county.rows(select(AuditAnchor.entries))) == verify(county).entries

    def test_a_last_entry_removed_together_with_its_revision_is_found(
        self, county: County, case: CaseView, anchored: str
    ) -> None:
        with tampering(county) as connection:
            of_case = AuditEntry.instance == case.key
            before = connection.execute(select(AuditEntry.hash).where(of_case, AuditEntry.revision == 2)).scalar_one()
            connection.execute(delete(AuditEntry).where(of_case, AuditEntry.revision == 3))
            connection.execute(
                update(ProcessInstance).where(ProcessInstance.key == case.key).values(revision=2, audit_hash=before)
            )
            assert faults(county, connection) == [("anchor-changed", 1)]

    def test_a_removed_entry_outside_of_the_chains_is_found(self, county: County, anchored: str) -> None:
        with tampering(county) as connection:
            key = connection.execute(select(AuditEntry.key).where(AuditEntry.instance.is_(None)).limit(1)).scalar_one()
            connection.execute(delete(AuditEntry).where(AuditEntry.key == key))
            assert faults(county, connection) == [("anchor-changed", 1)]

    def test_removed_anchors_are_missed_by_whoever_noted_one(self, county: County, anchored: str) -> None:
        county.clock.advance(2 * HOUR)
        county.execute(AnchorAudit())
        with tampering(county) as connection:
            connection.execute(delete(AuditAnchor).where(AuditAnchor.number == 1))
            assert ("anchor-missing", 1) in faults(county, connection)
            connection.execute(delete(AuditAnchor))
            assert faults(county, connection) == []
            assert faults(county, connection, anchor=anchored) == [("anchor-unknown", None)]

    @pytest.mark.parametrize("trail", TRAILS)
    def test_the_database_refuses_to_change_the_trail(self, county: County, anchored: str, trail: str) -> None:
        table = Base.metadata.tables[trail]
        for statement in (update(table).values(hash=""), delete(table)):
            with pytest.raises(DBAPIError, match="append-only"), county.engine.database.writing() as connection:
                connection.execute(statement)
