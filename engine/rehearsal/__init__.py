"""Rehearsals (试运行): the real engine on a virtual clock, on a store of its own that is thrown away.

`due_work` lets time pass where no worker runs, `play` takes the steps of one run, `scenario` holds them to what is
expected. Tests, the scenario runner and the designer play by the same three.
"""

from __future__ import annotations
