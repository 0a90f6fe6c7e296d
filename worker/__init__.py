"""Time comes in here: the worker that carries out due jobs, and the bell that wakes it."""
