"""What refusals around the people of a step, and the form that they share, say to a person."""

from __future__ import annotations

from collections.abc import Mapping

APPROVERS: Mapping[str, tuple[str, str]] = {
    "nobody-next": (
        "下一步“{step}”找不到办理人，暂不能提交，已填内容不变。请联系流程管理员。",
        "Nobody is found for the next step “{step}”, so this cannot be sent on yet; nothing is lost. Ask the administrator.",
    ),
    "nobody-found": (
        "规则找不到任何办理人，未作改变。请先检查任职和规则。",
        "The rules find nobody, so nothing was changed; check the chairs and the rules first.",
    ),
    "nobody-changed": ("规则找到的还是这些人，没有变化。", "The rules find the same people; nothing would change."),
    "form-changed": (
        "“{field}”刚被他人修改，请查看最新内容后再提交，您填的内容仍在。",
        "Somebody has just changed {field}; look at it and send again. What you wrote is kept.",
    ),
}
