"""What can be read: one file a concept. `QUERIES` is the list of all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.queries import (
    ad_hoc,
    audit,
    batches,
    diagram,
    external_tasks,
    health,
    identity,
    incidents,
    instances,
    notifications,
    operated,
    operations,
    organisation,
    processes,
    reassignees,
    task_detail,
    tasks,
    timeline,
)

QUERIES: Mapping[type, Callable[..., Any]] = {
    ad_hoc.ListAdHocActivities: ad_hoc.list_ad_hoc_activities,
    audit.VerifyAudit: audit.verify_audit,
    batches.GetBatch: batches.get_batch,
    batches.ListBatchItems: batches.list_batch_items,
    batches.ListBatches: batches.list_batches,
    diagram.GetDiagram: diagram.get_diagram,
    external_tasks.GetExternalTask: external_tasks.get_external_task,
    external_tasks.IsWorkOffered: external_tasks.is_work_offered,
    external_tasks.ListExternalTasks: external_tasks.list_external_tasks,
    health.GetHealth: health.get_health,
    identity.ListAccounts: identity.list_accounts,
    identity.SessionByToken: identity.session_by_token,
    incidents.ListIncidentCauses: incidents.list_incident_causes,
    instances.GetInstance: instances.get_instance,
    instances.GetInstanceRow: instances.get_instance_row,
    instances.SearchInstances: instances.search_instances,
    notifications.ListNotifications: notifications.list_notifications,
    operated.ListTokens: operated.list_tokens,
    operated.ListVariables: operated.list_variables,
    operated.PreviewMigration: operated.preview_migration,
    operated.PreviewModification: operated.preview_modification,
    operations.ListAllInstances: operations.list_all_instances,
    operations.ListIncidents: operations.list_incidents,
    operations.ListJobs: operations.list_jobs,
    operations.ListMessages: operations.list_messages,
    organisation.ListDepartments: organisation.list_departments,
    organisation.ListInstitutions: organisation.list_institutions,
    organisation.ListMyCapacities: organisation.list_my_capacities,
    organisation.SearchPeople: organisation.search_people,
    processes.ListStartable: processes.list_startable,
    reassignees.ListReassignees: reassignees.list_reassignees,
    task_detail.GetTask: task_detail.get_task,
    task_detail.GetTaskRow: task_detail.get_task_row,
    tasks.CountTasks: tasks.count_tasks,
    tasks.GetNextTask: tasks.get_next_task,
    tasks.ListCaseTasks: tasks.list_case_tasks,
    tasks.SearchTasks: tasks.search_tasks,
    timeline.GetTimeline: timeline.get_timeline,
}
"""What answers each query."""
