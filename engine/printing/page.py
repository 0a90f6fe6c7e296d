"""The paper: A4, printed words grey and black, what people wrote blue-black, as on the slip.

Everything below the head is lines of boxes. A line that does not fit goes to the next page; one that is taller than a page
goes on there, so that nothing is ever cut off.
"""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fpdf import FPDF, TextMode, XPos, YPos
from fpdf.enums import MethodReturnValue, WrapMode

from engine.printing.document import COLUMNS, Block, Cell, Document, Sheet, Signature, texts
from engine.printing.fonts import cut_fonts, printable

MARGIN, FOOT = 15.0, 16.0
WIDTH, HEIGHT = 210.0 - 2 * MARGIN, 297.0
POINT = 0.3528
LEADING = 1.42
PADDING_X, PADDING_Y = 1.6, 1.1
IMAGE_HEIGHT, IMAGE_WIDTH = 13.0, 40.0
SMALL, BODY, HEADING, TITLE = 7.5, 9.5, 10.5, 18.0

INK, PEN, GREY, OVER, RULE = (17, 24, 39), (28, 52, 97), (92, 98, 110), (168, 34, 34), (150, 155, 165)
RED = (200, 16, 22)
"""Of a letterhead."""
LABEL_FILL = (243, 244, 246)
LABEL_MOST = 30.0
SIGNATURE_WIDTHS = (46.0, 84.0, 50.0)
TIMELINE_WIDTHS = (30.0, 62.0, 40.0, 48.0)
STROKE = 0.12
NARROWEST, WIDEST = 3.0, 14.0
"""Characters that a column is reckoned with at least and at most."""
INDENT, ADDRESS = " " * 9, ("：", ":")
"""Two characters wide, in spaces, since not every font has an ideographic one; and how a line ends that addresses somebody."""
CLOSING = frozenset("，。、；：？！）》」』】〕”’…,.;:?!)%℃")
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class Box:
    """One box of a line."""

    width: float
    text: str
    size: float = BODY
    colour: Colour = INK
    fill: Colour | None = None
    image: bytes | None = None
    """Stands below the text."""


def render(document: Document, *copies: Document) -> bytes:
    """The document and its further copies as one PDF, each from a new page, with its fonts embedded.

    Raises FontError when the product's fonts are not installed.
    """
    with tempfile.TemporaryDirectory(prefix="liandong-fonts-") as folder:
        paper = _Paper(document, cut_fonts(texts((document, *copies)), Path(folder)))
    paper.whole()
    for copy in copies:
        paper.next(copy)
        paper.whole()
    return bytes(paper.output())


class _Paper(FPDF):
    def __init__(self, document: Document, fonts: Sequence[Path]) -> None:
        super().__init__(format="A4")
        self._document = document
        self.set_margins(MARGIN, MARGIN)
        self.set_auto_page_break(False)
        self.c_margin = 0.0
        for at, path in enumerate(fonts):
            self.add_font(f"type{at}", "", path)
        self.set_fallback_fonts([f"type{at}" for at in range(1, len(fonts))])
        self.set_font("type0", size=BODY)
        self.set_title(printable(document.title))
        self.set_author(printable(document.institution))
        self.set_lang("zh-CN" if document.language == "zh" else "en")
        self.set_creation_date(document.made_at)
        self.alias_nb_pages("〔0000〕")
        self.add_page()

    def next(self, document: Document) -> None:
        """Begins another document on a new page."""
        self.add_page()
        self._document = document

    def whole(self) -> None:
        """The document from head to end."""
        self.head()
        for sheet in self._document.sheets:
            self.sheet(sheet)
        self.signatures()
        self.timeline()
        self.closing()

    # --- every page

    def footer(self) -> None:
        """Who printed it and when, the number, and which page of how many."""
        if not hasattr(self, "_document"):
            return
        words = self._document.words.page.format(page=self.page_no(), pages="〔0000〕")
        self.set_y(HEIGHT - FOOT + 4)
        self._rule(self.get_y() - 1.5)
        third = WIDTH / 3
        for text, align in ((self._document.printed, "L"), (self._document.number or "", "C"), (words, "R")):
            self._style(SMALL, GREY)
            self.cell(third, 4, printable(text) if align != "R" else text, align=align)

    # --- parts

    def head(self) -> None:
        """Institution, title and number, the sentences below, and the facts of the case."""
        document = self._document
        if document.letterhead:
            self._letterhead(document.institution)
        else:
            self._centred(document.institution, HEADING, GREY)
        self._centred(document.title, TITLE, INK, bold=True)
        self.ln(0.8)
        third = WIDTH / 3
        self._style(BODY, GREY)
        self.cell(third, 5, printable(document.copy or ""), align="L")
        self._style(BODY, OVER, bold=True)
        self.cell(third, 5, printable(document.mark or ""), align="C" if document.copy else "L")
        self._style(BODY, PEN)
        self.cell(third, 5, printable(document.number or ""), align="R", new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(1)
        for note in document.notes:
            self._line([Box(WIDTH, note, SMALL, GREY)], border=False)
        pairs = [Cell(label=fact.label, value=fact.value, columns=COLUMNS // 2) for fact in document.facts]
        for at in range(0, len(pairs), 2):
            self._cells(pairs[at : at + 2])

    def sheet(self, sheet: Sheet) -> None:
        """One form."""
        if sheet.title:
            self._heading(sheet.title if sheet.copy is None else f"{sheet.title}  {sheet.copy}")
        for block in sheet.blocks:
            self._block(block)

    def signatures(self) -> None:
        """Who decided what, one line each."""
        if self._document.signatures:
            self._heading(self._document.words.signatures)
        for signature in self._document.signatures:
            self._line(list(_signature(signature)))

    def timeline(self) -> None:
        """What happened, one line each."""
        words = self._document.words
        if not self._document.timeline:
            return
        self._heading(words.timeline)
        titles = (words.time, words.event, words.person, words.detail)
        self._table(
            TIMELINE_WIDTHS, titles, [(line.at, line.title, line.person, line.detail) for line in self._document.timeline]
        )

    def closing(self) -> None:
        """Who issues it and the day, on the right, kept together and with room for the seal."""
        if not self._document.closing:
            return
        step = (BODY + 1) * POINT * LEADING * 1.25
        self._room(len(self._document.closing) * step + 12)
        self.ln(10)
        for line in self._document.closing:
            self._style(BODY + 1, INK)
            self.set_x(MARGIN + WIDTH / 2)
            self.cell(WIDTH / 2, step, printable(line), align="C", new_x=XPos.LMARGIN, new_y=YPos.NEXT)

    def _letterhead(self, institution: str) -> None:
        self._centred(institution, TITLE + 4, RED, bold=True)
        self.ln(1.5)
        self.set_draw_color(*RED)
        self.set_line_width(0.7)
        self.line(MARGIN, self.get_y(), MARGIN + WIDTH, self.get_y())
        self.ln(5)

    def _prose(self, text: str) -> None:
        """Paragraphs over as many pages as they need, indented by two characters unless they address somebody."""
        self.ln(1.5)
        for paragraph in filter(None, map(str.strip, text.split("\n"))):
            indent = "" if paragraph.endswith(ADDRESS) else INDENT
            self._line([Box(WIDTH, f"{indent}{paragraph}", BODY + 1)], border=False)
        self.ln(1.5)

    def _block(self, block: Block) -> None:
        if block.prose:
            if block.heading:
                self._room(16)
                self._line([Box(WIDTH, block.heading, BODY + 1)], border=False, bold=True)
            self._prose(block.text)
            return
        if block.heading:
            self._line([Box(WIDTH, block.heading, BODY, INK, LABEL_FILL)], bold=True)
        if block.text:
            self._line([Box(WIDTH, block.text, SMALL, GREY)])
        for line in block.lines:
            self._cells(line)
        if block.rows:
            self._table(_widths(block), block.columns, block.rows, colour=PEN)

    def _table(
        self, widths: Sequence[float], titles: Sequence[str], rows: Sequence[Sequence[str]], *, colour: Colour = INK
    ) -> None:
        self._line([Box(width, title, SMALL, GREY, LABEL_FILL) for width, title in zip(widths, titles, strict=True)])
        for row in rows:
            self._line([Box(width, text, SMALL + 1, colour) for width, text in zip(widths, row, strict=True)])

    def _cells(self, cells: Sequence[Cell]) -> None:
        """Fields side by side, each with its label before it; the last takes what is left of the line."""
        if not cells:
            return
        widths = [cell.columns * WIDTH / COLUMNS for cell in cells]
        widths[-1] += WIDTH - sum(widths)
        boxes = []
        for cell, width in zip(cells, widths, strict=True):
            label = min(self._wished_width(cell.label), LABEL_MOST, width / 2) if width < WIDTH / 2 else LABEL_MOST
            boxes.append(Box(label, cell.label, SMALL + 0.5, GREY, LABEL_FILL))
            boxes.append(Box(width - label, cell.value, BODY, OVER if cell.critical else PEN))
        self._line(boxes)

    def _wished_width(self, label: str) -> float:
        self._style(SMALL + 0.5, GREY)
        return self.get_string_width(printable(label)) + 2 * PADDING_X + 0.2

    # --- drawing

    def _heading(self, text: str) -> None:
        self._room(28)
        self.ln(3.5)
        self._style(HEADING + 1, INK, bold=True)
        self.cell(WIDTH, 6.5, printable(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)
        self.ln(0.5)

    def _centred(self, text: str, size: float, colour: Colour, *, bold: bool = False) -> None:
        self._style(size, colour, bold=bold)
        self.multi_cell(
            WIDTH, size * POINT * LEADING, printable(text), align="C", wrapmode=WrapMode.CHAR, new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def _line(self, boxes: Sequence[Box], *, border: bool = True, bold: bool = False) -> None:
        """One line of boxes of the same height, over as many pages as it needs."""
        left = [self._wrapped(box) for box in boxes]
        whole = max(self._height(box, lines) for box, lines in zip(boxes, left, strict=True))
        if whole > self._rest() and whole <= HEIGHT - MARGIN - FOOT:
            self.add_page()
        while True:
            rest = self._rest()
            fits = all(self._height(box, lines) <= rest + 0.01 for box, lines in zip(boxes, left, strict=True))
            here = [lines if fits else lines[: self._count(box, rest)] for box, lines in zip(boxes, left, strict=True)]
            now = boxes if fits else [replace(box, image=None) for box in boxes]
            self._draw(now, here, border=border, bold=bold)
            if fits:
                return
            left = [lines[len(drawn) :] for lines, drawn in zip(left, here, strict=True)]
            self.add_page()

    def _draw(self, boxes: Sequence[Box], texts_: Sequence[Sequence[str]], *, border: bool, bold: bool) -> None:
        height = max(self._height(box, lines) for box, lines in zip(boxes, texts_, strict=True))
        x, y = MARGIN, self.get_y()
        for box, lines in zip(boxes, texts_, strict=True):
            if border:
                self.set_draw_color(*RULE)
                self.set_fill_color(*(box.fill or (255, 255, 255)))
                self.rect(x, y, box.width, height, style="DF" if box.fill else "D")
            self._style(box.size, box.colour, bold=bold)
            step = box.size * POINT * LEADING
            for at, line in enumerate(lines):
                self.set_xy(x + PADDING_X, y + PADDING_Y + at * step)
                self.cell(box.width - 2 * PADDING_X, step, line)
            if box.image is not None:
                below = y + PADDING_Y + len(lines) * step
                self.image(
                    io.BytesIO(box.image),
                    x=x + PADDING_X,
                    y=below,
                    w=min(IMAGE_WIDTH, box.width - 2 * PADDING_X),
                    h=IMAGE_HEIGHT,
                    keep_aspect_ratio=True,
                )
            x += box.width
        self.set_xy(MARGIN, y + height)

    def _wrapped(self, box: Box) -> list[str]:
        self._style(box.size, box.colour)
        text = printable(box.text).strip("\n")
        if not text.strip():
            return [""]
        found = self.multi_cell(
            box.width - 2 * PADDING_X,
            box.size * POINT * LEADING,
            text,
            align="L",
            wrapmode=WrapMode.CHAR,
            dry_run=True,
            output=MethodReturnValue.LINES,
        )
        return _hung([str(line) for line in found])  # type: ignore[union-attr]

    def _height(self, box: Box, lines: Sequence[str]) -> float:
        return len(lines) * box.size * POINT * LEADING + 2 * PADDING_Y + (IMAGE_HEIGHT + 1 if box.image is not None else 0)

    def _count(self, box: Box, rest: float) -> int:
        """How many lines of the box fit into what is left of the page; at least one, so that the paper comes to an end."""
        return max(1, int((rest - 2 * PADDING_Y) / (box.size * POINT * LEADING)))

    def _rest(self) -> float:
        return HEIGHT - FOOT - self.get_y()

    def _room(self, height: float) -> None:
        if self._rest() < height:
            self.add_page()

    def _rule(self, y: float) -> None:
        self.set_draw_color(*RULE)
        self.set_line_width(0.15)
        self.line(MARGIN, y, MARGIN + WIDTH, y)

    def _style(self, size: float, colour: Colour, *, bold: bool = False) -> None:
        self.set_font(size=size)
        self.set_text_color(*colour)
        self.set_draw_color(*(colour if bold else RULE))
        self.set_line_width(STROKE if bold else 0.15)
        self.text_mode = TextMode.FILL_STROKE if bold else TextMode.FILL


def _widths(block: Block) -> tuple[float, ...]:
    """Widths of a table's columns by the longest text of each, so that a long remark has room and a number wastes none."""
    longest = (max(map(_measure, texts_)) for texts_ in zip(block.columns, *block.rows, strict=True))
    weights = [min(max(length, NARROWEST), WIDEST) for length in longest]
    return tuple(weight * WIDTH / sum(weights) for weight in weights)


def _measure(text: str) -> float:
    """Width in characters of a Chinese text; others are about half as wide."""
    return sum(1.0 if ord(char) > 0x2E7F else 0.55 for char in text)


def _hung(lines: list[str]) -> list[str]:
    """No line begins with a mark that closes; it hangs behind the line before."""
    found: list[str] = []
    for line in lines:
        if line and line[0] in CLOSING and found and found[-1]:
            found[-1] += line[0]
            line = line[1:]
            if not line:
                continue
        found.append(line)
    return found


def _signature(signature: Signature) -> Iterator[Box]:
    left, middle, right = SIGNATURE_WIDTHS
    yield Box(left, "\n".join(filter(None, (signature.step, signature.chair))), SMALL + 1, GREY, LABEL_FILL)
    said = "\n".join(filter(None, (signature.outcome, signature.opinion, signature.note)))
    yield Box(middle, said, BODY, OVER if signature.negative else PEN)
    yield Box(right, f"{signature.person}\n{signature.at}", SMALL + 1, PEN, image=signature.image)
