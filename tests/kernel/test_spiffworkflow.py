"""What of SpiffWorkflow runs: its task state machine for every step, its tree walks and its data copies never."""

from __future__ import annotations

import pytest
from SpiffWorkflow.serializer.dict import DictionarySerializer
from SpiffWorkflow.specs.Simple import Simple
from SpiffWorkflow.specs.WorkflowSpec import WorkflowSpec
from SpiffWorkflow.workflow import Workflow

from engine.errors import Conflict
from engine.kernel import spiffworkflow
from engine.kernel.spiffworkflow import check_spiffworkflow
from tests.kernel.blocks import PLAIN, ROUGH
from tests.kernel.play import play
from tests.kernel.test_blocks import MemoryRun
from tests.kernel.watch import Watch
from tests.kernel.world import World, flows


def test_tree_walks_data_copies_and_event_throwing_are_never_entered() -> None:
    # The scenarios are watched where they run.
    watch = Watch()
    for seed in range(8):
        watch.during(lambda seed=seed: play(MemoryRun(), seed, 3, PLAIN if seed % 2 else ROUGH))  # type: ignore[misc]
    assert watch.forbidden() == []


def test_the_watch_sees_what_the_bare_library_enters() -> None:
    watch = Watch()
    spec = WorkflowSpec("bare", addstart=True)
    spec.start.connect(Simple(spec, "a"))

    def bare() -> None:
        workflow = Workflow(spec)
        workflow.run_all()
        DictionarySerializer().serialize_workflow(workflow)

    watch.during(bare)
    found = " ".join(watch.forbidden())
    for name in ("TaskSpec._predict", "TaskIterator.__next__", "Task._inherit_data", "serializer/dict.py"):
        assert name in found


def test_every_step_is_a_run_of_spiffworkflows_task() -> None:
    watch = Watch()
    body = '<startEvent id="s"/><task id="a"/><scriptTask id="b"><script>x = 1</script></scriptTask><userTask id="c"/>'
    world = World(body + flows("s>a", "a>b", "b>c"))
    watch.during(lambda: (world.start(), world.complete("c")))
    runs = watch.entered[("SpiffWorkflow/task.py", "Task.run")]
    assert runs == sum(result.steps for result in world.results) == 4
    for function in ("TaskSpec._update", "TaskSpec._on_ready", "TaskSpec._run", "TaskSpec._on_complete"):
        assert watch.entered[("SpiffWorkflow/specs/base.py", function)] == 4


def test_the_installed_spiffworkflow_is_the_one_we_override() -> None:
    check_spiffworkflow()


def test_another_signature_stops_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    def renamed(self: object, something: object) -> None:
        """Not what is expected."""

    monkeypatch.setattr(spiffworkflow, "SIGNATURES", ((renamed, "self, value"),))
    with pytest.raises(Conflict) as refused:
        check_spiffworkflow()
    assert refused.value.facts["found"] == "self, something"


def test_another_version_stops_the_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spiffworkflow, "VERSION", "3.2.1")
    with pytest.raises(Conflict):
        check_spiffworkflow()
