"""What refusals say that concern rehearsals of a design."""

from __future__ import annotations

from collections.abc import Mapping

REHEARSING: Mapping[str, tuple[str, str]] = {
    "rehearsal-jobs": (
        "流程停不下来：一步之内已经办了 {limit} 件后台工作，请检查循环。",
        "The process does not come to rest: {limit} jobs in one step. Look for a loop.",
    ),
    "rehearsal-model": ("设计稿有错误，先改好才能试运行。", "The design has errors; mend them before rehearsing it."),
    "rehearsal-no-appointment": (
        "没有人能这样发起：所选人员此时没有可以发起的任职。",
        "Nobody can start it so: whoever was chosen holds no post then that may.",
    ),
    "rehearsal-no-chair": ("工号 {number} 在该机构没有这个岗位。", "Staff number {number} does not hold that post there."),
    "rehearsal-no-deadline": ("没有会到期的期限或定时。", "Nothing will fall due."),
    "rehearsal-no-element": ("设计稿中没有步骤“{element}”。", "The design has no step “{element}”."),
    "rehearsal-no-process": ("设计稿中没有流程“{name}”。", "The design has no process “{name}”."),
    "rehearsal-no-start": ("没有流程由消息“{name}”启动。", "No process is started by message “{name}”."),
    "rehearsal-no-task": ("没有打开的任务“{element}”。", "There is no open task “{element}”."),
    "rehearsal-no-work": ("“{element}”没有等待外部系统的工作。", "No work for another system waits at “{element}”."),
    "rehearsal-nobody": ("没有工号 {number} 的人员。", "Nobody has staff number {number}."),
    "rehearsal-not-awaited": ("没有步骤在等消息“{name}”。", "Nothing waits for message “{name}”."),
    "rehearsal-not-waiting": ("“{element}”没有在等待。", "“{element}” does not wait."),
    "rehearsal-step": ("看不懂这一步：{found}。", "This step is not understood: {found}."),
    "rehearsal-steps": ("一次试运行最多 {limit} 步。", "A rehearsal takes at most {limit} steps."),
    "rehearsal-time": ("试运行超过 {limit} 秒，已停止。", "The rehearsal took more than {limit} seconds and was stopped."),
    "rehearsals-busy": (
        "同时只能有 {limit} 个试运行，请稍候再试。",
        "{limit} rehearsals run already; try again in a moment.",
    ),
}
