"""People as an administrator writes them down: names, addresses, birthdays. What they were before is kept."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection

from domain.values import Language, Text, Value
from records import people_over_time, visible
from records.people_over_time import PersonWord
from records.unit_changes import Said
from services.asking import Asking, check_seen_word, once
from services.near import check_administers, check_not_erased
from services.parts import Caller, Parts
from services.refusals import Contradiction, InvalidInput
from services.views import Page, View


class NewPersonChange(Value):
    """What is to be different; `changed` names what is said, because an address may also be taken away."""

    reason: str
    changed: tuple[str, ...]
    name: str | None = None
    email: str | None = None
    language: Language | None = None
    born_on: date | None = None


class PersonWordView(View):
    """How somebody was written down from a moment on; the first word was so from the beginning."""

    number: int
    name: str
    email: str | None
    language: str
    born_on: date | None
    reason: str | None
    recorded_at: datetime | None
    recorded_by: str | None


async def change_person(
    parts: Parts,
    caller: Caller,
    person: str,
    new: NewPersonChange,
    *,
    seen: int | None = None,
    key: str | None = None,
) -> PersonWordView:
    """Write somebody else down differently. Asked of an administrator of the unit of his standing or above.

    `seen` is the number of the last word the caller saw; None changes whatever is there. Raises WordsMoved,
    NotFound, NotPermitted, InvalidInput, Contradiction where nothing would be different.
    """

    def work(asking: Asking) -> PersonWordView:
        check_administers(asking, person)
        people_over_time.keep_others_out(asking.connection, person)
        check_not_erased(asking.connection, person)
        before = people_over_time.words_about(asking.connection, person)[-1]
        check_seen_word(seen, before.number)
        values = {name: getattr(new, name) for name in new.changed}
        for name in ("name", "language"):
            if name in values and values[name] is None:
                raise InvalidInput(name, Text(zh="不能为空", en="cannot be taken away"))
        if isinstance(values.get("born_on"), date) and values["born_on"] > asking.today:
            raise InvalidInput("born_on", Text(zh="在今天之后", en="is still to come"))
        if all(getattr(before, name) == value for name, value in values.items()):
            raise Contradiction(Text(zh="没有变化。", en="It is so already."))
        said = Said(caller.person, parts.clock(), new.reason)
        people_over_time.change_person(asking.connection, person, values, said)
        return word_view(people_over_time.words_about(asking.connection, person)[-1])

    return await once(parts, caller, key, ("person-change", person, new), PersonWordView, work)


async def changes(parts: Parts, caller: Caller, person: str) -> Page[PersonWordView]:
    """Return how somebody was written down over time, birthdays too: for himself and for administrators.

    Raises NotFound, NotPermitted.
    """
    today = parts.today()

    def work(connection: Connection) -> Page[PersonWordView]:
        visible.find_person(connection, person, viewer=caller.person, today=today)
        if person != caller.person:
            check_administers(Asking(connection, caller.person, today), person)
        found = people_over_time.words_about(connection, person)
        return Page(items=tuple(map(word_view, found)))

    return await parts.read(work)


def word_view(word: PersonWord) -> PersonWordView:
    """Return how somebody was written down."""
    return PersonWordView(
        number=word.number,
        name=word.name,
        email=word.email,
        language=word.language,
        born_on=word.born_on,
        reason=word.reason,
        recorded_at=word.recorded_at,
        recorded_by=word.recorded_by,
    )
