"""Rules about the repository itself that no linter knows."""

from __future__ import annotations
