"""Votes on the motions of a round (逐项表决): by name in an open ballot, only their number in a secret one."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from engine.store.base import Base


class MotionVote(Base):
    """What one seat has said to one motion of an open ballot. The database refuses to change it."""

    __tablename__ = "motion_vote"
    seat: Mapped[int] = mapped_column(BigInteger, ForeignKey("seat.key"), primary_key=True, autoincrement=False)
    motion: Mapped[str] = mapped_column(String(60), primary_key=True)
    vote: Mapped[str] = mapped_column(String(10))
    __table_args__ = (CheckConstraint("vote IN ('agree','refuse','abstain','adjourn')", name="vote"),)


class BallotPapers(Base):
    """How many papers of a secret ballot say the same to a motion. No row tells whose they are, or when each was cast.

    The database refuses to let them become fewer.
    """

    __tablename__ = "ballot_papers"
    round: Mapped[int] = mapped_column(BigInteger, ForeignKey("round.key"), primary_key=True, autoincrement=False)
    motion: Mapped[str] = mapped_column(String(60), primary_key=True)
    vote: Mapped[str] = mapped_column(String(10), primary_key=True)
    papers: Mapped[int] = mapped_column(Integer)
    __table_args__ = (CheckConstraint("vote IN ('agree','refuse','abstain','adjourn')", name="vote"),)
