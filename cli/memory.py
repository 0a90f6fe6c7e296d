"""What a process that is to run for long does with its memory."""

from __future__ import annotations

import gc


def settle() -> None:
    """Takes everything that is there by now, code and compiled definitions for the most part, out of the search for garbage.

    The search stops every thread for a tenth of a second in a process that has just begun, and again and again.
    """
    gc.collect()
    gc.freeze()
