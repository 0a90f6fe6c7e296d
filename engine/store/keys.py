"""Gives 63-bit integer keys, unique over all processes, without asking the database each time.

A process takes a block of a million keys in a transaction of its own, before the business transaction begins: inside
it, a rollback would give the block to somebody else too, and SQLite's one writer would wait for itself.
"""

from __future__ import annotations

import operator
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
        self._keys = iter(range(0))

    def reserve(self) -> None:
        """Makes sure that a command can take the keys it needs. To be called outside any transaction."""
        if self._left() >= LOW:
            return
        with self._lock:
            if self._left() >= LOW:
                return
            with self._database.writing() as connection:
                taken = update(KeyBlock).where(KeyBlock.name == "key").values(next=KeyBlock.next + BLOCK)
                connection.execute(taken)
                end = connection.execute(select(KeyBlock.next).where(KeyBlock.name == "key")).scalar_one()
            self._keys = iter(range(end - BLOCK + 1, end + 1))

    def _left(self) -> int:
        return operator.length_hint(self._keys)

    def __call__(self) -> int:
        """The next key."""
        # One step of a built-in iterator: threads need no lock for it.
        key = next(self._keys, None)
        if key is None:
            raise RuntimeError("Expected keys to be reserved before the transaction, but none are left")
        return key
