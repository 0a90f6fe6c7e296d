"""Statistics of processes: who may see them, the facts they are counted from, and what is counted."""
