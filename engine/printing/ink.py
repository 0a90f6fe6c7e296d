"""The image of a handwritten signature: whether it is one, and how large."""

from __future__ import annotations

import io

from PIL import Image, UnidentifiedImageError

LARGEST = 200_000
"""Bytes."""
WIDEST, HIGHEST = 2_400, 1_200
"""Pixels."""
LEAST_INK = 60
"""Pixels that differ from the paper; less is a dot, not a name."""


def is_signature(content: bytes) -> bool:
    """Whether the content is a PNG of these bounds on which something was drawn."""
    if not content or len(content) > LARGEST:
        return False
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.width > WIDEST or image.height > HIGHEST:
                return False
            drawn = image.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError):
        return False
    paper = Image.new("RGBA", drawn.size, "white")
    grey = Image.alpha_composite(paper, drawn).convert("L")
    return sum(grey.histogram()[:160]) >= LEAST_INK
