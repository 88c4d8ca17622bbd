"""What administrators and commands did to the installation itself: written down, and shown to auditors.

What is done to the organisation, to standings, units and rules of log-in, stands in the registers with who
said it and why. This is for what leaves nothing there: sessions, tokens, accounts, definitions, erasures. And
for posts and delegations, which decide who may act: how each stands after a change, to compare it with.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Final

from pydantic import JsonValue
from sqlalchemy import Connection

from domain.library import Library
from domain.values import Text
from records import administration as kept
from records import organisation, pattern_runs
from records.administration import Done, Kind
from services.parts import Caller, Parts
from services.people import naming
from services.titles import role_title
from services.views import Named, Page, RecordedAt, View


class PostMeant(View):
    """The post an entry is about: what it is called, and where."""

    title: str
    unit: Named


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
    post: PostMeant | None
    """Of what was done to a post, or to a delegation of it."""
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
        about = _posts_meant(connection, parts, caller, page.items)
        items = tuple(
            DoneView(
                seq=done.seq,
                kind=done.kind,
                title=_TITLES.get(done.kind, _OTHER).in_language(caller.language),
                on=done.on,
                at=done.at,
                by=named(done.by),
                person=named(done.person),
                post=about.get(str(done.says.get("post"))),
                says=done.says,
                hash=done.hash,
            )
            for done in page.items
        )
        return Page(items=items, next=page.next)

    return await parts.read(work)


def _posts_meant(
    connection: Connection, parts: Parts, caller: Caller, entries: Iterable[Done]
) -> dict[str, PostMeant]:
    ids = sorted({str(one.says["post"]) for one in entries if "post" in one.says})
    return {
        post.id: PostMeant(
            title=role_title(parts.library, post.unit_kind, post.role).in_language(caller.language),
            unit=Named(id=post.unit, name=post.unit_name),
        )
        for post in organisation.posts_by_id(connection, ids)
    }


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
    "post-given": Text(zh="授予职务", en="A post was given"),
    "post-ended": Text(zh="终止职务", en="A post was ended"),
    "post-stood": Text(zh="开始记录时已有的职务", en="A post stood when posts began to be noted"),
    "delegation-given": Text(zh="交他人代理", en="A post was lent"),
    "delegation-ended": Text(zh="终止代理", en="A delegation was ended"),
    "delegation-stood": Text(
        zh="开始记录时已有的代理", en="A delegation stood when delegations began to be noted"
    ),
}
_OTHER: Final = Text(zh="其他管理操作", en="Something else was done")
