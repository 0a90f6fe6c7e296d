"""The type of the paper: open fonts, cut down to the characters of one document and embedded in it.

Noto Sans SC and Noto Sans come as Python packages under the SIL Open Font License, which allows embedding. Characters that
neither has, such as rare ideographs in names, are taken from the fonts of the system where there are any
(`fonts-noto-cjk` of Debian). One that no font has is printed by its number, `〔U+2B5E7〕`: never left out, never blank.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont, newTable
from fontTools.varLib.instancer import instantiateVariableFont

REGULAR = 400
PACKAGES = (
    ("justmytype_intl_cjk", "fonts/ofl/notosanssc/NotoSansSC[wght].ttf"),
    ("fontpkg_noto_sans", "files/NotoSans[wdth,wght].ttf"),
)
SYSTEM = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/noto-cjk/NotoSansCJK-Regular.ttc",
    "/usr/share/fonts/google-noto-cjk/NotoSansCJK-Regular.ttc",
)
SIMPLIFIED = "SC"
UNUSED_TABLES = ("BASE", "GDEF", "GPOS", "GSUB", "vhea", "vmtx", "VORG", "STAT", "DSIG")

MAXIMA = (
    "maxZones",
    "maxTwilightPoints",
    "maxStorage",
    "maxFunctionDefs",
    "maxInstructionDefs",
    "maxStackElements",
    "maxSizeOfInstructions",
    "maxComponentElements",
)
"""Of the table `maxp`; the rest is counted when the font is written."""


class FontError(Exception):
    """The fonts that were installed with the product are not there."""


@dataclass(frozen=True)
class Face:
    """One font file with the characters it has."""

    path: Path
    number: int
    """Which font of a collection."""
    characters: frozenset[int]

    def cut(self, characters: Iterable[int], target: Path) -> None:
        """Writes the font with these characters only, upright and of regular weight."""
        options = Options()
        options.layout_features = []
        options.drop_tables += UNUSED_TABLES
        options.notdef_outline = True
        subsetter = Subsetter(options)
        subsetter.populate(unicodes=sorted(characters))
        with TTFont(self.path, fontNumber=self.number, lazy=True) as font:
            subsetter.subset(font)
            if "fvar" in font:
                axes = {axis.axisTag: axis.defaultValue for axis in font["fvar"].axes}
                instantiateVariableFont(font, {**axes, "wght": REGULAR}, inplace=True)
            if "CFF " in font:
                _to_quadratic(font)
            font.save(target)


def cut_fonts(text: Iterable[str], folder: Path) -> list[Path]:
    """Writes into `folder` the fonts that together print `text`, the one for most characters first. Raises FontError."""
    wanted = {ord(character) for part in text for character in printable(part)} | set(map(ord, "〔U+0123456789ABCDEF〕 "))
    found = []
    for at, face in enumerate(faces()):
        mine = wanted & face.characters
        if mine:
            found.append(folder / f"{at}.ttf")
            face.cut(mine, found[-1])
            wanted -= mine
    return found


def printable(text: str) -> str:
    """The text as it can be printed: without control characters, and with what no font has by its number."""
    known = _characters()
    # An ideographic space is as wide as a character; ours has none, and four spaces come near it.
    plain = text.replace("\u3000", " " * 4)
    return "".join(one if one == "\n" or ord(one) in known else _by_number(one) for one in plain)


@cache
def faces() -> Sequence[Face]:
    """The fonts in the order of preference. Raises FontError."""
    found = [_packaged(package, path) for package, path in PACKAGES]
    return (*found, *(_simplified(Path(path)) for path in SYSTEM if Path(path).is_file()))


@cache
def _characters() -> frozenset[int]:
    return frozenset().union(*(face.characters for face in faces()))


def _packaged(package: str, path: str) -> Face:
    spec = find_spec(package)
    folders = [] if spec is None else list(spec.submodule_search_locations or ())
    files = [Path(folder, path) for folder in folders if Path(folder, path).is_file()]
    if not files:
        raise FontError(f"Expected the font {path} of the package {package}, but it is not installed")
    return _face(files[0], 0)


def _simplified(path: Path) -> Face:
    """The face with the shapes of simplified Chinese in a collection."""
    with TTCollection(path, lazy=True) as collection:
        names = [str(font["name"].getDebugName(1)) for font in collection.fonts]
    return _face(path, next((at for at, name in enumerate(names) if name.endswith(SIMPLIFIED) and "Mono" not in name), 0))


def _face(path: Path, number: int) -> Face:
    with TTFont(path, fontNumber=number, lazy=True) as font:
        return Face(path, number, frozenset(font.getBestCmap()))


def _to_quadratic(font: TTFont) -> None:
    """Turns PostScript outlines into TrueType ones: a PDF can address every character of such a font."""
    order, outlines = font.getGlyphOrder(), font.getGlyphSet()
    glyphs = {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, font["head"].unitsPerEm / 1000, reverse_direction=True))
        glyphs[name] = pen.glyph()
    font["loca"], table = newTable("loca"), newTable("glyf")
    table.glyphOrder, table.glyphs = order, glyphs
    font["glyf"] = table
    del font["CFF "]
    largest = font["maxp"]
    largest.tableVersion = 0x00010000
    for name in MAXIMA:
        setattr(largest, name, 1 if name == "maxZones" else 0)
    font["post"].formatType = 3.0
    font.sfntVersion = "\000\001\000\000"


def _by_number(character: str) -> str:
    kind = unicodedata.category(character)
    if kind in ("Cc", "Zl", "Zp", "Zs"):
        return " "
    return "" if kind == "Cf" else f"〔U+{ord(character):04X}〕"
