"""People and programs come in here: HTTP, JSON and the browser's files. It decides nothing; it asks the engine."""
