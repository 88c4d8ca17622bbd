"""The mail by which an auditor gets a checkpoint of the log, to be kept where nobody here can change it."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Final

from domain.values import Language

_SUBJECT: Final = {"zh": "记录日志的检查点：{size}条", "en": "Checkpoint of the log: {size} events"}
_TEXT: Final = {
    "zh": """\
附件是记录日志的检查点，包括{size}条记录。请妥善保存，不必回复。

以后可用它核对：检查点之前的记录没有被更改、删除或插入。命令为
accede audit verify --checkpoint 文件名

{note}""",
    "en": """\
The attached file is a checkpoint of the log over {size} events. Keep it; there is nothing to answer.

Later it shows whether anything before it was changed, taken away or put in, by the command
accede audit verify --checkpoint FILE

{note}""",
}


def checkpoint_mail(note: str, size: int, to: Address, language: Language, now: datetime) -> EmailMessage:
    """Return the mail, without its sender."""
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["To"] = to
    mail["Subject"] = _SUBJECT[language].format(size=size)
    mail["Date"] = format_datetime(now)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(_TEXT[language].format(size=size, note=note))
    mail.add_attachment(note, filename=f"{size:012d}.checkpoint")
    return mail
