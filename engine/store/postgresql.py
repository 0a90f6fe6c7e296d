"""What PostgreSQL needs that SQLite does not: the session's settings. Row locks and SKIP LOCKED are asked for by the
statements themselves, since SQLAlchemy leaves them out on SQLite, where BEGIN IMMEDIATE does their work.
"""

from __future__ import annotations

SETTINGS = "-c timezone=UTC -c statement_timeout=30000 -c lock_timeout=10000 -c idle_in_transaction_session_timeout=60000"
CONNECT_ARGUMENTS = {"options": SETTINGS, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
