"""What became different between two days: in a case, who could see it, its rules, the organisation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from sqlalchemy import Connection

from domain.blocking import anchor_title
from domain.comparing import differences
from domain.moments import end_of
from domain.process import Process
from domain.values import Language, Text
from records import cases, past, unit_changes
from records.problems import NotFound as NotThere
from records.units import Unit
from services.access import AccessView, access_to
from services.case_views import case_view
from services.parts import Caller, Parts
from services.refusals import InvalidInput
from services.seeing import Look, as_told, look_into
from services.views import CaseView, View


class FactView(View):
    """One fact on both days, as people read it. `different` says that it is not the same."""

    what: str
    title: str
    was: str
    becomes: str
    different: bool


class RuleView(View):
    """A step whose rules read differently by the version of the later day."""

    step: str
    title: str
    was: tuple[str, ...]
    becomes: tuple[str, ...]


class RightView(View):
    """Somebody who came to see the case between the days, or sees it no more."""

    access: AccessView
    came: bool
    """False: he went."""


class UnitDifferenceView(View):
    """A unit that was founded, closed or changed between two days."""

    id: str
    name: str
    facts: tuple[FactView, ...]


class CaseDifferenceView(View):
    """A case on two days. `from_seq` and `to_seq` are its events then; 0 before it began."""

    from_on: date
    to_on: date
    from_seq: int
    to_seq: int
    facts: tuple[FactView, ...]
    rules: tuple[RuleView, ...]
    rights: tuple[RightView, ...] | None
    """None for who may not ask who sees the case."""
    units: tuple[UnitDifferenceView, ...]
    """Of those the case belonged to, on either day."""


async def of_case(
    parts: Parts, caller: Caller, case_id: str, from_on: date, to_on: date
) -> CaseDifferenceView:
    """Return what became different in a case between the ends of two days. Raises NotFound, InvalidInput."""
    check_days(parts, from_on, to_on)

    def work(connection: Connection) -> CaseDifferenceView:
        now, look = look_into(connection, parts, caller, case_id)
        then = [_then(connection, parts, look, day) for day in (from_on, to_on)]
        views = [
            None
            if found is None
            else case_view(
                connection,
                parts,
                caller,
                replace(look, case=found.case),
                found.head,
                known=None,
                now=min(parts.clock(), end_of(day, found.case.time_zone)),
            )
            for found, day in zip(then, (from_on, to_on), strict=True)
        ]
        may_ask = past.holds_above(connection, caller.person, (now.case.unit,), parts.today())
        versions = [None if view is None else view.process.version for view in views]
        paths = {unit.id for found in then if found is not None for unit in found.case.path}
        return CaseDifferenceView(
            from_on=from_on,
            to_on=to_on,
            from_seq=0 if views[0] is None else views[0].seq,
            to_seq=0 if views[1] is None else views[1].seq,
            facts=tuple(_facts(parts, views, caller.language)),
            rules=tuple(_rules(parts, now.case.process, versions, caller.language)),
            rights=_rights(connection, parts, then, (from_on, to_on)) if may_ask else None,
            units=units_between(connection, sorted(paths), from_on, to_on, caller.language),
        )

    return await parts.read(work)


def check_days(parts: Parts, from_on: date, to_on: date, *, may_come: bool = False) -> None:
    """Raise InvalidInput unless the first day lies before the second, and the second is no day to come."""
    if from_on >= to_on:
        raise InvalidInput("from", _NOT_BEFORE)
    if to_on > parts.today() and not may_come:
        raise InvalidInput("to", _TO_COME)


def _then(connection: Connection, parts: Parts, look: Look, day: date) -> cases.FoundCase | None:
    try:
        found = cases.case_as_of(connection, parts.library, look.case.id, day, None)
    except NotThere:
        return None
    return as_told(connection, parts, found, look)[0]


def _facts(parts: Parts, views: Sequence[CaseView | None], language: Language) -> Iterator[FactView]:
    told = [{} if view is None else dict(_told(parts, view, language)) for view in views]
    before, after = told
    for what in dict.fromkeys((*after, *before)):
        title, _ = after.get(what) or before[what]
        (_, was), (_, becomes) = (side.get(what, ("", "")) for side in (before, after))
        yield FactView(what=what, title=title, was=was, becomes=becomes, different=was != becomes)


def _told(parts: Parts, view: CaseView, language: Language) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield what a case is that day: the key of each fact, with its title and its value in words."""
    edition = parts.library.find(view.process.id, view.process.version)

    def row(what: str, title: Text, value: str) -> tuple[str, tuple[str, str]]:
        return what, (title.in_language(language), value)

    stages = {stage.id: stage.title for stage in edition.stages}
    yield row("status", _STATUS, _STATES[view.status].in_language(language))
    yield row("outcome", _OUTCOME, _outcome(edition, view.outcome, language))
    yield row("stage", _STAGE, stages[view.stage].in_language(language))
    yield row("standing", _STANDING, edition.standings[view.standing].in_language(language))
    yield row("unit", _UNIT, view.unit.name)
    yield row("version", _VERSION, edition.version_title.in_language(language))
    for role, held in view.people.items():
        title = edition.case_roles[role].title if role in edition.case_roles else Text(zh=role, en=role)
        yield row(f"people.{role}", title, _SEPARATOR[language].join(sorted(one.name for one in held)))
    for anchor, day in view.dates.items():
        yield row(f"dates.{anchor}", anchor_title(edition, anchor), day.isoformat())
    for step in view.open_steps:
        yield f"open.{step.step}", (step.title, _OPEN.in_language(language))


def _outcome(edition: Process, outcome: str | None, language: Language) -> str:
    return "" if outcome is None else edition.outcomes[outcome].title.in_language(language)


def _rules(
    parts: Parts, process: str, versions: Sequence[str | None], language: Language
) -> Iterator[RuleView]:
    before, after = versions
    if before is None or after is None or before == after:
        return
    for one in differences(parts.library.find(process, before), parts.library.find(process, after)):
        yield RuleView(
            step=one.step,
            title=one.title.in_language(language),
            was=tuple(c.before.says.in_language(language) for c in one.sentences if c.before is not None),
            becomes=tuple(c.after.says.in_language(language) for c in one.sentences if c.after is not None),
        )


def _rights(
    connection: Connection,
    parts: Parts,
    then: Sequence[cases.FoundCase | None],
    days: tuple[date, date],
) -> tuple[RightView, ...]:
    before, after = (
        {_by(one): one for one in (access_to(connection, parts, found, day) if found is not None else ())}
        for found, day in zip(then, days, strict=True)
    )
    came = [RightView(access=one, came=True) for key, one in after.items() if key not in before]
    went = [RightView(access=one, came=False) for key, one in before.items() if key not in after]
    return (*came, *went)


def _by(one: AccessView) -> tuple[str, str, str | None, str | None]:
    return one.person.id, one.role, one.unit, None if one.on_behalf_of is None else one.on_behalf_of.id


def units_between(
    connection: Connection, ids: Sequence[str], from_on: date, to_on: date, language: Language
) -> tuple[UnitDifferenceView, ...]:
    """Return what became different in units between two days, with facts in words."""
    before = unit_changes.states_on(connection, ids, from_on)
    after = unit_changes.states_on(connection, ids, to_on)
    above = {unit.parent for unit in (*before.values(), *after.values()) if unit.parent is not None}
    names = {**_names(connection, above, from_on), **_names(connection, above, to_on)}
    found = []
    for unit_id in ids:
        was, becomes = before.get(unit_id), after.get(unit_id)
        if was == becomes:
            continue
        name = next((one.name for one in (becomes, was) if one is not None), unit_id)
        facts = tuple(_of_unit(was, becomes, names, language))
        found.append(UnitDifferenceView(id=unit_id, name=name, facts=facts))
    return tuple(found)


def _names(connection: Connection, ids: set[str], day: date) -> dict[str, str]:
    return {one.id: one.name for one in unit_changes.states_on(connection, sorted(ids), day).values()}


def _of_unit(
    was: Unit | None, becomes: Unit | None, names: Mapping[str, str], language: Language
) -> Iterator[FactView]:
    sides = [_unit_told(unit, names, language) for unit in (was, becomes)]
    for what, title in _UNIT_FACTS.items():
        before, after = (side[what] for side in sides)
        if before != after:
            yield FactView(
                what=what, title=title.in_language(language), was=before, becomes=after, different=True
            )


def _unit_told(unit: Unit | None, names: Mapping[str, str], language: Language) -> dict[str, str]:
    if unit is None:
        return dict.fromkeys(_UNIT_FACTS, "") | {"there": _NO.in_language(language)}
    return {
        "there": _YES.in_language(language),
        "name": unit.name,
        "kind": unit.kind,
        "parent": names.get(unit.parent or "", ""),
        "may_approve": (_YES if unit.may_approve else _NO).in_language(language),
        "temporary": (_YES if unit.temporary else _NO).in_language(language),
    }


_NOT_BEFORE: Final = Text(zh="前一日应早于后一日", en="the earlier day has to lie before the later one")
_TO_COME: Final = Text(zh="后一日不能晚于今天", en="the later day must not lie after today")
_YES, _NO = Text(zh="是", en="yes"), Text(zh="否", en="no")
_STATUS, _OUTCOME = Text(zh="状态", en="Status"), Text(zh="结果", en="Outcome")
_STAGE, _STANDING = Text(zh="阶段", en="Stage"), Text(zh="身份", en="Standing")
_UNIT, _VERSION = Text(zh="组织", en="Unit"), Text(zh="规则版本", en="Version of the rules")
_OPEN = Text(zh="待办", en="open")
_SEPARATOR: Final[Mapping[Language, str]] = {"zh": "、", "en": ", "}
_STATES: Final = {
    "open": Text(zh="办理中", en="open"),
    "suspended": Text(zh="已中止", en="suspended"),
    "closed": Text(zh="已结", en="closed"),
}
_UNIT_FACTS: Final = {
    "there": Text(zh="存在", en="There"),
    "name": Text(zh="名称", en="Name"),
    "kind": Text(zh="类别", en="Kind"),
    "parent": Text(zh="上级", en="Above"),
    "may_approve": Text(zh="有审批权", en="May approve"),
    "temporary": Text(zh="临时", en="Temporary"),
}
