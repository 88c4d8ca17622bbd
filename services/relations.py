"""Relations between people, recorded so that nobody decides about a relative. Personal, so few read them."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import date

from sqlalchemy import Connection

from domain.circumstances import LentFor
from domain.values import Kinship, Text, Value
from records import organisation, past, people_over_time, problems, relations, restrictions, visible
from records.past import HeldThen
from records.relations import Relation
from records.scope import ADMIN
from records.unit_changes import Said
from records.unit_trees import units_above_on
from services.asking import Asking, existing, once
from services.parts import Caller, Parts
from services.refusals import Contradiction, InUse, InvalidInput, NotPermitted
from services.views import From, Page, RecordedAt, To, View


class NewRelation(Value):
    """Somebody's relative: `kind` is what the relative is to the person."""

    relative: str
    kind: Kinship
    source: str
    reason: str | None = None
    from_: date | None = None
    to: date | None = None


class RelationEnd(Value):
    """The last day of a relation; before its first day: it never was."""

    reason: str
    on: date


class RelationView(View):
    """A word about a relation; of several with the same `id` the one with the highest `number` counts."""

    id: str
    number: int
    person: str
    relative: str
    kind: Kinship
    from_: From
    to: To = None
    source: str
    reason: str | None
    recorded_at: RecordedAt
    recorded_by: str


async def relations_of(parts: Parts, caller: Caller, person: str) -> Page[RelationView]:
    """Return every word about somebody's relations.

    For himself, and for those near him whose post records recusals, or who administer his unit. Raises
    NotFound, NotPermitted.
    """

    def work(connection: Connection) -> Page[RelationView]:
        visible.find_person(connection, person, viewer=caller.person, today=parts.today())
        if person != caller.person:
            _check_keeps(connection, parts, caller.person, person)
        found = relations.words_about(connection, person)
        return Page(items=tuple(relation_view(word) for word in found))

    return await parts.read(work)


async def declare(
    parts: Parts, caller: Caller, person: str, new: NewRelation, *, key: str | None = None
) -> RelationView:
    """Write down a relation: somebody his own, or those who keep the register one of somebody else.

    Raises NotFound, NotPermitted, InvalidInput, InUse.
    """

    def work(asking: Asking) -> RelationView:
        connection = asking.connection
        visible.find_person(connection, person, viewer=asking.who, today=asking.today)
        if person != asking.who:
            _check_keeps(connection, parts, asking.who, person)
        if new.relative == person:
            raise InvalidInput("relative", _ONESELF)
        existing(lambda: organisation.person(connection, new.relative), "relative")
        people_over_time.keep_others_out(connection, person, new.relative)
        said = Said(asking.who, parts.clock(), new.reason)
        first = new.from_ or asking.today
        if new.to is not None and new.to < first:
            raise Contradiction
        try:
            made = relations.add_relation(
                connection, person, new.relative, new.kind, first, new.to, new.source, said
            )
        except problems.AlreadyThere as error:
            raise InUse from error
        return relation_view(made)

    return await once(parts, caller, key, ("relation", person, new), RelationView, work)


async def end(
    parts: Parts, caller: Caller, person: str, relation: str, new: RelationEnd, *, key: str | None = None
) -> RelationView:
    """Say when a relation ended; what was said before stays.

    Somebody ends what he declared himself. What concerns others, those who keep the register do, and nobody
    of the two: else the end would let him decide. Raises NotFound, NotPermitted, Contradiction.
    """

    def work(asking: Asking) -> RelationView:
        connection = asking.connection
        visible.find_person(connection, person, viewer=asking.who, today=asking.today)
        if person != asking.who:
            _check_keeps(connection, parts, asking.who, person)
        named = relations.words_about(connection, person, relation)[0]
        people_over_time.keep_others_out(connection, named.person, named.relative)
        words = relations.words_about(connection, person, relation)
        first, last = words[0], words[-1]
        if first.recorded_by != asking.who and asking.who in {first.person, first.relative}:
            raise NotPermitted(_BY_OTHERS)
        if last.to_on == new.on:
            raise Contradiction(Text(zh="期间没有变化。", en="This is its last day already."))
        said = Said(asking.who, parts.clock(), new.reason)
        return relation_view(relations.end_relation(connection, person, relation, new.on, said))

    return await once(parts, caller, key, ("end-relation", person, relation, new), RelationView, work)


def _check_keeps(connection: Connection, parts: Parts, who: str, person: str) -> None:
    """Raise NotPermitted unless somebody keeps the register around a person: by a post now, own or lent.

    One that is lent for some units or processes keeps the register of these.
    """
    today = parts.today()
    places = _places_of(connection, person)
    above = {unit for place in places for unit in connection.execute(units_above_on(place, today)).scalars()}
    held = past.held_then(connection, today, person=who, units=above, today=True)
    if not any(_keeps(parts, post, above) for post in held):
        raise NotPermitted


def _keeps(parts: Parts, post: HeldThen, above: AbstractSet[str]) -> bool:
    lent = post.lent_for or LentFor()
    if lent.units and above.isdisjoint(lent.units):
        return False
    known = (one for one in parts.library if not lent.processes or one.process in lent.processes)
    keepers = {actor for process in known for actor in process.whole_case.get("recuse", ())}
    return post.role == ADMIN or f"{post.unit_kind}.{post.role}" in keepers


def _places_of(connection: Connection, person: str) -> tuple[str, ...]:
    """Return the units somebody has or had a standing in, or holds a post in."""
    stood = [one.unit for one in restrictions.standings_of(connection, person)]
    page = organisation.list_posts(connection, person_id=person, limit=200)
    return tuple(dict.fromkeys((*stood, *(post.unit for post in page.items))))


def relation_view(word: Relation) -> RelationView:
    """Return a word about a relation."""
    return RelationView(
        id=word.id,
        number=word.number,
        person=word.person,
        relative=word.relative,
        kind=word.kind,
        from_=word.from_on,
        to=word.to_on,
        source=word.source,
        reason=word.reason,
        recorded_at=word.recorded_at,
        recorded_by=word.recorded_by,
    )


_ONESELF = Text(zh="不能是本人", en="nobody is his own relative")
_BY_OTHERS = Text(
    zh="他人登记的亲属关系，由登记机关更正，不能由当事人自行终止。",
    en="What others recorded about you, those who keep the register correct.",
)
