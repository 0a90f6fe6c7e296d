"""One doctor with an account, and what happens at the desks around him."""

from __future__ import annotations

from datetime import UTC, date, datetime

from sqlalchemy import select

from engine.clock import VirtualClock
from engine.commands.account import CreateAccount
from engine.commands.identity import SessionOpened, SignIn, SignInRefused
from engine.commands.organisation import Appoint, PutInstitution, PutPerson, PutPost, PutTogether
from engine.config import Config
from engine.engine import Engine
from engine.queries.identity import SessionByToken, SessionRecord
from engine.store.tables import AuditEntry

PASSWORD = "Willow-lake-42"
HERE, ELSEWHERE = "10.1.0.7", "10.2.0.8"


class Desk:
    """The engine with the doctor 孟凡, whose log-in is `mengfan`, and a colleague without an account."""

    def __init__(self, url: str) -> None:
        self.clock = VirtualClock(datetime(2026, 5, 20, 2, 0, tzinfo=UTC))
        self.engine = Engine(Config(database_url=url), clock=self.clock)
        self.engine.execute(
            PutTogether(
                commands=(
                    PutPost(code="BR_GP", name="全科医生", name_en="General practitioner"),
                    PutInstitution(code="CH01", name="东湾分院", type="20"),
                    *(PutPerson(staff_number=number, name=name) for number, name in (("D1", "孟凡·演示"), ("D2", "秦川·演示"))),
                    Appoint(person="D1", post="BR_GP", institution="CH01", from_date=date(2024, 1, 1)),
                )
            )
        )
        account = CreateAccount(person="D1", login="mengfan", password=PASSWORD, must_change=False, rights=("operations",))
        self.engine.execute(account)

    def sign_in(self, password: str = PASSWORD, login: str = "mengfan", source: str = HERE) -> SessionOpened | SignInRefused:
        return self.engine.execute(SignIn(login=login, password=password, source=source))

    def open(self, source: str = HERE, password: str = PASSWORD) -> str:
        """The token of a new session."""
        answer = self.sign_in(source=source, password=password)
        assert isinstance(answer, SessionOpened)
        return answer.token

    def refused(self, password: str = "wrong", login: str = "mengfan", source: str = HERE) -> SignInRefused:
        answer = self.sign_in(password, login, source)
        assert isinstance(answer, SignInRefused)
        return answer

    def fail(self, times: int, login: str = "mengfan", source: str = HERE) -> None:
        for _ in range(times):
            self.refused(login=login, source=source)

    def session(self, token: str) -> SessionRecord | None:
        return self.engine.query(SessionByToken(token=token))

    def audit(self) -> list[tuple[str, str]]:
        """Actions and results of the audit trail about signing in, oldest first."""
        entries = select(AuditEntry.action, AuditEntry.result).where(AuditEntry.source.is_not(None)).order_by(AuditEntry.key)
        with self.engine.database.reading() as connection:
            return [(row.action, row.result) for row in connection.execute(entries)]
