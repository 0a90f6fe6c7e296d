"""What stands against sending a task back, taking a decision back, and withdrawing a case."""

from __future__ import annotations

from collections.abc import Mapping

RETURNING: Mapping[str, tuple[str, str]] = {
    "return-behind-join": (
        "“{name}”所在的分支已经汇合，不能单独退回；请退回到分支开始之前的步骤。",
        "“{name}” is in a branch that has been joined since; send back to a step before the branches begin.",
    ),
    "return-direct": (
        "从“{name}”不能直达本步骤，因为中间有并行分支；请选择重走。",
        "“{name}” cannot come straight back, since branches lie between; have the steps done again.",
    ),
    "return-effects": (
        "退回到“{name}”之前，请确认已处理好对外影响：{elements}。",
        "Before it is sent back to “{name}”, confirm that what was done outside the case is looked after: {elements}.",
    ),
    "return-ends-others": (
        "退回到“{name}”会同时撤销其他分支上的工作：{elements}。如确需退回，请勾选“撤销其他分支”。",
        "Sending back to “{name}” ends work in other branches: {elements}. Say so if it is meant.",
    ),
    "return-event-subprocess": (
        "本步骤由事件触发，与“{name}”不在同一条路线上，不能退回。",
        "This step was set off by an event and is not on the way of “{name}”.",
    ),
    "return-not-decider": ("您只提意见，不决定本步骤，不能退回。", "You are only heard here, so you cannot send it back."),
    "return-other-branch": ("“{name}”在另一条并行分支上，不能退回到那里。", "“{name}” is in another parallel branch."),
    "return-seats": ("“{name}”由多人分别办理，不能退回到其中一份。", "“{name}” was done by several people side by side."),
    "return-subprocess": ("“{name}”所在的子流程已经结束，不能退回到其中。", "“{name}” is in a subprocess that is over."),
    "return-target": (
        "只能退回到本流程已办过的步骤，“{target}”不是。",
        "A task can be sent back only to a step of its case that was done before; “{target}” is none.",
    ),
    "return-unstructured": (
        "流程图上看不出“{name}”属于哪条分支，不能退回到那里。",
        "The drawing does not say which branch “{name}” is in.",
    ),
    "not-your-decision": ("只能收回本人办理的任务。", "You can take back only what you have decided yourself."),
    "take-back-acted": ("后续已有人办理，不能收回。", "Somebody has acted on it, so it cannot be taken back."),
    "take-back-called": ("已因此启动其他流程，不能收回。", "It has started another process, so it cannot be taken back."),
    "take-back-effects": (
        "已因此对外发送或执行，不能收回。",
        "Something outside the case was done because of it, so it cannot be taken back.",
    ),
    "take-back-heard": ("这只是征求的意见，没有收回一说。", "It was only heard, so there is nothing to take back."),
    "take-back-joined": (
        "其他分支已随之继续，不能收回。",
        "Other branches have gone on with it, so it cannot be taken back.",
    ),
    "take-back-seats": ("本步骤由多人分别办理，不能单独收回。", "It is one of several decided side by side."),
    "take-back-secret": (
        "无记名投票已投入票箱，不能收回。",
        "A secret vote lies in the box; it cannot be taken back.",
    ),
    "take-back-several": (
        "他人在您之后表态，已有结果，不能收回。",
        "Others have voted after you and decided it, so it cannot be taken back.",
    ),
    "take-back-taken": ("下一步已有人领取，不能收回。", "Somebody has taken the next task up, so it cannot be taken back."),
    "withdraw-acted": ("已有人办理，发起人不能再撤回。", "Somebody has acted, so the case cannot be withdrawn any more."),
    "withdraw-effects": (
        "撤回之前，请确认已处理好对外影响：{elements}。",
        "Before it is withdrawn, confirm that what was done outside the case is looked after: {elements}.",
    ),
    "withdraw-ended": ("流程已结束，不能撤回。", "The case has ended, so it cannot be withdrawn."),
    "withdraw-never": ("此流程不允许发起人撤回。", "This process does not let its cases be withdrawn."),
    "withdraw-no-draft": ("您在本流程中还没有办过步骤，无处可撤回；如不再需要，请撤销。", "You have done no step to go back to."),
    "withdraw-not-starter": ("只有发起人可以撤回。", "Only whoever has started a case may withdraw it."),
}
