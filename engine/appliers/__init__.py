"""Effects become rows: handlers decide, appliers write."""
