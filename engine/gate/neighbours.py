"""What a deployment would do to the processes that are there: those it takes from another folder, those it leaves behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import or_, select

from engine.assignment import Place
from engine.errors import Finding
from engine.kernel import ProcessModel
from engine.store.tables import Deployment, ProcessDefinition


def neighbours(community: Place, folder: str, models: Sequence[ProcessModel]) -> Iterator[Finding]:
    """Warnings of processes that another folder has brought in, and of those that this one had and has no more."""
    own = {model.id: model for model in models}
    table = ProcessDefinition
    latest = (
        select(table.process_id, table.name, table.resource, Deployment.name.label("folder"))
        .join(Deployment, Deployment.key == table.deployment)
        .where(table.latest.is_(True), or_(Deployment.name == folder, table.process_id.in_(own)))
        .order_by(table.key)
    )
    for row in community.connection.execute(latest):
        model = own.get(row.process_id)
        if model is not None and row.folder != folder:
            yield Finding(
                level="warning",
                code="process-elsewhere",
                resource=model.resource,
                element=None,
                line=model.line,
                message=f"流程“{model.id}”现由目录“{row.folder}”部署；发布后，新案件改用本目录的版本。",
                message_en=f"The process '{model.id}' is of the folder '{row.folder}'; new cases would take this version.",
            )
        elif model is None:
            yield Finding(
                level="warning",
                code="process-left",
                resource=row.resource,
                element=None,
                line=None,
                message=f"本目录不再包含流程“{row.name}”（{row.process_id}）；它仍按原版本运行，不再需要时请暂停。",
                message_en=f"The folder has lost the process '{row.process_id}', which stays as it is; suspend it if need be.",
            )
