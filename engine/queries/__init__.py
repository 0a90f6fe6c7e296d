"""What can be read: one file a concept. `QUERIES` is the list of all of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.queries import diagram, health, instances, notifications, operations, processes, task_detail, tasks, timeline

QUERIES: Mapping[type, Callable[..., Any]] = {
    diagram.GetDiagram: diagram.get_diagram,
    health.GetHealth: health.get_health,
    instances.GetInstance: instances.get_instance,
    instances.GetInstanceRow: instances.get_instance_row,
    instances.SearchInstances: instances.search_instances,
    notifications.ListNotifications: notifications.list_notifications,
    operations.ListAllInstances: operations.list_all_instances,
    operations.ListIncidents: operations.list_incidents,
    operations.ListJobs: operations.list_jobs,
    operations.ListMessages: operations.list_messages,
    processes.ListStartable: processes.list_startable,
    task_detail.GetTask: task_detail.get_task,
    task_detail.GetTaskRow: task_detail.get_task_row,
    tasks.CountTasks: tasks.count_tasks,
    tasks.SearchTasks: tasks.search_tasks,
    timeline.GetTimeline: timeline.get_timeline,
}
"""What answers each query."""
