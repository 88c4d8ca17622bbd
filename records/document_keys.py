"""The key of each document that lies sealed, wrapped once for everybody by whose own key it may be opened.

Whoever is erased takes his wrappings along: a document that is about him alone opens no more, and one that is
about others too opens as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection

from domain.batches import in_batches
from records.dialects import put_new
from records.keys import Kept
from records.prepared import Prepared
from records.privacy_tables import document_keys, person_keys
from records.tables import case_materials, cases, materials

_AT_ONCE = 500
_ASKED_AT_ONCE = 50
_FEW = 3
"""Keys of a document that are tried before all are looked at."""

# A document may have thousands of keys, one person few: they are looked for among his, not among its own.
_SHA256 = document_keys.c.sha256.concat("")
_OPENS = document_keys.c.wrapped.is_not(None)
_ORDER = (document_keys.c.sha256, document_keys.c.sealed_as, document_keys.c.person_id)
_IS_ABOUT = (
    sa.select(cases.c.id)
    .join(case_materials, case_materials.c.case_id == cases.c.id)
    .where(case_materials.c.sha256 == document_keys.c.sha256, cases.c.subject_id == document_keys.c.person_id)
    .correlate(document_keys)
    .exists()
)
_LET_GO = Prepared(
    sa.delete(document_keys).where(
        sa.bindparam("digest", type_=sa.String()) == _SHA256,
        _OPENS,
        document_keys.c.person_id == sa.bindparam("holder", type_=sa.String()),
        ~_IS_ABOUT,
    )
)


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A document's key as it is wrapped for one person; `wrapped` is None once that was destroyed."""

    sha256: str
    sealed_as: str
    person: str
    wrapped: str | None


def keys_of(connection: Connection, digests: Iterable[str]) -> list[DocumentKey]:
    """Return the wrapped keys of documents, in a fixed order; none for those that lie in the open."""
    found: list[DocumentKey] = []
    for some in in_batches(sorted(set(digests)), _AT_ONCE):
        query = sa.select(document_keys).where(document_keys.c.sha256.in_(some))
        found += [DocumentKey(*row) for row in connection.execute(query.order_by(*_ORDER))]
    return found


class AtHand(NamedTuple):
    """Keys that open documents, and those of the people by whose keys they do."""

    theirs: list[DocumentKey]
    """Those of a person and of who handed the documents in."""
    some: list[DocumentKey]
    """A few of each document."""
    people: Mapping[str, Kept | None]
    """What is known of the key of the person, and of others whose keys open something."""


def at_hand(connection: Connection, digests: Sequence[str], subject: str) -> AtHand:
    """Return keys that open documents: those of a person and of who handed them in; and a few of each.

    A document handed in once for thousands of cases has as many; mostly any of them opens it.
    """
    rows: list[tuple[Any, ...]] = []
    for wanted in in_batches(sorted(set(digests)), _ASKED_AT_ONCE):
        given = {f"digest_{number}": each for number, each in enumerate(wanted)}
        rows += _at_hand(len(wanted)).rows(connection, given | {"subject": subject})
    people: dict[str, Kept | None] = {row[2]: Kept(row[4]) for row in rows if row[4] is not None}
    people[subject] = next((Kept(row[4]) for row in rows if row[5] == _OWN), None)
    theirs = [DocumentKey(*row[:4]) for row in rows if row[5] == _THEIRS]
    return AtHand(theirs, [DocumentKey(*row[:4]) for row in rows if row[5] == _SOME], people)


_SOME, _THEIRS, _OWN = range(3)
"""What a row at hand is: one of a few keys of a document, one of theirs, or the subject's own key alone."""


@lru_cache(maxsize=64)
def _at_hand(number: int) -> Prepared:
    """Return the query for the keys at hand of so many documents."""
    digests = [sa.bindparam(f"digest_{each}", type_=sa.String()) for each in range(number)]
    handed_in_by = sa.select(materials.c.created_by).where(materials.c.sha256.in_(digests))
    subject = sa.bindparam("subject", type_=sa.String())
    by = document_keys.c.person_id.in_(sa.union_all(handed_in_by, sa.select(subject)))
    theirs = sa.select(document_keys, _key_of(document_keys), _kind(_THEIRS)).where(
        _SHA256.in_(digests), _OPENS, by
    )
    few = [
        sa.select(document_keys)
        .where(document_keys.c.sha256 == digest, _OPENS)
        .order_by(*_ORDER)
        .limit(sa.literal_column(str(_FEW)))
        .subquery()
        for digest in digests
    ]
    some = [sa.select(each, _key_of(each), _kind(_SOME)) for each in few]
    nothing = sa.null()
    own = sa.select(
        nothing, nothing, person_keys.c.person_id, nothing, person_keys.c.wrapped, _kind(_OWN)
    ).where(person_keys.c.person_id == subject)
    return Prepared(sa.union_all(theirs, *some, own))


def _key_of(keys: sa.FromClause) -> sa.Label[str]:
    """Return the wrapped key of who opens a document, looked up by itself, row by row."""
    his = sa.select(person_keys.c.wrapped).where(person_keys.c.person_id == keys.c.person_id)
    return his.scalar_subquery().label("key")


def _kind(of: int) -> sa.Label[int]:
    return sa.literal_column(str(of), sa.Integer()).label("kind")


def keep_keys(connection: Connection, kept: Iterable[DocumentKey]) -> None:
    """Keep wrapped keys; those that are there already stay as they are."""
    rows = [
        {"sha256": one.sha256, "sealed_as": one.sealed_as, "person_id": one.person, "wrapped": one.wrapped}
        for one in kept
    ]
    put_new(connection, document_keys).send_many(connection, rows)


def let_go(connection: Connection, of: Iterable[DocumentKey]) -> None:
    """Take those wrappings away whose holder no case is about that names the document: he only handed it in.

    From then on a document opens by the keys of the people alone whom cases that name it are about.
    """
    held = sorted({(one.sha256, one.person) for one in of})
    _LET_GO.send_many(connection, [{"digest": sha256, "holder": person} for sha256, person in held])


def forget(connection: Connection, sha256: str, sealed_as: str) -> list[str]:
    """Forget the wrappings of what lies nowhere any more, and return for whom they opened it."""
    lost = sa.and_(document_keys.c.sha256 == sha256, document_keys.c.sealed_as == sealed_as)
    his = sa.select(document_keys.c.person_id).where(lost, document_keys.c.wrapped.is_not(None))
    people = list(connection.execute(his.order_by(document_keys.c.person_id)).scalars())
    connection.execute(sa.delete(document_keys).where(lost))
    return people


def destroy(connection: Connection, person: str, digests: Sequence[str]) -> None:
    """Destroy the wrappings for a person, and every one of documents that go with him."""
    gone = sa.or_(document_keys.c.person_id == person, document_keys.c.sha256.in_(digests))
    connection.execute(sa.update(document_keys).where(gone).values(wrapped=None))


def destroy_of(connection: Connection, digests: Sequence[str]) -> None:
    """Destroy every wrapping of some documents."""
    gone = document_keys.c.sha256.in_(digests)
    connection.execute(sa.update(document_keys).where(gone).values(wrapped=None))


def names_in_store(connection: Connection, digests: Sequence[str]) -> tuple[str, ...]:
    """Return under which digests documents lie in their store, sealed or in the open."""
    sealed = [one.sealed_as for one in keys_of(connection, digests)]
    return tuple(sorted({*digests, *sealed}))


def stored(named: Iterable[str], kept: Iterable[tuple[str, str, str | None]]) -> tuple[str, ...]:
    """Return what has to lie in the store, of the documents that are named and the rows of their keys.

    A row is a document's digest, that of its sealed bytes, and its wrapped key. What has no key that opens it
    lies in the open.
    """
    sealed = {(sha256, sealed_as) for sha256, sealed_as, wrapped in kept if wrapped is not None}
    in_the_open = set(named) - {sha256 for sha256, _ in sealed}
    return tuple(sorted(in_the_open | {sealed_as for _, sealed_as in sealed}))


def all_stored(connection: Connection) -> tuple[str, ...]:
    """Return the digests under which all documents lie that the record names."""
    named = connection.execute(sa.select(materials.c.sha256).distinct()).scalars().all()
    columns = (document_keys.c.sha256, document_keys.c.sealed_as, document_keys.c.wrapped)
    return stored(named, (tuple(row) for row in connection.execute(sa.select(*columns))))
