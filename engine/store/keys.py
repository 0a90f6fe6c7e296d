"""Gives 63-bit integer keys, unique over all processes, without asking the database each time.

A process takes a block of a million keys in a transaction of its own, before the business transaction begins: inside
it, a rollback would give the block to somebody else too, and SQLite's one writer would wait for itself.
"""

from __future__ import annotations

import threading

from sqlalchemy import BigInteger, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base
from engine.store.database import Database

BLOCK = 1_000_000
LOW = 200_000


class KeyBlock(Base):
    """The first key not yet handed out to a process."""

    __tablename__ = "key_block"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    next: Mapped[int] = mapped_column(BigInteger)


class KeySequence:
    """The keys of one process. Safe to share between threads."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._next = 0
        self._end = 0

    def reserve(self) -> None:
        """Makes sure that a command can take the keys it needs. To be called outside any transaction."""
        if self._end - self._next >= LOW:
            return
        with self._lock:
            if self._end - self._next >= LOW:
                return
            with self._database.writing() as connection:
                taken = update(KeyBlock).where(KeyBlock.name == "key").values(next=KeyBlock.next + BLOCK)
                connection.execute(taken)
                end = connection.execute(select(KeyBlock.next).where(KeyBlock.name == "key")).scalar_one()
            self._next, self._end = end - BLOCK, end

    def __call__(self) -> int:
        """The next key."""
        with self._lock:
            if self._next >= self._end:
                raise RuntimeError("Expected keys to be reserved before the transaction, but none are left")
            self._next += 1
            return self._next
