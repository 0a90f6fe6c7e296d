"""When everybody is due who has to speak, by the column `deadline` of the table of operations, and nothing else."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from engine.testing import County

TERM = timedelta(hours=12)


class Clocks:
    """The clocks of everybody who signs one task."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.known: dict[str, datetime] = {}
        self.kept: dict[str, datetime | None] = {}
        """Whose clocks go on when his turn comes again, with the moment at which it was stopped, if it was."""
        self.acting: set[str] = set()
        self.before: set[str] = set()
        """Who could act now, and before the last act."""

    def due(self, acting: Any) -> dict[str, datetime]:
        """When each of those who may act now is due: a term from now for whoever is new."""
        now = self.county.clock.now()
        for login in set(acting) - self.acting:
            if login not in self.kept:
                self.known[login] = now + TERM
                continue
            stopped = self.kept.pop(login)
            self.known[login] += timedelta(0) if stopped is None else now - stopped
        self.before, self.acting = self.acting, set(acting)
        return {login: self.known[login] for login in acting}

    def keep(self, *logins: str, paused: bool = False) -> None:
        """Their turn comes again, and with it the term that each of them had."""
        for login in logins:
            self.kept.setdefault(login, self.county.clock.now() if paused else None)

    def hand_over(self, login: str, to: str) -> None:
        """Somebody acts in another's place, and in his term."""
        self.known[to] = self.known[login]
        self.kept[to] = None

    def stood_still(self, span: timedelta) -> None:
        """Every clock stood still for a while."""
        self.known = {login: due + span for login, due in self.known.items()}
