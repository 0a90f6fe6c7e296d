"""Composition root and command line: reads the settings, puts engine, API and worker together, and runs them."""
