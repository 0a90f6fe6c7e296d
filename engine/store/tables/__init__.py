"""Every table, under its name."""

from __future__ import annotations

from engine.store.base import Base
from engine.store.keys import KeyBlock
from engine.store.tables.archive import ArchiveCopy
from engine.store.tables.attachment import Attachment, AttachmentPart, CaseAttachment
from engine.store.tables.authority import Body, BodyMember, Charge, Duty, Line, LineDepartment
from engine.store.tables.ballot import BallotPapers, MotionVote
from engine.store.tables.batch import Batch, BatchItem
from engine.store.tables.calendar import CalendarEntry
from engine.store.tables.definition import Deployment, ProcessDefinition, Resource, SearchAttribute, StartSubscription
from engine.store.tables.delivery import Delivery, NotificationSetting
from engine.store.tables.design import Design, DesignFile, DesignPerson, DesignSave
from engine.store.tables.desk import FollowUp, SavedView, ViewChoice
from engine.store.tables.engagement import Engagement
from engine.store.tables.handover import Handover, HandoverItem
from engine.store.tables.identity import Account, IdempotencyKey, RequestCount, Session, SignInFailure
from engine.store.tables.instance import Compensation, ProcessInstance, Scope, SearchValue, Subscription, Token, Variable
from engine.store.tables.lateness import Lateness, QuietHours
from engine.store.tables.letter import Letter
from engine.store.tables.organisation import (
    AllottedNumber,
    Appointment,
    Department,
    DocumentNumber,
    Institution,
    Membership,
    OrganisationVersion,
    Person,
    Post,
)
from engine.store.tables.phrase import PhraseList
from engine.store.tables.published import PublishedList
from engine.store.tables.record import AuditAnchor, AuditEntry, Follow, History, Notification, Participant
from engine.store.tables.reservation import Reservation
from engine.store.tables.signature import Signature
from engine.store.tables.substitution import Delegation
from engine.store.tables.task import Candidate, Copy, Draft, HeldDecision, Round, Rung, Seat
from engine.store.tables.work import ExternalTask, Incident, Job, Message

__all__ = [
    "Account",
    "AllottedNumber",
    "Appointment",
    "ArchiveCopy",
    "Attachment",
    "AttachmentPart",
    "AuditAnchor",
    "AuditEntry",
    "BallotPapers",
    "Base",
    "Batch",
    "BatchItem",
    "Body",
    "BodyMember",
    "CalendarEntry",
    "Candidate",
    "CaseAttachment",
    "Charge",
    "Compensation",
    "Copy",
    "Delegation",
    "Delivery",
    "Department",
    "Deployment",
    "Design",
    "DesignFile",
    "DesignPerson",
    "DesignSave",
    "DocumentNumber",
    "Draft",
    "Duty",
    "Engagement",
    "ExternalTask",
    "Follow",
    "FollowUp",
    "Handover",
    "HandoverItem",
    "HeldDecision",
    "History",
    "IdempotencyKey",
    "Incident",
    "Institution",
    "Job",
    "KeyBlock",
    "Lateness",
    "Letter",
    "Line",
    "LineDepartment",
    "Membership",
    "Message",
    "MotionVote",
    "Notification",
    "NotificationSetting",
    "OrganisationVersion",
    "Participant",
    "Person",
    "PhraseList",
    "Post",
    "ProcessDefinition",
    "ProcessInstance",
    "PublishedList",
    "QuietHours",
    "RequestCount",
    "Reservation",
    "Resource",
    "Round",
    "Rung",
    "SavedView",
    "Scope",
    "SearchAttribute",
    "SearchValue",
    "Seat",
    "Session",
    "SignInFailure",
    "Signature",
    "StartSubscription",
    "Subscription",
    "Token",
    "Variable",
    "ViewChoice",
]
