"""Every function of the language, declared once: its bounds, its documentation, whether the browser has it too.

All are pure. Decisions that need the organisation or a calendar (who holds a post, working days) are not functions here:
they are rules and parameters of the model's own elements.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from engine.expressions import arithmetic, dates, lists, masks, texts
from engine.expressions.values import JSON

MANY = 100
"""The most arguments of a function that takes any number."""


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function."""

    name: str
    signature: str
    """As a designer reads it, `round(number, places=0)`."""
    least: int
    """Fewest arguments."""
    most: int
    """Most arguments."""
    doc: str
    """What it gives, in Chinese."""
    doc_en: str
    browser: bool
    """Whether the browser's interpreter has it, so that a form may use it."""
    metered: bool
    """Whether `call` takes the evaluation's Meter before the arguments."""
    call: Callable[..., JSON] | None
    """None for the two forms that the parser resolves: `defined` and `now`."""


def _function(
    signature: str,
    call: Callable[..., JSON] | None,
    doc: str,
    doc_en: str,
    *,
    least: int | None = None,
    most: int | None = None,
    browser: bool = True,
    metered: bool = False,
) -> Function:
    name, _, rest = signature.partition("(")
    parameters = [p for p in rest.rstrip(")").split(", ") if p]
    fewest = len([p for p in parameters if "=" not in p]) if least is None else least
    return Function(
        name=name,
        signature=signature,
        least=fewest,
        most=len(parameters) if most is None else most,
        doc=doc,
        doc_en=doc_en,
        browser=browser,
        metered=metered,
        call=call,
    )


_ALL = (
    _function("defined('name')", None, "是否存在该名称的变量", "Whether the name exists"),
    _function("now()", None, "当前时刻（ISO 文字）", "The present instant as ISO text"),
    _function("len(x)", lists.length, "列表、字典的项数或文字的字数", "Items of a list or dict, characters of a text"),
    _function("sum(list)", lists.total, "数字列表之和，空列表为 0", "Sum of a list of numbers, 0 when empty"),
    _function("min(list)", lists.smallest, "最小值；也可写 min(a, b, …)", "The smallest; also min(a, b, …)", most=MANY),
    _function("max(list)", lists.largest, "最大值；也可写 max(a, b, …)", "The largest; also max(a, b, …)", most=MANY),
    _function("any(list)", lists.any_of, "布尔列表中是否有真", "Whether one of a list of booleans is true"),
    _function("all(list)", lists.all_of, "布尔列表是否全真", "Whether all of a list of booleans are true"),
    _function("round(number, places=0)", arithmetic.rounded, "四舍五入到若干位小数", "Rounded, halves away from zero"),
    _function("abs(number)", arithmetic.absolute, "绝对值", "The number without its sign"),
    _function("int(x)", arithmetic.to_int, "数字或数字文字去掉小数部分", "A number or numeric text without its decimal places"),
    _function("decimal(x)", arithmetic.to_decimal, "数字文字变为数字", "A numeric text as a number"),
    _function("str(x)", texts.to_text, "变为文字，空值为空文字", "As text; null is empty"),
    _function("lower(text)", texts.lower, "变为小写", "In small letters"),
    _function("upper(text)", texts.upper, "变为大写", "In capital letters"),
    _function("trim(text)", texts.trim, "去掉两端空白", "Without white space at both ends"),
    _function(
        "contains(x, wanted)",
        texts.contains,
        "文字含文字、列表含项、字典含键",
        "Text in text, item in list, key in dict",
        metered=True,
    ),
    _function("starts_with(text, start)", texts.starts_with, "是否以此开头", "Whether the text begins so"),
    _function("ends_with(text, end)", texts.ends_with, "是否以此结尾", "Whether the text ends so"),
    _function("split(text, separator)", texts.split, "按分隔符拆成列表", "The parts between separators"),
    _function("join(list, separator='')", texts.join, "连成一段文字", "The items as one text"),
    _function(
        "get(x, key, default=null)",
        lists.get,
        "取字典的键或列表的位置，没有则取默认值",
        "Value under a key or position, or the default",
    ),
    _function("keys(dict)", lists.keys, "字典的键", "The keys of a dict"),
    _function("first(list)", lists.first, "第一项，空列表为空值", "The first item, null when empty"),
    _function("last(list)", lists.last, "最后一项，空列表为空值", "The last item, null when empty"),
    _function("sorted(list)", lists.in_order, "从小到大排序", "From small to large"),
    _function("distinct(list)", lists.distinct, "去掉重复项", "Without repetitions", metered=True),
    _function("count(list, wanted)", lists.count, "等于该值的项数", "How many items equal the value", metered=True),
    _function(
        "index_of(x, wanted)", lists.index_of, "首次出现的位置，从 0 起，没有为 -1", "First position from 0, or -1", metered=True
    ),
    _function("append(list, item)", lists.append, "末尾加一项的新列表", "A new list with the item at its end"),
    _function("concat(list, more)", lists.concat, "连接多个列表", "All lists as one", least=1, most=MANY),
    _function("coalesce(a, b)", lists.coalesce, "第一个非空值", "The first value that is not null", least=1, most=MANY),
    _function("date(x)", dates.to_date, "日期部分（北京时间）", "The calendar day in China's time"),
    _function("datetime(x)", dates.to_datetime, "带秒和时区的时刻", "The instant with seconds and offset"),
    _function("duration(text)", dates.duration, "检查并返回时长，如 P3D", "The duration, checked, such as P3D"),
    _function("add(when, duration)", dates.add, "日期或时刻加时长", "A date or instant moved by a duration"),
    _function("before(a, b)", dates.before, "a 是否早于 b", "Whether a is earlier than b"),
    _function("after(a, b)", dates.after, "a 是否晚于 b", "Whether a is later than b"),
    _function("days_between(start, end)", dates.days_between, "相隔的日历天数", "Calendar days from start to end"),
    _function("year(when)", dates.year, "年份", "The calendar year"),
    _function("age(birth, at)", dates.age, "周岁", "Full years of age"),
    _function(
        "format_date(when, pattern='yyyy-MM-dd')",
        dates.format_date,
        "按格式写日期，如 yyyy年M月d日 HH:mm",
        "The date by a pattern such as yyyy-MM-dd HH:mm",
    ),
    _function("mask_name(name)", masks.mask_name, "姓名脱敏：赵*国", "A masked name: 赵*国"),
    _function("mask_id(number)", masks.mask_id, "证件号脱敏：前六后四", "A masked identity number"),
    _function("mask_phone(number)", masks.mask_phone, "电话脱敏：前三后四", "A masked telephone number"),
    _function(
        "patient_title(name, sex=null, age=null, at=null)",
        masks.patient_title,
        "患者标题：赵建国 男58岁",
        "How a case names its patient: 赵建国 男58岁",
        browser=False,
    ),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ALL})
"""Name to function."""
BROWSER_FUNCTIONS = frozenset(function.name for function in _ALL if function.browser)
"""Functions that the browser's interpreter has; a form's expressions may use these only."""
