"""What refusals say that concern process folders and their designs."""

from __future__ import annotations

from collections.abc import Mapping

DESIGNING: Mapping[str, tuple[str, str]] = {
    "already-current": ("当前版本的内容与所选版本相同，无需回退。", "The newest version holds the same files already."),
    "deployment-not-found": ("没有这个版本。", "There is no such version."),
    "design-editing": ("设计稿还在编辑，请先提交审核。", "The design is being edited; submit it for review first."),
    "design-ended": ("设计稿已发布或已作废。", "The design has been published or discarded."),
    "design-exists": (
        "该流程目录已有设计稿（由{by}开始），请打开它继续。",
        "The folder has an open design, begun by {by}; go on with that one.",
    ),
    "design-file-gone": (
        "该文件已被移除；如需恢复，请作为新文件保存。",
        "The file has been removed; save it as a new file to bring it back.",
    ),
    "design-in-review": (
        "设计稿正在审核，内容不能再改；需要修改请先退回。",
        "The design is in review and does not change; have it returned first.",
    ),
    "design-locked": ("{by}正在编辑，请稍后再试。", "{by} is editing; try again in a moment."),
    "design-not-found": ("没有这份设计稿。", "There is no such design."),
    "design-outdated": (
        "设计稿开始之后又发布了新版本（{at}），请先比较，确认后再发布。",
        "A newer version has been published since this design was begun ({at}); compare, then confirm.",
    ),
    "design-stale": (
        "{by}已于 {at} 保存了该文件的新内容，您的修改未覆盖它。",
        "{by} saved the file at {at}; yours has not overwritten it.",
    ),
    "file-not-found": ("设计稿中没有该文件。", "The design has no such file."),
    "folder-not-found": ("没有这个流程目录。", "There is no such process folder."),
    "four-eyes": (
        "您本人修改过这份设计稿，须由他人发布。可发布的人：{others}。",
        "You have written in this design yourself; somebody else publishes it: {others}.",
    ),
    "four-eyes-nobody": (
        "您本人修改过这份设计稿，须由他人发布；目前没有其他人有“部署流程”权限。",
        "You have written in this design yourself, and nobody else holds the right to deploy.",
    ),
    "invalid-model": (
        "流程文件有错误，未发布；请按所列各条修改。",
        "The files have errors and were not published; see each below.",
    ),
    "nothing-new": ("内容与当前版本相同，没有可发布的修改。", "The files are those of the newest version; nothing to publish."),
}
