"""What the refusals about files, prints, archive copies and handwritten signatures say to a person, Chinese first."""

from __future__ import annotations

from collections.abc import Mapping

PAPER: Mapping[str, tuple[str, str]] = {
    "attachment-case-full": (
        "这件事的附件总量已到上限，删去不需要的再传。",
        "The attachments of this case have reached their limit. Remove what is not needed and try again.",
    ),
    "attachment-changed": (
        "这个文件与上传时不一致，不能打开，请告知信息中心。",
        "This file is not as it was uploaded and cannot be opened. Tell the IT centre.",
    ),
    "attachment-count": ("这一步上传的文件太多，先移除不需要的。", "There are too many uploads in this task. Remove some first."),
    "not-awaited": ("案件现在不等这条消息，刷新再看。", "The case does not wait for this message now. Look again."),
    "no-start": ("没有这样可以代录的来件。", "There is no such message that starts a case."),
    "start-not-taken": (
        "这个来件现在不能建案：同号的案件还没办完，或流程已停用。",
        "It starts no case now: one of the same number is still open, or the process is suspended.",
    ),
    "message-value-missing": ("要填“{name}”。", "Fill in “{name}”."),
    "message-not-taken": ("案件没有接收这条消息，刷新再看。", "The case has not taken the message. Look again."),
    "message-value": ("这条消息不带“{name}”，可以填的是 {known}。", "This message does not bring '{name}'; it brings {known}."),
    "not-entry-post": (
        "只有转诊中心和医共体办公室可以代录。",
        "Only the referral centre and the community's office enter for others.",
    ),
    "institution-integrated": (
        "{institution}有信息系统，由它自己发送，不能代录。",
        "{institution} has a system and sends its messages itself.",
    ),
    "letter-there": ("这条消息已经附了来函。", "There is a letter to this message already."),
    "letter-not-found": ("没有这份来函，或您无权查看。", "There is no such letter, or you may not see it."),
    "enclosure-count": ("随意见的附件最多 {count} 个。", "At most {count} files go with an opinion."),
    "attachment-damaged": (
        "文件不完整或已损坏，重新拍照或换一个文件。",
        "The file is damaged or not whole. Take the picture again or choose another file.",
    ),
    "attachment-empty": ("文件是空的，换一个文件。", "The file is empty. Choose another one."),
    "attachment-field": ("这一步的表单不收这个附件。", "The form of this task does not take this file."),
    "attachment-id": ("上传编号重复，重新添加这个文件。", "The upload's id is taken. Add the file again."),
    "attachment-not-found": ("没有这个附件，或您无权查看。", "There is no such attachment, or you may not see it."),
    "attachment-pixels": ("图片尺寸过大，缩小后再传。", "The picture has too many pixels. Make it smaller."),
    "attachment-sent": ("这个文件已随表单提交。", "This file has been sent with the form already."),
    "attachment-too-large": ("文件太大，换一个小一些的。", "The file is too large. Choose a smaller one."),
    "attachment-type": ("只收 JPG、PNG 图片和 PDF，换一个文件。", "Only JPEG and PNG pictures and PDF files are taken."),
    "document-not-found": (
        "没有这份文书，或它现在还不能打印，或您的岗位不能打印它。",
        "There is no such document, or it cannot be printed yet, or not by your post.",
    ),
    "archive-changed": (
        "存档件与保存时不一致，没有提供。请联系信息中心核对审计记录。",
        "The archive copy is not as it was kept, so it is not given out. Ask the IT centre to verify the audit trail.",
    ),
    "archive-not-found": (
        "没有这件案卷的存档件，或您无权查看。",
        "There is no archive copy of this case, or you may not see it.",
    ),
    "archive-part": (
        "存档件含有您无权打开的表单。可以用“打印”得到您能看的部分。",
        "The archive copy holds forms that you may not open. Print the case to get the part that you may see.",
    ),
    "archive-waiting": ("存档件还没有生成，过几分钟再来。", "The archive copy is not made yet. Come back in some minutes."),
    "signature-image": (
        "没有收到签名，请在框里手写姓名再提交。",
        "There is no signature in what was sent. Write your name in the box.",
    ),
    "signature-not-found": ("没有找到这个签名。", "There is no such signature."),
    "signature-unasked": ("这一步不用手写签名。", "This step is not signed by hand."),
}
