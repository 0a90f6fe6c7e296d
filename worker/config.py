"""How people are told beside the inbox: one frozen object, read once by the composition root. Nothing is set by default.

Secrets are never shown by `repr`, and no error names an address that holds one.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class ChannelConfig:
    """Mail, robots and the webhook of one community."""

    public_url: str = ""
    """Where the inbox is reached; messages link to it."""
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_security: str = "starttls"
    """`starttls`, `tls` or `none`."""
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    smtp_from: str = ""
    wecom_url: str = field(default="", repr=False)
    """A robot's address, or a JSON object of addresses by institution code, with `*` for all others."""
    dingtalk_url: str = field(default="", repr=False)
    dingtalk_secret: str = field(default="", repr=False)
    feishu_url: str = field(default="", repr=False)
    feishu_secret: str = field(default="", repr=False)
    webhook_url: str = field(default="", repr=False)
    webhook_secret: str = field(default="", repr=False)
    allowed_hosts: str = "qyapi.weixin.qq.com,oapi.dingtalk.com,open.feishu.cn"
    """Hosts that may be called, with a port where it is not 443."""
    allowed_networks: str = ""
    """Networks of one's own that these hosts may lie in, such as 10.0.0.0/8."""

    @property
    def configured(self) -> tuple[str, ...]:
        """Names of the channels that there are settings for."""
        given = {
            "mail": self.smtp_host,
            "wecom": self.wecom_url,
            "dingtalk": self.dingtalk_url,
            "feishu": self.feishu_url,
            "webhook": self.webhook_url,
        }
        return tuple(name for name, setting in given.items() if setting)
