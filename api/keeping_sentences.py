"""What refusals say that concern people, their chairs and their rights."""

from __future__ import annotations

from collections.abc import Mapping

KEEPING: Mapping[str, tuple[str, str]] = {
    # three administrators
    "account-not-found": ("没有账号“{login}”。", "There is no account “{login}”."),
    "account-exists": ("此人已有账号。", "The person has an account already."),
    "invalid-login": (
        "登录名应为 2 到 80 个字符，不含空格，实际为“{login}”。",
        "A log-in has 2 to 80 characters without spaces; “{login}” was given.",
    ),
    "login-taken": ("登录名“{login}”已被使用。", "The log-in “{login}” is taken."),
    "administrator-business": (
        "系统、安全和审计管理员不办理业务。",
        "System, security and audit administrators do no business.",
    ),
    "administrator-chair": (
        "三员不得担任业务岗位：请先结束其任职，或收回其管理权限。",
        "An administrator sits in no chair: end that first, or take the right away.",
    ),
    "own-rights": ("不能更改自己的权限。", "Nobody changes his own rights."),
    "rights-apart": (
        "权限“{right}”只能单独授予：系统、安全、审计三员分立，且不与其他权限兼任。",
        "The right “{right}” is held alone: three administrators, apart from each other and from all other rights.",
    ),
    "unknown-right": ("没有权限“{right}”。", "There is no right “{right}”."),
    # one's own desk
    "task-not-held": ("任务不在您手里，不能暂办。", "You do not hold the task, so you cannot put it off."),
    "too-many-pinned": ("最多固定 {most} 个视图。", "At most {most} views are pinned."),
    "too-many-views": ("最多保存 {most} 个视图。", "At most {most} views are kept."),
    "view-not-found": ("没有这个视图，或不归您使用。", "There is no such view for you."),
    # acting for somebody
    "agent-away": (
        "代理人这段时间的工作也已委托他人，不能再代理。",
        "The agent has delegated his own work in that time.",
    ),
    "agent-elsewhere": (
        "代理人在机构“{institution}”没有岗位，不能代理那里的工作。",
        "The agent has no chair at “{institution}”.",
    ),
    "agent-is-starter": (
        "该流程由您本人发起，只能由被代理人办理。",
        "You have started this case; it stays with the principal.",
    ),
    "agent-receives": ("您本来就代理此任务，请选择其他人。", "You may do it anyway as the agent; choose somebody else."),
    "agent-self": ("不能委托自己代理。", "Nobody is his own agent."),
    "delegation-empty": ("被代理人在那里没有岗位。", "The principal has no chair there."),
    "delegation-not-found": ("没有这项代理。", "There is no such delegation."),
    "delegation-reason": ("请写明代理原因。", "Say why the work is delegated."),
    "delegation-span": ("代理期间应在一年以内，且尚未结束。", "A delegation lasts at most a year and is not over yet."),
    "not-your-work": ("只能委托您自己的工作。", "You can delegate your own work only."),
    "unknown-process": ("没有部署流程“{value}”。", "No process “{value}” is deployed."),
    # duties kept apart, people chosen
    "apart-element": (
        "不相容岗位：此人已办理本流程的“{element}”，不能再办理这一步。",
        "Duties kept apart: who has done “{element}” in this case must not do this step too.",
    ),
    "apart-institution": (
        "不相容岗位：此人在（或不久前在）机构“{institution}”任职，不能办理这一步。",
        "Duties kept apart: who sits at “{institution}”, or did lately, must not do this step.",
    ),
    "apart-starter": ("不相容岗位：发起人不能办理这一步。", "Duties kept apart: who started the case must not do this step."),
    "apart-unknown": (
        "不相容岗位：无法确定要回避的机构，请联系流程管理员。",
        "Duties kept apart: which institution is meant cannot be told; ask a process administrator.",
    ),
    "chosen-count": ("请选择 1 到 50 人，实际 {count} 人。", "Choose 1 to 50 people; {count} were given."),
    "not-a-choice": ("所选人员不在可选范围内。", "That person is not among those who can be chosen."),
    "not-choosable": ("“{element}”的办理人不由人选择。", "The people of “{element}” are not chosen by hand."),
    "not-chooser": ("“{element}”的办理人不由您选择。", "It is not for you to choose the people of “{element}”."),
    # handing on
    "chair-already": ("接任人届时已担任同一职务。", "The successor has the same one then already."),
    "draft-there": ("接任人已有自己的草稿。", "The successor has a draft of his own."),
    "handover-acted": ("交接后已有人办理，保持现状。", "Somebody has acted on it since; it stays as it is."),
    "handover-changed": (
        "名单已有变化，请重新预览后再交接。",
        "The list has changed since it was shown; look at it again.",
    ),
    "handover-choice": ("对“{name}”不能这样处理。", "That cannot become of “{name}”."),
    "handover-day": ("交接日期应在前后一年以内。", "A handover begins within a year from today."),
    "handover-decided": ("此任务的决定正在发出，不再交接。", "The decision of this task is about to be sent."),
    "handover-gone": ("此任务已不在其名下。", "This task is not his any more."),
    "handover-not-found": ("没有这次交接。", "There is no such handover."),
    "handover-pending": (
        "此人还有交接在进行，请先等它完成或撤销。",
        "A handover of this person is under way; let it end or revoke it.",
    ),
    "handover-revoked": ("这次交接已经撤销。", "This handover is revoked already."),
    "handover-size": ("要交接的事项过多，请分批办理任务后再试。", "There is too much to hand on at once."),
    "handover-tasks-left": (
        "还有 {count} 项任务在其名下，交出后才能停用。",
        "{count} tasks are his; he can be shut out once they are handed on.",
    ),
    "successor-inactive": ("接任人已停用。", "The successor is inactive."),
    "successor-self": ("接任人不能是本人。", "Nobody succeeds himself."),
    # bringing an organisation in
    "import-changed": (
        "文件或组织与预览时不同，请重新预览。",
        "The file or the organisation is not as it was shown; look at it again.",
    ),
    "import-date": ("“{name}”应为日期，如 2026-01-31，实际为“{value}”。", "“{name}” is a day such as 2026-01-31, not “{value}”."),
    "import-double": ("与第 {first} 行重复。", "It stands in row {first} already."),
    "import-empty": ("“{name}”不能为空。", "“{name}” must not be empty."),
    "import-formula": ("“{name}”中是公式，请改为数值。", "“{name}” holds a formula; write its value."),
    "import-instant": (
        "“{name}”应为日期和时间，如 2026-01-31 08:00，实际为“{value}”。",
        "“{name}” is a day and time such as 2026-01-31 08:00, not “{value}”.",
    ),
    "import-centre": ("牵头机构和牵头科室要一起填写。", "The centre needs both its institution and its department."),
    "import-whole": ("“{name}”应为整数，实际为“{value}”。", "“{name}” is a whole number, not “{value}”."),
    "import-membership": ("填了退出日期，也要填加入日期。", "With an end of the membership its beginning is needed."),
    "import-nothing": ("文件中没有要导入的行。", "There are no rows to bring in."),
    "import-text": ("“{name}”应为文本，实际为“{value}”。", "“{name}” is a text, not “{value}”."),
    "import-wrong": ("有 {count} 行出错，未作任何更改。", "{count} rows are wrong; nothing was changed."),
    "import-yes": ("“{name}”应为是或否，实际为“{value}”。", "“{name}” is yes or no, not “{value}”."),
    "workbook-columns": (
        "工作表“{name}”第 {number} 列的标题应为“{expected}”，实际为“{found}”。请使用模板，不要改动标题行。",
        "In “{name}” column {number} is headed “{expected}”, not “{found}”. Use the template and keep its headings.",
    ),
    "workbook-rows": (
        "工作表“{name}”超过 {most} 行，请分几次导入。",
        "“{name}” has more than {most} rows; divide it.",
    ),
    "workbook-sheet": ("没有预期的工作表：应为 {expected}，发现“{name}”。", "The sheets are {expected}, but found “{name}”."),
    "workbook-size": ("文件应在 {most} MB 以内。", "The file has at most {most} MB."),
    "workbook-unreadable": ("这不是可以读取的 Excel 文件（.xlsx）。", "This is no Excel workbook (.xlsx) that can be read."),
    "workbook-unsafe": (
        "文件含有宏或实体声明，或解压后过大，已拒绝。",
        "The file holds macros or entities, or unpacks to too much; it was refused.",
    ),
    # keeping the organisation
    "body-not-found": ("没有委员会或小组“{name}”。", "There is no committee or team “{name}”."),
    "chair-taken": ("这段时间的主任委员是 {name}，请先结束其任职。", "{name} chairs it in that time; end that first."),
    "charge-not-found": ("没有这项分管。", "There is no such charge."),
    "charge-what": (
        "分管事项应恰好是一个科室、一条条线或一个事项，实际填了 {count} 个。",
        "A leader is put in charge of exactly one department, line or matter; {count} were given.",
    ),
    "dates": ("结束日期 {last} 早于开始日期 {first}。", "The last day {last} lies before the first, {first}."),
    "department-not-found": ("没有科室“{name}”。", "There is no department “{name}”."),
    "duty-begun": ("这一班已于 {at} 开始，不能撤回。", "That turn began at {at} and cannot be taken back."),
    "duty-not-found": ("没有这一班。", "There is no such turn of duty."),
    "duty-overlaps": ("“{person}”在同一值班表中的两班时间重叠。", "Two turns of “{person}” in one roster overlap."),
    "duty-times": ("值班的结束时间应晚于开始时间。", "A turn of duty ends after it begins."),
    "head-taken": (
        "科室“{department}”这段时间的负责人是 {name}；请先结束其任职，或以“代理”任命。",
        "“{department}” is headed by {name} in that time; end that first, or appoint as acting.",
    ),
    "head-without-department": ("科室负责人要写明科室。", "Who heads a department needs one."),
    "institution-not-found": ("没有机构“{name}”。", "There is no institution “{name}”."),
    "line-not-found": ("没有条线“{name}”。", "There is no business line “{name}”."),
    "member-not-found": ("没有这名成员。", "There is no such member."),
    "member-already": ("“{person}”这段时间已是成员。", "“{person}” is a member in that time already."),
    "person-not-found": ("没有人员“{name}”。", "There is no person “{name}”."),
    "post-not-found": ("没有岗位“{name}”。", "There is no post “{name}”."),
    "quorum": ("法定人数应为 1 到 100 的百分比，实际为 {quorum}。", "A quorum is 1 to 100 per cent; {quorum} was given."),
    "tree-loop": ("机构“{institution}”不能成为自己的下级。", "“{institution}” would lie below itself."),
    "unknown-calendar": ("没有这种日历。", "There is no such calendar."),
    "unknown-code": ("“{value}”不是有效的 {field}。", "“{value}” is no known {field}."),
    # cases, processes and channels, as operators and administrators keep them
    "case-number-unknown": ("没有单号为“{number}”的案件。", "There is no case numbered {number}."),
    "channel-not-configured": (
        "本节点没有配置渠道“{channel}”，先在服务器上设置。",
        "This node has no settings for channel “{channel}”; make them on the server first.",
    ),
    "channel-not-chosen": ("先在自己的消息设置里选上渠道“{channel}”。", "Choose channel '{channel}' in your own settings first."),
    "process-suspended": ("流程“{process}”已停止发起，恢复后才能发起。", "Process {process} takes no new case: it is suspended."),
    "process-active": ("流程“{process}”没有停止发起。", "Process {process} is not suspended."),
}
"""Code of a refusal -> its sentence, Chinese first."""
