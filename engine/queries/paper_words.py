"""The fixed words of a printed case, in both languages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from engine.printing.document import Words

Pair: TypeAlias = tuple[str, str]
"""Chinese and English."""

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "subject": "事由",
        "started": "发起",
        "process": "流程",
        "state": "状态",
        "system": "系统",
        "for": "{agent}（代{principal}）",
        "recorded": "由{name}代录，依据：{evidence}",
        "occurred": "实际发生（补录）",
        "afterwards": "补录，实际办理于 {at}",
        "enclosed": "附件：{files}",
        "comma": "、",
        "printed": "打印：{name} {at}",
        "archived": "系统存档 {at}",
    },
    "en": {
        "subject": "Subject",
        "started": "Started",
        "process": "Process",
        "state": "State",
        "system": "System",
        "for": "{agent} for {principal}",
        "recorded": "Entered by {name}, on the evidence of: {evidence}",
        "occurred": "Happened (entered afterwards)",
        "afterwards": "Entered afterwards, decided at {at}",
        "enclosed": "Enclosed: {files}",
        "comma": ", ",
        "printed": "Printed: {name} {at}",
        "archived": "Archived by the system {at}",
    },
}
PAPER_WORDS: Mapping[str, Words] = {
    "zh": Words(
        signatures="审批意见",
        timeline="办理经过",
        time="时间",
        event="事项",
        person="人员",
        detail="说明",
        page="第 {page} 页，共 {pages} 页",
    ),
    "en": Words(
        signatures="Decisions",
        timeline="What happened",
        time="Time",
        event="Event",
        person="Person",
        detail="Detail",
        page="Page {page} of {pages}",
    ),
}
NOTES: Mapping[str, Pair] = {
    "partial": (
        "案件还有打印人无权打开的表单，本件不含。",
        "The case has forms that the printing person may not open; they are not in this print.",
    ),
    "unfinished": ("案件尚未办结，内容以打印时为准。", "The case goes on; this is how it stood when printed."),
    "newest": ("内容较多，只印最近的意见和经过。", "There is more: only the newest decisions and events are printed."),
    "archive": (
        "存档件：案件办结后由系统生成并保存，内容不再改变。",
        "Archive copy: made and kept by the system when the case ended.",
    ),
    "void": ("作废", "VOID"),
}
STATES: Mapping[str, Pair] = {
    "active": ("办理中", "Under way"),
    "completed": ("已办结", "Completed"),
    "terminated": ("已终止", "Terminated"),
    "cancelled": ("已取消", "Cancelled"),
    "incident": ("异常，待处理", "Stopped, waits for help"),
    "suspended": ("已挂起", "Suspended"),
}
