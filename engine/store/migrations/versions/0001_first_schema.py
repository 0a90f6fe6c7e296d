"""The first schema."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("instance", sa.BigInteger(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("source", sa.String(length=60), nullable=True),
        sa.Column("request_id", sa.String(length=60), nullable=True),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=200), nullable=True),
        sa.Column("result", sa.String(length=20), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_audit_entry"),
    )
    op.create_index("ix_audit_entry_at", "audit_entry", ["at"])
    op.create_index("ix_audit_entry_person", "audit_entry", ["person"])
    op.create_index("uq_audit_entry_revision", "audit_entry", ["instance", "revision"], unique=True)
    op.create_table(
        "deployment",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("deployed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deployed_by", sa.BigInteger(), nullable=True),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_deployment"),
        sa.UniqueConstraint("id", name="uq_deployment_id"),
    )
    op.create_index("ix_deployment_name_digest", "deployment", ["name", "digest"])
    op.create_table(
        "idempotency_key",
        sa.Column("actor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=100), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("actor", "key", name="pk_idempotency_key"),
    )
    op.create_index("ix_idempotency_key_at", "idempotency_key", ["at"])
    op.create_table(
        "incident",
        sa.Column("instance", sa.BigInteger(), nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=True),
        sa.Column("job", sa.BigInteger(), nullable=True),
        sa.Column("element", sa.String(length=200), nullable=True),
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolved_by", sa.BigInteger(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('open','resolved')", name=op.f("ck_incident_state")),
        sa.PrimaryKeyConstraint("key", name="pk_incident"),
        sa.UniqueConstraint("id", name="uq_incident_id"),
    )
    op.create_index("ix_incident_instance", "incident", ["instance"])
    op.create_index("ix_incident_state", "incident", ["state", "raised_at"])
    op.create_index("ix_incident_token", "incident", ["token"])
    op.create_table(
        "institution",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("short_name", sa.String(length=60), nullable=False),
        sa.Column("type", sa.String(length=2), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("calendar", sa.String(length=20), nullable=False),
        sa.Column("integrated", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["parent"], ["institution.key"], name="fk_institution_parent"),
        sa.PrimaryKeyConstraint("key", name="pk_institution"),
        sa.UniqueConstraint("code", name="uq_institution_code"),
        sa.UniqueConstraint("id", name="uq_institution_id"),
    )
    op.create_index("ix_institution_parent", "institution", ["parent"])
    op.create_table(
        "job",
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=True),
        sa.Column("subject", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("retries", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("worker", sa.String(length=100), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("fence", sa.BigInteger(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(state = 'running') = (lease_until IS NOT NULL)", name=op.f("ck_job_lease")),
        sa.CheckConstraint("state IN ('pending','running','failed')", name=op.f("ck_job_state")),
        sa.PrimaryKeyConstraint("key", name="pk_job"),
        sa.UniqueConstraint("id", name="uq_job_id"),
    )
    op.create_index("ix_job_due", "job", ["state", "due_at"])
    op.create_index("ix_job_instance", "job", ["instance"])
    op.create_index("ix_job_subject", "job", ["kind", "subject"])
    op.create_table(
        "key_block",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_key_block"),
    )
    op.create_table(
        "person",
        sa.Column("staff_number", sa.String(length=40), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_person"),
        sa.UniqueConstraint("id", name="uq_person_id"),
        sa.UniqueConstraint("staff_number", name="uq_person_staff_number"),
    )
    op.create_table(
        "post",
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("name_en", sa.String(length=80), nullable=False),
        sa.Column("superior", sa.String(length=20), nullable=True),
        sa.Column("leader", sa.String(length=20), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_post"),
        sa.UniqueConstraint("code", name="uq_post_code"),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_sign_in_failure"),
    )
    op.create_index("ix_sign_in_failure_login", "sign_in_failure", ["login"])
    op.create_index("ix_sign_in_failure_source", "sign_in_failure", ["source"])
    op.create_table(
        "account",
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("login", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("password_set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_account_person"),
        sa.PrimaryKeyConstraint("key", name="pk_account"),
        sa.UniqueConstraint("id", name="uq_account_id"),
        sa.UniqueConstraint("login", name="uq_account_login"),
        sa.UniqueConstraint("person", name="uq_account_person"),
    )
    op.create_table(
        "department",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_department_institution"),
        sa.PrimaryKeyConstraint("key", name="pk_department"),
        sa.UniqueConstraint("institution", "code", name="uq_department_institution_code"),
    )
    op.create_table(
        "document_number",
        sa.Column("category", sa.String(length=10), nullable=False),
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("year", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_document_number_institution"),
        sa.PrimaryKeyConstraint("category", "institution", "year", name="pk_document_number"),
    )
    op.create_table(
        "membership",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("lead", sa.BigInteger(), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_membership_dates")),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_membership_institution"),
        sa.ForeignKeyConstraint(["lead"], ["institution.key"], name="fk_membership_lead"),
        sa.PrimaryKeyConstraint("key", name="pk_membership"),
    )
    op.create_index("ix_membership_institution", "membership", ["institution"])
    op.create_table(
        "message",
        sa.Column("message_id", sa.String(length=100), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("from_institution", sa.BigInteger(), nullable=True),
        sa.Column("from_instance", sa.BigInteger(), nullable=True),
        sa.Column("to_institution", sa.BigInteger(), nullable=True),
        sa.Column("endpoint", sa.String(length=40), nullable=True),
        sa.Column("to_instance", sa.BigInteger(), nullable=True),
        sa.Column("collaboration", sa.BigInteger(), nullable=True),
        sa.Column("business_key", sa.String(length=200), nullable=True),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=100), nullable=True),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('sent','waiting','delivered','recorded','dead')", name=op.f("ck_message_state")),
        sa.ForeignKeyConstraint(["from_institution"], ["institution.key"], name="fk_message_from_institution"),
        sa.ForeignKeyConstraint(["to_institution"], ["institution.key"], name="fk_message_to_institution"),
        sa.PrimaryKeyConstraint("key", name="pk_message"),
        sa.UniqueConstraint("id", name="uq_message_id"),
        sa.UniqueConstraint("message_id", name="uq_message_message_id"),
    )
    op.create_index("ix_message_collaboration", "message", ["collaboration"])
    op.create_index("ix_message_from_instance", "message", ["from_instance"])
    op.create_index("ix_message_to_instance", "message", ["to_instance"])
    op.create_index("ix_message_waiting", "message", ["state", "name"])
    op.create_table(
        "notification",
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=True),
        sa.Column("instance", sa.BigInteger(), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_notification_person"),
        sa.PrimaryKeyConstraint("key", name="pk_notification"),
        sa.UniqueConstraint("id", name="uq_notification_id"),
    )
    op.create_index("ix_notification_person", "notification", ["person", "read_at", "at"])
    op.create_table(
        "process_definition",
        sa.Column("deployment", sa.BigInteger(), nullable=False),
        sa.Column("process_id", sa.String(length=200), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("latest", sa.Boolean(), nullable=False),
        sa.Column("resource", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("startable", sa.Boolean(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["deployment"], ["deployment.key"], name="fk_process_definition_deployment"),
        sa.PrimaryKeyConstraint("key", name="pk_process_definition"),
        sa.UniqueConstraint("id", name="uq_process_definition_id"),
        sa.UniqueConstraint("process_id", "version", name="uq_process_definition_process_id_version"),
    )
    op.create_index("ix_process_definition_deployment", "process_definition", ["deployment"])
    op.create_index("ix_process_definition_latest", "process_definition", ["latest", "process_id"])
    op.create_table(
        "resource",
        sa.Column("deployment", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["deployment"], ["deployment.key"], name="fk_resource_deployment"),
        sa.PrimaryKeyConstraint("key", name="pk_resource"),
        sa.UniqueConstraint("deployment", "name", name="uq_resource_deployment_name"),
    )
    op.create_index("ix_resource_deployment", "resource", ["deployment"])
    op.create_table(
        "appointment",
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("post", sa.String(length=20), nullable=False),
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("department", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("from_date", sa.Date(), nullable=False),
        sa.Column("to_date", sa.Date(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("kind IN ('full','part-time','dispatched','acting')", name=op.f("ck_appointment_kind")),
        sa.CheckConstraint("to_date IS NULL OR to_date >= from_date", name=op.f("ck_appointment_dates")),
        sa.ForeignKeyConstraint(["department"], ["department.key"], name="fk_appointment_department"),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_appointment_institution"),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_appointment_person"),
        sa.ForeignKeyConstraint(["post"], ["post.code"], name="fk_appointment_post"),
        sa.PrimaryKeyConstraint("key", name="pk_appointment"),
        sa.UniqueConstraint("id", name="uq_appointment_id"),
    )
    op.create_index("ix_appointment_chair", "appointment", ["institution", "post"])
    op.create_index("ix_appointment_person", "appointment", ["person"])
    op.create_table(
        "process_instance",
        sa.Column("definition", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("root_scope", sa.BigInteger(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("institution", sa.BigInteger(), nullable=True),
        sa.Column("collaboration", sa.BigInteger(), nullable=False),
        sa.Column("caller", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.String(length=40), nullable=True),
        sa.Column("business_key", sa.String(length=200), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("subject_masked", sa.Text(), nullable=True),
        sa.Column("urgency", sa.String(length=1), nullable=True),
        sa.Column("started_by", sa.BigInteger(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("audit_hash", sa.String(length=64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(state = 'active') = (ended_at IS NULL)", name=op.f("ck_process_instance_ended")),
        sa.CheckConstraint("state IN ('active','completed','terminated','cancelled')", name=op.f("ck_process_instance_state")),
        sa.ForeignKeyConstraint(["definition"], ["process_definition.key"], name="fk_process_instance_definition"),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_process_instance_institution"),
        sa.PrimaryKeyConstraint("key", name="pk_process_instance"),
        sa.UniqueConstraint("id", name="uq_process_instance_id"),
    )
    op.create_index("ix_process_instance_business_key", "process_instance", ["business_key"])
    op.create_index("ix_process_instance_collaboration", "process_instance", ["collaboration"])
    op.create_index("ix_process_instance_definition", "process_instance", ["definition"])
    op.create_index("ix_process_instance_institution", "process_instance", ["institution"])
    op.create_index("ix_process_instance_number", "process_instance", ["number"])
    op.create_index("ix_process_instance_started_by", "process_instance", ["started_by"])
    op.create_table(
        "session",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("csrf", sa.String(length=64), nullable=False),
        sa.Column("account", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.key"], name="fk_session_account"),
        sa.PrimaryKeyConstraint("key", name="pk_session"),
        sa.UniqueConstraint("token_hash", name="uq_session_token_hash"),
    )
    op.create_index("ix_session_account", "session", ["account"])
    op.create_table(
        "start_subscription",
        sa.Column("definition", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["definition"], ["process_definition.key"], name="fk_start_subscription_definition"),
        sa.PrimaryKeyConstraint("key", name="pk_start_subscription"),
    )
    op.create_index("ix_start_subscription_definition", "start_subscription", ["definition"])
    op.create_index("ix_start_subscription_kind_name", "start_subscription", ["kind", "name"])
    op.create_table(
        "compensation",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("activity", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_compensation_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_compensation"),
    )
    op.create_index("ix_compensation_instance", "compensation", ["instance"])
    op.create_index("ix_compensation_scope", "compensation", ["scope"])
    op.create_table(
        "history",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=True),
        sa.Column("token", sa.BigInteger(), nullable=True),
        sa.Column("person", sa.BigInteger(), nullable=True),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_history_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_history"),
    )
    op.create_index("ix_history_instance", "history", ["instance", "key"])
    op.create_table(
        "participant",
        sa.Column("institution", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_participant_instance"),
        sa.ForeignKeyConstraint(["institution"], ["institution.key"], name="fk_participant_institution"),
        sa.PrimaryKeyConstraint("institution", "instance", name="pk_participant"),
    )
    op.create_index("ix_participant_instance", "participant", ["instance"])
    op.create_table(
        "round",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("definition", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("resolved", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('open','decided','cancelled')", name=op.f("ck_round_state")),
        sa.ForeignKeyConstraint(["definition"], ["process_definition.key"], name="fk_round_definition"),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_round_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_round"),
        sa.UniqueConstraint("id", name="uq_round_id"),
    )
    op.create_index("ix_round_instance", "round", ["instance"])
    op.create_index("ix_round_token", "round", ["token"])
    op.create_index(
        "uq_round_open",
        "round",
        ["token"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_table(
        "scope",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("process", sa.String(length=400), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("host", sa.BigInteger(), nullable=True),
        sa.Column("live", sa.Integer(), nullable=False),
        sa.Column("at", sa.Text(), nullable=False),
        sa.Column("flags", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("live >= 0", name=op.f("ck_scope_live")),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_scope_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_scope"),
    )
    op.create_index("ix_scope_host", "scope", ["host"])
    op.create_index("ix_scope_instance", "scope", ["instance"])
    op.create_table(
        "subscription",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=True),
        sa.Column("mode", sa.String(length=20), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=True),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("interrupting", sa.Boolean(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("correlation_value", sa.String(length=400), nullable=True),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_subscription_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_subscription"),
    )
    op.create_index("ix_subscription_event", "subscription", ["kind", "name", "correlation_value"])
    op.create_index("ix_subscription_instance", "subscription", ["instance"])
    op.create_index("ix_subscription_scope", "subscription", ["scope"])
    op.create_index("ix_subscription_token", "subscription", ["token"])
    op.create_table(
        "token",
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("scope", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("data_scope", sa.BigInteger(), nullable=True),
        sa.Column("internal", sa.Text(), nullable=False),
        sa.Column("entered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("state IN ('waiting','ready','started','error')", name=op.f("ck_token_state")),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_token_instance"),
        sa.PrimaryKeyConstraint("key", name="pk_token"),
        sa.UniqueConstraint("id", name="uq_token_id"),
    )
    op.create_index("ix_token_instance", "token", ["instance"])
    op.create_index("ix_token_parent", "token", ["parent"])
    op.create_index("ix_token_scope_element", "token", ["scope", "element"])
    op.create_table(
        "variable",
        sa.Column("scope", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_variable_instance"),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_variable"),
    )
    op.create_index("ix_variable_instance", "variable", ["instance"])
    op.create_table(
        "seat",
        sa.Column("round", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("element", sa.String(length=200), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("assignee", sa.BigInteger(), nullable=True),
        sa.Column("direct", sa.Boolean(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=True),
        sa.Column("sent_by", sa.BigInteger(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("soon_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("term", sa.Text(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_by", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.String(length=100), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("form_hash", sa.String(length=64), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("(state IN ('completed','closed')) = (ended_at IS NOT NULL)", name=op.f("ck_seat_ended")),
        sa.CheckConstraint("state <> 'claimed' OR assignee IS NOT NULL", name=op.f("ck_seat_assignee")),
        sa.CheckConstraint("state IN ('open','claimed','completed','closed')", name=op.f("ck_seat_state")),
        sa.ForeignKeyConstraint(["assignee"], ["person.key"], name="fk_seat_assignee"),
        sa.ForeignKeyConstraint(["capacity"], ["appointment.key"], name="fk_seat_capacity"),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_seat_instance"),
        sa.ForeignKeyConstraint(["round"], ["round.key"], name="fk_seat_round"),
        sa.PrimaryKeyConstraint("key", name="pk_seat"),
        sa.UniqueConstraint("id", name="uq_seat_id"),
    )
    op.create_index("ix_seat_assignee", "seat", ["assignee", "state", "due_at"])
    op.create_index("ix_seat_ended_by", "seat", ["ended_by", "ended_at"])
    op.create_index("ix_seat_instance", "seat", ["instance"])
    op.create_index("ix_seat_round", "seat", ["round"])
    op.create_table(
        "candidate",
        sa.Column("principal", sa.String(length=120), nullable=False),
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name="fk_candidate_seat"),
        sa.PrimaryKeyConstraint("principal", "seat", name="pk_candidate"),
    )
    op.create_index("ix_candidate_seat", "candidate", ["seat"])
    op.create_table(
        "copy",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("instance", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["instance"], ["process_instance.key"], name="fk_copy_instance"),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_copy_person"),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name="fk_copy_seat"),
        sa.PrimaryKeyConstraint("key", name="pk_copy"),
        sa.UniqueConstraint("id", name="uq_copy_id"),
        sa.UniqueConstraint("seat", "person", "reason", name="uq_copy_seat_person_reason"),
    )
    op.create_index("ix_copy_person", "copy", ["person", "made_at"])
    op.create_index("ix_copy_seat", "copy", ["seat"])
    op.create_table(
        "draft",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.key"], name="fk_draft_person"),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name="fk_draft_seat"),
        sa.PrimaryKeyConstraint("seat", "person", name="pk_draft"),
    )
    op.create_table(
        "rung",
        sa.Column("seat", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.CheckConstraint("kind IN ('remind','overdue','level2','level3')", name=op.f("ck_rung_kind")),
        sa.ForeignKeyConstraint(["seat"], ["seat.key"], name="fk_rung_seat"),
        sa.PrimaryKeyConstraint("key", name="pk_rung"),
    )
    op.create_index("ix_rung_seat", "rung", ["seat"])
    op.execute("INSERT INTO key_block (name, next) VALUES ('key', 1)")
    for table in ("audit_entry", "history"):
        refuse_changes(table)


def refuse_changes(table: str) -> None:
    """Makes a table append-only: the database itself refuses to change or remove a row."""
    if op.get_context().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()"
    )


def downgrade() -> None:
    raise NotImplementedError("Schemas only move forward; restore a backup to go back")
