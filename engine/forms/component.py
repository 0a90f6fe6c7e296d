"""Reading one form-js component's own attributes: wording, limits, options, rules, expressions.

Every reader takes what it understands and reports what it does not as a finding on the component; it never raises. What
form-js leaves to FEEL (texts with `{{…}}`, limits or flags written as `=…`) is refused: our one language is the only one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import ExpressionError
from engine.expressions import BROWSER_FUNCTIONS, Expression, compile_expression
from engine.forms.files import FILE_TYPES, LARGEST_FILE, MEGABYTE, MOST_FILES, FileRules
from engine.forms.findings import Findings
from engine.forms.patterns import UnsafePattern, compile_pattern
from engine.forms.rules import RULES
from engine.forms.tree import Limits, Option, Rule, Wording
from engine.forms.values import is_plain_number, json_number

MAX_LABEL = 200
MAX_SENTENCE = 500
MAX_PARAGRAPH = 5_000

_MAX_OPTIONS = 1_000
_MAX_OPTION_LENGTH = 200
_MAX_PROPERTIES = 40
_MASKS = frozenset({"name", "id", "phone"})
_VALIDATE_KEYS = {
    "textfield": {"required", "minLength", "maxLength", "pattern", "validationType"},
    "textarea": {"required", "minLength", "maxLength"},
    "number": {"required", "min", "max"},
}
_OWN_PROPERTIES = frozenset(
    {
        "labelEn",
        "textEn",
        "money",
        "precision",
        "rule",
        "ruleWhen",
        "matchBirth",
        "matchSex",
        "requiredWhen",
        "critical",
        "criticalLow",
        "criticalHigh",
        "mask",
        "maxRows",
        "maxFiles",
        "maxMegabytes",
        "requiredMessage",
        "requiredMessageEn",
        "patternMessage",
        "patternMessageEn",
    }
)
"""Properties that are read here; further ones go to the browser as they are."""


@dataclass(frozen=True)
class Component:
    """One component of the file with the findings it reports to."""

    json: Mapping[str, Any]
    id: str
    findings: Findings

    @property
    def properties(self) -> Mapping[str, Any]:
        """Our extension attributes."""
        found = self.json.get("properties")
        return found if isinstance(found, Mapping) else {}

    def error(self, code: str, zh: str, en: str) -> None:
        """Reports a finding on this component."""
        self.findings.error(code, self.id, zh, en)

    # --- texts

    def text(self, source: Mapping[str, Any], key: str, limit: int) -> str | None:
        """A plain text attribute, None when it is absent or empty."""
        value = source.get(key)
        if value is None or value == "":
            return None
        if not isinstance(value, str) or len(value) > limit or "\0" in value:
            self.error(
                "invalid-text",
                f"“{key}”要是不超过 {limit} 个字的文字。",
                f"'{key}' must be a text of at most {limit} characters.",
            )
            return None
        if value.startswith("=") or "{{" in value:
            self.error("feel", f"“{key}”里不能用 FEEL，写普通文字。", f"'{key}' cannot use FEEL; write plain text.")
            return None
        return value

    def wording(self, zh_source: Mapping[str, Any], zh_keys: tuple[str, ...], en_key: str, limit: int) -> Wording | None:
        """A text in both languages: Chinese from the first key that has one, English from the properties, else the Chinese."""
        zh = next((found for key in zh_keys if (found := self.text(zh_source, key, limit))), None)
        en = self.text(self.properties, en_key, limit)
        return Wording(zh=zh or en or "", en=en or zh or "") if zh or en else None

    # --- values

    def flag(self, source: Mapping[str, Any], key: str) -> bool:
        """A boolean attribute; the designer's editor writes properties as text."""
        value = source.get(key, False)
        if value in (True, "true"):
            return True
        if value not in (False, None, "", "false"):
            self.error("invalid-flag", f"“{key}”只能是 true 或 false。", f"'{key}' must be true or false.")
        return False

    def number(self, source: Mapping[str, Any], key: str) -> Decimal | None:
        """A numeric attribute, also written as text; None when absent."""
        value = source.get(key)
        if value is None or value == "":
            return None
        try:
            if isinstance(value, str) or is_plain_number(value):
                number = Decimal(str(value))
                if number.is_finite() and -20 <= number.adjusted() <= 20:
                    return number
        except ArithmeticError:
            pass
        self.error("invalid-number", f"“{key}”要是数字。", f"'{key}' must be a number.")
        return None

    def count(self, source: Mapping[str, Any], key: str, lowest: int, highest: int) -> int | None:
        """A whole number within bounds; None when absent."""
        number = self.number(source, key)
        if number is None:
            return None
        if number != number.to_integral_value() or not lowest <= number <= highest:
            self.error(
                "invalid-number",
                f"“{key}”要是 {lowest} 到 {highest} 的整数。",
                f"'{key}' must be a whole number from {lowest} to {highest}.",
            )
            return None
        return int(number)

    def expression(self, source: Mapping[str, Any], key: str) -> Expression | None:
        """A condition in our language that the browser can evaluate too; None when absent."""
        value = source.get(key)
        if value is None or value == "":
            return None
        return compiled(value, self.findings, self.id)

    # --- groups of attributes

    def hide(self) -> Expression | None:
        """The condition under which the component is absent."""
        conditional = self.json.get("conditional")
        return self.expression(conditional, "hide") if isinstance(conditional, Mapping) else None

    def validate(self) -> Mapping[str, Any]:
        """The form-js `validate` object."""
        found = self.json.get("validate")
        if found is None:
            return {}
        if not isinstance(found, Mapping):
            self.error("invalid-validate", "“validate”要是对象。", "'validate' must be an object.")
            return {}
        return found

    def limits(self, kind: str) -> Limits:
        """The limits of a field of `kind`; one that the kind does not have is reported, never ignored."""
        validate = self.validate()
        for key in sorted(set(validate) - _VALIDATE_KEYS.get(kind, {"required"})):
            self.error("invalid-validate", f"这种字段没有“{key}”这条校验。", f"This kind of field has no rule '{key}'.")
        places = self.count(self.json, "decimalDigits", 0, 10)
        return Limits(
            min_length=self.count(validate, "minLength", 0, 20_000),
            max_length=self.count(validate, "maxLength", 1, 20_000),
            minimum=self.number(validate, "min"),
            maximum=self.number(validate, "max"),
            places=places if places is not None else self.count(self.properties, "precision", 0, 10),
            pattern=self._pattern(validate) if kind == "textfield" else None,
            no_past=self.flag(self.json, "disallowPassedDates"),
        )

    def _pattern(self, validate: Mapping[str, Any]) -> re.Pattern[str] | None:
        if validate.get("validationType") not in (None, "", "custom", "email", "phone"):
            self.error(
                "invalid-validate",
                "“validationType”只能是 email、phone 或 custom。",
                "'validationType' must be email, phone or custom.",
            )
        source = validate.get("pattern")
        if source is None or source == "":
            return None
        try:
            if not isinstance(source, str):
                raise UnsafePattern("it is not a text")
            return compile_pattern(source)
        except UnsafePattern as unsafe:
            self.error("invalid-pattern", f"这个正则表达式不能用：{unsafe}。", f"This pattern cannot be used: {unsafe}.")
            return None

    def options(self) -> tuple[tuple[Option, ...], str | None]:
        """The listed options, or the name of the variable that holds them."""
        listed, key = self.json.get("values"), self.json.get("valuesKey")
        if "valuesExpression" in self.json:
            self.error("feel", "选项不能用 FEEL 表达式，用 valuesKey。", "Options cannot be a FEEL expression; use valuesKey.")
        if isinstance(key, str) and key:
            return (), key
        options = tuple(self._option(item) for item in listed[:_MAX_OPTIONS]) if isinstance(listed, list) else ()
        known = [option for option in options if option]
        if not known or not isinstance(listed, list) or len(known) != len(listed):
            self.error(
                "invalid-values",
                "选项要是 {label, value} 的列表，value 是不重复的文字。",
                "Options must be a list of {label, value} with distinct texts as values.",
            )
        elif len({option.value for option in known}) != len(known):
            self.error("invalid-values", "选项的 value 有重复。", "Two options have the same value.")
        return tuple(known), None

    def _option(self, item: Any) -> Option | None:
        if not isinstance(item, Mapping) or not isinstance(item.get("value"), str):
            return None
        value = item["value"]
        if not value or value != value.strip() or len(value) > _MAX_OPTION_LENGTH:
            return None
        zh = self.text(item, "label", MAX_LABEL) or value
        return Option(value=value, label=Wording(zh=zh, en=self.text(item, "labelEn", MAX_LABEL) or zh))

    def rule(self, kind: str) -> Rule | None:
        """The named rule of a field."""
        name = self.text(self.properties, "rule", MAX_LABEL)
        if name is None and kind == "textfield" and self.validate().get("validationType") == "phone":
            name = "phone"
        if name is None:
            return None
        fitting = {"date-past"} if kind in ("date", "datetime") else RULES - {"date-past"} if kind == "textfield" else frozenset()
        if name not in fitting:
            self.error("unknown-rule", f"这种字段没有“{name}”这条规则。", f"This kind of field has no rule '{name}'.")
            return None
        return Rule(
            name=name,
            when=self.expression(self.properties, "ruleWhen"),
            birth=self.text(self.properties, "matchBirth", MAX_LABEL),
            sex=self.text(self.properties, "matchSex", MAX_LABEL),
        )

    def file_rules(self) -> FileRules:
        """Which files a filepicker takes: `accept` names endings or media types, our properties count and size."""
        accepted = self.json.get("accept")
        wanted = [part.strip().lower() for part in accepted.split(",") if part.strip()] if isinstance(accepted, str) else []
        types = {kind for kind, (_, _, endings) in FILE_TYPES.items() if not wanted or {kind, *endings}.intersection(wanted)}
        known = {name for kind, (_, _, endings) in FILE_TYPES.items() for name in (kind, *endings)}
        if not set(wanted) <= known or not (accepted is None or isinstance(accepted, str)):
            self.error(
                "invalid-accept",
                "“accept”只能列出 .jpg、.jpeg、.png、.pdf 或它们的媒体类型。",
                "'accept' may list .jpg, .jpeg, .png, .pdf or their media types.",
            )
        many = self.flag(self.json, "multiple")
        count = self.count(self.properties, "maxFiles", 1, MOST_FILES) or (MOST_FILES if many else 1)
        if count > 1 and not many:
            self.error("invalid-number", "maxFiles 大于 1 时要写 multiple。", "A 'maxFiles' above 1 needs 'multiple'.")
        megabytes = self.count(self.properties, "maxMegabytes", 1, LARGEST_FILE // MEGABYTE) or LARGEST_FILE // MEGABYTE
        if self.json.get("defaultValue") is not None:
            self.error("invalid-default", "附件没有默认值。", "Attachments have no default value.")
        return FileRules(types=frozenset(types), count=count, size=megabytes * MEGABYTE)

    def critical(self) -> dict[str, int | float] | None:
        """Bounds beyond which a value is clinically critical and highlighted."""
        given = self.properties.get("critical")
        source: Mapping[str, Any] = (
            given
            if isinstance(given, Mapping)
            else {
                "low": self.properties.get("criticalLow"),
                "high": self.properties.get("criticalHigh"),
            }
        )
        if given is not None and (not isinstance(given, Mapping) or set(given) - {"low", "high"}):
            self.error("invalid-property", "“critical”要是 {low, high}。", "'critical' must be {low, high}.")
            return None
        bounds = {key: json_number(number) for key in ("low", "high") if (number := self.number(source, key)) is not None}
        return bounds or None

    def shown_properties(self) -> dict[str, Any]:
        """The extension attributes for the browser: ours in their types, unknown plain ones as they are."""
        if len(self.properties) > _MAX_PROPERTIES:
            self.error(
                "invalid-property", f"扩展属性最多 {_MAX_PROPERTIES} 个。", f"There are more than {_MAX_PROPERTIES} properties."
            )
            return {}
        shown = {key: self._plain(key, value) for key, value in self.properties.items() if key not in _OWN_PROPERTIES}
        mask = self.text(self.properties, "mask", MAX_LABEL)
        if mask is not None and mask not in _MASKS:
            self.error("invalid-property", "“mask”只能是 name、id 或 phone。", "'mask' must be name, id or phone.")
        ours = {
            "labelEn": self.text(self.properties, "labelEn", MAX_LABEL),
            "mask": mask,
            "rule": self.text(self.properties, "rule", MAX_LABEL),
            "precision": self.count(self.properties, "precision", 0, 10),
            "money": self.flag(self.properties, "money") or None,
            "critical": self.critical(),
        }
        return {key: value for key, value in {**shown, **ours}.items() if value is not None}

    def _plain(self, key: str, value: Any) -> Any:
        if isinstance(value, str):
            return self.text({key: value}, key, MAX_SENTENCE)
        if isinstance(value, bool):
            return value
        if is_plain_number(value):
            return json_number(Decimal(str(value)))
        self.error("invalid-property", f"扩展属性“{key}”要是文字或数字。", f"Property '{key}' must be a text or a number.")
        return None


def compiled(source: Any, findings: Findings, element: str | None) -> Expression | None:
    """The expression of a form, restricted to what the browser can evaluate; None after a finding."""
    try:
        expression = compile_expression(source)
    except ExpressionError as error:
        findings.error("invalid-expression", element, f"表达式读不懂：{error}", f"The expression cannot be compiled: {error}")
        return None
    foreign = sorted(expression.functions - BROWSER_FUNCTIONS)
    if foreign:
        findings.error(
            "invalid-expression", element, f"表单里不能用函数 {foreign[0]}()。", f"A form cannot use the function {foreign[0]}()."
        )
        return None
    return expression
