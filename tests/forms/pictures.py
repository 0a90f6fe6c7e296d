"""Small whole files of every type that may be attached, made here so that no binary lies in the repository."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 2, *, note: bytes = b"") -> bytes:
    """A PNG of one grey; `note` makes it another file."""
    rows = b"".join(b"\0" + b"\x80" * width for _ in range(min(height, 64)))
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)), (b"tEXt", b"n\0" + note)]
    chunks += [(b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def jpeg(width: int = 2, height: int = 2) -> bytes:
    """The frame of a JPEG: all that its type and size are told by."""
    app0 = b"\xff\xe0" + struct.pack(">H", 16) + b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0"
    frame = b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, height, width, 1) + b"\x01\x11\0"
    return b"\xff\xd8" + app0 + frame + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\0\xff\xd9"


def pdf(note: str = "") -> bytes:
    """A PDF of one empty page."""
    return (
        f"%PDF-1.4\n%{note}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ).encode()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
