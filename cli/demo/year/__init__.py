"""A year of the invented county, lived by running its processes on a virtual clock: nothing of it is written by hand.

`county.py` is the clockwork: it starts cases, finds who is asked, lets him act after a while and carries out what the clock
does. A module for each process says how often it begins (`arrivals`) and what people do at each of its steps (`HABITS`).
The same seed gives the same year.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from cli.demo.year.county import Arrival, County, Habit
from cli.demo.year.referrals import HABITS as REFERRAL_HABITS
from cli.demo.year.referrals import referrals
from engine.clock import VirtualClock
from engine.engine import Engine

Arrivals = Callable[[County, date, date], Iterator[Arrival]]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What one process of the library contributes to the year."""

    folder: str
    habits: Mapping[str, Mapping[str, Habit]]
    """Process -> step -> what people do there."""
    arrivals: Arrivals


CHAPTERS = (Chapter(folder="referral", habits=REFERRAL_HABITS, arrivals=referrals),)


def live(engine: Engine, clock: VirtualClock, until: datetime, *, seed: int, share: float = 1.0) -> County:
    """Lives from what the clock says until an instant, and returns the county with what was counted.

    `share` thins the year out: 0.01 is a twentieth of a month, for a test. The library must be deployed.
    """
    county = County(engine, clock, seed=seed, share=share)
    for chapter in CHAPTERS:
        county.learn(chapter.habits)
        for arrival in chapter.arrivals(county, clock.now().date(), until.date()):
            county.expect(arrival)
    county.live(until)
    return county
