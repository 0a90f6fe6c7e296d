"""Whether a submission is right: rights, types, conditions, what is required, rules and checks, all errors at once.

The walk goes through the form in the order of the document. A field that a condition hides counts as null for what
follows, and what was sent for it is dropped. A read-only value that is sent back unchanged is no error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from marshmallow import Schema

from engine.errors import FieldError, InvalidForm
from engine.expressions import Expression
from engine.forms import rules
from engine.forms.rights import MARK, RowRights
from engine.forms.schema import load
from engine.forms.sent_rows import SentRow, is_blank, taken_marks, wrong_rows
from engine.forms.sentences import Wrong, field_error, printable
from engine.forms.situation import Situation, holds, is_true, options_of
from engine.forms.tree import Blank, Check, Field, Node, Ornament, Rows, Section, data_key, data_nodes, walk
from engine.forms.values import MAX_CHOICES, Refused, Screen, is_empty, offered

_MAX_ERRORS = 200


@dataclass(frozen=True, kw_only=True)
class Terms:
    """How strictly a submission is looked at."""

    required: frozenset[str]
    """Names that the step or the chosen outcome demands, besides the form's own unless the submission is partial."""
    partial: bool
    """True: nothing else is demanded, but for what the values of `required` make necessary by a condition."""
    draft: bool
    """True: only rights, shapes and sizes count; the person is not finished."""
    demo: bool
    now: datetime
    files: frozenset[str] = frozenset()
    """Attachments that may be named beside those that a field names already."""
    employs: Callable[[str], bool] = lambda number: True
    """Whether somebody works here under a staff number."""

    def makes_necessary(self, condition: Expression) -> bool:
        """Whether the condition under which a field is required counts."""
        return not self.partial or not condition.names.isdisjoint(name.split(".")[0] for name in self.required)


@dataclass(frozen=True, kw_only=True)
class _Level:
    """One level of the data: the form's own, a section's with a path, or a row's."""

    raw: Mapping[str, Any]
    """What was sent."""
    typed: Mapping[str, Any]
    """What of it could be read."""
    current: Mapping[str, Any]
    """What is there now."""
    names: Mapping[str, Any]
    """What expressions see here."""
    holder: dict[str, Any]
    """The part of `names` that holds this level's values."""
    prefix: str
    """Path of the level, ending in a dot unless empty."""
    kept: bool = False
    """Whether it is in a row that is there and may not be written on."""

    def same(self, key: str) -> bool:
        return key in self.typed and key in self.current and _same(self.typed[key], self.current[key])


@dataclass
class Submission:
    """One submission on its way through the checks. Use once."""

    situation: Situation
    schema: Schema
    terms: Terms
    errors: list[FieldError] = field(default_factory=list)
    wrong: dict[str, Wrong] = field(default_factory=dict)
    """What screening and the schema found, by path, until the walk meets the field."""
    marks: dict[str, list[Any]] = field(default_factory=dict)
    """The numbers that the rows of a list were sent with, by the list's path."""

    def accept(self, submitted: Mapping[str, Any], declared: tuple[Check, ...]) -> dict[str, Any]:
        """The accepted values of the keys that were sent. Raises InvalidForm with every error."""
        raw = self._screened(submitted)
        typed = raw if self.terms.draft else self._loaded(raw)
        names = _overlaid(self.situation, typed)
        level = _Level(raw=raw, typed=typed, current=self.situation.data, names=names, holder=names, prefix="")
        if self.terms.draft:
            self._unknown(self.situation.nodes, raw, "")
        accepted = self._walk(self.situation.nodes, level)
        for path, wrong in sorted(self.wrong.items()):
            self.errors.append(field_error(path, wrong, self._about(path)))
        if not self.terms.draft:
            self._check(declared, names)
        if self.errors:
            raise InvalidForm(self.errors[:_MAX_ERRORS])
        current = self.situation.data
        return {
            key: value
            for key, value in accepted.items()
            if self.terms.draft or key not in current or not _same(value, current[key])
        }

    def _screened(self, submitted: Mapping[str, Any]) -> dict[str, Any]:
        screen = Screen()
        try:
            if not isinstance(submitted, Mapping):
                raise Refused("wrong-shape")
            raw = screen.object(submitted)
        except Refused as refusal:
            raise InvalidForm([field_error("", refusal.wrong, None)]) from None
        self.wrong.update(screen.bad)
        self.marks = dict(taken_marks(self.situation.nodes, raw, self.situation.grant))
        return raw

    def _loaded(self, raw: dict[str, Any]) -> dict[str, Any]:
        typed, wrong = load(self.schema, raw)
        self.wrong = {**wrong, **self.wrong}
        return typed

    def _about(self, path: str) -> Field | Rows | None:
        name = ".".join(part for part in path.split(".") if not part.isdigit())
        return next((node for node in walk(self.situation.nodes) if isinstance(node, Field | Rows) and node.name == name), None)

    # --- the walk

    def _walk(self, nodes: tuple[Node, ...], level: _Level) -> dict[str, Any]:
        accepted: dict[str, Any] = {}
        for node in nodes:
            if isinstance(node, Ornament):
                continue
            if not self.terms.draft and node.hide is not None and is_true(node.hide, level.names):
                self._drop(node, level)
            elif isinstance(node, Section) and node.path is None:
                accepted.update(self._walk(node.children, level))
            else:
                self._data(node, level, accepted)
        return accepted

    def _data(self, node: Field | Rows | Section, level: _Level, accepted: dict[str, Any]) -> None:
        """Looks at a node that holds a key; puts what was sent for it, if it is right, into `accepted`."""
        key = data_key(node)
        path = level.prefix + key
        if not self._allowed(node, level, path):
            return
        wrong = self.wrong.pop(path, None) or self._misshapen(node, level.raw.get(key))
        if wrong:
            self._error(path, wrong, node)
        elif isinstance(node, Field):
            self._field(node, level, path)
            if key in level.typed:
                accepted[key] = level.typed[key]
        elif isinstance(node, Section):
            self._section(node, level, path, accepted)
        else:
            self._rows(node, level, path, accepted)

    def _allowed(self, node: Field | Rows | Section, level: _Level, path: str) -> bool:
        """Whether the person writes the node; what was sent without that right is an error."""
        key, allowed = data_key(node), self.situation.grant.access(node)
        if allowed == "write" and not level.kept:
            return True
        if key in level.raw and (allowed == "hidden" or not level.same(key)):
            self._forget(path)
            if allowed == "hidden":
                self._error(path, Wrong("unknown-field"), None)
            else:
                self._error(path, Wrong("read-only"), node)
        return False

    def _field(self, node: Field, level: _Level, path: str) -> None:
        if self.terms.draft:
            return
        value = level.typed.get(node.key, level.current.get(node.key))
        if is_empty(node, value):
            if self._demanded(node, level):
                self._error(path, Wrong("required"), node)
        elif node.key in level.typed:
            wrong = self._broken(node, level, value)
            if wrong:
                self._error(path, wrong, node)
                return
        self._agree(node, level, value)

    def _section(self, node: Section, level: _Level, path: str, accepted: dict[str, Any]) -> None:
        key = data_key(node)
        current = _mapping(level.current.get(key))
        inner = self._walk(
            node.children,
            _Level(
                raw=self._known(node, level.raw.get(key), path),
                typed=_mapping(level.typed.get(key)),
                current=current,
                names=level.names,
                holder=level.holder[key],
                prefix=f"{path}.",
                kept=level.kept,
            ),
        )
        if inner:
            accepted[key] = {**current, **inner}

    def _rows(self, node: Rows, level: _Level, path: str, accepted: dict[str, Any]) -> None:
        given, current = node.key in level.raw, _list(level.current.get(node.key))
        rights = self.situation.grant.row_rights(node)
        sent = _list(level.raw.get(node.key)) if given else [{}] * len(current)
        marks = self.marks.get(path)
        wrong = wrong_rows(node, rights, len(sent), len(current), marks)
        if wrong:
            self._forget(path)
            self._error(path, wrong, node)
            return
        rows = []
        for row in self._read_rows(node, level, path, sent, rights):
            # A row that was added and left empty is not worth an error: it is left out.
            stays = row.current or not given or not rights.add or row.number is not None
            if stays or self.terms.draft or not is_blank(row.typed) or self._below(row.path):
                rows.append(self._row(node, level, row))
        if not rows and not self.terms.draft and self._demanded(node, level):
            self._error(path, Wrong("required"), node)
        if given:
            accepted[node.key] = level.holder[node.key] = rows

    def _read_rows(self, node: Rows, level: _Level, path: str, sent: list[Any], rights: RowRights) -> Iterator[SentRow]:
        current = _list(level.current.get(node.key))
        typed = _list(level.typed.get(node.key)) if node.key in level.raw else []
        free = rights.add and rights.remove and not rights.marked and node.key in level.raw
        numbers = self.marks.get(path, [None if free else index for index in range(len(sent))])
        for index, (sent_row, number) in enumerate(zip(sent, numbers, strict=True)):
            row_path = f"{path}.{index}"
            yield SentRow(
                path=row_path,
                raw=self._known(node, sent_row, row_path),
                typed=_mapping(_at(typed, index)),
                current={} if number is None else _mapping(_at(current, number)),
                number=number if rights.marked else None,
                kept=number is not None and not rights.edit,
            )

    def _row(self, node: Rows, level: _Level, row: SentRow) -> dict[str, Any]:
        """The finished row: what stays of the present one, and what was accepted of the sent one."""
        blank = Blank.of(node.children)
        names = {**level.names, **blank.under(_merged(row.current, row.typed))}
        accepted = self._walk(
            node.children,
            _Level(
                raw=row.raw,
                typed=row.typed,
                current=row.current,
                names=names,
                holder=names,
                prefix=f"{row.path}.",
                kept=row.kept,
            ),
        )
        mark = {MARK: row.number} if self.terms.draft and row.number is not None else {}
        return {**blank.under(row.current), **accepted, **mark}

    def _drop(self, node: Node, level: _Level) -> None:
        """Forgets what was sent for a node that a condition hides, and shows null to what follows."""
        if isinstance(node, Section) and node.path is None:
            for child in node.children:
                self._drop(child, level)
        elif not isinstance(node, Ornament):
            self._forget(level.prefix + data_key(node))
            level.holder[data_key(node)] = Blank.of((node,)).values[data_key(node)]

    # --- single questions

    def _demanded(self, node: Field | Rows, level: _Level) -> bool:
        if node.name in self.terms.required or (node.required and not self.terms.partial):
            return True
        when = node.required_when
        return when is not None and self.terms.makes_necessary(when) and is_true(when, level.names)

    def _broken(self, node: Field, level: _Level, value: Any) -> Wrong | None:
        """What is wrong with a typed value beyond its type."""
        if node.options_from is not None:
            options = {option.value for option in options_of(node, self.situation.names)}
            if not offered(node, value, options):
                return Wrong("not-an-option")
        if node.files is not None:
            kept = level.current.get(node.key)
            return None if self.terms.files.union(kept or ()).issuperset(value) else Wrong("unknown-attachment")
        if node.limits.no_past and rules.before_today(value, self.terms.now):
            return Wrong("in-the-past")
        if node.rule is None or (node.rule.when is not None and not is_true(node.rule.when, level.names)):
            return None
        if node.rule.name == rules.STAFF_NUMBER:
            return None if self.terms.employs(value) else Wrong("staff-number", {"number": printable(value)})
        return rules.broken(node.rule.name, value, demo=self.terms.demo, now=self.terms.now)

    def _agree(self, node: Field, level: _Level, value: Any) -> None:
        """An identity number must agree with the birth date and the sex beside it, whichever of them was sent."""
        rule = node.rule
        if rule is None or rule.name != "id-number" or (rule.when is not None and not is_true(rule.when, level.names)):
            return
        birth = rules.id_birth(value) if isinstance(value, str) else None
        if birth is None or not {node.key, rule.birth, rule.sex} & level.raw.keys():
            return
        if rule.birth and level.holder.get(rule.birth) not in (None, birth):
            self._disagree(rule.birth, "id-birth", level)
        sex = level.holder.get(rule.sex) if rule.sex else None
        if rule.sex and isinstance(sex, str) and not rules.id_sex_agrees(value, sex):
            self._disagree(rule.sex, "id-sex", level)

    def _disagree(self, key: str, code: str, level: _Level) -> None:
        path = level.prefix + key
        self._error(path, Wrong(code), self._about(path))

    def _check(self, declared: tuple[Check, ...], names: Mapping[str, Any]) -> None:
        """The checks between fields, where the person writes one of them and each is right in itself."""
        wrong = {error.path.split(".")[0] for error in self.errors}
        for check in declared:
            if self.situation.concerns(check) and not wrong & check.expression.names and not holds(check, names):
                self.errors.append(
                    FieldError(path=check.field, code="check", message=check.message.zh, message_en=check.message.en)
                )

    def _misshapen(self, node: Field | Rows | Section, value: Any) -> Wrong | None:
        """The schema knows the shapes; a draft does not go through it."""
        if not self.terms.draft or value is None:
            return None
        if isinstance(node, Section):
            fits = isinstance(value, dict)
        elif isinstance(node, Rows):
            fits = isinstance(value, list) and all(isinstance(row, dict) for row in value)
        elif isinstance(value, list):
            fits = len(value) <= MAX_CHOICES and not any(isinstance(item, list | dict) for item in value)
        else:
            fits = not isinstance(value, dict)
        return None if fits else Wrong("wrong-shape")

    def _known(self, node: Section | Rows, value: Any, path: str) -> Mapping[str, Any]:
        """What was sent below a container; a draft's unknown keys are found here, all others by the schema."""
        sent = _mapping(value)
        if self.terms.draft:
            self._unknown(node.children, sent, f"{path}.")
        return sent

    def _unknown(self, nodes: tuple[Node, ...], sent: Mapping[str, Any], prefix: str) -> None:
        for key in sorted(sent.keys() - {data_key(node) for node in data_nodes(nodes)}):
            self.wrong[prefix + key] = Wrong("unknown-field")

    def _error(self, path: str, wrong: Wrong, about: Node | None) -> None:
        self.errors.append(field_error(path, wrong, about if isinstance(about, Field | Rows) else None))

    def _forget(self, path: str) -> None:
        for key in [path, *self._below(path)]:
            self.wrong.pop(key, None)

    def _below(self, path: str) -> list[str]:
        """Paths below `path` at which something was found wrong."""
        return [found for found in self.wrong if found.startswith(f"{path}.")]


def _overlaid(situation: Situation, typed: Mapping[str, Any]) -> dict[str, Any]:
    """What expressions see: the present data under the submitted values, nulls below both."""
    return Blank.of(situation.nodes).under(_merged(situation.data, typed))


def _merged(current: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **current,
        **{
            key: _merged(_mapping(current.get(key)), value) if isinstance(value, Mapping) else value
            for key, value in typed.items()
        },
    }


def _same(left: Any, right: Any) -> bool:
    """Equality of JSON values; true is not 1."""
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(_same(item, right[key]) for key, item in left.items())
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right) and isinstance(left, bool) == isinstance(right, bool)


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _at(items: list[Any], index: int) -> Any:
    return items[index] if index < len(items) else None
