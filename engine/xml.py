"""Reads XML bytes (BPMN, DMN) into an element tree without giving the file any power.

Nothing outside the bytes is read, no entity is expanded, a document type is refused, and size, number of elements, depth,
attributes and namespaces have limits, which end the reading where they are passed. Any text encoding that the file
declares is read, GBK and UTF-16 among them.
"""

from __future__ import annotations

import codecs
import re
from typing import Any, TypeAlias

from lxml import etree

Node: TypeAlias = etree._Element
"""An element of a document that was read; readers outside the kernel know no more of lxml than this name."""

MAX_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 20_000
MAX_DEPTH = 100
MAX_ATTRIBUTES = 200
"""Attributes, or namespaces declared, of one element: to look at them costs more than in proportion to their number."""

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*\?>")
_DECLARED = re.compile(rb"""\A\s*<\?xml\b[^>]*\bencoding\s*=\s*["']([A-Za-z][A-Za-z0-9._-]*)["']""")
_PIECE = 65_536
"""Bytes that the parser is fed at a time."""
_PROLOG = re.compile(r"\A(?:\s+|<!--.*?-->|<\?.*?\?>)*", re.DOTALL)
# Python codecs that are not encodings of documents; gb2312 files usually hold characters of its superset.
_REFUSED = frozenset({"utf-7", "idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined", "mbcs", "oem"})
_DOCTYPE = (
    "doctype",
    "文件含有文档类型声明（DOCTYPE），不予读取，请删除。",
    "The file has a document type declaration, which is not read; remove it.",
)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030"}


def line_of(node: etree._Element | None) -> int | None:
    """Line of a node in its file, counted from 1."""
    found: Any = None if node is None else node.sourceline
    return found if isinstance(found, int) else None


class Unreadable(Exception):
    """The bytes are not a document that may be read. `code` names the reason, `line` where if known."""

    def __init__(self, code: str, message: str, message_en: str, line: int | None = None) -> None:
        super().__init__(message_en)
        self.code = code
        self.message = message
        self.message_en = message_en
        self.line = line


def read(data: bytes, *, bounded: bool = True) -> etree._Element:
    """The root element of a document. Raises Unreadable.

    `bounded` False lifts our own limits of size, for what is stored: they may be lower than on the day it was accepted.
    """
    if bounded and len(data) > MAX_BYTES:
        raise Unreadable("too-large", "文件超过 2 MiB，请拆分。", "The file is larger than 2 MiB; split it.")
    decoded = _decode(data)
    text = _DECLARATION.sub("", decoded, count=1)
    # The declaration's lines still count, so that findings name the line of the file.
    lines = decoded.count("\n") - text.count("\n")
    prolog = _PROLOG.match(text)
    if prolog and text[prolog.end() :].startswith("<!DOCTYPE"):
        raise Unreadable(*_DOCTYPE)
    root = _parse(("\n" * lines + text.lstrip("\ufeff")).encode("utf-8", "surrogatepass"), bounded=bounded)
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unreadable(*_DOCTYPE)
    return root


def in_utf8(data: bytes) -> str:
    """The text of a document whatever its encoding, declared as UTF-8. Raises Unreadable."""
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + _DECLARATION.sub("", _decode(data).lstrip("\ufeff"), count=1).lstrip()


def _decode(data: bytes) -> str:
    name = _encoding(data)
    try:
        codec = codecs.lookup(name)
        if codec.name in _REFUSED or not getattr(codec, "_is_text_encoding", True):
            raise LookupError(name)
        return data.decode(_SUPERSETS.get(codec.name, name)).replace("\r\n", "\n")
    except LookupError:
        raise Unreadable(
            "encoding",
            f"无法识别文件声明的编码“{name}”，请改用 UTF-8。",
            f"The declared encoding '{name}' is unknown; use UTF-8.",
        ) from None
    except (UnicodeError, ValueError):
        raise Unreadable(
            "encoding",
            f"文件内容与声明的编码“{name}”不符，请重新保存为 UTF-8。",
            f"The file is not encoded as it declares ('{name}'); save it as UTF-8.",
        ) from None


def _encoding(data: bytes) -> str:
    for mark, name in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return name
    if data.startswith(b"<\x00?\x00"):
        return "utf-16-le"
    if data.startswith(b"\x00<\x00?"):
        return "utf-16-be"
    declared = _DECLARED.match(data[:1024])
    return declared.group(1).decode("ascii").lower() if declared else "utf-8"


def _parse(data: bytes, *, bounded: bool) -> etree._Element:
    parser = etree.XMLPullParser(
        events=("start-ns", "start", "end"),
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )
    shape = _Shape() if bounded else None
    try:
        for at in range(0, len(data), _PIECE):
            parser.feed(data[at : at + _PIECE])
            for event, found in parser.read_events():
                if shape is not None:
                    shape.see(event, found)
        return parser.close()
    except etree.XMLSyntaxError as error:
        line = error.lineno
        raise Unreadable(
            "not-xml",
            f"文件不是合格的 XML（第 {line} 行）。",
            f"The file is not well-formed XML (line {line}): {error.msg}.",
            line,
        ) from None


class _Shape:
    """Counts while a document is read, and refuses one that is too large before the rest of it is there."""

    def __init__(self) -> None:
        self._count = 0
        self._depth = 0
        self._namespaces = 0

    def see(self, event: str, found: Any) -> None:
        """Takes one event of the parser. Raises Unreadable."""
        if event == "start":
            self._element(found)
        elif event == "end":
            self._depth -= 1
        else:
            self._namespaces += 1
            self._bound(self._namespaces, None)

    def _element(self, element: etree._Element) -> None:
        self._count += 1
        self._depth += 1
        self._namespaces = 0
        self._bound(len(element.attrib), element)
        if self._count > MAX_ELEMENTS:
            raise Unreadable(
                "too-many-elements",
                f"文件的元素超过 {MAX_ELEMENTS} 个，请拆分。",
                f"The file has more than {MAX_ELEMENTS} elements; split it.",
            )
        if self._depth > MAX_DEPTH:
            raise Unreadable(
                "too-deep",
                f"文件的嵌套超过 {MAX_DEPTH} 层。",
                f"The file is nested deeper than {MAX_DEPTH} levels.",
                line_of(element),
            )

    def _bound(self, attributes: int, element: etree._Element | None) -> None:
        if attributes > MAX_ATTRIBUTES:
            raise Unreadable(
                "too-many-attributes",
                f"一个元素的属性或命名空间超过 {MAX_ATTRIBUTES} 个。",
                f"An element has more than {MAX_ATTRIBUTES} attributes or namespaces.",
                line_of(element),
            )
