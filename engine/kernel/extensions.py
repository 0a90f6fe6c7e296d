"""Reads the extension elements of namespace `urn:liandong:bpmn:1`, and the people attributes of other engines' files."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from lxml import etree

from engine.expressions import Template
from engine.kernel.assign_reader import AssignReader
from engine.kernel.automatic_reader import AutomaticReader
from engine.kernel.deadlines import DeadlineModel
from engine.kernel.model import (
    ApprovalModel,
    Binding,
    CallModel,
    FunctionCall,
    NamedValue,
    NumberModel,
    OutcomeModel,
    ReceiveModel,
    SendModel,
    StarterModel,
    SubjectModel,
    VisibleModel,
)
from engine.kernel.placement import LIANDONG
from engine.kernel.report import Report
from engine.kernel.role_reader import RoleReader, words
from engine.kernel.search_model import SearchModel
from engine.kernel.signing_reader import read_signing
from engine.kernel.source import child, local

VENDORS = (
    "{http://camunda.org/schema/1.0/bpmn}",
    "{http://operaton.org/schema/1.0/bpmn}",
    "{http://flowable.org/bpmn}",
    "{http://activiti.org/bpmn}",
)
FOREIGN_WORK = ("class", "delegateExpression", "expression", "type", "topic")

_KINDS = frozenset({"primary", "negative", "neutral", "adjourn"})
_WITHDRAW = frozenset({"first-act", "any", "never"})
_SIGNATURES = frozenset({"none", "offered", "required"})
_PERIODS = frozenset({"year", "month", "none"})
_FLAGS = frozenset({"true", "false"})
LONGEST_SEARCH = 100
_OPINIONS = frozenset({"optional", "required"})
_BINDINGS = frozenset({"", "latest", "deployment", "version", "versionTag"})
_WAYS = {"in": ("传入被调流程", "into"), "out": ("从被调流程传回", "out of")}
"""The mappings of a call, and in words which way their values go."""
_DONE = OutcomeModel(value="done", label="完成", label_en="Done")


def extension(node: etree._Element, name: str) -> etree._Element | None:
    """The first extension element of that name."""
    return next(extensions(node, name), None)


def extensions(node: etree._Element, name: str) -> Iterator[etree._Element]:
    """Extension elements of that name, in the order of the file."""
    holder = child(node, "extensionElements")
    if holder is not None:
        yield from holder.iterchildren(LIANDONG + name)


def vendor(node: etree._Element, name: str) -> str | None:
    """An attribute of another engine's namespace, None when it is absent or empty."""
    for namespace in VENDORS:
        value = node.get(namespace + name)
        if value is not None and value.strip():
            return str(value).strip()
    return None


class ExtensionReader:
    """Reads extension elements into records; what is wrong becomes a finding."""

    def __init__(self, report: Report, functions: Collection[str], form_keys: Collection[str] | None) -> None:
        self.report = report
        self._assigns = AssignReader(report)
        self._functions = frozenset(functions)
        self._form_keys = form_keys

    def starters(self, node: etree._Element) -> tuple[StarterModel, ...]:
        """Posts that may start a process by hand."""
        found = (self._required(item, "post") for item in extensions(node, "starter"))
        return tuple(StarterModel(post=post) for post in found if post)

    def withdraw(self, info: etree._Element | None) -> str:
        """Until when whoever started a case may withdraw it."""
        if info is None:
            return "first-act"
        self._one_of(info, "withdraw", _WITHDRAW)
        return info.get("withdraw") or "first-act"

    def archive(self, info: etree._Element | None) -> bool:
        """Whether a copy of each ended case is kept."""
        if info is None:
            return False
        self._one_of(info, "archive", _FLAGS)
        return info.get("archive") == "true"

    def number(self, node: etree._Element) -> NumberModel | None:
        """The document number drawn at a start by hand."""
        item = extension(node, "number")
        if item is None:
            return None
        self._one_of(item, "period", _PERIODS)
        category, variable = self._required(item, "category"), self._required(item, "variable")
        return NumberModel(category=category, variable=variable, period=item.get("period") or "year")

    def subject(self, node: etree._Element) -> SubjectModel | None:
        """The instance's subject line."""
        item = extension(node, "subject")
        value = None if item is None else self.report.template(item.get("value"), item)
        if item is None or value is None:
            return None
        return SubjectModel(value=value, masked=self._template(item, "masked"))

    def value(self, node: etree._Element, name: str) -> Template | None:
        """The template in the attribute `value` of one extension element."""
        item = extension(node, name)
        return None if item is None else self.report.template(item.get("value"), item)

    def visible(self, node: etree._Element) -> tuple[VisibleModel, ...]:
        """Institutions that may see the case beside its owner."""
        found = []
        for item in extensions(node, "visible"):
            institution = self.report.template(item.get("institution"), item)
            condition = self.report.expression(item.get("while"), item) if item.get("while") is not None else None
            if institution is not None:
                found.append(VisibleModel(institution=institution, condition=condition))
        return tuple(found)

    def searches(self, node: etree._Element) -> tuple[SearchModel, ...]:
        """What operators find the cases by."""
        found: dict[str, SearchModel] = {}
        for item in extensions(node, "search"):
            name = self._required(item, "name")
            value = self.report.template(item.get("value") or f"${{{name}}}", item) if name else None
            if value is None:
                continue
            if name in found or len(name) > LONGEST_SEARCH or any(letter.isspace() for letter in name):
                self.report.error(
                    "search",
                    item,
                    f"检索项“{name}”应只写一次，不超过 {LONGEST_SEARCH} 字，不含空格。",
                    f"The search name '{name}' is to stand once, with at most {LONGEST_SEARCH} characters and no blank.",
                )
                continue
            label = (item.get("label") or name)[:LONGEST_SEARCH]
            found[name] = SearchModel(
                name=name, label=label, label_en=(item.get("label-en") or label)[:LONGEST_SEARCH], value=value
            )
        return tuple(found.values())

    def approval(self, node: etree._Element) -> ApprovalModel:
        """What a user task asks of people, from our elements or from another engine's attributes."""
        item = extension(node, "approval")
        mode = "single" if item is None else (item.get("mode") or "single")
        form = self._form(node, None if item is None else item.get("form"))
        assigns = tuple(self._assigns.people(node, "assign")) or tuple(self._assigns.legacy(node, vendor))
        if not assigns:
            self.report.warning(
                "no-assignment",
                node,
                "用户任务没有指定办理人，运行时将转给牵头医院的系统管理员。",
                "The user task names nobody; at run time it goes to the administrator of the lead institution.",
            )
        outcomes = self._outcomes(node)
        roles = RoleReader(self.report, node)
        fields, buttons = roles.fields(extensions(node, "fields")), roles.buttons(extensions(node, "button"))
        roles.check((*assigns, *self._assigns.people(node, "fallback")), fields, outcomes, buttons)
        signature = self._signature(item)
        automatic = AutomaticReader(self.report, node, mode, fields, form=form is not None, signs=signature == "required")
        recused, secretaries = tuple(self._assigns.people(node, "recuse")), tuple(self._assigns.people(node, "secretary"))
        return ApprovalModel(
            name_en=None if item is None else item.get("name-en"),
            mode=mode,
            form=form,
            assigns=assigns,
            fields=fields,
            buttons=buttons,
            outcomes=outcomes,
            deadline=self._deadline(node),
            copies=tuple(self._assigns.people(node, "copy")),
            apart=self._assigns.apart(node, *_user_tasks(node), assigns),
            follow_up=self._legacy_template(node, "followUpDate"),
            priority=self._legacy_template(node, "priority"),
            signing=read_signing(self.report, node, item, mode, assigns, outcomes, at_meetings=bool(recused or secretaries)),
            recused=recused,
            secretaries=secretaries,
            automatic=automatic.read(extension(node, "auto"), tuple(self._assigns.people(node, "fallback")), outcomes),
            signature=signature,
        )

    def _signature(self, item: etree._Element | None) -> str:
        """Whether a user task is signed by hand."""
        if item is None:
            return "none"
        self._one_of(item, "signature", _SIGNATURES)
        return item.get("signature") or "none"

    def send(self, node: etree._Element) -> SendModel | None:
        """Where a message goes."""
        item = extension(node, "send")
        if item is None:
            return None
        if item.get("to") is not None and item.get("endpoint") is not None:
            self.report.error(
                "send", item, "liandong:send 只能写 to 或 endpoint 之一。", "liandong:send takes either to or endpoint."
            )
        return SendModel(
            to=self._template(item, "to"),
            endpoint=item.get("endpoint"),
            business_key=self._template(item, "businessKey"),
            expires=self._template(item, "expires"),
            correlation=self.values(item, "correlate", needed=True),
            payload=self.values(item, "payload", needed=False),
        )

    def receive(self, node: etree._Element) -> ReceiveModel | None:
        """What a message must carry, and what is taken from it."""
        item = extension(node, "receive")
        if item is None:
            return None
        accepts = []
        for accept in item.iterchildren(LIANDONG + "accept"):
            name = self._required(accept, "name")
            accepts.append((name, accept.get("as") or name))
        # At a start event the value is left out: there is no instance yet that could have one.
        correlation = self.values(item, "correlate", needed=False)
        return ReceiveModel(correlation=correlation, accepts=tuple(accepts))

    def function(self, node: etree._Element) -> FunctionCall | None:
        """The registered function that a service task calls."""
        item = extension(node, "call")
        if item is None:
            return None
        name = self._required(item, "function")
        if name and name not in self._functions:
            self.report.error(
                "unknown-function", item, f"函数“{name}”没有登记，不能调用。", f"No function '{name}' is registered."
            )
        return FunctionCall(
            function=name,
            inputs=self.values(item, "in", needed=False),
            outputs=self.values(item, "out", needed=False),
        )

    def call(self, node: etree._Element, process: Template) -> CallModel:
        """The mappings of a call activity, ours or another engine's."""
        inputs, all_inputs = self._mappings(node, "in")
        outputs, all_outputs = self._mappings(node, "out")
        self._compare_mappings(node)
        return CallModel(
            process=process,
            binding=self._binding(node),
            inputs=inputs,
            outputs=outputs,
            all_inputs=all_inputs,
            all_outputs=all_outputs,
        )

    def _compare_mappings(self, node: etree._Element) -> None:
        """Warns where a file of another engine says nothing of what crosses the border: there it would be nothing."""
        # Where tools declare theirs; what is in scope at each node may be made to be very many.
        declared = node.getroottree().getroot().nsmap.values()
        if not any(namespace[1:-1] in declared for namespace in VENDORS):
            return
        for name, (way, way_en) in _WAYS.items():
            items = [*extensions(node, name), *_foreign_mappings(node, name)]
            if any(item.get("variables") == "all" or item.get("target") or item.tag == LIANDONG + name for item in items):
                continue
            self.report.warning(
                "call-mapping",
                node,
                f"没有写明{way}的变量：这里全部传递，Camunda 7、Operaton 和 Flowable 一个也不传；请用 liandong:{name} 写明。",
                f"No variables are named that go {way_en} the called process: here all of them do, in Camunda 7, Operaton and"
                f" Flowable none; name them by liandong:{name}.",
            )

    def _binding(self, node: etree._Element) -> Binding:
        item = extension(node, "called")
        if item is not None:
            kind, given = item.get("binding") or "", {"version": item.get("version"), "versionTag": item.get("version-tag")}
        else:
            kind = vendor(node, "calledElementBinding") or ""
            tags = {"version": "calledElementVersion", "versionTag": "calledElementVersionTag"}
            given = {name: vendor(node, attribute) for name, attribute in tags.items()}
            if not kind and vendor(node, "sameDeployment") == "true":
                kind = "deployment"
        value = given.get(kind)
        unused = any(text is not None for name, text in given.items() if name != kind)
        if kind not in _BINDINGS or unused or (kind in given and value is None):
            self.report.error(
                "binding",
                node,
                f"被调流程的版本绑定“{kind}”无效：可用 latest、deployment、version（须写 version）、versionTag（须写版本标签）。",
                f"The binding '{kind}' of the called process cannot be used: it is latest, deployment, version with its"
                " number, or versionTag with its tag.",
            )
            return Binding()
        return Binding(kind=kind, value=None if value is None else self.report.template(value, node))

    def calendar(self, node: etree._Element) -> Template | None:
        """Calendar of a timer event. A start event has no case yet whose variables it could read."""
        item = extension(node, "timer")
        calendar = None if item is None else self._template(item, "calendar")
        if calendar is not None and calendar.literal is None and local(node) == "startEvent":
            self.report.error(
                "timer-calendar",
                node,
                "开始事件的日历要直接写名称，不能写表达式。",
                "The calendar of a start event must be a name, not an expression.",
            )
        return calendar

    def _mappings(self, node: etree._Element, name: str) -> tuple[tuple[NamedValue, ...], bool]:
        holder = child(node, "extensionElements")
        if holder is None:
            return (), True
        ours = [self._value(item, needed=False) for item in holder.iterchildren(LIANDONG + name)]
        theirs = list(_foreign_mappings(node, name))
        everything = any(item.get("variables") == "all" for item in theirs)
        for item in theirs:
            target, source = item.get("target"), item.get("source") or item.get("sourceExpression")
            if target and source:
                value = self.report.expression(source, item)
                ours.append(NamedValue(name=target, value=value))
        return tuple(ours), everything or not ours

    def values(self, item: etree._Element, name: str, *, needed: bool = False) -> tuple[NamedValue, ...]:
        """Names and values of the children of that name."""
        return tuple(self._value(found, needed=needed) for found in item.iterchildren(LIANDONG + name))

    def _value(self, item: etree._Element, *, needed: bool) -> NamedValue:
        text = item.get("value")
        value = self.report.template(text, item) if text is not None or needed else None
        return NamedValue(name=self._required(item, "name"), value=value)

    def _form(self, node: etree._Element, form: str | None) -> str | None:
        key = form or vendor(node, "formKey") or vendor(node, "formRef")
        if key is not None and self._form_keys is not None and key not in self._form_keys:
            self.report.error(
                "unknown-form", node, f"表单“{key}”不在本次部署中。", f"The form '{key}' is not in this deployment."
            )
        return key

    def _outcomes(self, node: etree._Element) -> tuple[OutcomeModel, ...]:
        found = []
        for item in extensions(node, "outcome"):
            value = self._required(item, "value")
            self._one_of(item, "kind", _KINDS)
            self._one_of(item, "opinion", _OPINIONS)
            self._one_of(item, "partial", _FLAGS)
            kind = item.get("kind") or "primary"
            found.append(
                OutcomeModel(
                    value=value,
                    label=item.get("label") or value,
                    label_en=item.get("label-en") or item.get("label") or value,
                    kind=kind,
                    opinion=item.get("opinion") or "optional",
                    fields=words(item, "fields"),
                    roles=words(item, "for"),
                    partial=item.get("partial", "true" if kind == "negative" else "false") == "true",
                )
            )
        if len({outcome.value for outcome in found}) < len(found):
            self.report.error(
                "duplicate-outcome", node, "任务的两个处理结果取值相同。", "Two outcomes of the task have the same value."
            )
        return tuple(found) or (_DONE,)

    def _deadline(self, node: etree._Element) -> DeadlineModel | None:
        item = extension(node, "deadline")
        if item is None:
            term = self._legacy_template(node, "dueDate")
            return None if term is None else DeadlineModel(term=term)
        term = self.report.template(item.get("term"), item)
        if term is None:
            return None
        return DeadlineModel(
            term=term,
            calendar=self._template(item, "calendar"),
            ladder=self._template(item, "ladder"),
            response=self._template(item, "response"),
            response_ladder=self._template(item, "response-ladder"),
        )

    def _legacy_template(self, node: etree._Element, name: str) -> Template | None:
        text = vendor(node, name)
        return None if text is None else self.report.template(text, node)

    def _template(self, item: etree._Element, name: str) -> Template | None:
        text = item.get(name)
        return None if text is None else self.report.template(text, item)

    def _one_of(self, item: etree._Element, name: str, allowed: Collection[str]) -> None:
        value = item.get(name)
        if value is not None and value not in allowed:
            known = "、".join(sorted(allowed))
            self.report.error(
                "attribute-value",
                item,
                f"属性 {name} 的值“{value}”无效，可用 {known}。",
                f"The attribute {name} cannot be '{value}'; use {', '.join(sorted(allowed))}.",
            )

    def _required(self, item: etree._Element, name: str) -> str:
        value = (item.get(name) or "").strip()
        if not value:
            tag = str(item.tag).rpartition("}")[2]
            self.report.error(
                "missing-attribute", item, f"liandong:{tag} 缺少属性 {name}。", f"liandong:{tag} lacks its attribute {name}."
            )
        return value


def _foreign_mappings(node: etree._Element, name: str) -> Iterator[etree._Element]:
    holder = child(node, "extensionElements")
    if holder is not None:
        for namespace in VENDORS:
            yield from holder.iterchildren(namespace + name)


def _user_tasks(node: etree._Element) -> tuple[str, set[str]]:
    """The id of the process that holds a node, and those of all its user tasks."""
    process = next((above for above in node.iterancestors() if local(above) == "process"), node)
    return str(process.get("id")), {str(found.get("id")) for found in process.iter(etree.Element) if local(found) == "userTask"}
