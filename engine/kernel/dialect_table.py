"""What becomes of every attribute and element of Camunda 7, Operaton, Flowable and Activiti: the one table.

The first rule that fits decides. What no rule names is reported as not understood. The rules follow one principle: what
would run other code, write a variable or change the way of a case is refused; what only sets something up is warned of;
what is harmless is on one list here and nowhere else. docs/reference/other-tools.md is this table as a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from lxml import etree

from engine.kernel.decision_reader import DECISION
from engine.kernel.extensions import vendor
from engine.kernel.source import NODES
from engine.kernel.work_reader import is_external

Kind = Literal["attribute", "element"]
Treatment = Literal["read", "ignored", "warning", "error"]

_LOOPS = frozenset({"multiInstanceLoopCharacteristics", "standardLoopCharacteristics"})
MAPPINGS = frozenset({"in", "out", "externalWorkerInParameter", "externalWorkerOutParameter"})
"""Elements of other engines whose own attributes are looked at."""
PLACES: dict[str, frozenset[str] | None] = {
    "anywhere": None,
    "node or loop": NODES | _LOOPS,
    "node or process": NODES | {"process"},
    "process": frozenset({"process"}),
    "user task": frozenset({"userTask"}),
    "user task or start event": frozenset({"userTask", "startEvent"}),
    "start event": frozenset({"startEvent"}),
    "script task": frozenset({"scriptTask"}),
    "work": frozenset({"serviceTask", "sendTask", "businessRuleTask", "task"}),
    "decision task": frozenset({"businessRuleTask", "serviceTask"}),
    "business rule task": frozenset({"businessRuleTask"}),
    "call activity": frozenset({"callActivity"}),
    "loop": frozenset({"multiInstanceLoopCharacteristics"}),
    "signal": frozenset({"signal"}),
    "error": frozenset({"error"}),
    "timer": frozenset({"timerEventDefinition", "timeCycle", "timeDate", "timeDuration"}),
    "condition event": frozenset({"conditionalEventDefinition"}),
    "mapping": MAPPINGS,
}
"""Where a rule holds: local names of the BPMN elements, and for `mapping` of the other engine's own."""


@dataclass(frozen=True, kw_only=True)
class Condition:
    """A rule may hold for some elements only; `text` says for which."""

    holds: Callable[[etree._Element], bool]
    text: str


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What becomes of some attributes or elements in one kind of place. `message` completes `camunda:name: …`."""

    kind: Kind
    names: tuple[str, ...]
    place: str
    treatment: Treatment
    code: str = ""
    message: str = ""
    message_en: str = ""
    only: Condition | None = None

    def fits(self, node: etree._Element, place: str) -> bool:
        """Whether the rule decides about what stands at a node whose local name is `place`."""
        places = PLACES[self.place]
        return (places is None or place in places) and (self.only is None or self.only.holds(node))


def _given(name: str, *values: str) -> Condition:
    text = " or ".join(f"`{value}`" for value in values)
    return Condition(holds=lambda node: (vendor(node, name) or "") in values, text=f"with the value {text}")


_EXTERNAL = Condition(holds=is_external, text="of an external task")
_DMN = Condition(holds=lambda node: vendor(node, DECISION[0]) == DECISION[1], text="of type `dmn`")
_DECIDES = Condition(holds=lambda node: vendor(node, "decisionRef") is not None, text="with `decisionRef`")
_ALL = Condition(holds=lambda node: node.get("variables") == "all", text="with the value `all`")


def _read(kind: Kind, names: str, place: str, only: Condition | None = None) -> Rule:
    return Rule(kind=kind, names=tuple(names.split()), place=place, treatment="read", only=only)


def _ignored(kind: Kind, names: str, place: str = "anywhere", only: Condition | None = None) -> Rule:
    return Rule(kind=kind, names=tuple(names.split()), place=place, treatment="ignored", only=only)


def _warned(kind: Kind, names: str, place: str, *, code: str, message: str, message_en: str) -> Rule:
    return Rule(
        kind=kind,
        names=tuple(names.split()),
        place=place,
        treatment="warning",
        code=code,
        message=message,
        message_en=message_en,
    )


def _refused(kind: Kind, names: str, place: str, *, code: str, message: str, message_en: str) -> Rule:
    return Rule(
        kind=kind, names=tuple(names.split()), place=place, treatment="error", code=code, message=message, message_en=message_en
    )


_READ = (
    _read("attribute", "assignee candidateUsers candidateGroups dueDate followUpDate formKey formRef priority", "user task"),
    _read("attribute", "asyncBefore asyncAfter async asyncLeave", "node or loop"),
    _read("attribute", "versionTag", "process"),
    _read("attribute", "calledElementBinding calledElementVersion calledElementVersionTag sameDeployment", "call activity"),
    _read("attribute", "decisionRef decisionRefBinding mapDecisionResult", "business rule task"),
    _read("attribute", "decisionRefVersion decisionRefVersionTag", "business rule task", _DECIDES),
    _read("attribute", "resultVariable", "business rule task", _DECIDES),
    _read("attribute", "type topic taskPriority", "work", _EXTERNAL),
    _read("attribute", "type", "decision task", _DMN),
    _read("attribute", "collection elementVariable", "loop"),
    _read("attribute", "source sourceExpression target", "mapping"),
    _read("attribute", "variables", "mapping", _ALL),
    _read("element", "failedJobRetryTimeCycle", "node or process"),
    _read("element", "in out", "call activity"),
    _read("element", "inputOutput externalWorkerInParameter externalWorkerOutParameter", "work", _EXTERNAL),
    _read("element", "field", "decision task", _DMN),
)
_IGNORED = (
    # Jobs of one case never run at the same time, and every file of a deployment comes from that deployment.
    _ignored("attribute", "exclusive asyncLeaveExclusive"),
    _ignored("attribute", "historyTimeToLive isEagerExecutionFetching diagramRelationId"),
    _ignored("attribute", "modelerTemplate modelerTemplateVersion modelerTemplateIcon extensionId"),
    _ignored("attribute", "formFieldValidation sameDeployment", "user task or start event"),
    _ignored("attribute", "formRefBinding", "user task", _given("formRefBinding", "latest", "deployment")),
    _ignored("attribute", "category", "user task"),
    _ignored("attribute", "errorMessage", "error"),
    _ignored("attribute", "isStartableInTasklist", "process", _given("isStartableInTasklist", "false")),
    _ignored("attribute", "calledElementType", "call activity", _given("calledElementType", "key")),
    _ignored("attribute", "scope", "signal", _given("scope", "global")),
    _ignored("attribute", "doNotIncludeVariables", "work", _given("doNotIncludeVariables", "true")),
    _ignored("attribute", "autoStoreVariables", "script task", _given("autoStoreVariables", "false")),
    _ignored("attribute", "triggerable", "work", _given("triggerable", "false")),
    # Our own external task does the work instead; a file may serve two engines.
    _ignored("attribute", "class delegateExpression expression", "work", _EXTERNAL),
    _ignored("element", "properties"),
)
_CODE = (
    _refused(
        "attribute",
        "class delegateExpression expression formHandlerClass",
        "anywhere",
        code="foreign-service",
        message="这是其他引擎的代码，不能运行；请改用 liandong:call 或外部任务（liandong:external）。",
        message_en="it is another engine's code and cannot run here; use liandong:call or an external task (liandong:external).",
    ),
    _refused(
        "attribute",
        "type",
        "anywhere",
        code="foreign-service",
        message="其他引擎内置的任务（如 mail、http、shell、mule）在此不存在；请改用 liandong:call 或外部任务。",
        message_en="built-in work of another engine (such as mail, http, shell, mule) does not exist here; use liandong:call"
        " or an external task.",
    ),
    _refused(
        "attribute",
        "topic taskPriority",
        "work",
        code="foreign-service",
        message="只用于外部任务，而本任务不是；请写 type=external 或 liandong:external。",
        message_en="it belongs to an external task, which this is not; write type=external or liandong:external.",
    ),
    _refused(
        "attribute",
        "topic",
        "anywhere",
        code="foreign-service",
        message="外部系统只能执行任务，不能执行事件；请改用发送任务。",
        message_en="another system does tasks only, no events; use a send task.",
    ),
    _refused(
        "attribute",
        "resource resultVariable resultVariableName",
        "script task",
        code="foreign-script",
        message="脚本只能直接写在任务中，每行“变量 = 表达式”，不取自文件，也没有返回值。",
        message_en="a script stands in the task itself, as lines of 'name = expression'; it comes from no file and returns"
        " nothing.",
    ),
    _refused(
        "attribute",
        "resource",
        "anywhere",
        code="foreign-script",
        message="条件不能取自脚本文件；请直接写成表达式。",
        message_en="a condition does not come from a script file; write it as an expression.",
    ),
    _refused(
        "attribute",
        "resultVariable resultVariableName",
        "anywhere",
        code="foreign-service",
        message="接收其他引擎代码的返回值，而该代码不会运行；请用 liandong:out 写明输出。",
        message_en="it takes the result of another engine's code, which does not run; name the outputs with liandong:out.",
    ),
    _refused(
        "element",
        "connector field",
        "anywhere",
        code="foreign-service",
        message="连接器和注入字段属于其他引擎的代码，不能运行；请改用 liandong:call 或外部任务。",
        message_en="connectors and injected fields belong to another engine's code and cannot run; use liandong:call or an"
        " external task.",
    ),
    _refused(
        "element",
        "executionListener taskListener eventListener",
        "anywhere",
        code="foreign-listener",
        message="监听器是其他引擎的代码，不会运行，请删除。",
        message_en="the listener is another engine's code and never runs; remove it.",
    ),
)
_VARIABLES = (
    _refused(
        "attribute",
        "initiator",
        "start event",
        code="foreign-mapping",
        message="发起人不会写入变量；请用 liandong:assign rule=starter 指定办理人。",
        message_en="the starter is written to no variable; name the people with liandong:assign rule=starter.",
    ),
    _refused(
        "attribute",
        "variableMappingClass variableMappingDelegateExpression",
        "call activity",
        code="foreign-mapping",
        message="变量映射的代码不能运行；请用 liandong:in 和 liandong:out。",
        message_en="code that maps variables cannot run here; use liandong:in and liandong:out.",
    ),
    _refused(
        "attribute",
        "errorCodeVariable errorMessageVariable escalationCodeVariable errorVariableName elementIndexVariable taskIdVariableName"
        " taskCompleterVariableName processInstanceIdVariableName idVariableName",
        "anywhere",
        code="foreign-mapping",
        message="该变量不会写入；请去掉此属性，并去掉对该变量的使用。",
        message_en="this variable is not written; remove the attribute and what asks for the variable.",
    ),
    _refused(
        "element",
        "inputOutput in out externalWorkerInParameter externalWorkerOutParameter variableAggregation collection",
        "anywhere",
        code="foreign-mapping",
        message="此处不读取变量映射，值会丢失；请改用 liandong:in、liandong:out 或脚本任务。",
        message_en="variables are not mapped here and values would be lost; use liandong:in and liandong:out, or a script task.",
    ),
)
_BEHAVIOR = (
    _refused(
        "attribute",
        "skipExpression",
        "anywhere",
        code="foreign-behavior",
        message="不能按条件跳过元素；请画一个排他网关。",
        message_en="elements are not skipped by a condition; draw an exclusive gateway.",
    ),
    _refused(
        "attribute",
        "triggerable",
        "anywhere",
        code="foreign-behavior",
        message="服务任务不等待回应；请在其后画接收任务，或改用外部任务。",
        message_en="a service task waits for no answer; draw a receive task behind it, or use an external task.",
    ),
    _refused(
        "attribute",
        "businessCalendarName endDate",
        "timer",
        code="foreign-behavior",
        message="不读取其他引擎的日历和结束时间；日历请用 liandong:timer，次数请写在周期中。",
        message_en="another engine's calendar or end date is not read; use liandong:timer, and write the count into the cycle.",
    ),
    _refused(
        "attribute",
        "businessCalendarName",
        "anywhere",
        code="foreign-behavior",
        message="不读取其他引擎的日历；请用 liandong:deadline 的 calendar。",
        message_en="another engine's calendar is not read; use the calendar of liandong:deadline.",
    ),
    _refused(
        "attribute",
        "scope",
        "signal",
        code="foreign-behavior",
        message="信号总是发给所有等待者；只在本实例内的信号请改用消息或升级事件。",
        message_en="a signal reaches everybody who waits; for one case only use a message or an escalation.",
    ),
    _refused(
        "attribute",
        "messageExpression signalExpression correlationKey",
        "anywhere",
        code="foreign-behavior",
        message="消息和信号的名称是固定的，关联请用 liandong:correlate。",
        message_en="messages and signals have fixed names; correlate with liandong:correlate.",
    ),
    _refused(
        "attribute",
        "caseRef caseBinding caseVersion",
        "call activity",
        code="foreign-behavior",
        message="不运行 CMMN 案例；请调用流程，或用临时子流程。",
        message_en="CMMN cases are not run; call a process, or use an ad-hoc subprocess.",
    ),
    _refused(
        "attribute",
        "calledElementType",
        "call activity",
        code="foreign-behavior",
        message="被调流程只能按其编号（key）指定。",
        message_en="a called process is named by its key only.",
    ),
    _refused(
        "element",
        "errorEventDefinition mapException",
        "anywhere",
        code="foreign-behavior",
        message="不按条件或异常类型产生错误；请由外部系统报告 BPMN 错误。",
        message_en="no error is made of conditions or exceptions; let the other system report a BPMN error.",
    ),
    _refused(
        "element",
        "eventType triggerEventType channelKey eventInParameter eventOutParameter eventCorrelationParameter",
        "anywhere",
        code="foreign-behavior",
        message="没有事件注册表；请用 BPMN 消息事件。",
        message_en="there is no event registry; use BPMN message events.",
    ),
)
_SETTINGS = (
    _warned(
        "element",
        "formData formProperty",
        "anywhere",
        code="foreign-form",
        message="不读取文件内的表单字段；请另建表单并用 liandong:approval 引用。",
        message_en="form fields in the file are not taken over; make a form and name it in liandong:approval.",
    ),
    _warned(
        "attribute",
        "formKey formRef formRefBinding formRefVersion",
        "anywhere",
        code="foreign-form",
        message="不起作用：只有用户任务有表单，且表单总取自同一次部署。",
        message_en="no effect: only user tasks have forms, and a form always comes from the same deployment.",
    ),
    _warned(
        "attribute",
        "candidateStarterUsers candidateStarterGroups isStartableInTasklist",
        "process",
        code="foreign-setting",
        message="不决定谁可启动流程；请用 liandong:process startable 和 liandong:starter。",
        message_en="it does not say who may start the process; use liandong:process startable and liandong:starter.",
    ),
    _warned(
        "element",
        "potentialStarter customResource",
        "anywhere",
        code="foreign-setting",
        message="不起作用；启动人请用 liandong:starter，办理人请用 liandong:assign。",
        message_en="no effect; use liandong:starter for who starts and liandong:assign for who works.",
    ),
    _warned(
        "attribute",
        "jobPriority taskPriority",
        "anywhere",
        code="foreign-setting",
        message="作业没有优先级；只有外部任务有。",
        message_en="jobs have no priority; only external tasks do.",
    ),
    _warned(
        "attribute",
        "calledElementTenantId decisionRefTenantId caseTenantId fallbackToDefaultTenant",
        "anywhere",
        code="foreign-setting",
        message="没有租户；机构由泳池和 liandong:owner 决定。",
        message_en="there are no tenants; pools and liandong:owner decide about institutions.",
    ),
    _warned(
        "attribute",
        "inheritVariables",
        "call activity",
        code="foreign-setting",
        message="只有映射决定传递哪些变量；没有映射时全部传递。",
        message_en="the mappings alone say which variables are handed over; without any, all are.",
    ),
    _warned(
        "attribute",
        "businessKey inheritBusinessKey processInstanceName completeAsync useLocalScopeForOutParameters",
        "call activity",
        code="foreign-setting",
        message="对被调流程不起作用。",
        message_en="no effect on the called process.",
    ),
    _warned(
        "attribute",
        "businessKey local transient",
        "mapping",
        code="foreign-setting",
        message="在变量映射中不起作用。",
        message_en="no effect in a mapping.",
    ),
    _warned(
        "attribute",
        "variableName variableEvents",
        "condition event",
        code="foreign-setting",
        message="不起作用：任何变量变化后都会判断条件。",
        message_en="no effect: the condition is asked after every change of a variable.",
    ),
    _warned(
        "attribute",
        "owner",
        "user task",
        code="foreign-setting",
        message="任务没有所有人，只有办理人。",
        message_en="a task has no owner, only people who work on it.",
    ),
)
RULES = (*_READ, *_IGNORED, *_CODE, *_VARIABLES, *_BEHAVIOR, *_SETTINGS)


def rules_for(kind: Kind, name: str) -> Iterator[Rule]:
    """The rules that name it, in the order of the table."""
    return (rule for rule in RULES if rule.kind == kind and name in rule.names)
