"""The workbook of an organisation: its sheets, and what is written into their columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.workbook.tables import Column

KINDS = {"专任": "full", "兼任": "part-time", "派驻": "dispatched", "挂职": "secondment", "代理": "acting"}
DEPARTMENT_KINDS = {"临床": "clinical", "医技": "technical", "职能": "office", "中心": "centre"}
BODY_KINDS = {"委员会": "committee", "小组": "team"}
BODY_ROLES = {"主任": "chair", "副主任": "vice-chair", "秘书": "secretary", "成员": "member"}
INSTITUTIONS, DEPARTMENTS, PEOPLE, APPOINTMENTS = "机构 Institutions", "科室 Departments", "人员 People", "任职 Appointments"
BODIES, MEMBERS, DUTIES = "委员会与小组 Bodies", "成员 Members", "值班 Duty"
LINES, LINE_DEPARTMENTS, CHARGES = "业务条线 Lines", "条线科室 Line departments", "分管 Charges"
_DAY = "日期，如 2026-01-31 / a day"
_INSTANT = "日期和时间，如 2026-01-31 08:00 / a day and time"
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
    BODIES: (
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="code", title="代码 code", required=True),
        Column(key="name", title="名称 name", required=True),
        Column(key="kind", title="类别 kind", note="委员会、小组，空为委员会 / committee, team"),
        Column(key="quorum", title="法定人数 quorum", note="应到的百分比，1 至 100，空为不计 / per cent, empty: nobody counts"),
        Column(key="from_date", title="开始日期 from", required=True, note=_DAY),
        Column(key="to_date", title="结束日期 to", note=f"最后一天，{_DAY}"),
    ),
    MEMBERS: (
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="body", title="委员会或小组代码 body", required=True),
        Column(key="person", title="工号 staff number", required=True),
        Column(key="role", title="职务 role", note="主任、副主任、秘书、成员，空为成员 / chair, vice-chair, secretary, member"),
        Column(key="votes", title="有表决权 votes", note=f"{_YES}，空为是 / empty is yes"),
        Column(key="position", title="排序 position", note="小的在前，空为 100 / smaller comes first"),
        Column(key="from_date", title="开始日期 from", required=True, note=_DAY),
        Column(key="to_date", title="结束日期 to", note=f"最后一天，{_DAY}"),
    ),
    DUTIES: (
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="department", title="科室代码 department", note="空为全院 / empty: the whole institution"),
        Column(key="post", title="岗位代码 post", note="值班时代行的岗位，可空 / the post whose work is done, or nothing"),
        Column(key="person", title="工号 staff number", required=True),
        Column(key="from_at", title="开始时间 from", required=True, note=_INSTANT),
        Column(key="to_at", title="结束时间 to", required=True, note=_INSTANT),
    ),
    LINES: (
        Column(key="code", title="条线代码 code", required=True),
        Column(key="name", title="名称 name", required=True),
        Column(key="centre_institution", title="牵头机构代码 centre institution"),
        Column(key="centre_department", title="牵头科室代码 centre department"),
    ),
    LINE_DEPARTMENTS: (
        Column(key="line", title="条线代码 line", required=True),
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="department", title="科室代码 department", required=True),
        Column(key="belongs", title="属于 belongs", note=f"{_YES}，空为是 / empty is yes"),
    ),
    CHARGES: (
        Column(key="institution", title="机构代码 institution", required=True),
        Column(key="person", title="工号 staff number", required=True),
        Column(key="department", title="科室代码 department", note="科室、条线、事项三者填一 / one of the three"),
        Column(key="line", title="条线代码 line"),
        Column(key="matter", title="事项 matter", note="流程所用的名称，如 procurement / a name that models use"),
        Column(key="from_date", title="开始日期 from", required=True, note=_DAY),
        Column(key="to_date", title="结束日期 to", note=f"最后一天，{_DAY}"),
    ),
}
WORDS = (
    "只列出要新增或更改的行；表中没有的不会被删除或停用。 / List what is new or changes. What is not listed stays as it is.",
    "先上传预览，核对每一行的变化，再确认导入；有一行出错，就什么都不导入。 / Nothing comes in while one row is wrong.",
    "红色标题的列必填；不要改动标题行，不要使用公式。 / Red headings are required; keep the headings; no formulas.",
)
