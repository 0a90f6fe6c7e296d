"""A form as it is printed for one person: the fields that he may read and that the form shows, with their values in words.

The rules are those of the screen: what is hidden is not there, a line stays as long as one of its fields has something,
and a critical value carries its arrow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any, Literal

from engine.calendar import TIME_ZONE
from engine.expressions import compile_template
from engine.forms.situation import Situation, is_true, options_of
from engine.forms.tree import (
    MANY_OPTIONS_KINDS,
    ONE_OPTION_KINDS,
    Field,
    Node,
    Ornament,
    Rows,
    Section,
    Wording,
    data_key,
    data_nodes,
)
from engine.printing import Block, Cell
from engine.printing.document import COLUMNS

Language = Literal["zh", "en"]
FEWEST_COLUMNS = 2
GAP = "＿＿＿＿"
"""What stands in prose where nothing is known."""


@dataclass(frozen=True)
class Place:
    """Where in the data the nodes of a container lie, and what their conditions may name."""

    data: Mapping[str, Any]
    names: Mapping[str, Any]
    columns: Collection[str] = ()


@dataclass(frozen=True)
class FormPaper:
    """One form before one reader, in one language."""

    situation: Situation
    language: Language
    files: Mapping[str, str]
    """Names of the attachments that the reader may see, by id."""
    prose: bool = False
    """Texts of the form are what the paper says and hold `${…}`; without it they are remarks."""

    def blocks(self) -> tuple[Block, ...]:
        """The blocks in the order of the form; those in which nothing stands are left out."""
        place = Place(self.situation.data, self.situation.names)
        return tuple(self._blocks(self.situation.nodes, place, ""))

    def _blocks(self, nodes: Sequence[Node], place: Place, heading: str) -> Iterator[Block]:
        """Fields side by side share a block; what is more than a field has one of its own."""
        shown = [node for node in nodes if self._shown(node, place)]
        for together, group in groupby(shown, lambda node: isinstance(node, Field)):
            members = list(group)
            if together:
                lines = self._lines([node for node in members if isinstance(node, Field)], place)
                found: list[Block] = [Block(heading="", lines=lines)] if lines else []
            else:
                found = [block for node in members for block in self._block(node, place)]
            for block in found:
                yield replace(block, heading=heading) if heading and not block.heading else block
                heading = ""

    def _block(self, node: Node, place: Place) -> Iterator[Block]:
        if isinstance(node, Section):
            inner = place
            if node.path is not None:
                inner = replace(place, data=_mapping(place.data.get(node.path)))
            yield from self._blocks(node.children, inner, self._component_text(node, "label"))
        elif isinstance(node, Rows):
            yield from self._table(node, place)
        elif isinstance(node, Ornament) and node.component.get("type") == "text":
            text = self._component_text(node, "text").replace("**", "").lstrip("# ")
            if text:
                said = compile_template(text).filled(place.names, GAP) if self.prose else text
                yield Block(heading="", text=said, prose=self.prose)

    def _lines(self, fields: Sequence[Field], place: Place) -> tuple[tuple[Cell, ...], ...]:
        lines = []
        for _, group in groupby(enumerate(fields), lambda item: _row(item[1]) or f"alone {item[0]}"):
            cells = [self._cell(field, place) for _, field in group]
            if any(cell.value for cell in cells):
                lines.append(tuple(_fitted(cells)))
        return tuple(lines)

    def _table(self, rows: Rows, place: Place) -> Iterator[Block]:
        given = place.data.get(rows.key)
        items = [_mapping(item) for item in given] if isinstance(given, list) else []
        keys = frozenset(data_key(child) for child in data_nodes(rows.children))
        columns = [node for node in data_nodes(rows.children) if isinstance(node, Field)]
        shown = [column for column in columns if not self.situation.absent(column, keys)]
        if items and shown:
            titles = tuple(self.words(column.label) for column in shown)
            lines = tuple(tuple(self._value(column, item.get(column.key)) for column in shown) for item in items)
            yield Block(heading=self.words(rows.label), columns=titles, rows=lines)

    def _shown(self, node: Node, place: Place) -> bool:
        if self.situation.absent(node, place.columns):
            return False
        return node.hide is None or not is_true(node.hide, place.names)

    def _cell(self, field: Field, place: Place) -> Cell:
        value = place.data.get(field.key)
        words, mark = self._value(field, value), _critical(field, value)
        layout = field.component.get("layout") or {}
        columns = layout.get("columns")
        return Cell(
            label=self.words(field.label),
            value=f"{words} {mark}" if mark else words,
            columns=columns if isinstance(columns, int) else 0,
            critical=bool(mark),
        )

    def _value(self, field: Field, value: Any) -> str:
        if value is None or value in ("", []):
            return ""
        if field.files is not None:
            names = [self.files.get(str(item), "") for item in value] if isinstance(value, list) else []
            return self._listed(filter(None, names))
        if isinstance(value, bool):
            return {"zh": ("否", "是"), "en": ("No", "Yes")}[self.language][value]
        if field.kind in ONE_OPTION_KINDS | MANY_OPTIONS_KINDS:
            labels = {option.value: self.words(option.label) for option in options_of(field, self.situation.names)}
            items = value if isinstance(value, list) else [value]
            return self._listed(labels.get(str(item), str(item)) for item in items)
        return _plain(field, value)

    def _listed(self, items: Any) -> str:
        return {"zh": "、", "en": ", "}[self.language].join(items)

    def words(self, wording: Wording) -> str:
        """The text in the language of the paper."""
        return wording.zh if self.language == "zh" else wording.en

    def _component_text(self, node: Section | Ornament, name: str) -> str:
        component = node.component
        return str((component.get(f"{name}En") if self.language == "en" else None) or component.get(name) or "")


def _plain(field: Field, value: Any) -> str:
    if isinstance(value, list | dict):
        return ""
    if field.money:
        try:
            return f"{Decimal(str(value)):,.2f}"
        except InvalidOperation:
            return str(value)
    if field.kind == "datetime":
        try:
            return datetime.fromisoformat(str(value)).astimezone(TIME_ZONE).strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return str(value)
    unit = (field.component.get("properties") or {}).get("unit")
    return f"{value} {unit}" if unit and field.kind == "number" else str(value)


def _critical(field: Field, value: Any) -> str:
    """The arrow of a value beyond its bounds."""
    bounds = (field.component.get("properties") or {}).get("critical")
    if not bounds or value is None or isinstance(value, bool):
        return ""
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return ""
    low, high = bounds.get("low"), bounds.get("high")
    if low is not None and number <= Decimal(str(low)):
        return "↓"
    return "↑" if high is not None and number >= Decimal(str(high)) else ""


def _row(field: Field) -> str | None:
    row = (field.component.get("layout") or {}).get("row")
    return row if isinstance(row, str) else None


def _fitted(cells: Sequence[Cell]) -> Iterator[Cell]:
    """The cells of one line with columns that fit into it; those without take what the others leave."""
    taken = sum(cell.columns for cell in cells)
    without = sum(1 for cell in cells if not cell.columns)
    share = max(FEWEST_COLUMNS, (COLUMNS - taken) // without) if without else 0
    whole = sum(cell.columns or share for cell in cells)
    for cell in cells:
        columns = cell.columns or share
        yield replace(cell, columns=columns if whole <= COLUMNS else max(1, columns * COLUMNS // whole))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
