"""What the verbs of process mining refuse, each with its remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownAudit(KapokError):
    """There is no such audit, or it was deleted."""

    wording = Text(
        zh="没有这次审计，可能已被删除；请回到列表。",
        en="There is no such audit; it may have been deleted. Go back to the list.",
    )


class NoLog(KapokError):
    """An audit needs at least one file."""

    wording = Text(zh="请至少选择一个日志文件。", en="Choose at least one log file.")


class EmptyLog(KapokError):
    """A file without a byte."""

    wording = Text(
        zh="文件“{name}”是空的；请重新导出后再上传。",
        en="The file “{name}” is empty; export it again and upload it then.",
    )


class LogTooLarge(KapokError):
    """Larger than this installation takes through the browser."""

    wording = Text(
        zh="文件“{name}”超过 {limit} MB 的上传上限；请改用命令行 kapok audit，或请管理员提高 KAPOK_UPLOAD_MB。",
        en="The file “{name}” is larger than the {limit} MB taken here; use kapok audit on the command line, "
        "or ask the administrator to raise KAPOK_UPLOAD_MB.",
    )


class UnknownFormat(KapokError):
    """Not one of the formats an audit reads."""

    wording = Text(
        zh="文件“{name}”的类型不能识别；可用：{formats}。",
        en="The file “{name}” is of no known type; there are {formats}.",
    )


class NameTooLong(KapokError):
    """No file system holds such a name."""

    wording = Text(
        zh="文件名“{name}…”太长；请改成不超过 60 个汉字的名字后再上传。",
        en="The file name “{name}…” is too long; rename it to at most 200 letters and upload it then.",
    )


class CannotKeep(KapokError):
    """The disk does not take the file: it is full, or may not be written."""

    wording = Text(
        zh="文件“{name}”未能存下：{reason}。没有留下任何内容；请管理员查看“系统状态”中的磁盘后再上传。",
        en="The file “{name}” could not be stored: {reason}. Nothing was kept; ask the administrator to look at the disk under "
        "System health, and upload it then.",
    )


class SameName(KapokError):
    """Two files of one audit are called the same."""

    wording = Text(
        zh="有两个文件都叫“{name}”；请改名后再上传。", en="Two files are called “{name}”; rename one of them."
    )


class CannotShare(KapokError):
    """The data folder lies where two audits cannot have one file."""

    wording = Text(
        zh="无法让两次审计共用日志：{reason}。请重新上传该日志，或请管理员把数据目录放到支持硬链接的文件系统上。",
        en="Two audits cannot share a log here: {reason}. Upload the log again, or ask the administrator to put the data folder "
        "on a file system with hard links.",
    )


class UnknownPack(KapokError):
    """No pack of this name is installed."""

    wording = Text(zh="没有规则包“{pack}”；请从列表中选择。", en="There is no pack “{pack}”; choose one of the list.")


class AtWork(KapokError):
    """The audit is waiting or running; it cannot be changed meanwhile."""

    wording = Text(zh="审计正在进行，请等它结束后再改。", en="This audit is at work; wait until it has ended.")


class NotDone(KapokError):
    """Only finished audits can be read or compared."""

    wording = Text(
        zh="审计“{name}”还没有结果；请等它完成。", en="The audit “{name}” has no result yet; wait until it is done."
    )
