"""Comments on a case: reading them, writing one, withdrawing one's own. What is recorded is never changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from domain.commenting import LONGEST, may_comment
from domain.events import CommentAdded, CommentWithdrawn
from domain.narrating import step_title
from domain.permitting import actor_title
from domain.process import Process
from domain.values import Language
from domain.withholding import MASK
from records import cases, organisation
from records import comments as kept
from records.cases import FoundCase
from records.cursors import cursor_of, number_of
from records.stored import StoredEvent
from services import acts, disclosures
from services.acts import Answered
from services.parts import Caller, Parts
from services.requests import CommentRequest
from services.scoping import scope_of
from services.seeing import Look, look_at, opened
from services.views import Named, Page, RecordedAt, View

__all__ = ["LONGEST", "CommentView", "Commenting", "commenting", "listed", "withdraw", "write"]


class WithdrawnView(View):
    """That a comment was withdrawn, when, and why."""

    seq: int
    at: RecordedAt
    reason: str | None


class CommentView(View):
    """A comment on a case, with who wrote it when. `text` is null where it is not shown, or was erased."""

    seq: int
    """The number of its event: by it the comment is withdrawn, and found in history and dossier."""
    step: str | None
    step_title: str | None
    text: str | None
    by: Named
    on_behalf_of: Named | None
    at: RecordedAt
    to: tuple[str, ...]
    """Titles of the posts whose holders were told."""
    withdrawn: WithdrawnView | None
    own: bool
    """The caller wrote it and it stands."""


@dataclass(frozen=True)
class Commenting:
    """What the page of a case shows of comments."""

    comments: Page[CommentView]
    may_write: bool
    posts: tuple[tuple[str, str], ...]
    """The posts that can be told, each with its title."""
    steps: tuple[tuple[str, str], ...]
    """The steps a comment can be about, each with its title."""


async def listed(
    parts: Parts, caller: Caller, case_id: str, *, cursor: str | None = None, limit: int = 50
) -> Page[CommentView]:
    """Return the comments of a case as the caller sees them, latest first. Raises NotFound, InvalidInput.

    Whoever is not shown comments sees none but those he wrote himself.
    """

    def work(connection: Connection) -> tuple[Page[CommentView], str | None]:
        before = _before(cursor)
        found, look = _looked_at(connection, parts, caller, case_id)
        return _page(connection, parts, caller, found, look, before, limit), look.reason

    return await disclosures.read_noted(parts, work)


async def commenting(
    parts: Parts, caller: Caller, case_id: str, *, cursor: str | None = None, limit: int = 50
) -> Commenting | None:
    """Return what pages show of comments; None to whoever sees none and wrote none. Raises as `listed`."""

    def work(connection: Connection) -> tuple[Commenting | None, str | None]:
        found, look = _looked_at(connection, parts, caller, case_id)
        page = _page(connection, parts, caller, found, look, _before(cursor), limit)
        if not look.viewer.sees("comments") and not page.items:
            return None, None
        may_write = (
            look.viewer.sees("comments")
            and look.known is not None
            and may_comment(found.edition, found.case, look.known)
        )
        return _commenting(found, page, caller.language, may_write=may_write), look.reason

    return await disclosures.read_noted(parts, work)


def _commenting(
    found: FoundCase, page: Page[CommentView], language: Language, *, may_write: bool
) -> Commenting:
    if not may_write:
        return Commenting(page, may_write, (), ())
    edition = found.edition
    there = [actor for actor in edition.roles if found.case.unit_of_kind(actor.rpartition(".")[0])]
    return Commenting(
        page,
        may_write,
        tuple((one, actor_title(edition, one).in_language(language)) for one in there),
        tuple((name, step.title.in_language(language)) for name, step in edition.steps.items()),
    )


async def write(
    parts: Parts, caller: Caller, case_id: str, asked: CommentRequest, *, key: str | None = None
) -> Answered:
    """Write a comment, on whatever head the case has. Raises as `acts.perform` does."""
    return await acts.perform(parts, caller, case_id, asked, head=None, key=key)


async def withdraw(
    parts: Parts, caller: Caller, case_id: str, seq: int, reason: str, *, key: str | None = None
) -> Answered:
    """Withdraw one's own comment, for a reason; its text stays. Raises as `acts.perform` does."""
    asked = CommentRequest(kind="comment", withdraws=seq, reason=reason)
    return await acts.perform(parts, caller, case_id, asked, head=None, key=key)


def _looked_at(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> tuple[FoundCase, Look]:
    found = cases.find_case(connection, parts.library, case_id, scope_of(connection, caller, parts.today()))
    return found, look_at(connection, parts, caller, found.process, found.case)


def _page(  # noqa: PLR0917 - a page, and whose it is
    connection: Connection,
    parts: Parts,
    caller: Caller,
    found: FoundCase,
    look: Look,
    before: int | None,
    limit: int,
) -> Page[CommentView]:
    written = kept.comments_of(connection, found.case.id, before=before, limit=limit + 1)
    page = written[:limit]
    told = [one for one in page if _reads(look, one)]
    gone = kept.withdrawals_of(connection, found.case.id, told[-1].seq) if told else ()
    readable = opened(connection, parts, found.case, (*told, *gone))
    names = _names(connection, readable)
    withdrawn = dict(_withdrawals(look, readable))
    items = tuple(
        _view(found.process.edition(found.case.version), look, one, names, withdrawn, caller.language)
        for one in readable
        if isinstance(one.event.body, CommentAdded)
    )
    return Page(items=items, next=cursor_of(str(page[-1].seq)) if len(written) > limit else None)


def _reads(look: Look, stored: StoredEvent) -> bool:
    return look.viewer.sees("comments") or look.viewer.person in {
        stored.event.actor,
        stored.event.on_behalf_of,
    }


def _names(connection: Connection, events: Sequence[StoredEvent]) -> Mapping[str, str]:
    people = {one for each in events for one in (each.event.actor, each.event.on_behalf_of) if one}
    return organisation.names_of(connection, people)


def _withdrawals(look: Look, events: Sequence[StoredEvent]) -> list[tuple[int, WithdrawnView]]:
    found = []
    for one in events:
        if isinstance(one.event.body, CommentWithdrawn):
            reason = look.event(one.event).data.get("reason")
            view = WithdrawnView(seq=one.seq, at=one.event.recorded_at, reason=reason)
            found.append((one.event.body.comment, view))
    return found


def _view(  # noqa: PLR0917 - a comment, and what it is told with
    edition: Process,
    look: Look,
    stored: StoredEvent,
    names: Mapping[str, str],
    withdrawn: Mapping[int, WithdrawnView],
    language: Language,
) -> CommentView:
    event, shown = stored.event, look.event(stored.event)
    to = tuple(actor_title(edition, one).in_language(language) for one in shown.data.get("to") or ())
    gone = withdrawn.get(stored.seq)
    return CommentView(
        seq=stored.seq,
        step=event.step,
        step_title=None if event.step is None else step_title(edition, event.step).in_language(language),
        text=shown.data.get("text"),
        by=_named(shown.actor, names),
        on_behalf_of=None if shown.on_behalf_of is None else _named(shown.on_behalf_of, names),
        at=event.recorded_at,
        to=to,
        withdrawn=gone,
        own=gone is None and look.viewer.person == event.actor,
    )


def _named(person: str | None, names: Mapping[str, str]) -> Named:
    if person is None or person == MASK:
        return Named(id=MASK, name="")
    return Named(id=person, name=names.get(person, ""))


def _before(cursor: str | None) -> int | None:
    return None if cursor is None else number_of(cursor)
