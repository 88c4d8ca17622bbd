"""E-mail over SMTP: plain text in the reader's language, and the same Message-ID for the same duty.

SMTP cannot say "exactly once": a server that takes a message and then falls silent leaves us not knowing. The
message is then sent again with the same Message-ID, by which mail systems know it as one.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

import aiosmtplib
from aiosmtplib.errors import (
    SMTPDataError,
    SMTPException,
    SMTPNotSupported,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from domain.values import Language
from senders.checkpoint_mail import checkpoint_mail
from senders.messages import Message, NotNow, Refused, Round
from senders.texts import write

_FINAL: Final = 500
"""SMTP codes from here on mean: do not try again."""
_PORTS: Final = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


class MailSender:
    """Sends mail through one SMTP server."""

    channel = "mail"

    def __init__(self, smtp_url: str, *, sender: str, public_url: str, timeout: float = 20) -> None:
        """Remember where to send: `smtp://user:password@host:25`, `smtp+starttls://…` or `smtps://…`.

        `timeout` is in seconds, for each answer of the server.
        """
        self._parts = urlsplit(smtp_url)
        self._sender = sender
        self._public_url = public_url
        self._timeout = timeout

    @asynccontextmanager
    async def round(self) -> AsyncIterator[Round]:
        """Open a round: one connection for many messages, made when the first is sent."""
        opened = _MailRound(self._connection(), sender=self._sender, public_url=self._public_url)
        try:
            yield opened
        finally:
            await opened.close()

    async def send_checkpoint(self, note: str, size: int, to: str, language: Language, now: datetime) -> None:
        """Send a checkpoint of the log to somebody who keeps it. Raises Refused, NotNow."""
        mail = checkpoint_mail(note, size, one_address(to), language, now)
        mail["From"] = self._sender
        opened = _MailRound(self._connection(), sender=self._sender, public_url=self._public_url)
        try:
            await opened.send_mail(mail, to)
        finally:
            await opened.close()

    def _connection(self) -> aiosmtplib.SMTP:
        parts = self._parts
        return aiosmtplib.SMTP(
            hostname=parts.hostname,
            port=parts.port or _PORTS[parts.scheme],
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=parts.scheme == "smtps",
            start_tls=parts.scheme == "smtp+starttls",
            timeout=self._timeout,
        )


class _MailRound:
    def __init__(self, smtp: aiosmtplib.SMTP, *, sender: str, public_url: str) -> None:
        self._smtp = smtp
        self._sender = sender
        self._public_url = public_url

    async def send(self, message: Message) -> None:
        """Send one mail. Raises Refused for what this server or address will never take, NotNow otherwise."""
        await self.send_mail(compose(message, sender=self._sender, public_url=self._public_url), message.to)

    async def send_mail(self, mail: EmailMessage, to: str) -> None:
        """Send a mail that is written already. Raises the same."""
        await self._connect()
        try:
            await self._smtp.send_message(mail, sender=self._sender, recipients=[to])
        except SMTPRecipientsRefused as refused:
            raise _verdict(refused.recipients[0].code, "recipient") from refused
        except SMTPDataError as refused:
            raise _verdict(refused.code, "message") from refused
        except SMTPNotSupported as refused:
            raise Refused("address not supported by the server") from refused
        except (TimeoutError, SMTPException, OSError) as trouble:
            self._smtp.close()
            raise NotNow(_named(trouble)) from trouble

    async def close(self) -> None:
        """Say goodbye where there is somebody to say it to."""
        if self._smtp.is_connected:
            try:
                await self._smtp.quit()
            except (TimeoutError, SMTPException, OSError):
                self._smtp.close()

    async def _connect(self) -> None:
        if self._smtp.is_connected:
            return
        try:
            await self._smtp.connect()
        except (TimeoutError, SMTPException, OSError) as trouble:
            self._smtp.close()
            raise NotNow(f"no connection: {_named(trouble)}") from trouble


def compose(message: Message, *, sender: str, public_url: str) -> EmailMessage:
    """Return the mail. Raises Refused for an address that is none, or more than one."""
    subject, text = write(message, public_url)
    mail = EmailMessage(policy=SMTP_POLICY)
    mail["From"] = sender
    mail["To"] = one_address(message.to)
    mail["Subject"] = in_one_line(subject)
    mail["Message-ID"] = f"<{message.id}>"
    mail["Date"] = format_datetime(message.created_at)
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    # After the content: setting that removes every Content-… header.
    mail["Content-Language"] = message.language
    return mail


def in_one_line(text: str) -> str:
    """Return text that cannot end a header line and begin another."""
    return re.sub(r"[\x00-\x1f\x7f\x85\u2028\u2029]+", " ", text).strip()


def one_address(given: str) -> Address:
    """Return an address. Raises Refused for what is none, or more than one."""
    if in_one_line(given) != given:
        raise Refused("not an address")
    try:
        address = Address(addr_spec=given)
    except (ValueError, HeaderParseError, IndexError) as wrong:
        raise Refused("not an address") from wrong
    if not address.username or not address.domain:
        raise Refused("not an address")
    return address


def _verdict(code: int, what: str) -> Refused | NotNow:
    if code >= _FINAL:
        return Refused(f"{what} refused, code {code}")
    return NotNow(f"{what} not taken now, code {code}")


def _named(trouble: Exception) -> str:
    # Servers like to repeat the address in their answer; the class and code say enough.
    code = f" {trouble.code}" if isinstance(trouble, SMTPResponseException) else ""
    return f"{type(trouble).__name__}{code}"
