"""What an attachment is, told by its content alone: JPEG, PNG or PDF. Names and declared types are the sender's, not facts.

A picture is read as far as its size, so that one which would fill a telephone's memory when it is shown is refused too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass

MAX_PIXELS = 100_000_000
"""Width times height of a picture; four bytes each in the memory of whoever looks at it."""
NAME_LENGTH = 120
MEGABYTE = 1024 * 1024
LARGEST_FILE = 10 * MEGABYTE
MOST_FILES = 10
"""Files in one field."""

_NAME_BREAKERS = re.compile(r'[\\/:*?"<>|\s]+')
_JPEG_SIZED = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""Markers of a JPEG frame, which holds the picture's size."""
_JPEG_BARE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a length."""
_PNG = b"\x89PNG\r\n\x1a\n"
_PDF = re.compile(rb"%PDF-[12]\.\d")
_PDF_TAIL = 2_048


@dataclass(frozen=True, kw_only=True)
class FileRules:
    """What a file field takes."""

    types: frozenset[str]
    """Media types out of FILE_TYPES."""
    count: int
    """Files at most."""
    size: int
    """Bytes a file at most."""


class Unreadable(Exception):
    """The content begins like a known type and is not a whole file of it, or is none that may be kept.

    `code` is `attachment-type`, `attachment-damaged` or `attachment-pixels`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def media_type(content: bytes) -> str:
    """The media type of a file. Raises Unreadable."""
    for name, (begins, check, _) in FILE_TYPES.items():
        if content.startswith(begins):
            check(content)
            return name
    raise Unreadable("attachment-type")


def plain_name(name: str, kind: str) -> str:
    """A file name that harms no folder, header or page: visible characters only, with the ending of its media type."""
    visible = "".join(char if unicodedata.category(char)[0] not in "CZ" else " " for char in unicodedata.normalize("NFC", name))
    stem = _NAME_BREAKERS.sub(" ", visible).strip(" .")
    ending = FILE_TYPES[kind][2][0]
    for known in FILE_TYPES[kind][2]:
        if stem.lower().endswith(known):
            stem, ending = stem[: -len(known)], known
            break
    return (stem[: NAME_LENGTH - len(ending)].strip(" .") or "file") + ending


def _check_jpeg(content: bytes) -> None:
    at, end = 2, len(content)
    while at + 9 < end and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:
            at += 1
        elif marker in _JPEG_BARE:
            at += 2
        elif marker in _JPEG_SIZED:
            height, width = int.from_bytes(content[at + 5 : at + 7]), int.from_bytes(content[at + 7 : at + 9])
            return _check_pixels(width, height)
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    raise Unreadable("attachment-damaged")


def _check_png(content: bytes) -> None:
    if content[8:16] != b"\x00\x00\x00\rIHDR" or b"IEND" not in content[-64:]:
        raise Unreadable("attachment-damaged")
    _check_pixels(int.from_bytes(content[16:20]), int.from_bytes(content[20:24]))


def _check_pdf(content: bytes) -> None:
    if not _PDF.match(content) or b"%%EOF" not in content[-_PDF_TAIL:]:
        raise Unreadable("attachment-damaged")


def _check_pixels(width: int, height: int) -> None:
    if not width or not height:
        raise Unreadable("attachment-damaged")
    if width * height > MAX_PIXELS:
        raise Unreadable("attachment-pixels")


FILE_TYPES: Mapping[str, tuple[bytes, Callable[[bytes], None], tuple[str, ...]]] = {
    "image/jpeg": (b"\xff\xd8\xff", _check_jpeg, (".jpg", ".jpeg")),
    "image/png": (_PNG, _check_png, (".png",)),
    "application/pdf": (b"%PDF-", _check_pdf, (".pdf",)),
}
"""Media type -> how its content begins, the check of the rest, and its usual endings, the first of which a name is given."""
