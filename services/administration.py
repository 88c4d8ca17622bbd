"""What administrators and commands did to the installation itself: written down, and shown to auditors.

What is done to the organisation, to posts, standings, units and rules of log-in, stands in the registers with
who said it and why. This is for what leaves nothing there: sessions, tokens, accounts, definitions, erasures.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from pydantic import JsonValue
from sqlalchemy import Connection

from domain.library import Library
from domain.values import Text
from records import administration as kept
from records import pattern_runs
from records.administration import Kind
from services.parts import Caller, Parts
from services.people import naming
from services.views import Named, Page, RecordedAt, View


class DoneView(View):
    """Something that was done to the installation. `seq` and `hash` say its place in their chain."""

    seq: int
    kind: str
    title: str
    on: date
    at: RecordedAt
    by: Named | None
    """None: a command on the machine."""
    person: Named | None
    """To whom it was done."""
    says: Mapping[str, JsonValue]
    hash: str


def note(
    connection: Connection,
    parts: Parts,
    kind: Kind,
    *,
    by: str | None = None,
    person: str | None = None,
    **says: JsonValue,
) -> None:
    """Write down what is done in this transaction; without `by` it is a command that does it."""
    kept.note(connection, kind, parts.today(), parts.clock(), by, person, **says)


def note_definitions(connection: Connection, library: Library, on: date, at: datetime) -> int:
    """Write down which definitions are here that were not before, by their digests; return how many."""
    kept.alone(connection)
    known = kept.installed(connection)
    new = [one for one in library if one.digest not in known]
    for one in new:
        kept.note(
            connection,
            "definition-installed",
            on,
            at,
            process=one.process,
            version=one.version,
            digest=one.digest,
        )
    return len(new)


async def listed(parts: Parts, caller: Caller, *, cursor: str | None, limit: int) -> Page[DoneView]:
    """Return what was done, latest first: all of it to whoever audits everything.

    Whoever audits some units is told what was done to people in them or below, anybody else nothing. Raises
    InvalidInput for a bad cursor.
    """

    def work(connection: Connection) -> Page[DoneView]:
        audited = pattern_runs.audited_by(connection, caller.person, parts.today())
        below = None if audited.everything else audited.units
        page = kept.listed(connection, below=below, cursor=cursor, limit=limit)
        named = naming(connection, (one for done in page.items for one in (done.by, done.person)))
        items = tuple(
            DoneView(
                seq=done.seq,
                kind=done.kind,
                title=_TITLES.get(done.kind, _OTHER).in_language(caller.language),
                on=done.on,
                at=done.at,
                by=named(done.by),
                person=named(done.person),
                says=done.says,
                hash=done.hash,
            )
            for done in page.items
        )
        return Page(items=items, next=page.next)

    return await parts.read(work)


_TITLES: Final[Mapping[str, Text]] = {
    "account-made": Text(zh="开通登录", en="A login was made"),
    "account-shut": Text(zh="停用登录", en="A login was shut"),
    "password-set": Text(zh="重设密码", en="A password was set"),
    "factors-forgotten": Text(zh="清除第二重验证", en="Second steps of a log-in were forgotten"),
    "sessions-ended": Text(zh="结束登录会话", en="Sessions were ended"),
    "token-made": Text(zh="发放令牌", en="A token was made"),
    "token-ended": Text(zh="收回令牌", en="A token was ended"),
    "person-erased": Text(zh="删除个人信息", en="A person was erased"),
    "definition-installed": Text(zh="安装流程定义", en="A definition was installed"),
    "record-restored": Text(zh="从备份恢复", en="The record was restored from a backup"),
}
_OTHER: Final = Text(zh="其他管理操作", en="Something else was done")
