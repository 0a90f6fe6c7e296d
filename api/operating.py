"""/operations/instances/{id}: suspend, resume, cancel and modify one case, look at its tokens, write its variables."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from api.blueprint import Blueprint
from api.door import ask, carry_out
from api.schemas.operating import (
    Cancellation,
    Migration,
    MigrationPreview,
    Modification,
    Operated,
    Reasoned,
    StepPreview,
    TimerIn,
    TokenOut,
    TriedMigration,
    TriedModification,
    VariableOut,
    VariablesIn,
)
from engine.commands import operation
from engine.commands.timer import SetTimer
from engine.queries import operated
from engine.records import Done

blueprint = Blueprint("operating", "Operate one live case, with a reason; no patient data")


@blueprint.post("/operations/instances/<uuid:instance>/suspend")
@blueprint.arguments(Reasoned)
@blueprint.response(200, Operated)
def suspend(body: dict[str, Any], instance: UUID) -> Done:
    """Suspend a case: nothing of it moves, its clocks stand still"""
    return carry_out(operation.SuspendInstance(instance=instance, **body))


@blueprint.post("/operations/instances/<uuid:instance>/resume")
@blueprint.arguments(Reasoned)
@blueprint.response(200, Operated)
def resume(body: dict[str, Any], instance: UUID) -> Done:
    """Let a suspended case go on"""
    return carry_out(operation.ResumeInstance(instance=instance, **body))


@blueprint.post("/operations/instances/<uuid:instance>/cancel")
@blueprint.arguments(Cancellation)
@blueprint.response(200, Operated)
def cancel(body: dict[str, Any], instance: UUID) -> Done:
    """End a case, if wanted after what was done has been undone"""
    return carry_out(operation.CancelInstance(instance=instance, **body))


@blueprint.post("/operations/instances/<uuid:instance>/modify")
@blueprint.arguments(Modification)
@blueprint.response(200, Operated)
def modify(body: dict[str, Any], instance: UUID) -> Done:
    """Put tokens where they are wanted and take others away"""
    command = operation.ModifyInstance(
        instance=instance, instructions=tuple(body["instructions"]), reason=body["reason"], revision=body["revision"]
    )
    return carry_out(command)


@blueprint.post("/operations/instances/<uuid:instance>/modify/preview")
@blueprint.arguments(TriedModification)
@blueprint.response(200, StepPreview)
def preview_modification(body: dict[str, Any], instance: UUID) -> Any:
    """Tell what instructions would do, and store nothing"""
    return ask(operated.PreviewModification(instance=instance, instructions=tuple(body["instructions"])))


@blueprint.get("/operations/instances/<uuid:instance>/tokens")
@blueprint.response(200, TokenOut(many=True))
def list_tokens(instance: UUID) -> list[operated.TokenRow]:
    """List where a case stands"""
    found = ask(operated.ListTokens(instance=instance))
    return list(found)


@blueprint.get("/operations/instances/<uuid:instance>/variables")
@blueprint.response(200, VariableOut(many=True))
def list_variables(instance: UUID) -> list[operated.VariableRow]:
    """List the variables of a case with masked values"""
    found = ask(operated.ListVariables(instance=instance))
    return list(found)


@blueprint.post("/operations/instances/<uuid:instance>/variables")
@blueprint.arguments(VariablesIn)
@blueprint.response(200, Operated)
def set_variables(body: dict[str, Any], instance: UUID) -> Done:
    """Write variables of a case"""
    return carry_out(operation.SetInstanceVariables(instance=instance, **body))


@blueprint.post("/operations/instances/<uuid:instance>/timers/<uuid:job>")
@blueprint.arguments(TimerIn)
@blueprint.response(200, Operated)
def set_timer(body: dict[str, Any], instance: UUID, job: UUID) -> Done:
    """Have a timer of a case fire at another time"""
    return carry_out(SetTimer(instance=instance, job=job, **body))


@blueprint.post("/operations/instances/<uuid:instance>/migrate")
@blueprint.arguments(Migration)
@blueprint.response(200, Operated)
def migrate(body: dict[str, Any], instance: UUID) -> Done:
    """Move a case to another version of its process"""
    return carry_out(operation.MigrateInstance(instance=instance, **body))


@blueprint.post("/operations/instances/<uuid:instance>/migrate/preview")
@blueprint.arguments(TriedMigration)
@blueprint.response(200, MigrationPreview)
def preview_migration(body: dict[str, Any], instance: UUID) -> Any:
    """Tell element by element what maps and what does not, and store nothing"""
    return ask(operated.PreviewMigration(instance=instance, **body))


@blueprint.post("/operations/instances/<uuid:instance>/revert")
@blueprint.arguments(Reasoned)
@blueprint.response(200, Operated)
def revert(body: dict[str, Any], instance: UUID) -> Done:
    """Move a case back to the version that it was migrated from"""
    return carry_out(operation.RevertMigration(instance=instance, **body))
