"""Every bound of the language in one place. A bound is part of the language: the browser's interpreter keeps the same ones."""

from __future__ import annotations

MAX_SOURCE = 2_000
"""Characters of one expression."""
MAX_SCRIPT = 20_000
"""Characters of one script or one template."""
MAX_NODES = 300
"""Nodes of one checked tree, which also bounds its height."""
MAX_DEPTH = 30
"""How deep brackets, conditionals and prefix operators may be nested."""
MAX_TEXT = 10_000
"""Characters of a text that an expression builds."""
MAX_ITEMS = 10_000
"""Items of a list that an expression builds or works through."""
MAX_STEPS = 100_000
"""Units of work of one evaluation; a unit is one value looked at, or 32 characters of text."""
TEXT_STEP = 32
"""Characters of text in one unit of work."""
MAX_LEVELS = 64
"""How deep the data an expression compares or gives back may be nested; the API takes half of that."""
MAX_NUMBER = 10**30
"""No number is larger in size."""
MAX_PLACES = 20
"""Decimal places a number keeps; further ones are rounded half to even."""
