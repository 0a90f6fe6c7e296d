"""The workbook of an organisation: its sheets, and what is written into their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.workbook.tables import Column

KINDS = {"专任": "full", "兼任": "part-time", "派驻": "dispatched", "挂职": "secondment", "代理": "acting"}
DEPARTMENT_KINDS = {"临床": "clinical", "医技": "technical", "职能": "office", "中心": "centre"}
INSTITUTIONS, DEPARTMENTS, PEOPLE, APPOINTMENTS = "机构 Institutions", "科室 Departments", "人员 People", "任职 Appointments"
_DAY = "日期，如 2026-01-31 / a day"
_YES = "是 或 否 / yes or no"

SHEETS: Mapping[str, Sequence[Column]] = {
    INSTITUTIONS: (
        Column(key="code", title="机构代码 code", required=True),
        Column(key="name", title="名称 name", required=True),
        Column(key="short_name", title="简称 short name"),
        Column(
            key="type", title="类型 type", required=True, note="机构类型代码，如 20 中心卫生院、30 村卫生室 / code of the type"
        ),
        Column(key="parent", title="上级机构代码 parent"),
        Column(key="calendar", title="日历 calendar", note="ADMIN、OPD、CLIN 或 SUPPLY，空为 ADMIN / empty is ADMIN"),
        Column(key="integrated", title="有信息系统 has a system", note=f"{_YES}，空为是 / empty is yes"),
        Column(key="member_from", title="加入日期 member from", note=_DAY),
        Column(key="member_to", title="退出日期 member to", note=f"最后一天，{_DAY}"),
    ),
    DEPARTMENTS: (
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="code", title="科室代码 code", required=True),
        Column(key="name", title="名称 name", required=True),
        Column(key="kind", title="类别 kind", note="临床、医技、职能、中心，空为临床 / clinical, technical, office, centre"),
    ),
    PEOPLE: (
        Column(key="staff_number", title="工号 staff number", required=True, note="请设为文本格式，以免丢失前导零 / as text"),
        Column(key="name", title="姓名 name", required=True),
        Column(key="active", title="在职 active", note=f"{_YES}，空为是 / empty is yes"),
    ),
    APPOINTMENTS: (
        Column(key="person", title="工号 staff number", required=True),
        Column(key="post", title="岗位代码 post", required=True),
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="department", title="科室代码 department"),
        Column(
            key="kind",
            title="任职方式 kind",
            note="专任、兼任、派驻、挂职、代理，空为专任 / full, part-time, dispatched, secondment, acting",
        ),
        Column(key="head", title="科室负责人 head", note=f"{_YES}，空则科主任为是 / empty: as the post says"),
        Column(key="from_date", title="开始日期 from", required=True, note=_DAY),
        Column(key="to_date", title="结束日期 to", note=f"最后一天，{_DAY}"),
    ),
}
WORDS = (
    "只列出要新增或更改的行；表中没有的不会被删除或停用。 / List what is new or changes. What is not listed stays as it is.",
    "先上传预览，核对每一行的变化，再确认导入；有一行出错，就什么都不导入。 / Nothing comes in while one row is wrong.",
    "红色标题的列必填；不要改动标题行，不要使用公式。 / Red headings are required; keep the headings; no formulas.",
)
