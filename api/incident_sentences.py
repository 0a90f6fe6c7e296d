"""What has stopped a case, in the reader's language.

The engine writes the sentence of an incident in English, from the model's words alone. Here each sentence that it writes has
its Chinese counterpart; parts that are sentences themselves are turned too. What another system or a function of an
installation has said stays in its own words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from api.language import language as readers_language
from api.sentences import BY_CODE

_TYPES: Mapping[str, str] = {
    "a boolean": "是或否",
    "a date": "日期",
    "a datetime": "日期和时间",
    "a time": "时间",
    "a duration": "时长",
    "a dict": "字典",
    "a list": "列表",
    "a list or dict": "列表或字典",
    "a list, dict or text": "列表、字典或文本",
    "a null": "空值",
    "null": "空值",
    "a number": "数字",
    "a text": "文本",
    "a text or a number": "文本或数字",
    "a whole number": "整数",
    "a unknown": "未知类型",
    "years or a birth date": "年龄或出生日期",
}
_SENTENCES: Mapping[str, str] = {
    # expressions
    "Expected to {verb} expression '{source}', but {reason}": "表达式“{source}”无法求值：{reason}",
    "{type} is needed where {found} was found": "应为{type}，实际为{found}",
    "a whole number is needed where one with decimal places was found": "应为整数，实际带小数",
    "a number is divided by zero": "除数为零",
    "a number has more than 30 digits": "数字超过 30 位",
    "the result is not a number": "结果不是数字",
    "it cannot be calculated": "无法计算",
    "it needs more than {n} steps": "计算超过 {n} 步",
    "a text has more than {n} characters": "文本超过 {n} 个字符",
    "a list has more than {n} items": "列表超过 {n} 项",
    "a list has no such position": "列表没有这一项",
    "an empty list has no smallest or largest item": "空列表没有最大或最小项",
    "data is nested deeper than {n} levels": "数据嵌套超过 {n} 层",
    "the result is nested deeper than {n} levels": "结果嵌套超过 {n} 层",
    "there is no '{name}'": "没有“{name}”",
    "names that begin with '_' are not allowed": "不能用以下划线开头的名称",
    "it has more than {n} characters": "超过 {n} 个字符",
    "'{source}' gave no text": "“{source}”没有得出文本",
    "there is no key '{key}'": "没有键“{key}”",
    "a dict has no such key": "字典没有这个键",
    "a text is not a number such as 12 or -12.50": "文本不是数字，如 12 或 -12.50",
    "a text is not a duration such as P3D or PT2H30M": "文本不是时长，如 P3D 或 PT2H30M",
    "a text is not a date such as 2025-03-04 or 2025-03-04T08:30:00+08:00": (
        "文本不是日期，如 2025-03-04 或 2025-03-04T08:30:00+08:00"
    ),
    "the date is outside the years 1 to 9999": "日期超出公元 1 至 9999 年",
    "the birth date is later than the date to count to": "出生日期晚于截止日期",
    "a value in the data is not JSON": "数据中有不能存储的值",
    "a number in the data is not finite": "数据中有无穷大或非数字",
    "round() takes 0 to 20 places": "round() 的小数位数为 0 至 20",
    "split() needs a separator of at least one character": "split() 的分隔符至少一个字符",
    "format_date() takes a pattern of at most 100 characters": "format_date() 的格式最多 100 个字符",
    "a text is needed where '{source}' gave something else": "“{source}”应得出文本，实际不是",
    # decision tables; the table's own name and place come first
    "there is no decision '{key}' in the deployment": "本次部署中没有决策“{key}”",
    "no version of decision '{key}' is valid on {day}": "决策“{key}”在 {day} 没有有效版本",
    "rules {rules} match, but the hit policy UNIQUE allows one": "规则 {rules} 同时命中，而 UNIQUE 只允许一条",
    "rules {rules} match with different outputs, which the hit policy ANY forbids": "规则 {rules} 命中而结果不同，ANY 不允许",
    "the outputs cannot be summed: {reason}": "结果无法求和：{reason}",
    "the outputs have no order to choose by": "结果之间没有大小可比",
    "a value has no order to compare by": "值没有大小可比",
    "decision '{key}': rules {rules} match, but {mapping} takes one": "决策“{key}”：规则 {rules} 同时命中，而 {mapping} 只取一条",
    "decision '{key}' has {n} outputs, where one is wanted": "决策“{key}”有 {n} 个结果，只需要一个",
    "decision '{key}': its date is not a date": "决策“{key}”：日期不是日期",
    "decision '{key}': each is not a list": "决策“{key}”：逐项的值不是列表",
    "decision '{key}': {reason}": "决策“{key}”：{reason}",
    "input '{label}' is none of its allowed values": "输入“{label}”不在允许的值之内",
    "output '{label}' is none of its allowed values": "结果“{label}”不在允许的值之内",
    "input '{label}': {reason}": "输入“{label}”：{reason}",
    "output '{label}': {reason}": "结果“{label}”：{reason}",
    "rule {n}: {reason}": "规则 {n}：{reason}",
    "the default output: {reason}": "缺省结果：{reason}",
    # functions and other systems
    "function '{name}' is not registered": "函数“{name}”没有注册",
    "function '{name}' gave no '{output}'": "函数“{name}”没有给出“{output}”",
    "function '{name}' failed with {error}": "函数“{name}”出错：{error}",
    "function '{name}': {reason}": "函数“{name}”：{reason}",
    "Expected element '{element}' to do its work, but {reason}": "“{element}”没有完成：{reason}",
    "nothing catches the error '{code}'": "错误“{code}”没有处理它的边界事件",
    "a topic has 1 to {n} characters": "主题为 1 至 {n} 个字符",
    "the priority of '{name}' is no whole number": "“{name}”的优先级不是整数",
    # flow, loops, timers, values
    "no condition of a flow out of '{name}' is true, and there is no default flow": "“{name}”的连线没有一条成立，也没有缺省连线",
    "the called process '{process}' is not deployed": "被调用的流程“{process}”没有部署",
    "the collection of '{name}' is no list": "“{name}”的集合不是列表",
    "'{name}' has neither a cardinality nor a collection": "“{name}”既没有次数也没有集合",
    "the cardinality of '{name}' is no whole number": "“{name}”的次数不是整数",
    "the name '{name}' cannot be written": "名称“{name}”不能写入",
    "a value of type {kind} cannot be stored": "类型 {kind} 的值不能存储",
    "the time '{source}' gave no text": "时间“{source}”没有得出文本",
    "a cycle starts with R": "循环以 R 开头",
    "a duration starts with P": "时长以 P 开头",
    "'{term}' is no ISO 8601 duration": "“{term}”不是 ISO 8601 时长",
    "'{term}' reaches beyond the calendar": "“{term}”超出日历范围",
    "'{term}' is neither a duration nor a point in time": "“{term}”既不是时长也不是时间点",
    "'{term}' is no repeating interval such as R3/PT1H": "“{term}”不是 R3/PT1H 这样的重复间隔",
    "'{term}' repeats no time": "“{term}”没有可重复的时间",
    "'{term}' has an end, which is not supported; give a start and a duration": "“{term}”写了结束时间，不支持；请写开始和时长",
    "'{term}' repeats without a pause": "“{term}”重复之间没有间隔",
    "'{term}' tries more than {n} times": "“{term}”重试超过 {n} 次",
    # limits of a step
    "Expected a step within its budget, but {reason}": "一步超出限额：{reason}",
    "Expected to call a process from '{element}', but calls are nested deeper than {limit}": (
        "“{element}”调用流程时，嵌套调用超过 {limit} 层"
    ),
    "Expected to start '{element}', but {number} instances are more than {limit}": "“{element}”要开 {number} 个，超过 {limit} 个",
    "Expected to run instance '{instance}', but one step took more than {limit} tokens": "一步经过的节点超过 {limit} 个",
    "Expected to run instance '{instance}', but one step took more than {limit} seconds": "一步用时超过 {limit} 秒",
    "'{element}' asks {seats} people, more than {most}": "“{element}”要 {seats} 人签，超过 {most} 人",
    # people and terms
    "Expected at most {n} automatic decisions in a row, but found more; people are asked": "连续自动决定超过 {n} 次，改由人办理",
    "Expected those to be asked here whom an earlier step has not asked for it, but its rules find them no more": (
        "前面的步骤把审批留到了这里，现在的规则却找不到那些人，已转管理员"
    ),
    "Expected a share such as 60% or 2/3, but found none in '{source}'; everybody must agree": (
        "“{source}”没有得出 60% 或 2/3 这样的比例，须全体同意"
    ),
    "Expected something that can still move the case, but all that is left waits for what never comes": (
        "案件已无法继续：剩下的都在等待不会到来的事"
    ),
}
_CODED = re.compile(r"(?P<code>[a-z][a-z-]*): (?P<said>.*)", re.DOTALL)
_FIELD = re.compile(r"\{(\w+)\}")


def _pattern(template: str) -> re.Pattern[str]:
    parts = _FIELD.split(template)
    return re.compile("".join(f"(?P<{part}>.*?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)), re.DOTALL)


_PATTERNS = [(_pattern(english), chinese) for english, chinese in _SENTENCES.items()]


def chinese_incident(message: str) -> str | None:
    """The Chinese counterpart of a sentence of the engine; None for one that is not the engine's."""
    for pattern, chinese in _PATTERNS:
        found = pattern.fullmatch(message)
        if found is not None:
            return chinese.format_map({name: _turned(name, part) for name, part in found.groupdict().items()})
    # A job that was given up says the code of its failure first.
    coded = _CODED.fullmatch(message)
    return None if coded is None else chinese_incident(coded["said"]) or _general(coded["code"])


def _general(code: str | None) -> str | None:
    """The sentence of a refusal, where it names nothing."""
    words = BY_CODE.get(code or "")
    return None if words is None or "{" in words[0] else words[0]


def incident_sentence(message: str, code: str | None = None) -> str:
    """What has stopped a case, in the language of this request: its own sentence, else that of its code."""
    if readers_language() == "en":
        return message
    return chinese_incident(message) or _general(code) or message


def _turned(name: str, part: str) -> str:
    if name == "reason":
        return chinese_incident(part) or part
    return _TYPES.get(part, part) if name in ("type", "found") else part
