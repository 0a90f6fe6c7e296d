"""What people, programs and the clock may ask for: one file a concept. `HANDLERS` is the list of all of it.

`ANSWERS` names the answers that can be given again to a request repeated under its idempotency key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from engine.commands import account, authority, batch, calendar, identity, operation, organisation
from engine.commands.ad_hoc import StartAdHocActivity, start_ad_hoc_activity
from engine.commands.archive import (
    KeepArchiveCopy,
    PostponeArchiveCopy,
    ReadArchiveCopy,
    keep_archive_copy,
    postpone_archive_copy,
    read_archive_copy,
)
from engine.commands.attachment import (
    AddAttachment,
    PurgeAttachments,
    ReadAttachment,
    ReadEnclosure,
    RemoveAttachment,
    add_attachment,
    purge_attachments,
    read_attachment,
    read_enclosure,
    remove_attachment,
)
from engine.commands.audit import AnchorAudit, anchor_audit
from engine.commands.channel_test import TryChannel, try_channel
from engine.commands.choosing import ChooseApprovers, choose_approvers
from engine.commands.copies import AnswerCopy, MarkCopyRead, SendCopies, answer_copy, mark_copy_read, send_copies
from engine.commands.definition import ResumeProcess, SuspendProcess, resume_process, suspend_process
from engine.commands.delegation import Delegate, EndDelegation, delegate, end_delegation
from engine.commands.delivery import (
    ClaimDeliveries,
    DispatchNotifications,
    FollowDeliveries,
    NoteNotSent,
    NoteSent,
    claim_deliveries,
    dispatch_notifications,
    follow_deliveries,
    note_not_sent,
    note_sent,
)
from engine.commands.deployment import Deploy, deploy
from engine.commands.design import (
    DiscardDesign,
    OpenDesign,
    PublishDesign,
    ReturnDesign,
    RollBack,
    SubmitDesign,
    deployed,
    discard_design,
    open_design,
    opened,
    publish_design,
    return_design,
    roll_back,
    submit_design,
)
from engine.commands.design_files import (
    HoldDesign,
    ReleaseDesign,
    RemoveDesignFile,
    SaveDesignFile,
    hold_design,
    release_design,
    remove_design_file,
    save_design_file,
)
from engine.commands.drafts import SaveDraft, save_draft
from engine.commands.exporting import NoteExport, note_export
from engine.commands.external_task import (
    CompleteExternalTask,
    ExtendLock,
    FailExternalTask,
    FetchExternalTasks,
    ThrowExternalError,
    UnlockExternalTask,
    complete_external_task,
    extend_lock,
    fail_external_task,
    fetch_external_tasks,
    throw_external_error,
    unlock_external_task,
)
from engine.commands.follow_up import PutTaskOff, put_task_off
from engine.commands.following import FollowCase, UnfollowCase, follow_case, unfollow_case
from engine.commands.handover import RevokeHandover, StartHandover, handover_made, revoke_handover, start_handover
from engine.commands.held_decisions import (
    HoldDecision,
    SendDecision,
    SetUndoSeconds,
    UndoDecision,
    hold_decision,
    send_decision,
    set_undo_seconds,
    undo_decision,
)
from engine.commands.incident import (
    AnnotateIncident,
    RaiseIncident,
    ResolveIncident,
    RetryCause,
    RetryIncident,
    annotate_incident,
    raise_instance_incident,
    resolve_incident,
    retry_cause,
    retry_incident,
)
from engine.commands.instance import MoveInstance, RunInstance, StartInstance, move_instance, run_instance, start_instance
from engine.commands.job import (
    ClaimJobs,
    ExecuteJob,
    ExecuteJobs,
    FailJob,
    ReleaseJobs,
    claim_jobs,
    execute_job,
    execute_jobs,
    fail_job,
    release_jobs,
)
from engine.commands.message import (
    BroadcastSignal,
    DiscardMessage,
    RedeliverMessage,
    SendMessage,
    broadcast_signal,
    discard_message,
    redeliver_message,
    send_message,
)
from engine.commands.notification import MarkNotificationsRead, mark_notifications_read
from engine.commands.notification_settings import (
    PutNotificationSettings,
    PutQuietHours,
    put_notification_settings,
    put_quiet_hours,
)
from engine.commands.opening import OpenTask, open_task
from engine.commands.organisation_import import ImportOrganisation, TryImport, import_organisation, try_import
from engine.commands.phrases import PutPhrases, put_phrases
from engine.commands.plain_agreement import AgreeToTask, agree_to_task
from engine.commands.printing import NotePrinting, note_printing
from engine.commands.proxy_entry import AttachLetter, EnterMessage, ReadLetter, attach_letter, enter_message, read_letter
from engine.commands.proxy_start import EnterStart, enter_start
from engine.commands.reassignment import ReassignTask, reassign_task
from engine.commands.recalculation import RecalculateApprovers, recalculate_approvers
from engine.commands.recorded_votes import RecordAbsence, RecordVote, record_absence, record_vote
from engine.commands.refused_access import NoteRefusal, note_refusal
from engine.commands.request_rate import CountRequests, count_requests
from engine.commands.returning import ReturnTask, return_task
from engine.commands.seat_changes import (
    AddSigners,
    DelegateTask,
    RemoveSigner,
    TransferTask,
    add_signers,
    delegate_task,
    remove_signer,
    transfer_task,
)
from engine.commands.signature import GiveSignature, give_signature
from engine.commands.taking_back import TakeBackTask, take_back_task
from engine.commands.task import ClaimTask, CompleteTask, UnclaimTask, claim_task, complete_task, unclaim_task
from engine.commands.timer import SetTimer, set_timer
from engine.commands.urging import CommentOnCase, UrgeCase, comment_on_case, urge_case
from engine.commands.views import ChooseView, RemoveView, SaveView, choose_view, remove_view, save_view
from engine.commands.withdrawal import WithdrawInstance, withdraw_instance
from engine.records import BatchMade, Done

HANDLERS: dict[type, Callable[..., Any]] = {
    StartAdHocActivity: start_ad_hoc_activity,
    AddAttachment: add_attachment,
    AttachLetter: attach_letter,
    EnterMessage: enter_message,
    EnterStart: enter_start,
    ReadLetter: read_letter,
    AddSigners: add_signers,
    AgreeToTask: agree_to_task,
    AnswerCopy: answer_copy,
    CommentOnCase: comment_on_case,
    DelegateTask: delegate_task,
    RecordAbsence: record_absence,
    RecordVote: record_vote,
    RemoveSigner: remove_signer,
    SendCopies: send_copies,
    TransferTask: transfer_task,
    UrgeCase: urge_case,
    AnchorAudit: anchor_audit,
    AnnotateIncident: annotate_incident,
    BroadcastSignal: broadcast_signal,
    ChooseApprovers: choose_approvers,
    ClaimJobs: claim_jobs,
    ClaimTask: claim_task,
    CompleteExternalTask: complete_external_task,
    CompleteTask: complete_task,
    Delegate: delegate,
    Deploy: deploy,
    DiscardDesign: discard_design,
    HoldDesign: hold_design,
    OpenDesign: open_design,
    PublishDesign: publish_design,
    ReleaseDesign: release_design,
    RemoveDesignFile: remove_design_file,
    ReturnDesign: return_design,
    RollBack: roll_back,
    SaveDesignFile: save_design_file,
    SubmitDesign: submit_design,
    EndDelegation: end_delegation,
    ExecuteJob: execute_job,
    ExecuteJobs: execute_jobs,
    ExtendLock: extend_lock,
    FailExternalTask: fail_external_task,
    FailJob: fail_job,
    FetchExternalTasks: fetch_external_tasks,
    FollowCase: follow_case,
    UnfollowCase: unfollow_case,
    HoldDecision: hold_decision,
    SendDecision: send_decision,
    SetUndoSeconds: set_undo_seconds,
    UndoDecision: undo_decision,
    MarkCopyRead: mark_copy_read,
    MarkNotificationsRead: mark_notifications_read,
    MoveInstance: move_instance,
    ClaimDeliveries: claim_deliveries,
    DispatchNotifications: dispatch_notifications,
    FollowDeliveries: follow_deliveries,
    NoteNotSent: note_not_sent,
    NotePrinting: note_printing,
    GiveSignature: give_signature,
    KeepArchiveCopy: keep_archive_copy,
    PostponeArchiveCopy: postpone_archive_copy,
    ReadArchiveCopy: read_archive_copy,
    NoteSent: note_sent,
    PutNotificationSettings: put_notification_settings,
    PutPhrases: put_phrases,
    PutQuietHours: put_quiet_hours,
    OpenTask: open_task,
    PurgeAttachments: purge_attachments,
    ReadAttachment: read_attachment,
    ReadEnclosure: read_enclosure,
    ReassignTask: reassign_task,
    ReleaseJobs: release_jobs,
    RemoveAttachment: remove_attachment,
    RaiseIncident: raise_instance_incident,
    ResolveIncident: resolve_incident,
    RetryCause: retry_cause,
    RecalculateApprovers: recalculate_approvers,
    ReturnTask: return_task,
    RetryIncident: retry_incident,
    ImportOrganisation: import_organisation,
    RevokeHandover: revoke_handover,
    TryImport: try_import,
    StartHandover: start_handover,
    ResumeProcess: resume_process,
    SuspendProcess: suspend_process,
    TryChannel: try_channel,
    RunInstance: run_instance,
    PutTaskOff: put_task_off,
    SaveDraft: save_draft,
    SaveView: save_view,
    RemoveView: remove_view,
    ChooseView: choose_view,
    DiscardMessage: discard_message,
    RedeliverMessage: redeliver_message,
    SendMessage: send_message,
    StartInstance: start_instance,
    TakeBackTask: take_back_task,
    ThrowExternalError: throw_external_error,
    UnclaimTask: unclaim_task,
    UnlockExternalTask: unlock_external_task,
    WithdrawInstance: withdraw_instance,
    account.CreateAccount: account.create_account,
    account.DisableAccount: account.disable_account,
    account.EnableAccount: account.enable_account,
    account.SetPassword: account.set_password,
    account.SetRights: account.set_rights,
    account.SetSharedPassword: account.set_shared_password,
    identity.ChangePassword: identity.change_password,
    CountRequests: count_requests,
    NoteExport: note_export,
    SetTimer: set_timer,
    NoteRefusal: note_refusal,
    identity.PurgeIdentity: identity.purge_identity,
    identity.SignIn: identity.sign_in,
    identity.SignOut: identity.sign_out,
    identity.Touch: identity.touch,
    operation.CancelInstance: operation.cancel_instance,
    batch.StartBatch: batch.start_batch,
    calendar.DropCalendarHours: calendar.drop_calendar_hours,
    calendar.PutCalendarHours: calendar.put_calendar_hours,
    calendar.PutCalendarYear: calendar.put_calendar_year,
    batch.StopBatch: batch.stop_batch,
    operation.MigrateInstance: operation.migrate_instance,
    operation.RevertMigration: operation.revert_migration,
    operation.ModifyInstance: operation.modify_instance,
    operation.ResumeInstance: operation.resume_instance,
    operation.SetInstanceVariables: operation.set_instance_variables,
    operation.SuspendInstance: operation.suspend_instance,
    **authority.AUTHORITY,
    organisation.Appoint: organisation.appoint,
    organisation.EndAppointment: organisation.end_appointment,
    organisation.PutDefaultPosts: organisation.put_default_posts,
    organisation.PutDepartment: organisation.put_department,
    organisation.PutInstitution: organisation.put_institution,
    organisation.PutMembership: organisation.put_membership,
    organisation.PutPerson: organisation.put_person,
    organisation.PutPost: organisation.put_post,
    organisation.PutTogether: organisation.put_together,
}


def _done(answer: Mapping[str, Any]) -> Done:
    ids = {name: UUID(value) for name, value in answer.items() if name != "state" and value is not None}
    return Done(**ids, state=answer["state"])


def _batch_made(answer: Mapping[str, Any]) -> BatchMade:
    return BatchMade(batch=UUID(answer["batch"]), total=answer["total"])


ANSWERS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "BatchMade": _batch_made,
    "CalendarSaved": calendar.saved,
    "Deployed": deployed,
    "DesignOpened": opened,
    "Done": _done,
    "HandoverMade": handover_made,
    "Saved": organisation.saved,
}
