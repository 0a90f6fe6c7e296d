"""What the engine remembers: tables, connections, keys and schema migrations. Nothing here decides anything."""
