"""Reads a form file (form-js JSON) into a FormModel, or says in findings why it cannot be deployed.

Supported components: textfield, textarea, number, select, radio, checkbox, checklist, taglist, datetime (date, time,
datetime), filepicker, group, dynamiclist (not nested), text, separator, spacer. Anything else is refused: a field that a person
cannot see, or that the server cannot check, must not get into a process.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.errors import Finding, InvalidModel
from engine.expressions import FUNCTIONS, RESERVED_NAMES, RESERVED_WORDS
from engine.forms.component import MAX_LABEL, MAX_PARAGRAPH, MAX_SENTENCE, Component, compiled
from engine.forms.findings import Findings
from engine.forms.model import FormModel
from engine.forms.tree import (
    MANY_OPTIONS_KINDS,
    ONE_OPTION_KINDS,
    Check,
    Field,
    Node,
    Ornament,
    Rows,
    Section,
    Wording,
    data_key,
    data_nodes,
    walk,
)
from engine.forms.values import Refused, json_number, read

_MAX_FILE = 512 * 1024
_MAX_COMPONENTS = 500
_MAX_DEPTH = 6
_MAX_CHECKS = 100
_MAX_ROWS = 500
_DEFAULT_ROWS = 50
_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,99}")
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_RESERVED = RESERVED_NAMES | RESERVED_WORDS | frozenset(FUNCTIONS) | {"typename", "parameters", "own", "instance", "now"}
_ORNAMENTS = frozenset({"text", "separator", "spacer"})
_SIMPLE_KINDS = frozenset({"textfield", "textarea", "number", "checkbox", "filepicker"}) | ONE_OPTION_KINDS | MANY_OPTIONS_KINDS
_MOMENTS = frozenset({"date", "time", "datetime"})
_LAYOUT = frozenset({"row", "columns"})


def parse_form(content: bytes | str, resource: str) -> tuple[FormModel | None, list[Finding]]:
    """The form of a file, None when a finding is an error. `resource` is the file's name in the deployment."""
    findings = Findings(resource)
    form, _ = read_form(content, findings, stored=False)
    refused = any(finding.level == "error" for finding in findings.items)
    return (None if refused else form), findings.items


def read_stored_form(content: bytes, resource: str) -> FormModel:
    """The form of a file that was deployed, whatever limits and checks came after that day.

    Raises InvalidModel only when the form would lack something that the file says: no field and no rule is dropped.
    """
    findings = Findings(resource)
    form, _ = read_form(content, findings, stored=True)
    if form is None:
        raise InvalidModel(findings.items)
    return form


def read_form(content: bytes | str, findings: Findings, *, stored: bool) -> tuple[FormModel | None, Mapping[str, Any] | None]:
    """The form of a file and its JSON, each None when it cannot be read; what is wrong goes to `findings`.

    `stored` True: without the limits and cross-checks that only the gate applies.
    """
    source = _read_json(content, findings, bounded=not stored)
    return (None if source is None else _Reader(findings, stored=stored).form(source)), source


def _read_json(content: bytes | str, findings: Findings, *, bounded: bool = True) -> Mapping[str, Any] | None:
    try:
        if bounded and len(content) > _MAX_FILE:
            findings.error(
                "form-too-large",
                None,
                f"表单文件不能超过 {_MAX_FILE // 1024} KB。",
                f"A form file cannot be larger than {_MAX_FILE // 1024} KB.",
            )
            return None
        findings.text = content.decode("utf-8-sig") if isinstance(content, bytes) else content.removeprefix("\ufeff")
        source = json.loads(findings.text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_distinct)
    except UnicodeDecodeError:
        findings.error("form-json", None, "表单文件不是 UTF-8 编码。", "The form file is not encoded in UTF-8.")
        return None
    except json.JSONDecodeError as error:
        findings.error(
            "form-json",
            None,
            f"表单文件不是 JSON：第 {error.lineno} 行第 {error.colno} 列。",
            f"The form file is not JSON: line {error.lineno}, column {error.colno}.",
            line=error.lineno,
        )
        return None
    except (ValueError, ArithmeticError, RecursionError):
        findings.error(
            "form-json",
            None,
            "表单文件不是 JSON：键有重复、数字太大或嵌套太深。",
            "The form file is not JSON: a repeated key, a number too large, or nested too deep.",
        )
        return None
    if isinstance(source, Mapping):
        return source
    findings.error("form-json", None, "表单文件要是一个 JSON 对象。", "The form file must hold one JSON object.")
    return None


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("repeated key")
    return found


class _Reader:
    """Reads one form. Every component is read even after an error, so that the designer sees all of them."""

    def __init__(self, findings: Findings, *, stored: bool = False) -> None:
        self.findings = findings
        self.stored = stored
        """A form that was deployed is read without the limits and cross-checks, which only the gate applies."""
        self.count = 0

    def form(self, source: Mapping[str, Any]) -> FormModel | None:
        form_id = source.get("id")
        if not isinstance(form_id, str) or not _ID.fullmatch(form_id):
            self.findings.error(
                "form-id",
                None,
                "表单缺少 id，或 id 里有字母、数字、_ . - 以外的字符。",
                "The form has no id, or one with characters other than letters, digits, _ . and -.",
            )
            form_id = ""
        if source.get("type", "default") != "default":
            self.findings.error("form-type", None, "表单的 type 要是 default。", "The form's type must be 'default'.")
        nodes = self.nodes(source.get("components"), 0, "", set(), in_rows=False)
        about = Component(source, form_id, self.findings)
        title = about.wording(about.properties, ("title",), "titleEn", MAX_LABEL) or Wording(zh=form_id, en=form_id)
        checks = self.checks(about.properties.get("checks"), nodes)
        if not self.stored:
            self.sources(nodes)
        if not form_id:
            return None
        copy = about.wording(about.properties, ("copy",), "copyEn", MAX_LABEL)
        return None if self.findings.items else FormModel(id=form_id, title=title, copy_name=copy, nodes=nodes, checks=checks)

    # --- the tree

    def nodes(self, source: Any, depth: int, prefix: str, keys: set[str], *, in_rows: bool) -> tuple[Node, ...]:
        """The components of one container; `keys` are those taken at this level of the data."""
        if not isinstance(source, list):
            self.findings.error("form-components", None, "缺少 components 列表。", "The list 'components' is missing.")
            return ()
        if depth > _MAX_DEPTH and not self.stored:
            self.findings.error(
                "form-too-deep", None, f"分组最多嵌套 {_MAX_DEPTH} 层。", f"Groups nest at most {_MAX_DEPTH} levels."
            )
            return ()
        read = [self.node(item, depth, prefix, keys, in_rows) for item in source if self._within_count()]
        return tuple(node for node in read if node is not None)

    def _within_count(self) -> bool:
        self.count += 1
        if self.stored:
            return True
        if self.count == _MAX_COMPONENTS + 1:
            self.findings.error(
                "form-too-large",
                None,
                f"一张表单最多 {_MAX_COMPONENTS} 个组件。",
                f"A form has at most {_MAX_COMPONENTS} components.",
            )
        return self.count <= _MAX_COMPONENTS

    def node(self, source: Any, depth: int, prefix: str, keys: set[str], in_rows: bool) -> Node | None:
        if not isinstance(source, Mapping) or not isinstance(source.get("type"), str):
            self.findings.error("component-type", None, "组件要是带 type 的对象。", "A component must be an object with a type.")
            return None
        named = next((value for name in ("id", "key", "path") if isinstance(value := source.get(name), str) and value), None)
        component = Component(source, (named or f"component-{self.count}")[:100], self.findings)
        kind = source["type"]
        if kind == "datetime":
            kind = str(source.get("subtype") or "date")
        if kind in _ORNAMENTS:
            return self.ornament(component, kind)
        if kind == "group":
            return self.section(component, depth, prefix, keys, in_rows)
        if kind == "dynamiclist" and not in_rows:
            return self.rows(component, depth, prefix, keys)
        if kind == "filepicker" and in_rows:
            component.error(
                "component-type", "行里不能放附件，放在行外。", "Attachments cannot be inside rows; put them beside the rows."
            )
            return None
        if kind in _SIMPLE_KINDS or (source["type"] == "datetime" and kind in _MOMENTS):
            return self.field(component, kind, prefix, keys)
        component.error(
            "component-type",
            f"不支持“{kind[:40]}”这种组件{'（行里不能再有行）' if kind == 'dynamiclist' else ''}。",
            f"Components of type '{kind[:40]}' are not supported{' inside rows' if kind == 'dynamiclist' else ''}.",
        )
        return None

    def ornament(self, component: Component, kind: str) -> Ornament:
        shown = self._shown(component, kind)
        text = component.wording(component.json, ("text", "label"), "textEn", MAX_PARAGRAPH)
        if text:
            shown.update(text=text.zh, textEn=text.en)
        height = component.count(component.json, "height", 1, 500)
        return Ornament(id=component.id, hide=component.hide(), component={**shown, "height": height} if height else shown)

    def section(self, component: Component, depth: int, prefix: str, keys: set[str], in_rows: bool) -> Section:
        path = self._key(component, "path", keys) if component.json.get("path") else None
        inner_prefix, inner_keys = (f"{prefix}{path}.", set[str]()) if path else (prefix, keys)
        children = self.nodes(component.json.get("components"), depth + 1, inner_prefix, inner_keys, in_rows=in_rows)
        label = component.wording(component.json, ("label",), "labelEn", MAX_LABEL)
        shown = {**self._shown(component, "group"), "label": label.zh if label else "", "labelEn": label.en if label else ""}
        if path:
            shown["path"] = path
        return Section(
            id=component.id,
            path=path,
            name=f"{prefix}{path}" if path else None,
            hide=component.hide(),
            children=children,
            component=shown,
        )

    def rows(self, component: Component, depth: int, prefix: str, keys: set[str]) -> Rows:
        path = self._key(component, "path", keys) or component.id
        children = self.nodes(component.json.get("components"), depth + 1, f"{prefix}{path}.", set(), in_rows=True)
        label = self._label(component, path)
        for key in sorted(set(component.validate()) - {"required"}):
            component.error("invalid-validate", f"这种字段没有“{key}”这条校验。", f"This kind of field has no rule '{key}'.")
        most = component.count(component.properties, "maxRows", 1, _MAX_ROWS) or _DEFAULT_ROWS
        shown = {**self._shown(component, "dynamiclist"), "path": path, "label": label.zh, "labelEn": label.en, "maxRows": most}
        return Rows(
            id=component.id,
            key=path,
            name=f"{prefix}{path}",
            label=label,
            hide=component.hide(),
            required=component.flag(component.validate(), "required"),
            required_when=component.expression(component.properties, "requiredWhen"),
            readonly=self._readonly(component),
            max_rows=most,
            fixed="allowAddRemove" in component.json and not component.flag(component.json, "allowAddRemove"),
            children=children,
            required_sentence=_sentence(component, "requiredMessage"),
            component=shown,
        )

    def field(self, component: Component, kind: str, prefix: str, keys: set[str]) -> Field:
        key = self._key(component, "key", keys) or component.id
        label = self._label(component, key)
        shown = self._shown_field(component, kind, key, label)
        files = component.file_rules() if kind == "filepicker" else None
        if files:
            shown.update(accept=sorted(files.types), maxFiles=files.count, maxBytes=files.size)
        options, options_from = component.options() if kind in ONE_OPTION_KINDS | MANY_OPTIONS_KINDS else ((), None)
        field = Field(
            kind=kind,
            id=component.id,
            key=key,
            name=f"{prefix}{key}",
            label=label,
            hide=component.hide(),
            required=component.flag(component.validate(), "required"),
            required_when=component.expression(component.properties, "requiredWhen"),
            readonly=self._readonly(component),
            money=component.flag(component.properties, "money"),
            limits=component.limits(kind),
            options=options,
            options_from=options_from,
            rule=component.rule(kind),
            required_sentence=_sentence(component, "requiredMessage"),
            pattern_sentence=_sentence(component, "patternMessage"),
            component=shown,
            files=files,
        )
        return self._with_default(component, field)

    # --- parts of components

    def _key(self, component: Component, name: str, keys: set[str]) -> str | None:
        key = component.json.get(name)
        if not isinstance(key, str) or not _KEY.fullmatch(key):
            component.error(
                "invalid-key",
                f"“{name}”要以字母开头，只含字母、数字和下划线，最多 64 个。",
                f"'{name}' must begin with a letter and hold at most 64 letters, digits and underscores.",
            )
            return None
        if key in _RESERVED:
            component.error("reserved-key", f"“{key}”是保留名，换一个。", f"'{key}' is a reserved name; choose another.")
            return None
        if key in keys:
            component.error("duplicate-key", f"“{key}”用了两次。", f"'{key}' is used twice.")
            return None
        keys.add(key)
        return key

    def _label(self, component: Component, key: str) -> Wording:
        keys = ("label", "dateLabel", "timeLabel")
        return component.wording(component.json, keys, "labelEn", MAX_LABEL) or Wording(zh=key, en=key)

    def _readonly(self, component: Component) -> bool:
        read_only = component.flag(component.json, "readonly")
        return component.flag(component.json, "disabled") or read_only

    def _shown(self, component: Component, kind: str) -> dict[str, Any]:
        """What every component tells the browser."""
        shown: dict[str, Any] = {
            "type": "datetime" if kind in _MOMENTS else kind,
            "id": component.id,
            "properties": component.shown_properties(),
        }
        layout = component.json.get("layout")
        if isinstance(layout, Mapping):
            shown["layout"] = {
                name: value
                for name, value in layout.items()
                if name in _LAYOUT and (value is None or isinstance(value, str | int))
            }
        return shown

    def _shown_field(self, component: Component, kind: str, key: str, label: Wording) -> dict[str, Any]:
        shown = {**self._shown(component, kind), "key": key, "label": label.zh, "labelEn": label.en}
        if kind in _MOMENTS:
            shown["subtype"] = kind
        description = component.wording(component.json, ("description",), "descriptionEn", MAX_SENTENCE)
        if description:
            shown.update(description=description.zh, descriptionEn=description.en)
        validate = {
            name: json_number(Decimal(value)) if type(value) in (int, Decimal) else value
            for name, value in component.validate().items()
            if name != "required"
        }
        places = 2 if component.properties.get("money") in (True, "true") else component.json.get("decimalDigits")
        if kind == "number" and places is not None:
            shown["decimalDigits"] = places
        return {**shown, "validate": validate} if validate else shown

    def _with_default(self, component: Component, field: Field) -> Field:
        """The field with its default value, which must be one that it would accept."""
        default = component.json.get("defaultValue")
        if default is None or default == "":
            return field
        try:
            value = read(field, default)
        except Refused as refusal:
            component.error(
                "invalid-default",
                f"默认值不合这个字段的规则（{refusal}）。",
                f"The default value breaks the field's own rules ({refusal}).",
            )
            return field
        shown = f"{value:f}" if isinstance(value, Decimal) else value
        return replace(field, component={**field.component, "defaultValue": shown})

    # --- the form as a whole

    def checks(self, source: Any, nodes: tuple[Node, ...]) -> tuple[Check, ...]:
        """The checks between fields."""
        if source is None:
            return ()
        if not isinstance(source, list) or len(source) > _MAX_CHECKS:
            self.findings.error(
                "invalid-check",
                None,
                f"checks 要是最多 {_MAX_CHECKS} 条的列表。",
                f"'checks' must be a list of at most {_MAX_CHECKS} checks.",
            )
            return ()
        names = {node.name for node in walk(nodes) if not isinstance(node, Ornament)}
        read = [self._check(item, names) for item in source]
        return tuple(check for check in read if check is not None)

    def _check(self, item: Any, names: set[str | None]) -> Check | None:
        parts = item if isinstance(item, Mapping) else {}
        message, field = parts.get("message"), parts.get("field")
        if not isinstance(message, str) or not message or field not in names or not isinstance(field, str):
            self.findings.error(
                "invalid-check",
                field if isinstance(field, str) else None,
                "checks 的每一条要有 expression、message 和表单里的 field。",
                "Every check needs an expression, a message and a field of the form.",
            )
            return None
        expression = compiled(parts.get("expression"), self.findings, field)
        english = parts.get("messageEn")
        wording = Wording(zh=message, en=english if isinstance(english, str) and english else message)
        return Check(expression=expression, field=field, message=wording) if expression else None

    def sources(self, nodes: tuple[Node, ...]) -> None:
        """References between fields: options must not come from the person, siblings must be there."""
        keys = {data_key(node) for node in data_nodes(nodes)}
        for node in walk(nodes):
            if isinstance(node, Field) and node.options_from in keys:
                self.findings.error(
                    "invalid-values", node.id, "选项不能来自表单自己的字段。", "Options cannot come from a field of the form."
                )
        self._siblings(nodes)

    def _siblings(self, nodes: tuple[Node, ...]) -> None:
        beside = {data_key(node) for node in data_nodes(nodes)}
        for node in walk(nodes):
            if isinstance(node, Rows | Section) and (isinstance(node, Rows) or node.path):
                self._siblings(node.children)
        for node in data_nodes(nodes):
            if isinstance(node, Field) and node.rule:
                for key in {node.rule.birth, node.rule.sex} - {None} - beside:
                    self.findings.error(
                        "unknown-rule", node.id, f"旁边没有“{key}”这个字段。", f"There is no field '{key}' beside it."
                    )


def _sentence(component: Component, name: str) -> Wording | None:
    return component.wording(component.properties, (name,), f"{name}En", MAX_SENTENCE)
