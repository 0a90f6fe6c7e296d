"""Every setting of a node, read once from the command line and LIANDONG_* variables, and passed down as frozen objects.

`SETTINGS` is the whole list of variables with their defaults and meaning; the command line's own options name theirs.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from api.config import ApiConfig
from engine.calendar import read_minute
from engine.config import Config
from engine.engine import Engine
from worker.channels import channels_of
from worker.config import ChannelConfig
from worker.dispatcher import Dispatcher

PREFIX = "LIANDONG_"
MAX_NUMBER = 100_000
DEMO_STATIONING = "dispatch_assignment"
"""What may make appointments in demo mode, where all people are invented."""
TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True)
class Setting:
    """One environment variable."""

    name: str
    """Without the prefix."""
    field: str
    """Of `Config` or `ApiConfig`."""
    read: Callable[[str], Any]
    help: str


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a command works with."""

    engine: Config
    api: ApiConfig
    channels: ChannelConfig


def _number(text: str) -> int:
    if not text.isdecimal() or int(text) > MAX_NUMBER:
        raise ValueError(f"a whole number up to {MAX_NUMBER}")
    return int(text)


def _limit(text: str) -> int:
    number = _number(text)
    if number == 0:
        raise ValueError("a whole number above 0")
    return number


def _flag(text: str) -> bool:
    if text.lower() not in TRUE | FALSE:
        raise ValueError("1 or 0")
    return text.lower() in TRUE


def _hours(text: str) -> str:
    first, _, last = text.partition("-")
    if text != "none" and (read_minute(first) is None or read_minute(last) is None):
        raise ValueError("hours such as 21:00-07:00, or none")
    return text


def _spans(**unit: float) -> Callable[[str], timedelta]:
    def read(text: str) -> timedelta:
        number = _number(text)
        if number == 0:
            raise ValueError("a whole number above 0")
        return number * timedelta(**unit)

    return read


ENGINE_SETTINGS = (
    Setting("LEAD_INSTITUTION", "lead_institution", str, "code of the community's lead hospital"),
    Setting("ADMINISTRATOR_POST", "administrator_post", str, "post that gets tasks for which nobody is found"),
    Setting("STATIONING", "stationing", str, "keys of processes that may make dispatched appointments; none unless named"),
    Setting("SESSION_IDLE_MINUTES", "session_idle", _spans(minutes=1), "a session unused for so long ends"),
    Setting("SESSION_LIMIT_HOURS", "session_limit", _spans(hours=1), "no session lasts longer"),
    Setting("LOCKOUT_FAILURES", "lockout_failures", _number, "failed sign-ins that lock"),
    Setting("LOCKOUT_MINUTES", "lockout", _spans(minutes=1), "how long a lock lasts"),
    Setting("JOB_LEASE_SECONDS", "job_lease", _spans(seconds=1), "a worker that is silent for so long has lost its job"),
    Setting("JOB_RETRIES", "job_retries", _number, "how often a failed job is tried again"),
    Setting("LOST_LOCKS", "lost_locks", _limit, "work whose lock ran out so often unanswered becomes an incident"),
    Setting("STEP_TOKENS", "step_tokens", _limit, "more tokens in one step undo it with an incident"),
    Setting("STEP_TIME_SECONDS", "step_time", _spans(seconds=1), "a step that takes longer is undone with an incident"),
    Setting("CALL_DEPTH", "call_depth", _limit, "call activities inside each other"),
    Setting("MULTI_INSTANCE", "multi_instance", _limit, "seats of one multi-instance activity"),
    Setting("MESSAGE_EXPIRY_DAYS", "message_expiry", _spans(days=1), "a message nobody takes is dead after so long"),
    Setting("IDEMPOTENCY_DAYS", "idempotency", _spans(days=1), "how long a request may be repeated under its key"),
    Setting("QUIET_HOURS", "quiet_hours", _hours, "reminders wait for their end; `none` for none; clinical ones do not wait"),
    Setting(
        "CONFIRM_MINUTES", "confirm", _spans(minutes=1), "a message that is not confirmed for so long goes to the next channel"
    ),
    Setting("CASE_ATTACHMENTS_MB", "case_attachments", _number, "megabytes that the attachments of a case may have"),
    Setting("VISIBLE_DAYS", "visible_after_end", _spans(days=1), "how long institutions see a case after its end"),
)
API_SETTINGS = (
    Setting("SECURE_COOKIES", "secure_cookies", _flag, "1 wherever HTTPS is: the session cookie needs it"),
    Setting("TRUSTED_PROXIES", "trusted_proxies", _number, "how many proxies in front may be believed"),
    Setting("REQUESTS_PER_MINUTE", "requests_per_minute", _number, "requests of one session, over all nodes; 0 for any number"),
    Setting("SIGN_INS_PER_MINUTE", "sign_ins_per_minute", _number, "attempts to sign in from one address; 0 for any number"),
    Setting("STREAM_LIMIT", "stream_limit", _number, "open event streams; each holds a server thread"),
)
CHANNEL_SETTINGS = (
    Setting("PUBLIC_URL", "public_url", str, "where people reach the inbox; messages link to it"),
    Setting("SMTP_HOST", "smtp_host", str, "mail server; none sends no mail"),
    Setting("SMTP_PORT", "smtp_port", _number, "its port"),
    Setting("SMTP_SECURITY", "smtp_security", str, "`starttls`, `tls` or `none`"),
    Setting("SMTP_USER", "smtp_user", str, "who signs in there; nobody if empty"),
    Setting("SMTP_PASSWORD", "smtp_password", str, "with which password"),
    Setting("SMTP_FROM", "smtp_from", str, "sender of the mails"),
    Setting("WECOM_URL", "wecom_url", str, "WeCom robot, or a JSON object of robots by institution, `*` for all others"),
    Setting("DINGTALK_URL", "dingtalk_url", str, "DingTalk robot, or robots, likewise"),
    Setting("DINGTALK_SECRET", "dingtalk_secret", str, "what its calls are signed with"),
    Setting("FEISHU_URL", "feishu_url", str, "Feishu robot, or robots, likewise"),
    Setting("FEISHU_SECRET", "feishu_secret", str, "what its calls are signed with"),
    Setting("WEBHOOK_URL", "webhook_url", str, "another system that is told"),
    Setting("WEBHOOK_SECRET", "webhook_secret", str, "what its calls are signed with"),
    Setting("OUTBOUND_HOSTS", "allowed_hosts", str, "hosts that may be called, with a port where it is not 443"),
    Setting("OUTBOUND_NETWORKS", "allowed_networks", str, "networks of one's own that they may lie in, such as 10.0.0.0/8"),
)
SETTINGS = (*ENGINE_SETTINGS, *API_SETTINGS, *CHANNEL_SETTINGS)


def read_settings(
    *, database: str | None, var: Path, demo: bool = False, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of this process. Without a database URL the store is one SQLite file in the folder `var`.

    Raises click.UsageError that names the variable which cannot be read.
    """
    given = os.environ if environment is None else environment
    url = database or f"sqlite:///{var.absolute() / 'liandong.db'}"
    config = replace(
        Config(database_url=url, demo=demo, stationing=DEMO_STATIONING if demo else ""),
        **_values(ENGINE_SETTINGS, given),
    )
    channels = replace(ChannelConfig(), **_values(CHANNEL_SETTINGS, given))
    api = replace(ApiConfig(), **_values(API_SETTINGS, given), channels=channels.configured)
    return Settings(engine=config, api=api, channels=channels)


def make_dispatcher(engine: Engine, settings: Settings) -> Dispatcher:
    """What tells people beside the inbox. Raises click.UsageError for a setting that does not fit."""
    config = settings.channels
    try:
        return Dispatcher(engine, channels_of(config, engine.clock.now), config.public_url)
    except ValueError as error:
        raise click.UsageError(f"Expected {error} among the settings of channels") from None


def _values(settings: tuple[Setting, ...], given: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for setting in settings:
        text = given.get(PREFIX + setting.name, "").strip()
        if not text:
            continue
        try:
            values[setting.field] = setting.read(text)
        except ValueError as error:
            raise click.UsageError(f"Expected {PREFIX}{setting.name} to be {error}, but found '{text}'") from None
    return values


def store_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Gives a command the options that say where the store is."""
    command = click.option(
        "--database",
        envvar="LIANDONG_DATABASE_URL",
        metavar="URL",
        help="postgresql://… or sqlite:///path; by default an SQLite file in the folder of --var.",
    )(command)
    return click.option(
        "--var",
        envvar="LIANDONG_VAR",
        default="var",
        show_default=True,
        type=click.Path(file_okay=False, path_type=Path),
        help="Folder for the data of this node.",
    )(command)
