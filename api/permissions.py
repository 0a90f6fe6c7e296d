"""Who may use which route: every route stands here, and what does not stand here is refused.

This decides only who may knock. What a person may see of cases and tasks is the engine's to say.
"""

from __future__ import annotations

from collections.abc import Mapping

PUBLIC = "public"
"""Without a session."""
OWN = "own"
"""With a session, even one whose password must be changed first."""
SIGNED_IN = "signed-in"
"""With a session. Any other name is a system right that the account must hold as well."""
OPERATIONS = "operations"
ADMINISTRATE = "administrate"
INTEGRATE = "integrate"
ADMINISTRATE = "administrate"
EXTERNAL_TASKS = "external-tasks"
"""Held by accounts of other systems, as a whole or for single topics (`external-tasks:TOPIC`)."""

PERMISSIONS: Mapping[str, str] = {
    "api-docs.openapi_json": PUBLIC,
    "assets.file": PUBLIC,
    "health.healthz": PUBLIC,
    "health.readyz": PUBLIC,
    "session.sign_in": PUBLIC,
    "session.change_password": OWN,
    "session.get_session": OWN,
    "session.sign_out": OWN,
    "administration.appoint": ADMINISTRATE,
    "administration.end_appointment": ADMINISTRATE,
    "administration.list_appointments": ADMINISTRATE,
    "administration.list_bodies": SIGNED_IN,
    "administration.list_charges": SIGNED_IN,
    "administration.list_duties": SIGNED_IN,
    "administration.list_lines": SIGNED_IN,
    "administration.list_posts": ADMINISTRATE,
    "administration.put_body": ADMINISTRATE,
    "administration.put_body_member": ADMINISTRATE,
    "administration.put_charge": ADMINISTRATE,
    "administration.put_department": ADMINISTRATE,
    "administration.put_duties": ADMINISTRATE,
    "administration.put_institution": ADMINISTRATE,
    "administration.put_line": ADMINISTRATE,
    "administration.put_line_department": ADMINISTRATE,
    "administration.put_membership": ADMINISTRATE,
    "administration.put_person": ADMINISTRATE,
    "administration.put_post": ADMINISTRATE,
    "administration.remove_duty": ADMINISTRATE,
    "attachments.add_attachment": SIGNED_IN,
    "attachments.read_attachment": SIGNED_IN,
    "attachments.remove_attachment": SIGNED_IN,
    "calendars.drop_hours": ADMINISTRATE,
    "calendars.get_year": SIGNED_IN,
    "calendars.list_calendars": SIGNED_IN,
    "calendars.preview_year": ADMINISTRATE,
    "calendars.put_hours": ADMINISTRATE,
    "calendars.put_year": ADMINISTRATE,
    "calendars.reckon_term": SIGNED_IN,
    "events.stream_changes": SIGNED_IN,
    "external-tasks.complete": EXTERNAL_TASKS,
    "external-tasks.extend_lock": EXTERNAL_TASKS,
    "external-tasks.fail": EXTERNAL_TASKS,
    "external-tasks.fetch_and_lock": EXTERNAL_TASKS,
    "external-tasks.get_external_task": OPERATIONS,
    "external-tasks.list_external_tasks": OPERATIONS,
    "external-tasks.throw_error": EXTERNAL_TASKS,
    "external-tasks.unlock": SIGNED_IN,
    "instances.get_diagram": SIGNED_IN,
    "instances.list_ad_hoc_activities": SIGNED_IN,
    "instances.start_ad_hoc_activity": SIGNED_IN,
    "instances.get_instance": SIGNED_IN,
    "instances.get_timeline": SIGNED_IN,
    "instances.list_instance_tasks": SIGNED_IN,
    "instances.list_instances": SIGNED_IN,
    "instances.list_startable": SIGNED_IN,
    "instances.start_instance": SIGNED_IN,
    "instances.withdraw_instance": SIGNED_IN,
    "lateness.count_lateness": ADMINISTRATE,
    "messages.broadcast_signal": INTEGRATE,
    "messages.send_message": SIGNED_IN,
    "notifications.list_notifications": SIGNED_IN,
    "notifications.get_settings": SIGNED_IN,
    "notifications.list_deliveries": OPERATIONS,
    "notifications.mark_read": SIGNED_IN,
    "notifications.put_quiet_hours": ADMINISTRATE,
    "notifications.put_settings": SIGNED_IN,
    "organisation.list_departments": SIGNED_IN,
    "organisation.list_institutions": SIGNED_IN,
    "organisation.search_people": SIGNED_IN,
    "signing.add_signers": SIGNED_IN,
    "signing.agree": SIGNED_IN,
    "signing.answer_copy": SIGNED_IN,
    "signing.comment": SIGNED_IN,
    "signing.delegate": SIGNED_IN,
    "signing.record_absence": SIGNED_IN,
    "signing.record_vote": SIGNED_IN,
    "signing.remove_signer": SIGNED_IN,
    "signing.send_copies": SIGNED_IN,
    "signing.transfer": SIGNED_IN,
    "signing.urge": SIGNED_IN,
    "tasks.choose": SIGNED_IN,
    "tasks.claim": SIGNED_IN,
    "tasks.complete": SIGNED_IN,
    "tasks.count_tasks": SIGNED_IN,
    "tasks.get_task": SIGNED_IN,
    "tasks.list_reassignees": SIGNED_IN,
    "tasks.list_tasks": SIGNED_IN,
    "tasks.mark_copy_read": SIGNED_IN,
    "tasks.open_task": SIGNED_IN,
    "tasks.reassign": SIGNED_IN,
    "tasks.list_return_targets": SIGNED_IN,
    "tasks.return_task": SIGNED_IN,
    "tasks.save_draft": SIGNED_IN,
    "tasks.take_back": SIGNED_IN,
    "tasks.unclaim": SIGNED_IN,
    "batches.get_batch": OPERATIONS,
    "batches.list_batch_items": OPERATIONS,
    "batches.list_batches": OPERATIONS,
    "batches.start_batch": OPERATIONS,
    "batches.stop_batch": OPERATIONS,
    "operating.cancel": OPERATIONS,
    "operating.list_tokens": OPERATIONS,
    "operating.list_variables": OPERATIONS,
    "operating.migrate": OPERATIONS,
    "operating.modify": OPERATIONS,
    "operating.preview_migration": OPERATIONS,
    "operating.revert": OPERATIONS,
    "operating.preview_modification": OPERATIONS,
    "operating.resume": OPERATIONS,
    "operating.set_variables": OPERATIONS,
    "operating.suspend": OPERATIONS,
    "operations.annotate_incident": OPERATIONS,
    "operations.discard_message": OPERATIONS,
    "operations.list_all_instances": OPERATIONS,
    "operations.list_incident_causes": OPERATIONS,
    "operations.list_incidents": OPERATIONS,
    "operations.list_jobs": OPERATIONS,
    "operations.list_messages": OPERATIONS,
    "operations.redeliver_message": OPERATIONS,
    "operations.resolve_incident": OPERATIONS,
    "operations.retry_cause": OPERATIONS,
    "operations.retry_incident": OPERATIONS,
}
"""Flask endpoint -> permission."""


def may_knock(permission: str, rights: frozenset[str]) -> bool:
    """Whether these rights open a route: the right itself, or a part of it, such as that to one topic."""
    return permission in (OWN, SIGNED_IN) or any(right.partition(":")[0] == permission for right in rights)
