"""Printing: a document of plain words becomes a PDF. Pure; knows no case, no reader and no database."""

from __future__ import annotations

from engine.printing.document import Block, Cell, Document, Fact, Sheet, Signature, TimelineLine
from engine.printing.fonts import FontError
from engine.printing.page import render

__all__ = ["Block", "Cell", "Document", "Fact", "FontError", "Sheet", "Signature", "TimelineLine", "render"]
