"""Everything held on a person, to be handed to him: as JSON, or packed with the documents.

Of his cases it holds what the table of fields shows the person concerned: what others said of him in
confidence, and others' data, are left out and marked as left out.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from pydantic import JsonValue
from pydantic_core import to_jsonable_python
from sqlalchemy import Connection

from records import (
    absences,
    cases,
    erasures,
    held,
    organisation,
    people_over_time,
    relations,
    restrictions,
    visible,
)
from records import materials as kept
from records.cases import CaseFilter
from records.cursors import every
from records.delegations import Delegation
from records.posts import Post
from records.scope import scope_of
from records.stored import events_after
from services import document_keys
from services.asking import Asking
from services.leave import absence_views
from services.parts import Caller, Parts
from services.people import delegation_views, person_view, post_view, with_endings
from services.person_changes import PersonWordView, word_view
from services.plain_words import PlainCaseView, plain_view
from services.refusals import NotPermitted
from services.relations import RelationView, relation_view
from services.seeing import Seen, as_told, look_of_subject, opened
from services.views import AbsenceView, DelegationView, MaterialView, PersonView, PostView, View

_MEMORY: Final = 8 << 20
"""Bytes that are packed before a file on the disk is used."""


class HeldStandingView(View):
    """A standing somebody had, with what was said of it by hand."""

    standing: str
    unit: str
    first_on: date
    last_on: date | None
    source: str
    reasons: tuple[str, ...]


class HeldRestrictionView(View):
    """One word about what barred somebody."""

    restriction: str
    first_on: date
    last_on: date | None
    reason: str | None


class HeldCaseView(View):
    """A case about somebody, and what of its history he may be given."""

    plain: PlainCaseView
    history: tuple[Seen, ...]


class ExportView(View):
    """Everything held on a person."""

    made_at: datetime
    person: PersonView
    born_on: date | None
    logins: tuple[str, ...]
    written_down: tuple[PersonWordView, ...]
    """How he was written down over time."""
    standings: tuple[HeldStandingView, ...]
    posts: tuple[PostView, ...]
    delegations: tuple[DelegationView, ...]
    """What was lent by or to him."""
    absences: tuple[AbsenceView, ...]
    restrictions: tuple[HeldRestrictionView, ...]
    relations: tuple[RelationView, ...]
    """Every word about who is related to him."""
    cases: tuple[HeldCaseView, ...]
    documents: tuple[MaterialView, ...]
    rows: Mapping[str, tuple[Mapping[str, JsonValue], ...]]
    """What else names him: log-ins and sessions, messages, drafts, parts in cases, what he did, by table."""


async def exported(parts: Parts, caller: Caller, person: str) -> ExportView:
    """Return everything held on a person, for himself or an administrator of all his units.

    Raises NotFound, NotPermitted.
    """

    def work(connection: Connection) -> ExportView:
        today = parts.today()
        found = visible.find_person(connection, person, viewer=caller.person, today=today)
        _check_may(connection, parts, caller, person)
        about = tuple(_cases(connection, parts, caller, person))
        return ExportView(
            made_at=parts.clock(),
            person=person_view(found),
            born_on=found.born_on,
            rows=_rows(connection, person),
            relations=tuple(map(relation_view, relations.words_about(connection, person))),
            logins=erasures.logins_of(connection, person),
            written_down=tuple(map(word_view, people_over_time.words_about(connection, person))),
            standings=tuple(_standings(connection, person)),
            posts=with_endings(connection, map(post_view, _posts(connection, person))),
            delegations=delegation_views(connection, _delegations(connection, person)),
            absences=absence_views(connection, absences.absences_since(connection, (person,), date.min)),
            restrictions=tuple(
                HeldRestrictionView(
                    restriction=one.restriction, first_on=one.from_on, last_on=one.to_on, reason=one.reason
                )
                for one in restrictions.history_of(connection, person)
            ),
            cases=about,
            documents=_documents(connection, person, about),
        )

    return await parts.read(work)


async def packed(parts: Parts, view: ExportView) -> IO[bytes]:
    """Return a ZIP file of it: `person.json`, and the documents by digest. Whoever reads it closes it."""
    out: IO[bytes] = SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - handed to whoever reads it
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as pack:
        pack.writestr("person.json", view.model_dump_json(indent=2, by_alias=True))
        for document in view.documents:
            try:
                pieces = [piece async for piece in document_keys.read(parts, document.sha256)]
            except FileNotFoundError:
                continue
            pack.writestr(f"documents/{document.sha256}-{document.name}", b"".join(pieces))
    out.seek(0)
    return out


def _check_may(connection: Connection, parts: Parts, caller: Caller, person: str) -> None:
    if person == caller.person:
        return
    asking = Asking(connection, caller.person, parts.today())
    if not asking.administered((person,)):
        raise NotPermitted


def _cases(connection: Connection, parts: Parts, caller: Caller, person: str) -> Iterator[HeldCaseView]:
    """Return the cases about a person as he sees them, whoever asks."""
    scope = scope_of(connection, person, parts.today())
    about = partial(cases.list_cases, connection, scope=scope, narrowed=CaseFilter(subject=person))
    for row in every(about):
        found = cases.find_case(connection, parts.library, row.id, scope)
        found, look = as_told(connection, parts, found, look_of_subject(parts, found.process, found.case))
        stored = opened(connection, parts, found.case, events_after(connection, row.id))
        plain = plain_view(connection, parts, caller.language, found)
        yield HeldCaseView(plain=plain, history=look.history(stored))


def _standings(connection: Connection, person: str) -> Iterator[HeldStandingView]:
    words = people_over_time.words_about_standings(connection, person)
    for one in restrictions.standings_of(connection, person):
        reasons = tuple(word.reason for word in words if word.id == one.id and word.reason)
        yield HeldStandingView(
            standing=one.standing,
            unit=one.unit,
            first_on=one.from_on,
            last_on=one.to_on,
            source=one.source,
            reasons=reasons,
        )


def _posts(connection: Connection, person: str) -> Iterator[Post]:
    return every(partial(organisation.list_posts, connection, person_id=person))


def _delegations(connection: Connection, person: str) -> Iterator[Delegation]:
    return every(partial(organisation.list_delegations, connection, person_id=person))


def _rows(connection: Connection, person: str) -> dict[str, tuple[dict[str, JsonValue], ...]]:
    return {
        table: tuple(map(to_jsonable_python, rows))
        for table, rows in held.rows_on(connection, person).items()
    }


def _documents(
    connection: Connection, person: str, held: tuple[HeldCaseView, ...]
) -> tuple[MaterialView, ...]:
    named = [
        digest
        for case in held
        for event in case.history
        for digests in (event.data.get("materials") or {}).values()
        for digest in digests
    ]
    return tuple(
        MaterialView(id=one.id, sha256=one.sha256, media_type=one.media_type, size=one.size, name=one.name)
        for one in kept.held_on(connection, person, named)
    )
