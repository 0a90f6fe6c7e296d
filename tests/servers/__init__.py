"""Real parts for the tests: a PostgreSQL server, a browser, and the application as its own process."""

from __future__ import annotations
