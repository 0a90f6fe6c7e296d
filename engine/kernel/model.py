"""What a process is: pure records of one BPMN process, read once at deployment and never changed.

A `ProcessModel` names everything that other layers ask about (names, lines, lanes, forms, who may start it) and holds
every expression in compiled form. The executable specs are built from these records and from nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from engine.expressions import Expression, Script, Template
from engine.kernel.automatic import NOTHING_AUTOMATIC, AutomaticModel
from engine.kernel.deadlines import DeadlineModel
from engine.kernel.people_model import APPROVERS, STARTER_NAMES, ApartModel, AssignModel
from engine.kernel.roles import ButtonModel, FieldsModel
from engine.kernel.search_model import SearchModel
from engine.kernel.signing import ONE_SIGNER, SigningModel


@dataclass(frozen=True, kw_only=True)
class NamedValue:
    """A name with the expression that gives its value."""

    name: str
    value: Expression | Template | None
    """None: the variable of that name, if it is defined."""


@dataclass(frozen=True, kw_only=True)
class SendModel:
    """Where a message goes and what it carries."""

    to: Template | None = None
    endpoint: str | None = None
    business_key: Template | None = None
    expires: Template | None = None
    correlation: tuple[NamedValue, ...] = ()
    payload: tuple[NamedValue, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ReceiveModel:
    """What a message must carry to be ours, and what is taken from it."""

    correlation: tuple[NamedValue, ...] = ()
    accepts: tuple[tuple[str, str], ...] = ()
    """Pairs of payload key and variable name; empty takes every key."""


@dataclass(frozen=True, kw_only=True)
class FunctionCall:
    """A service task that calls a registered function."""

    function: str
    inputs: tuple[NamedValue, ...] = ()
    outputs: tuple[NamedValue, ...] = ()
    """Evaluated with the extra name `result`; a value of None takes the key of the same name."""


@dataclass(frozen=True, kw_only=True)
class DecisionCall:
    """A business rule task that makes a decision of its deployment."""

    decision: str
    result: str | None = None
    """Variable that takes the result."""
    mapping: str | None = None
    """One of `engine.decisions.MAPPINGS`, `variables` for one variable an output; None is the standard's own result."""
    date: Expression | None = None
    """The day that chooses among dated versions; None is the day the instance started."""
    each: Expression | None = None
    """A list: the decision is made once for each of its items, and the result is the list of what they gave."""
    item: str | None = None
    """The name under which the decision reads the item."""


@dataclass(frozen=True, kw_only=True)
class ExternalModel:
    """A task whose work another system fetches by topic and hands back."""

    topic: Template
    priority: Template | None = None
    """A whole number; larger is fetched earlier."""
    inputs: tuple[NamedValue, ...] = ()
    """All that the other system gets to know of the case."""
    outputs: tuple[NamedValue, ...] = ()
    """Evaluated with the extra name `result`; a value of None takes the key of the same name."""
    bare_results: bool = False
    """Whether outputs may name the keys of the result directly, as other engines' files do."""


@dataclass(frozen=True, kw_only=True)
class TimerModel:
    """When a timer fires. `kind` is `date`, `duration` or `cycle`."""

    kind: str
    value: Template
    calendar: Template | None = None
    """Calendar that durations are counted on; None counts every hour."""


@dataclass(frozen=True, kw_only=True)
class MessageProperty:
    """One correlation property of BPMN's own model, as one message carries it."""

    name: str
    source: str
    """Text of the retrieval expression; stored with subscriptions."""
    value: Expression
    keys: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class EventModel:
    """One event definition."""

    kind: str
    """`message`, `signal`, `timer`, `conditional`, `error`, `escalation`, `cancel`, `compensation`, `terminate` or `link`."""
    name: str | None = None
    """Message, signal or link name, error or escalation code."""
    timer: TimerModel | None = None
    condition: Expression | None = None
    activity: str | None = None
    """Activity to compensate; None compensates the whole scope."""
    waits: bool = True
    """Whether a thrown compensation waits for its handlers."""
    properties: tuple[MessageProperty, ...] = ()


@dataclass(frozen=True, kw_only=True)
class LoopModel:
    """How often an activity runs. `kind` is `standard`, `parallel` or `sequential`."""

    kind: str
    cardinality: Expression | None = None
    collection: Expression | None = None
    item: str | None = None
    output: str | None = None
    """Variable that receives the list of outputs, in the order of the seats."""
    output_item: str | None = None
    condition: Expression | None = None
    """Completion condition of a multi-instance, loop condition of a standard loop."""
    maximum: int | None = None
    test_before: bool = False
    async_before: bool = False
    """Whether each seat waits for a job of its own before it begins; `async_after` before it counts as done."""
    async_after: bool = False


@dataclass(frozen=True, kw_only=True)
class AdHocModel:
    """How an ad-hoc subprocess ends."""

    condition: Expression | None
    cancel_remaining: bool
    sequential: bool


@dataclass(frozen=True, kw_only=True)
class Binding:
    """Which version of a called process runs.

    `kind` is `latest`, `deployment` (the one deployed with the caller), `version` or `versionTag`; empty is the one
    deployed with the caller, or the newest when that deployment does not hold the process.
    """

    kind: str = ""
    value: Template | None = None
    """Version number or tag."""


@dataclass(frozen=True, kw_only=True)
class CallModel:
    """Which process a call activity runs, and what crosses the border. Without mappings every variable goes in, and
    all that was written comes back."""

    process: Template
    binding: Binding = Binding()
    inputs: tuple[NamedValue, ...] = ()
    outputs: tuple[NamedValue, ...] = ()
    all_inputs: bool = True
    all_outputs: bool = True


@dataclass(frozen=True, kw_only=True)
class OutcomeModel:
    """One way to decide a task."""

    value: str
    label: str
    label_en: str
    kind: str = "primary"
    """`primary`, `negative`, `neutral`, or `adjourn`: a vote is put off undecided."""
    opinion: str = "optional"
    """`optional` or `required`."""
    fields: tuple[str, ...] = ()
    """Fields that must be filled for this outcome."""
    partial: bool = False
    """True: nothing but `fields` must be filled. A task is left by such an outcome, not finished."""
    roles: tuple[str, ...] = ()
    """Who may choose it, by role; empty is everybody."""


@dataclass(frozen=True, kw_only=True)
class ApprovalModel:
    """What a user task asks of people."""

    name_en: str | None = None
    """Name of the step in English."""
    mode: str = "single"
    form: str | None = None
    assigns: tuple[AssignModel, ...] = ()
    fields: tuple[FieldsModel, ...] = ()
    """Field rights, those of roles among them; see `engine.kernel.roles.fields_of`."""
    outcomes: tuple[OutcomeModel, ...] = ()
    buttons: tuple[ButtonModel, ...] = ()
    deadline: DeadlineModel | None = None
    copies: tuple[AssignModel, ...] = ()
    apart: tuple[ApartModel, ...] = ()
    follow_up: Template | None = None
    priority: Template | None = None
    signing: SigningModel = ONE_SIGNER
    recused: tuple[AssignModel, ...] = ()
    """Who of the people has to keep out of it (回避)."""
    secretaries: tuple[AssignModel, ...] = ()
    """Who may enter what was said at a meeting (秘书代录)."""
    automatic: AutomaticModel = NOTHING_AUTOMATIC
    signature: str = "none"
    """Whether it is signed by hand: `none`, `offered` or `required`."""

    @cached_property
    def by_role(self) -> bool:
        """Whether its rights differ by the role of who looks at it."""
        listed = (self.fields, self.outcomes, self.buttons)
        return any(found.roles for several in listed for found in several)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every name that the expressions of its people, its policy and its deadline read."""
        rules = (*self.assigns, *self.copies, *self.recused, *self.secretaries, *self.automatic.fallback)
        templates: list[Template | Expression | None] = [self.signing.threshold, self.signing.quorum, self.signing.motions]
        templates += [found for rule in rules for found in rule.expressions]
        templates += [apart.institution for apart in self.apart]
        given = set(STARTER_NAMES) if any(rule.asks_for_starter for rule in rules) else set()
        given |= self.automatic.names
        given |= {APPROVERS} if any(rule.rule == "chosen" for rule in rules) else set()
        if self.deadline:
            templates += [*vars(self.deadline).values()]
        return frozenset(given.union(name for template in templates if template is not None for name in template.names))


@dataclass(frozen=True, kw_only=True)
class Flow:
    """One sequence flow."""

    id: str
    name: str | None
    source: str
    target: str
    scope: tuple[str, ...]
    condition: Expression | None
    line: int | None


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """A data output association: a variable that an activity writes when it completes."""

    name: str
    value: Expression


@dataclass(frozen=True, kw_only=True)
class Element:
    """One flow node. `type` is the local name of its BPMN element, such as `userTask`."""

    id: str
    type: str
    name: str | None
    line: int | None
    documentation: str | None = None
    scope: tuple[str, ...] = ()
    """Ids of the enclosing subprocesses, outermost first."""
    incoming: tuple[str, ...] = ()
    """Ids of sequence flows; so is `outgoing`."""
    outgoing: tuple[str, ...] = ()
    default: str | None = None
    lane: str | None = None
    events: tuple[EventModel, ...] = ()
    parallel_multiple: bool = False
    """Whether it waits for all of its events; of an event-based gateway: for all that follow it."""
    activation: Expression | None = None
    """Activation condition of a complex gateway."""
    interrupting: bool = True
    """Of a boundary event or an event subprocess's start event."""
    attached_to: str | None = None
    loop: LoopModel | None = None
    approval: ApprovalModel | None = None
    send: SendModel | None = None
    receive: ReceiveModel | None = None
    function: FunctionCall | None = None
    decision: DecisionCall | None = None
    external: ExternalModel | None = None
    script: Script | None = None
    call: CallModel | None = None
    ad_hoc: AdHocModel | None = None
    assignments: tuple[Assignment, ...] = ()
    event_subprocess: bool = False
    for_compensation: bool = False
    handler: str | None = None
    """Activity that compensates this one."""
    instantiate: bool = False
    start_quantity: int = 1
    completion_quantity: int = 1

    @property
    def name_en(self) -> str | None:
        """English name of a user task, None where the model gives none."""
        return None if self.approval is None else self.approval.name_en

    async_before: bool = False
    """Whether a token waits for a job of its own before it arrives; `async_after` before it leaves."""
    async_after: bool = False
    retry: str | None = None
    """How often failed work is tried again, see `engine.kernel.retries`; None is the configured default."""


@dataclass(frozen=True, kw_only=True)
class StarterModel:
    """A post whose holders may start the process by hand."""

    post: str


@dataclass(frozen=True, kw_only=True)
class NumberModel:
    """The document number drawn at a start by hand."""

    category: str
    variable: str
    period: str = "year"
    """After what the series begins anew: `year`, `month`, or `none`."""


@dataclass(frozen=True, kw_only=True)
class SubjectModel:
    """Templates of the instance's subject line."""

    value: Template
    masked: Template | None = None


@dataclass(frozen=True, kw_only=True)
class VisibleModel:
    """A further institution that may see the case while a condition holds."""

    institution: Template
    condition: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class StartSubscription:
    """A start event that waits for something outside. `kind` is `message`, `signal`, `timer` or `conditional`."""

    element: str
    kind: str
    name: str | None
    timer: TimerModel | None = None
    condition: Expression | None = None


@dataclass(frozen=True, kw_only=True)
class Participant:
    """A pool. Without a process it is an endpoint: messages go there and nothing runs."""

    id: str
    name: str | None
    process: str | None


@dataclass(frozen=True, kw_only=True)
class MessageFlow:
    """An arrow between pools or between elements of different pools."""

    id: str
    name: str | None
    source: str
    target: str


@dataclass(frozen=True, kw_only=True)
class ProcessModel:
    """One executable process."""

    id: str
    name: str | None
    resource: str
    """Name of the file that holds it."""
    line: int | None
    documentation: str | None = None
    startable: bool = False
    title: str | None = None
    title_en: str | None = None
    version_tag: str | None = None
    """A name for this version that call activities may bind to."""
    withdraw: str = "first-act"
    """Until when whoever started a case may withdraw it: `first-act` of somebody else, `any` time, or `never`."""
    archive: bool = False
    """Whether a copy of each case is kept when it has ended."""
    pool: str | None = None
    """Code of the pool, from `liandong:process`."""
    participant: str | None = None
    """Name of the pool as drawn."""
    starters: tuple[StarterModel, ...] = ()
    number: NumberModel | None = None
    subject: SubjectModel | None = None
    urgency: Template | None = None
    owner: Template | None = None
    """Code of the institution that owns a case which a timer or a signal has started."""
    business_key: Template | None = None
    visible: tuple[VisibleModel, ...] = ()
    searches: tuple[SearchModel, ...] = ()
    elements: Mapping[str, Element] = field(default_factory=dict)
    flows: Mapping[str, Flow] = field(default_factory=dict)
    declared: Mapping[tuple[str, ...], frozenset[str]] = field(default_factory=dict)
    """Names that the data objects of each scope declare."""
    start_subscriptions: tuple[StartSubscription, ...] = ()
    lanes: tuple[str, ...] = ()
    participants: tuple[Participant, ...] = ()
    """Pools of the file's collaboration, this one included."""
    message_flows: tuple[MessageFlow, ...] = ()


def happened(element: Element, event: tuple[str, str | None] | None) -> tuple[EventModel, ...]:
    """The event of an element that has this kind and name; all of its events when none is given or none fits."""
    fitting = [known for known in element.events if event is not None and (known.kind, known.name) == event]
    return (fitting[0],) if fitting else element.events


def accepted_at_start(model: ProcessModel) -> tuple[tuple[str, str], ...]:
    """Pairs of key and variable of what another system may hand over with a start: what the start events that wait for
    nothing accept. None without such an event: a message brings its own payload."""
    plain = (item for item in model.elements.values() if item.type == "startEvent" and not item.scope and not item.events)
    return tuple(pair for item in plain if item.receive is not None for pair in item.receive.accepts)
