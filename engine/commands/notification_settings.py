"""What people and institutions say about being told: channels in their order, language, quiet hours."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from sqlalchemy import delete, select

from engine.appliers import audit
from engine.authorization import require_right
from engine.calendar import read_minute
from engine.commands.registry import Command
from engine.errors import FieldError, InvalidForm, NotAllowed, NotFound
from engine.records import Done
from engine.store.tables import Institution, NotificationSetting, QuietHours
from engine.store.unit_of_work import UnitOfWork
from engine.store.upsert import upsert

CHANNELS = ("mail", "wecom", "dingtalk", "feishu", "webhook")
"""The inbox itself is no channel: every line stands there, whatever else is done."""
LANGUAGES = ("zh", "en")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63}){0,8}", re.ASCII)
_HANDLE = re.compile(r"[A-Za-z0-9._@+-]{1,64}", re.ASCII)
_DAY = 24 * 60


@dataclass(frozen=True, kw_only=True)
class ChannelWanted:
    """One channel of a person."""

    channel: str
    address: str | None = None
    """The mail address; for a robot the name by which it mentions the person, if it is to."""


@dataclass(frozen=True, kw_only=True)
class PutNotificationSettings(Command[Done]):
    """Be told over these channels, the first one first, beside the inbox; none is only the inbox."""

    channels: tuple[ChannelWanted, ...] = field(default=())
    language: str = "zh"
    quiet_hours: str | None = None
    """Such as 21:00-07:00; `none` for none; None keeps the institution's."""


@dataclass(frozen=True, kw_only=True)
class PutQuietHours(Command[Done]):
    """Have an institution's people be left alone at these hours; None keeps the community's."""

    institution: str
    hours: str | None


def put_notification_settings(command: PutNotificationSettings, work: UnitOfWork, runtime: object) -> Done:
    if work.actor.person is None:
        raise NotAllowed("not-a-person", "Expected a person, but this is none")
    names = [wanted.channel for wanted in command.channels]
    for wanted in command.channels:
        _check(wanted)
    if len(set(names)) < len(names):
        raise _wrong("channels", "每个渠道只能出现一次。", "Each channel can stand there once.")
    if command.language not in LANGUAGES:
        raise _wrong("language", "语言应为 zh 或 en。", "The language is zh or en.")
    span = None if command.quiet_hours is None else _span(command.quiet_hours)
    row = {
        "person": work.actor.person,
        "channels": [{"channel": wanted.channel, "address": wanted.address} for wanted in command.channels],
        "language": command.language,
        "quiet_begins": None if span is None else span[0],
        "quiet_ends": None if span is None else span[1],
        "changed_at": work.now,
    }
    upsert(work.connection, NotificationSetting, [row])
    audit.record(work, "notification-settings", None, data={"channels": names, "quiet": command.quiet_hours})
    return Done()


def put_quiet_hours(command: PutQuietHours, work: UnitOfWork, runtime: object) -> Done:
    require_right(work.actor, "administrate")
    known = select(Institution.key).where(Institution.code == command.institution)
    institution = work.connection.execute(known).scalar_one_or_none()
    if institution is None:
        message = "Expected to find institution '{name}', but there is none"
        raise NotFound("institution-not-found", message, name=command.institution)
    if command.hours is None:
        work.connection.execute(delete(QuietHours).where(QuietHours.institution == institution))
    else:
        begins, ends = _span(command.hours)
        upsert(work.connection, QuietHours, [{"institution": institution, "begins": begins, "ends": ends}])
    audit.record(work, "quiet-hours", command.institution, data={"hours": command.hours})
    return Done()


def _check(wanted: ChannelWanted) -> None:
    if wanted.channel not in CHANNELS:
        known = ", ".join(CHANNELS)
        raise _wrong("channels", f"渠道应为 {known} 之一。", f"A channel is one of {known}.")
    if wanted.channel == "mail" and (wanted.address is None or not _MAIL.fullmatch(wanted.address)):
        raise _wrong("channels", "邮件渠道要有有效的邮箱地址。", "Mail needs an address that is one.")
    handle = None if wanted.channel == "mail" else wanted.address
    # The robots take `all` and `@all` for everybody in the group.
    if handle is not None and (not _HANDLE.fullmatch(handle) or handle.lstrip("@").lower() == "all"):
        raise _wrong(
            "channels",
            "提醒名只能含字母、数字和 ._@+-，且不能是 all。",
            "A name to mention has letters, digits and ._@+- only, and is not all.",
        )


def _span(hours: str) -> tuple[int, int]:
    if hours == "none":
        return 0, 0
    first, _, last = hours.partition("-")
    begins, ends = read_minute(first), read_minute(last)
    if begins is None or ends is None or begins % _DAY == ends % _DAY:
        raise _wrong("quietHours", "免打扰时段应写作 21:00-07:00。", "Quiet hours are written as 21:00-07:00.")
    return begins % _DAY, ends % _DAY


def _wrong(path: str, message: str, message_en: str) -> InvalidForm:
    return InvalidForm([FieldError(path=path, code="notification-settings", message=message, message_en=message_en)])
