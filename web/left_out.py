"""Who is left out of the count of a meeting, on a form: the ground, whose consent, which resolution.

What it rests on is mostly one consent and one resolution for everybody left out: it is asked for once.
Where it is another for somebody, his own goes before it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from domain.acts import Backing, Excluded
from services.views import MaterialView
from web.forms import Filled

Papers = Mapping[str, tuple[MaterialView, ...]]
"""Documents that came with a form, by the name of their field."""

_PAPERS: Final = ("consent", "resolution")
_GROUND: Final = "excluded."
_RESTS: Final = "rests:"
"""Before the fields of a paper; no kind of material is named so."""
_OWN: Final = re.compile(rf"(on|ref|kept)\.{_RESTS}[a-z]+:")


def is_of_left_out(kind: str) -> bool:
    """Whether a document is a consent or resolution by which somebody is left out."""
    return kind.startswith(_RESTS)


def grounds_in(form: Filled) -> dict[str, str]:
    """Return who is left out, and on what ground."""
    found = {}
    for name in form.values:
        person = name.removeprefix(_GROUND)
        ground = form.line(name) if person != name else None
        if ground is not None:
            found[person] = ground
    return found


def left_out_in(form: Filled, kept: Papers) -> tuple[Excluded, ...]:
    """Return who is left out with what that rests on. Raises InvalidInput with the name of the field."""
    shared = {paper: _backing(form, kept, paper) for paper in _PAPERS}
    return tuple(
        Excluded(
            person=person,
            ground=ground,
            **{paper: _backing(form, kept, paper, person) or shared[paper] for paper in _PAPERS},
        )
        for person, ground in grounds_in(form).items()
    )


def fields_of(left_out: Iterable[Excluded]) -> dict[str, tuple[str, ...]]:
    """Return the fields that say the same: once, where it is the same for everybody."""
    people = tuple(left_out)
    found: dict[str, tuple[str, ...]] = {f"{_GROUND}{one.person}": (one.ground,) for one in people}
    alike = len({(one.consent, one.resolution) for one in people}) == 1
    for one in people[:1] if alike else people:
        for paper, given in (("consent", one.consent), ("resolution", one.resolution)):
            found |= dict(_fields(given, paper, "" if alike else one.person))
    return found


def said_for_each(form: Filled, kept: Papers) -> tuple[Filled, Papers]:
    """Return form and documents with what was said for everybody said of each one left out instead."""
    values, papers = dict(form.values), dict(kept)
    for paper in _PAPERS:
        on, ref, _ = _names(paper)
        document = papers.pop(f"{_RESTS}{paper}", ())
        for person in grounds_in(form):
            own_on, own_ref, _ = _names(paper, person)
            alone = _backing(form, kept, paper, person) is not None
            values[own_on] = form.values.get(own_on if alone else on, ("",))
            values[own_ref] = form.values.get(own_ref if alone else ref, ("",))
            if document and not alone:
                papers[f"{_RESTS}{paper}:{person}"] = document
        values |= {on: ("",), ref: ("",)}
    return Filled(values, form.files), papers


def has_own(form: Filled) -> bool:
    """Whether something is said of one person alone."""
    return any(_OWN.match(name) for name in form.values)


def faults_of(paper: str, form: Filled, kept: Papers) -> tuple[str, ...]:
    """Return the fields at which it is told that a paper is not named."""
    lacking = [one.person for one in left_out_in(form, kept) if getattr(one, paper) is None]
    return tuple(f"{_RESTS}{paper}:{one}" for one in lacking) if has_own(form) else (f"{_RESTS}{paper}",)


def _names(paper: str, person: str = "") -> tuple[str, str, str]:
    """Return the fields of a paper, for everybody or one person: day, number, document."""
    at = f"{_RESTS}{paper}" + (f":{person}" if person else "")
    return f"on.{at}", f"ref.{at}", f"kept.{at}"


def _backing(form: Filled, kept: Papers, paper: str, person: str = "") -> Backing | None:
    on, ref, document = _names(paper, person)
    # A document chosen now goes before the one kept at an earlier try.
    papers = kept.get(document.removeprefix("kept."), ())
    given = Backing(on=form.day(on), ref=form.line(ref), material=papers[-1].id if papers else None)
    return given if given.is_there else None


def _fields(given: Backing | None, paper: str, person: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    if given is None:
        return
    told = (None if given.on is None else given.on.isoformat(), given.ref, given.material)
    for name, value in zip(_names(paper, person), told, strict=True):
        if value is not None:
            yield name, (value,)
