"""Gathers from the registers everything outside a case that deciding an act may depend on.

This is on the way of every act, so it takes four statements in one round, whatever the process asks for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, TypedDict, Unpack

from sqlalchemy import Connection

from domain.case import Case
from domain.circumstances import Circumstances, HeldPost, PersonFacts, Relative, Roster, UnitRef
from domain.parties import Body
from domain.process import Process
from domain.remembering import remembered
from records.lending import lent_for
from records.prepared import Prepared, Sent, at_once
from records.problems import NotFound
from records.register_queries import FORMER, POSTS, Formed, paths_query, people_query, rosters_query
from records.relations import relatives_in
from records.scope import ADMIN

_UNKNOWN = "none"
"""The standing of a person the register knows no standing of."""
_EDITIONS: Final = 64
"""Editions, or pairs of them, of which it is remembered what is to be asked."""


@dataclass(frozen=True, slots=True)
class ActedOn:
    """The two days an act has: the day it is said to have happened, and the day it is recorded."""

    on: date
    today: date


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The circumstances of an act, and what else the same look at the registers says."""

    known: Circumstances
    names: Mapping[str, str]
    """Of people, by id."""
    unit_names: Mapping[str, str]
    """Of the units on both paths, by id."""
    watches: frozenset[str]
    """The units in which the actor holds a post today, own or lent for everything, that shows cases."""
    ever_related: tuple[Relative, ...]
    """The relatives of the subject on any day since the case began."""
    closing: Mapping[str, str]
    """Of the units on both paths those that are closed or about to be, and the first day they are no more."""


class About(TypedDict, total=False):
    """What an act is about, besides the case it is on."""

    subject: str | None
    """Of the case that is to start."""
    named: Iterable[str]
    """The people the act names."""
    target_unit: str | None
    """Where a transfer leads."""


def circumstances(
    connection: Connection,
    process: Process,
    place: Case | str,
    actor: str,
    days: ActedOn,
    **about: Unpack[About],
) -> Circumstances:
    """Return the circumstances of an act.

    `place` is the case, or the unit a case is to start in, then with its `subject`. Posts count when they are
    held on both days, own or lent; everything else is as it was on the day of the act. Raises NotFound where
    a unit does not exist.
    """
    found = surroundings(connection, process, place, actor, days, **about)
    if about.get("target_unit") is not None and not found.known.target_path:
        raise NotFound("no such unit")
    return found.known


def surroundings(
    connection: Connection,
    process: Process,
    place: Case | str,
    actor: str,
    days: ActedOn,
    **about: Unpack[About],
) -> Surroundings:
    """Return the same with what else was seen. A target that does not exist has no path.

    Names are those of everybody the circumstances are about, of the actor, and of whoever proposed something.
    Raises NotFound where the unit of the case does not exist.
    """
    with at_once(connection):
        asked = ask(connection, process, place, actor, days, **about)
    return surroundings_in(asked)


@dataclass(frozen=True, slots=True)
class Asking:
    """Surroundings that were asked for."""

    place: Case | str
    actor: str
    about: str | None
    unit: str
    target_unit: str | None
    people: Iterable[str]
    """Those the act is about, or names."""
    bodies: Mapping[str, Body]
    sent: tuple[Sent, Sent, Sent, Sent]
    """Posts, paths, people, rosters."""


def ask(
    connection: Connection,
    process: Process,
    place: Case | str,
    actor: str,
    days: ActedOn,
    *,
    subject: str | None = None,
    named: Iterable[str] = (),
    target_unit: str | None = None,
) -> Asking:
    """Ask for surroundings; `surroundings_in` reads them."""
    case = place if isinstance(place, Case) else None
    unit = place if isinstance(place, str) else place.unit
    about = case.subject if case is not None else subject
    in_roles = [person for people_ in case.people.values() for person in people_] if case is not None else []
    asked = dict.fromkeys(person for person in (about, *named, *in_roles) if person is not None)
    proposers = () if case is None else (proposal.by for proposal in case.proposals)
    starts = (unit,) if target_unit in {None, unit} else (unit, target_unit)
    posts_ = POSTS.send(connection, {"actor": actor, "on": days.on, "today": days.today})
    paths_ = paths_query(len(starts)).send(connection, _numbered("start", starts) | {"on": days.on})
    people_ = _send_people(connection, process, tuple(dict.fromkeys((*asked, actor, *proposers))), days.on)
    judging = process if case is None else process.edition(case.version)
    present = process if case is None else process.in_force_on(days.on, case.version)
    bodies, query = _bodies(judging, present)
    since = days.on if case is None else case.opened_on
    given = {"place": unit, "of_person": about or "", "on": days.on, "since": since}
    rosters_ = query.send(connection, given)
    sent = (posts_, paths_, people_, rosters_)
    return Asking(place, actor, about, unit, target_unit, asked, bodies, sent)


def surroundings_in(asked: Asking) -> Surroundings:
    """Return the surroundings that were asked for. Raises NotFound where the unit does not exist."""
    posts_, paths_, people_, rosters_ = asked.sent
    held = posts_.rows()
    paths, unit_names, closing = _paths(paths_.rows())
    facts, names = _people(people_.rows(), asked.people, asked.about)
    path = paths.get(asked.unit, ())
    if not path:
        raise NotFound("no such unit")
    rosters, relatives, former = _rosters(rosters_, asked.bodies, path)
    known = Circumstances.trusted(
        actor=asked.actor,
        posts=_posts(held),
        path=path,
        people=facts,
        rosters=rosters,
        target_path=paths.get(asked.target_unit, ()) if asked.target_unit is not None else (),
        relatives=relatives,
    )
    watches = frozenset(row[2] for row in held if _shows_all(row))
    return Surroundings(known, names, unit_names, watches, (*relatives, *former), closing)


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways from units to the root, and what the units on them are called."""

    paths: Mapping[str, tuple[UnitRef, ...]]
    names: Mapping[str, str]


def ways_from(connection: Connection, starts: Iterable[str], on: date) -> Ways:
    """Return the ways from units to the root as they are on a day, in one question."""
    asked = tuple(sorted(set(starts)))
    if not asked:
        return Ways({}, {})
    with at_once(connection):
        found = paths_query(len(asked)).send(connection, _numbered("start", asked) | {"on": on})
    paths, names, _ = _paths(found.rows())
    return Ways(paths, names)


def posts_of(connection: Connection, person: str, today: date) -> tuple[HeldPost, ...]:
    """Return the posts somebody holds today, own and lent."""
    with at_once(connection):
        found = POSTS.send(connection, {"actor": person, "on": today, "today": today})
    return _posts(found.rows())


def _shows_all(row: tuple[Any, ...]) -> bool:
    """Whether a post shows every case in its unit and below: one that is lent for some cases does not."""
    return row[1] != ADMIN and all(limit is None for limit in row[6:])


def _posts(held: Iterable[tuple[Any, ...]]) -> tuple[HeldPost, ...]:
    rows = sorted(
        {(*row[:5], *row[6:]) for row in held if row[5]},
        key=lambda row: (row[4] or "", row[0], *(limit or "" for limit in row[5:])),
    )
    return tuple(
        HeldPost.trusted(
            id=id_, role=role, unit=unit, unit_kind=kind, on_behalf_of=owner, lent_for=lent_for(*limits)
        )
        for id_, role, unit, kind, owner, *limits in rows
    )


def _paths(
    rows: Iterable[tuple[Any, ...]],
) -> tuple[dict[str, tuple[UnitRef, ...]], dict[str, str], dict[str, str]]:
    found: dict[str, tuple[UnitRef, ...]] = {}
    names: dict[str, str] = {}
    closing: dict[str, str] = {}
    for start, id_, kind, name, temporary, may_approve, closing_from, full_members in rows:
        place = UnitRef.trusted(
            id=id_,
            kind=kind,
            temporary=bool(temporary),
            may_approve=bool(may_approve),
            full_members=full_members,
        )
        found[start] = (*found.get(start, ()), place)
        names[id_] = name
        if closing_from is not None:
            closing[id_] = closing_from
    return found, names, closing


def _send_people(connection: Connection, process: Process, wanted: tuple[str, ...], on: date) -> Sent:
    query = people_query(len(wanted), _standings(process))
    return query.send(connection, _numbered("wanted", wanted) | {"on": on})


@remembered(_EDITIONS)
def _standings(process: Process) -> tuple[str, ...]:
    """Return the standings that any edition from this one on knows, in order."""
    return tuple(sorted({name for edition in _editions(process) for name in edition.standings}))


def _people(
    found: Iterable[tuple[Any, ...]], asked: Iterable[str], subject: str | None
) -> tuple[tuple[PersonFacts, ...], dict[str, str]]:
    """Return the facts of those asked for, and the names of everybody found."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for row in found:
        rows.setdefault(row[0], []).append(row)
    facts = tuple(
        PersonFacts.trusted(
            id=person,
            standing=rows[person][-1][3] or _UNKNOWN,
            born_on=_day(rows[person][-1][2]) if person == subject else None,
            restrictions=tuple(sorted({row[4] for row in rows[person] if row[4]})),
        )
        for person in asked
        if person in rows
    )
    return facts, {person: its[0][1] for person, its in rows.items()}


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _numbered(name: str, values: Sequence[str]) -> dict[str, str]:
    """Return values as parameters: `name_0`, `name_1` and so on."""
    return {f"{name}_{number}": value for number, value in enumerate(values)}


@remembered(_EDITIONS)
def _bodies(judging: Process, present: Process) -> tuple[Mapping[str, Body], Prepared]:
    """Return the bodies of the edition that judges the day, and those only the present one has.

    With them comes the query for their rosters of a day, and for the relatives of that day and since another.
    """
    bodies = {**judging.bodies, **present.bodies}
    formed = (
        Formed(name, body.unit, body.roles, body.standing, body.without) for name, body in bodies.items()
    )
    return bodies, rosters_query(tuple(formed))


def _rosters(
    asked: Sent, bodies: Mapping[str, Body], path: Sequence[UnitRef]
) -> tuple[tuple[Roster, ...], tuple[Relative, ...], tuple[Relative, ...]]:
    """Return the rosters of the bodies that there are on the path, the relatives of the subject, and others
    who were some on another day.
    """
    kinds = {place.kind for place in path}
    members: dict[str, set[str]] = {name: set() for name, body in bodies.items() if body.unit in kinds}
    relatives: dict[str, list[tuple[str, str, str]]] = {"": [], FORMER: []}
    for name, person, kind, stated_by in asked.rows():
        if name in relatives:
            relatives[name].append((person, kind, stated_by))
        else:
            members[name].add(person)
    rosters = (Roster.trusted(body=name, people=tuple(sorted(its))) for name, its in members.items())
    return tuple(rosters), relatives_in(sorted(relatives[""])), relatives_in(sorted(relatives[FORMER]))


def _editions(process: Process) -> Iterable[Process]:
    found: Process | None = process
    while found is not None:
        yield found
        found = found.successor
