"""What each refusal says to a person, Chinese first: one sentence that tells what happened and what to do.

The engine names a refusal by a stable code; here the code gets its words. A code without words of its own gets those of
its status, so that a new refusal is never shown in a language that its reader does not read.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from api.approver_sentences import APPROVERS
from api.design_sentences import DESIGNING
from api.keeping_sentences import KEEPING
from api.language import language as readers_language
from api.paper_sentences import PAPER
from api.rehearsal_sentences import REHEARSING
from api.returning_sentences import RETURNING

TITLES: Mapping[int, tuple[str, str]] = {
    400: ("请求有误", "Bad request"),
    401: ("请先登录", "Sign in first"),
    403: ("没有权限", "Not allowed"),
    404: ("未找到", "Not found"),
    405: ("不支持的操作", "Method not allowed"),
    409: ("状态已变化", "The state has changed"),
    412: ("内容已更新", "Somebody was faster"),
    413: ("内容过大", "Too large"),
    415: ("格式不支持", "Unsupported format"),
    422: ("填写有误", "Not valid"),
    428: ("缺少版本号", "Revision required"),
    429: ("请求过多", "Too many requests"),
    500: ("系统出错", "System error"),
    503: ("暂时不可用", "Unavailable for a moment"),
    504: ("结果未知", "Outcome unknown"),
}

BY_STATUS: Mapping[int, tuple[str, str]] = {
    400: ("请求的格式不正确。", "The request is malformed."),
    401: ("请先登录。", "Please sign in."),
    403: ("您没有执行此操作的权限。", "You may not do this."),
    404: ("没有找到该内容，或您无权查看。", "It does not exist, or you may not see it."),
    405: ("此地址不支持该操作。", "This address does not support that method."),
    409: ("状态已发生变化，请刷新后再试。", "The state has changed; look again and retry."),
    412: ("内容已被他人更新，请刷新后再试。", "Somebody changed this meanwhile; look again and retry."),
    413: ("提交的内容太大。", "The request is too large."),
    415: ("请以 JSON(application/json)提交。", "Send JSON (application/json)."),
    422: ("提交的内容有误，请检查。", "Something in the request is wrong; please check it."),
    428: ("缺少 If-Match 版本号，请刷新后再试。", "The If-Match revision is missing; look again and retry."),
    429: ("请求过多，请稍后再试。", "Too many requests; try again later."),
    500: (
        "系统出错，请将编号 {reference} 告知信息中心。",
        "Something went wrong here; tell the IT centre the reference {reference}.",
    ),
    503: ("系统暂时不可用，请稍后再试。", "The system is unavailable for a moment; please try again."),
    504: (
        "数据库未及时确认，操作可能已完成。请用同一 Idempotency-Key 再次提交，不会重复办理。",
        "The database did not confirm in time; this may have been done. The same Idempotency-Key never does it twice.",
    ),
}

BY_CODE: Mapping[str, tuple[str, str]] = {
    # signing in
    "no-session": ("请先登录。", "Please sign in."),
    "session-expired": ("登录已过期，请重新登录。", "Your session has expired; please sign in again."),
    "wrong-credentials": ("账号或密码不正确，还可尝试 {triesLeft} 次。", "Wrong log-in or password; {triesLeft} tries left."),
    "locked": ("失败次数过多，请于 {until} 之后再试。", "Too many failures; try again after {until}."),
    "password-change-required": ("首次登录请先修改密码。", "Change your first password before anything else."),
    "no-account": ("没有可以登录的账号。", "There is no account that may sign in."),
    "weak-password": ("新密码不符合要求：{why}", "The new password is not strong enough. {why}"),
    "not-listed": ("此地址未开放。", "This address is not open to anybody."),
    "right-missing": ("您没有执行此操作的权限。", "You lack the right to do this."),
    "csrf-missing": ("缺少安全令牌，请刷新页面。", "The security token is missing; reload the page."),
    "csrf-wrong": ("安全令牌已失效，请刷新页面。", "The security token is not valid any more; reload the page."),
    "csrf-origin": ("请求来自其他网站，已拒绝。", "The request came from another site and was refused."),
    # the request
    "invalid-json": ("提交的内容不是有效的 JSON。", "The body is not valid JSON."),
    "invalid-text": ("文本中含有不允许的字符。", "A text holds characters that are not allowed."),
    "json-duplicate-key": ("JSON 中有重复的键。", "A key stands twice in one JSON object."),
    "json-not-a-number": ("JSON 中不允许 NaN 或 Infinity。", "JSON has no NaN and no Infinity."),
    "json-number-too-large": ("数字超出允许范围。", "A number is beyond the allowed range."),
    "json-too-deep": ("JSON 嵌套超过 32 层。", "The JSON is nested deeper than 32 levels."),
    "json-too-many-keys": ("JSON 中的键超过 5000 个。", "The JSON has more than 5,000 keys."),
    "invalid-request": ("提交的内容有误，请检查。", "Something in the request is wrong; please check it."),
    "invalid-revision": ("If-Match 应为带引号的版本号。", "If-Match must be a revision in quotes."),
    "idempotency-key": (
        "该 Idempotency-Key 无效，或已用于另一请求。",
        "This Idempotency-Key is not valid, or was used for another request.",
    ),
    "invalid-cursor": ("翻页标记无效，请从第一页开始。", "The page cursor is not valid; start from the first page."),
    "too-many-requests": (
        "请求过多，每分钟最多 {count} 次，请稍后再试。",
        "Too many requests; {count} a minute are taken. Try again a little later.",
    ),
    "content-encoding": ("请求正文不能压缩(Content-Encoding)。", "Send the body as it is, without a Content-Encoding."),
    "too-many-streams": ("实时连接过多，改为定时刷新。", "Too many live connections; poll instead."),
    # tasks
    "stale": ("此任务刚被他人更新，请刷新后再试。", "Somebody changed this task meanwhile; look again and retry."),
    "not-holder": ("请先领取此任务，再办理该操作。", "Claim the task before you do that."),
    "not-adder": ("只有加签人或流程管理员可以减签。", "Only who added a signer may take him away."),
    "not-secretary": ("只有本步骤的秘书可以代录。", "Only the secretary of this step may enter votes."),
    "not-plain": ("此任务还要填写内容，请打开办理。", "This task asks for more than consent; open it."),
    "not-urging": ("只有发起人、上级或流程管理员可以催办。", "Only the starter, a superior or an operator may urge."),
    "urged-already": ("刚刚催办过，请在 {until} 之后再催。", "It was urged a moment ago; urge again after {until}."),
    "nobody-to-urge": ("此事项目前没有可以催办的人。", "There is nobody to urge at present."),
    "already-asked": ("所选人员中有人已参与此步骤。", "Somebody you chose has a part in this step already."),
    "last-signer": ("至少要留一人办理。", "Somebody has to be left who decides."),
    "persons": ("请选择 1 至 50 人。", "Choose between 1 and 50 people."),
    "binding-vote": ("票签中加签人的不同意只作参考。", "In a vote the refusal of an added signer is advice."),
    "operation-off": ("本步骤不允许该操作。", "This step does not allow that."),
    "advice-only": ("您只被征求意见，不能再加签或委派。", "You are only asked for advice."),
    "added-signer": ("加签人不能这样再加签。", "Who was added cannot add people in this way."),
    "several-outcomes": (
        "本步骤有多种同意方式，不能多人合并。",
        "There are several ways to agree here.",
    ),
    "no-opinion-wanted": ("此抄送只供阅读。", "This copy is only to be read."),
    "copy-answered": ("您已经给过意见。", "You have given your opinion already."),
    "secret-ballot": ("无记名投票不能代录，只能登记缺席。", "Nobody enters a secret vote for another; only absences are noted."),
    "no-motions": ("这里没有逐项表决的事项。", "There are no motions to vote on here."),
    "unknown-motion": ("“{found}”不是您要表决的事项。", "“{found}” is no motion that you vote on."),
    "unknown-vote": ("表决只能是 {known}，填的是“{found}”。", "A vote is one of {known}, but “{found}” was sent."),
    "recused-agent": ("您须回避“{title}”，不能代他人表决。", "You have to keep out of “{title}” and cannot vote for another."),
    "not-chair": ("只有主持人可以缓议。", "Only who presides may put it off."),
    "task-waiting": ("还没有轮到您办理。", "It is not your turn yet."),
    "task-held": ("{by}刚刚办理了此任务，正在发出。", "{by} has just decided this task; it is being sent."),
    "task-withdrawn": (
        "此任务已被收走（退回、撤回或到期转出），不用办了。",
        "The case has gone on without this task: it was sent back, withdrawn or timed out.",
    ),
    "no-held-decision": ("没有可以撤销的办理。", "There is nothing to take back."),
    "decision-sent": ("已经发出，不能撤销；可以在已办里收回。", "It has been sent; you may take it back from Done."),
    "account-shut": ("您的账号已停用，办理没有发出。", "Your account is shut, so it was not sent."),
    "undo-seconds": ("撤销时间只能是 0、10 或 20 秒。", "The time to undo is 0, 10 or 20 seconds."),
    "task-closed": ("此任务已由 {by} 处理（{at}）。", "This task has been dealt with by {by} ({at})."),
    "not-yours": ("此任务不在您名下，不能执行该操作。", "This task is not yours, so you cannot do that."),
    "invalid-form": ("有 {count} 处填写有误，请检查。", "{count} fields need attention."),
    "conflict": ("其他人刚刚做了同样的操作，请刷新查看。", "Somebody did the same a moment ago; look again."),
    # attachments
    # one field of a request
    "missing": ("此项必填。", "This is required."),
    "unknown": ("没有此项。", "There is no such field."),
    "repeated": ("此项只能出现一次。", "This may be given only once."),
    "invalid": ("此项的值无效。", "This value is not valid."),
    # what is wrong with a password
    "too-short": ("密码至少 {shortest} 个字符。", "A password has at least {shortest} characters."),
    "too-long": ("密码过长。", "The password is too long."),
    "classes": ("密码要含大写、小写、数字、符号中的三类。", "Use three of: capitals, small letters, digits, marks."),
    "contains-login": ("密码不能包含账号。", "The password must not contain the log-in."),
    "contains-name": ("密码不能包含姓名。", "The password must not contain your name."),
    "common": ("密码过于常见。", "The password is too common."),
    "unchanged": ("新密码不能与原密码相同。", "The new password must differ from the old one."),
    # cases, messages, people
    "appointment-not-found": ("这不是您当前的任职。", "This is no appointment of yours today."),
    "draft-too-large": ("草稿过大，未能保存。", "The draft is too large to be kept."),
    "external-fetch": ("领取请求无效，请检查主题和数量。", "The fetch is not valid; check its topics and number."),
    "external-lock-lost": (
        "该外部任务的锁已过期或已归他人，未作任何更改。",
        "The lock is over or somebody else's; nothing was changed.",
    ),
    "external-output": ("结果缺少流程声明的输出“{name}”。", "The result lacks the output '{name}' that the process declares."),
    "external-retries": ("重试次数应为 0 到 {most}。", "There can be 0 to {most} retries."),
    "external-span": ("时长应为 {shortest} 到 {longest} 秒。", "A span has {shortest} to {longest} seconds."),
    "external-task-gone": (
        "该外部任务已完成、已被流程收回或不存在，未作任何更改。",
        "The external task is done, was taken away or never was; nothing was changed.",
    ),
    "expired": ("失效时间应晚于现在。", "The expiry must be still to come."),
    "message-id-reused": ("该消息编号已用于另一条消息。", "This message id was used for another message."),
    "message-not-dead": ("该消息不在死信台。", "This message is not at the dead-message desk."),
    "no-message": ("没有找到该消息。", "There is no such message."),
    "receiver-needed": ("原接收机构不明，请指定接收机构。", "Its receiver is unknown; name one."),
    "still-stopped": ("停下的步骤仍未继续，请重试或调整流程。", "What it stopped still stands; retry it, or modify the case."),
    "no-external-task": ("没有找到该外部任务。", "There is no such external task."),
    "topic-missing": ("此账号无权办理主题“{topic}”。", "This account may not do the work of topic '{topic}'."),
    "incident-resolved": ("该异常已处理。", "This incident has been resolved already."),
    "instance-ended": ("该流程已结束。", "This case has ended."),
    "instance-suspended": ("该流程已挂起，恢复后才能办理。", "This case is suspended; it can be worked on once it is resumed."),
    "no-instance": ("没有该流程实例。", "There is no such case."),
    "stale-case": ("该流程刚有变化，请刷新后再试。", "The case has changed meanwhile; look again and retry."),
    "cancelling": ("该流程正在取消，补偿完成后结束。", "This case is being cancelled; it ends once what was done is undone."),
    "no-variables": ("没有要写入的变量。", "There are no variables to write."),
    "values-too-large": ("变量内容过大。", "The variables are too large."),
    "reserved-name": ("该变量名为系统保留，不能写入。", "This name is reserved and cannot be written."),
    "scope-gone": ("该变量作用域已不存在。", "That scope is gone."),
    "token-gone": ("该令牌已不存在，请刷新后再试。", "That token is gone; look again and retry."),
    "instructions": ("请给出 1 到 100 条指令。", "Give 1 to 100 instructions."),
    "unknown-element": ("流程图中没有元素“{element}”。", "The process has no element “{element}”."),
    "unknown-flow": ("流程图中没有顺序流“{element}”。", "The process has no sequence flow “{element}”."),
    "element-idle": ("“{element}”上没有令牌可取消。", "No token stands at “{element}”."),
    "start-boundary": (
        "“{element}”是边界事件，不能从它之前开始；可以从它之后开始。",
        "“{element}” is a boundary event: nothing starts before it; start after it.",
    ),
    "start-event-subprocess": (
        "事件子流程“{element}”只能由其事件启动。",
        "The event subprocess “{element}” is started by its event only.",
    ),
    "start-compensation": ("“{element}”只能由补偿启动。", "“{element}” is started by compensation only."),
    "start-join": (
        "“{element}”是汇合网关，请指明令牌从哪条顺序流到达。",
        "“{element}” is a join: name the sequence flow that the token comes by.",
    ),
    "after-nothing": ("“{element}”之后没有顺序流。", "No sequence flow leads out of “{element}”."),
    "after-several": (
        "“{element}”之后有多条顺序流，请指明其中一条。",
        "Several sequence flows lead out of “{element}”: name one of them.",
    ),
    "ancestor-wrong": ("指定的令牌没有打开的子流程。", "The token that was named has no open subprocess."),
    "ancestor-needed": (
        "“{element}”有多个打开的实例，请指明在哪一个中开始。",
        "“{element}” is open several times: name the one to start in.",
    ),
    "seat-not-open": (
        "多实例“{element}”没有打开的席位，请启动整个活动。",
        "No seat of “{element}” is open: start the whole activity.",
    ),
    "event-subprocess-closed": (
        "事件子流程“{element}”尚未触发，不能从其中开始。",
        "The event subprocess “{element}” has not fired; nothing starts inside it.",
    ),
    "activity-not-yours": ("“{element}”不归您启动，也不由您办理。", "“{element}” is neither yours to start nor to do."),
    "no-activity": ("该流程现在没有可启动的“{element}”。", "The case does not offer “{element}” now."),
    "ad-hoc": ("“{element}”现在不能启动，另一项活动正在进行。", "“{element}” cannot be started while another activity runs."),
    "compensation-runs": ("正在补偿的令牌不能取消。", "A token that compensates cannot be cancelled."),
    "no-version": ("没有这个版本。", "There is no such version."),
    "same-version": ("该流程已经是这个版本。", "The case runs this version already."),
    "other-process": ("目标不是同一流程的版本。", "The target is no version of the same process."),
    "not-migratable": (
        "“{element}”上的令牌在新版本中没有位置，请先预览迁移。",
        "The token at “{element}” has no place in the new version; see the preview.",
    ),
    "not-migrated": ("该流程没有迁移过。", "This case was not migrated."),
    "revert-ambiguous": (
        "迁移时两个元素合为一个，无法自动退回。",
        "Two elements became one in the migration; it cannot be turned round.",
    ),
    "no-batch": ("没有该批次。", "There is no such batch."),
    "batch-over": ("该批次已没有待处理的流程。", "The batch has no cases left."),
    "batch-size": ("每批应为 1 到 10000 个流程，找到 {count} 个。", "A batch has 1 to 10,000 cases; {count} were found."),
    "batch-unknown": (
        "有 {count} 个流程不存在，例如 {shown}，整批未建。",
        "{count} of the cases do not exist, such as {shown}; no batch was made.",
    ),
    "batch-kind": ("没有这种批量操作。", "There is no such operation over many cases."),
    "batch-parameters": ("批量操作的参数有误。", "The parameters of the operation are wrong."),
    "batch-selection": (
        "请按编号、流程或部署三者之一选择流程。",
        "Choose the cases in one way: by id, by process or by deployment.",
    ),
    # calendars
    "calendar-always-open": (
        "{calendar} 是全天候时间，不能改开放时间。",
        "{calendar} is around the clock; its hours cannot be changed.",
    ),
    "invalid-term": ("时限应写作 PT4H、P3D 等，但写的是“{term}”。", "A term is written as PT4H or P3D, not “{term}”."),
    "no-calendar-year": ("{year} 年的放假安排还没有录入。", "The working days of {year} are not known yet."),
    "not-a-person": ("只有人员才有通知设置。", "Only a person has settings of notifications."),
    "statistics": (
        "统计由各机构的负责岗位查看，您没有这样的岗位。需要时请信息中心开通“看统计”。",
        "Statistics are for the posts that oversee an institution, and you hold none; the IT centre can grant the right.",
    ),
    "no-timer": ("这个定时已经执行或已经取消。", "This timer has fired or is gone."),
    "timer-due": ("时间应在十年之内。", "The time lies within ten years."),
    "batch-changed": (
        "您看到的是 {expected} 件，现在是 {count} 件。请再看一遍再执行。",
        "You were shown {expected} cases; there are {count} by this time. Look again.",
    ),
    "filter-needs-process": ("按版本或步骤查找，要先选流程。", "Choose a process first to find by version or step."),
    "filter-process": ("没有部署过流程“{process}”{version}。", "There is no process '{process}'{version}."),
    "filter-element": ("流程“{process}”没有步骤“{element}”。", "The process '{process}' has no step '{element}'."),
    "filter-name": (
        "没有名为“{name}”的检索项，可用的有：{known}。",
        "There is no search value '{name}'; there are: {known}.",
    ),
    "filter-condition": (
        "条件应写成“名称 比较 值”，比较为 {operators} 之一，写的是“{text}”。",
        "A condition is a name, one of {operators} and a value; found '{text}'.",
    ),
    "filter-size": ("条件最多 {most} 个，写了 {count} 个。", "There are at most {most} conditions; found {count}."),
    "heat-days": ("天数应为 1 到 {longest}。", "The days are 1 to {longest}."),
    "process-not-found": ("没有部署过流程“{process}”。", "No process '{process}' has been deployed."),
    "step": ("没有这样的步骤：“{step}”。", "There is no such step: '{step}'."),
    "period": ("统计期间应先后有序，最长 {longest} 天。", "A period is in order and has at most {longest} days."),
    "term-needs-plain-time": (
        "“{calendar}”的时限只能按周、日、小时计。",
        "A term on “{calendar}” has weeks, days or hours only.",
    ),
    "term-not-positive": ("时限应大于零。", "A term is longer than nothing."),
    "term-too-long": ("时限最长十年。", "A term has at most ten years."),
    "nothing-left": (
        "这样流程将没有任何令牌；若要结束，请取消流程。",
        "Nothing would be left of the case; to end it, cancel it.",
    ),
    "not-suspended": ("该流程没有挂起。", "This case is not suspended."),
    "instance-not-found": ("没有找到该流程，或您无权查看。", "There is no such case, or you may not see it."),
    "invalid-limit": ("每页条数应在 1 到 200 之间。", "A page has 1 to 200 rows."),
    "message-name": ("消息名称应为 1 到 200 个字符。", "A message name has 1 to 200 characters."),
    "no-form": ("此任务没有表单，不能提交字段。", "This task has no form and takes no fields."),
    "no-incident": ("没有找到该异常。", "There is no such incident."),
    "no-process": ("没有这个可发起的流程。", "There is no such process to start."),
    "not-a-member": ("该机构目前不是医共体成员，不能发起。", "The institution is no member today, so it cannot start this."),
    "not-a-starter": ("您的岗位不能发起此流程。", "Your post may not start this process."),
    "not-claimed": ("任务不在您名下，无需退回。", "You do not hold this task, so you cannot give it back."),
    "named-person": ("此任务指定由您办理，不能退回待领。", "This task was given to you by name and cannot be given back."),
    "reassign-self": ("运维人员不能把任务改派给自己。", "An operator cannot reassign a task to himself."),
    "not-superior": ("任务尚未升级到您，不能改派。", "You may reassign only a task that was escalated to you."),
    "occurred-in-future": ("发生时间不能晚于现在。", "The time of occurrence must have passed."),
    "payload-too-large": ("消息内容过大。", "The message is too large."),
    "receiver": ("只能改派给本流程机构中的在岗人员。", "Only people of an institution of this case can be given its tasks."),
    **RETURNING,
    "start-variables": ("发起时不能直接填写变量。", "Values cannot be given at the start of a process."),
    "start-values-too-large": ("发起时填写的内容过大。", "The start values are too large."),
    "stale-instance": ("流程刚刚有了新的进展，请刷新后再试。", "The case has just moved on; look again and retry."),
    "task-not-found": ("没有找到该任务，或您无权查看。", "There is no such task, or you may not see it."),
    "task-taken": ("此任务已由 {by} 领取。", "This task has been claimed by {by}."),
    "unknown-channel": ("没有这种消息渠道。", "There is no such channel."),
    "unknown-institution": ("没有这个机构。", "There is no such institution."),
    "unknown-start-variable": ("此流程发起时不接受“{field}”。", "This process does not accept “{field}” at its start."),
    "unknown-outcome": ("此任务没有办理结果“{found}”，可选：{known}。", "This task has no outcome “{found}”; it has: {known}."),
    **KEEPING,
    **APPROVERS,
    **DESIGNING,
    **REHEARSING,
    **PAPER,
    # the database
    "outcome-unknown": (
        "数据库未及时确认，操作可能已完成。请用同一 Idempotency-Key 再次提交，不会重复办理；没有该键时请先刷新查看。",
        "This may have been done. Ask again with the same Idempotency-Key: it is never done twice. Without a key, look first.",
    ),
    "store-away": (
        "数据库暂时无法连接，未作任何改动，请稍后再试。",
        "The database is away; nothing was changed. Try again later.",
    ),
    "store-busy": ("数据库繁忙，未作任何改动，请稍后再试。", "The database is busy; nothing was changed. Try again later."),
    "store-full": (
        "数据库目前无法写入（可能磁盘已满），未作任何改动；仍可查看。请通知信息中心。",
        "The database takes no writes, perhaps its disk is full; nothing was changed. Reading works. Tell the IT centre.",
    ),
    # elsewhere
    "not-built": ("网页文件尚未构建，请运行 make web。", "The web pages are not built yet; run `make web`."),
    "schema-version": (
        "数据库结构版本不符，请运行 liandong migrate。",
        "The database schema is of another version; run `liandong migrate`.",
    ),
}


BY_NOBODY: Mapping[str, tuple[str, str]] = {
    "task-closed": ("此任务已经结束，无需办理。", "This task is over; nothing is left to do."),
}
"""The sentences of what no person has done."""
_INSTANTS = frozenset({"at", "until"})
"""Facts that are instants, which people read by the clocks of the community."""
_TIME_ZONE = ZoneInfo("Asia/Shanghai")


class _Facts(dict[str, Any]):
    """Facts by name; one that is not there reads as an ellipsis."""

    def __missing__(self, name: str) -> str:
        return "…"


FACTS_FOR_CALLERS = frozenset(
    {"at", "by", "count", "deployment", "design", "element", "field", "institution", "post", "step", "triesLeft", "until"}
)
"""Facts that may leave: the engine's other facts name keys and expressions that are nobody's business outside."""
FACTS_FOR_KEEPERS = frozenset(
    {
        "department",
        "expected",
        "first",
        "found",
        "institution",
        "kind",
        "last",
        "login",
        "longest",
        "most",
        "name",
        "number",
        "person",
        "quorum",
        "right",
        "value",
    }
)
"""Further facts for who keeps the organisation: codes and names of people and places, which he has given himself."""


def sentence(code: str, status: int, facts: Mapping[str, Any], language: str) -> str:
    """The sentence for `code` in `zh` or `en`; facts it names but does not get read as an ellipsis."""
    words = BY_CODE.get(code) or BY_STATUS.get(status) or BY_STATUS[500 if status >= 500 else 400]
    if code in BY_NOBODY and facts.get("by") is None:
        words = BY_NOBODY[code]
    given = {name: value for name, value in facts.items() if value is not None}
    named = {**given, **{name: _clock(given[name]) for name in _INSTANTS & given.keys()}}
    return words[language == "en"].format_map(_Facts(named))


def _clock(value: Any) -> Any:
    """An instant as people say it, by the community's clocks; anything else as it is."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return value
    return found.astimezone(_TIME_ZONE).strftime("%Y-%m-%d %H:%M") if found.tzinfo is not None else value


def keeper_sentence(code: str, facts: Mapping[str, Any]) -> str:
    """The sentence for what was refused to somebody who keeps the organisation, in the language of this request."""
    allowed = {name: value for name, value in facts.items() if name in FACTS_FOR_CALLERS | FACTS_FOR_KEEPERS}
    return sentence(code, 409, allowed, readers_language())


def title(status: int, language: str) -> str:
    """A few words for a status."""
    return TITLES.get(status, TITLES[500 if status >= 500 else 400])[language == "en"]
