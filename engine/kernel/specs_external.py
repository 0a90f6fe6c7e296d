"""Spec of a task that another system does: it waits with its inputs laid out, and takes a result, a failure or an error."""

# mypy: allow-subclassing-any

from __future__ import annotations

from collections.abc import Mapping

from SpiffWorkflow.bpmn.specs import defaults
from SpiffWorkflow.util.task import TaskState

from engine.errors import Conflict, ExpressionError, Invalid
from engine.kernel.continuation import EXTERNAL
from engine.kernel.effects import ExternalTaskOpened, ExternalTaskStopped
from engine.kernel.environment import ModelFailure
from engine.kernel.model import ExternalModel
from engine.kernel.rows import JSON
from engine.kernel.scope import check_names
from engine.kernel.script_engine import Overlay
from engine.kernel.specs import KernelSpec
from engine.kernel.throwing import raise_error
from engine.kernel.token import FAILURES, Token

TOPIC_LENGTH = 100
PHASE = "external"
"""Where a stopped token goes on when it is retried: the other system is asked again."""


class ExternalTaskSpec(KernelSpec, defaults.ServiceTask):
    """Work that is fetched by topic."""

    def arrive(self, token: Token) -> bool:
        self.offer(token, again=False)
        token._set_state(TaskState.STARTED)
        return False

    def offer(self, token: Token, *, again: bool) -> None:
        """Lays the work out to be fetched. Raises ModelFailure or ExpressionError."""
        session, external = token.session, self._external()
        topic = session.text(external.topic, token.data)
        if not topic or len(topic) > TOPIC_LENGTH:
            raise ModelFailure("external-topic", f"a topic has 1 to {TOPIC_LENGTH} characters")
        effect = ExternalTaskOpened(
            token=token.key,
            element=token.element,
            topic=topic,
            priority=self._priority(token, external),
            inputs=session.values(external.inputs, token.data),
            occurrence=token.sequence,
            again=again,
        )
        token.internal_data[EXTERNAL] = True
        token.touch()
        session.ledger.effect(effect)

    def finish(self, token: Token, result: Mapping[str, JSON]) -> None:
        """Takes the result and goes on. Raises Invalid when it lacks a declared output, and nothing has changed."""
        external = self._external()
        bare = dict(result) if external.bare_results else {}
        names = Overlay({**bare, "result": dict(result)}, token.data)
        written: dict[str, JSON] = {}
        for output in external.outputs:
            if output.value is not None:
                written[output.name] = output.value.evaluate(names)
            elif output.name in result:
                written[output.name] = result[output.name]
            else:
                raise Invalid(
                    "external-output",
                    "Expected a result with '{name}', which element '{element}' declares, but it is not there",
                    name=output.name,
                    element=token.element,
                )
        token.data.update(written)
        token._set_state(TaskState.READY)

    def error(self, token: Token, code: str, result: Mapping[str, JSON]) -> None:
        """Throws a BPMN error out of the task, with those declared outputs that the result holds."""
        if not raise_error(token, code, self._held(token, result)):
            self.stop(token, ModelFailure("uncaught-error", f"nothing catches the error '{code}'"))

    def stop(self, token: Token, failure: ModelFailure | ExpressionError) -> None:
        """Stops the token in an incident; its work is offered to nobody until it is retried."""
        token.session.ledger.effect(ExternalTaskStopped(token=token.key))
        token.session.fail(token, PHASE, failure)

    def again(self, token: Token) -> None:
        """Offers stopped work again, with its inputs as they are at present."""
        token._set_state(TaskState.STARTED)
        try:
            self.offer(token, again=True)
        except FAILURES as failure:
            self.stop(token, failure)

    def _held(self, token: Token, result: Mapping[str, JSON]) -> dict[str, JSON]:
        names = Overlay({**result, "result": dict(result)}, token.data)
        held: dict[str, JSON] = {}
        for output in self._external().outputs:
            if output.value is None:
                held.update({output.name: result[output.name]} if output.name in result else {})
                continue
            try:
                held[output.name] = output.value.evaluate(names)
            except ExpressionError:
                # An error hands over what there is; a result that was to be computed may be missing.
                continue
        return held

    def _priority(self, token: Token, external: ExternalModel) -> int:
        value = 0 if external.priority is None else token.session.evaluate(external.priority, token.data)
        if isinstance(value, str) and value.strip().lstrip("-").isdecimal():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1_000_000_000:
            raise ModelFailure("external-priority", f"the priority of '{self.name}' is no whole number")
        return value

    def _external(self) -> ExternalModel:
        if self.element.external is None:
            raise AssertionError(f"{self.name} is no external task")
        return self.element.external


def external_spec(token: Token) -> ExternalTaskSpec:
    """The spec of a token whose work another system has. Raises Conflict when it is not so."""
    spec = token.task_spec
    if not isinstance(spec, ExternalTaskSpec) or token._state != TaskState.STARTED or EXTERNAL not in token.internal_data:
        raise Conflict("not-external", "Expected token '{token}' to wait for another system, but it does not", token=token.key)
    return spec


def checked(values: Mapping[str, JSON]) -> Mapping[str, JSON]:
    """Values from another system. Raises Invalid for a name or value that no variable can have."""
    check_names(values)
    return values
