"""Patterns as findings: seen by those with a post in the unit or above, explained there, decided on above."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from domain.auditing.lives import AFTER, FindingState, Life, Whose, may_say, sayable, whose_unit
from domain.chain import moment_text
from domain.circumstances import HeldPost
from domain.library import UnknownProcess
from domain.patterns.catalogue import PATTERNS
from domain.process import Process
from domain.values import Text
from records import pattern_findings as kept
from records import registers, units
from records.findings import FindingFilter
from records.pattern_findings import PatternFinding, PatternWord
from records.problems import NotFound
from records.scope import Scope
from services.finding_views import FigureView, FindingDetail, FindingView, Told, speakers, spoke, word_view
from services.parts import Caller, Parts
from services.patterns import cases_shown
from services.scoping import scope_of
from services.views import Named


def listed(
    connection: Connection,
    parts: Parts,
    caller: Caller,
    asked: tuple[Scope, FindingFilter],
    *,
    cursor: str | None,
    limit: int,
) -> tuple[dict[tuple[str, str], FindingView], tuple[str, str] | None]:
    """Return findings by their place in lists, latest first, and the place of the last where more follow."""
    found = kept.list_findings(connection, *asked, cursor=cursor, limit=limit + 1)
    figures = kept.latest_figures(connection, [one.id for one in found[:limit]])
    shown = {
        (moment_text(one.raised_at), one.id): _view(parts, caller, one, figures.get(one.id))
        for one in found[:limit]
    }
    return shown, list(shown)[-1] if len(found) > limit else None


def is_there(connection: Connection, finding_id: str) -> bool:
    """Whether a finding is one of a pattern."""
    try:
        kept.find(connection, finding_id)
    except NotFound:
        return False
    return True


def detail(connection: Connection, parts: Parts, caller: Caller, finding_id: str) -> FindingDetail:
    """Return a finding with its life, and some cases that show it. Raises NotFound."""
    finding = _seen(connection, parts, caller, finding_id)
    words = kept.words_of(connection, finding)
    named = speakers(connection, words)
    figures = [word for word in words if word.told is not None]
    view = _view(parts, caller, finding, figures[-1] if figures else None)
    told = (figures[-1].told or {}) if figures else {}
    pattern = PATTERNS.get(finding.pattern)
    return FindingDetail(
        **view.model_dump(),
        in_both=_says(finding) if pattern is None else pattern.says,
        innocent=None if pattern is None else pattern.innocent.in_language(caller.language),
        cases=tuple(cases_shown(connection, parts, caller, told.get("cases", ()))),
        words=tuple(word_view(word, named, figure=_figure(caller, finding, word)) for word in words),
        can=sayable(
            _life(finding, words),
            _whose(connection, parts, finding),
            caller.person,
            _posts(connection, parts, caller),
        ),
    )


def say(connection: Connection, parts: Parts, caller: Caller, told: Told) -> None:
    """Say something of a finding. Raises NotFound, and RuleViolation where the caller may not."""
    kept.find(connection, told.finding, lock=True)
    finding = _seen(connection, parts, caller, told.finding)
    life = _life(finding, kept.words_of(connection, finding))
    posts = _posts(connection, parts, caller)
    post = may_say(told.saying, life, _whose(connection, parts, finding), caller.person, posts)
    by = (post.id, post.on_behalf_of)
    kept.say(connection, finding, AFTER[told.saying], caller.person, by, told.reason, parts.clock())


def _seen(connection: Connection, parts: Parts, caller: Caller, finding_id: str) -> PatternFinding:
    if not kept.is_seen(connection, finding_id, scope_of(connection, caller, parts.today())):
        raise NotFound("no such finding")
    return kept.find(connection, finding_id)


def _life(finding: PatternFinding, words: Sequence[PatternWord]) -> Life:
    """Return what it is judged by: whoever explained it, or whose doings it is about, decides nothing."""
    named = {person for word in words if word.told for person in word.told.get("people", ())}
    acted = named | ({finding.person} if finding.person is not None else set())
    states: dict[str, FindingState] = {state: state for state in AFTER.values()}
    state = states.get(finding.state, "raised")
    return Life(state=state, spoke=spoke(words, {"explained"}), acted=tuple(sorted(acted)))


def _whose(connection: Connection, parts: Parts, finding: PatternFinding) -> Whose:
    path = tuple(unit.id for unit in units.path_of(connection, finding.unit))
    return whose_unit(path, _editions(parts, finding.process))


def _editions(parts: Parts, process: str) -> tuple[Process, ...]:
    if not process:
        return parts.library.editions
    try:
        return parts.library.family(process)
    except UnknownProcess:
        return ()


def _posts(connection: Connection, parts: Parts, caller: Caller) -> tuple[HeldPost, ...]:
    """Return the caller's posts; what is lent for some cases is not lent for this."""
    held = registers.posts_of(connection, caller.person, parts.today())
    return tuple(post for post in held if post.lent_for is None)


def _view(parts: Parts, caller: Caller, finding: PatternFinding, latest: PatternWord | None) -> FindingView:
    pattern = PATTERNS.get(finding.pattern)
    person = None if finding.person is None else Named(id=finding.person, name=finding.person_name or "")
    versions = [edition.version for edition in _editions(parts, finding.process)] if finding.process else []
    return FindingView(
        id=finding.id,
        kind="pattern",
        case=None,
        subject=None,
        person=person,
        unit=Named(id=finding.unit, name=finding.unit_name),
        rule=finding.pattern,
        says=_says(finding).in_language(caller.language),
        level="finding",
        basis="gen" if pattern is None else pattern.basis,
        set=None,
        version=versions[-1] if versions else "",
        step=None,
        step_title=None,
        state=finding.state,
        present=finding.present,
        raised_at=finding.raised_at,
        changed_at=finding.changed_at,
        figure=None if latest is None else _figure(caller, finding, latest),
    )


def _says(finding: PatternFinding) -> Text:
    pattern = PATTERNS.get(finding.pattern)
    return Text(zh=finding.pattern, en=finding.pattern) if pattern is None else pattern.title


def _figure(caller: Caller, finding: PatternFinding, word: PatternWord) -> FigureView | None:
    pattern = PATTERNS.get(finding.pattern)
    if word.told is None or word.run is None or word.result is None or pattern is None:
        return None
    return FigureView(
        run=word.run,
        number=word.result,
        population=word.told["population"],
        figure=word.told["figure"],
        threshold=word.told["threshold"],
        measure=pattern.measure,
        compares=pattern.compares.in_language(caller.language),
        below=pattern.below,
    )
