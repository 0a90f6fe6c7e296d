"""The deployment gate: what is said of the files of a process folder before they are brought in. It changes nothing."""

from __future__ import annotations
