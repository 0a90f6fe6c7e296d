"""Pictures and papers as a telephone or a scanner makes them, painted by the browser itself."""

from __future__ import annotations

import base64
from typing import cast

from playwright.sync_api import FilePayload, Page

_PAINT = """
([width, height, words, noise]) => {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  const pen = canvas.getContext('2d')
  pen.fillStyle = '#fbfbf6'
  pen.fillRect(0, 0, width, height)
  for (let n = 0; n < noise; n++) {
    pen.fillStyle = `hsl(${(n * 47) % 360} 40% ${60 + ((n * 31) % 35)}%)`
    pen.fillRect((n * 7919) % width, (n * 104729) % height, 9, 9)
  }
  pen.fillStyle = '#1f2933'
  pen.font = `${Math.round(height / 14)}px sans-serif`
  words.split('\\n').forEach((line, at) => pen.fillText(line, width / 12, (height / 8) * (at + 1.5)))
  return canvas.toDataURL('image/jpeg', 0.95).split(',')[1]
}
"""


def photograph(page: Page, name: str, words: str, *, size: tuple[int, int] = (1200, 900), noise: int = 0) -> FilePayload:
    """A JPEG with these words on it; `noise` makes it heavy."""
    encoded = cast(str, page.evaluate(_PAINT, [*size, words, noise]))
    return {"name": name, "mimeType": "image/jpeg", "buffer": base64.b64decode(encoded)}
