"""How long a campaign runs: short in `make test`, long in `make chaos`, which sets LIANDONG_CHAOS=1."""

from __future__ import annotations

import os

LONG = os.environ.get("LIANDONG_CHAOS", "") == "1"


def campaign(short: int, long: int) -> int:
    """A number of examples, steps or cases."""
    return long if LONG else short
