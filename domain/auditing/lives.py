"""The life of a finding: what may be said of it next, by whom, and what becomes of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeVar

from domain.case import Case
from domain.circumstances import HeldPost
from domain.process import Process
from domain.refusals import NotEntitled, NotPossible, RuleViolation, SamePersonTwice
from domain.seeing import ADMIN, AUDITOR
from domain.values import Text, Value

FindingState = Literal["raised", "explained", "accepted", "remedied", "dismissed"]
"""Where a finding stands."""

Saying = Literal["explain", "accept", "remedy", "dismiss"]
"""What a person may say of a finding."""

AFTER: Final[Mapping[Saying, FindingState]] = {
    "explain": "explained",
    "accept": "accepted",
    "remedy": "remedied",
    "dismiss": "dismissed",
}
"""The state each leads to."""

OVER: Final[tuple[FindingState, ...]] = ("remedied", "dismissed")
"""The states in which nothing is to be done about a finding any more."""

_FROM: Final[Mapping[Saying, tuple[FindingState, ...]]] = {
    "explain": ("raised", "explained"),
    "accept": ("raised", "explained"),
    "dismiss": ("raised", "explained"),
    "remedy": ("accepted",),
}
_BY_THE_UNIT: Final[tuple[Saying, ...]] = ("explain", "remedy")
"""Said by the case's own unit; the others by one above it."""


_State = TypeVar("_State", bound=str)


def found_again(state: _State) -> _State | Literal["raised"]:
    """Return the state of a finding that is found again: what was over is open."""
    return "raised" if state in OVER else state


class Life(Value):
    """What a finding is judged by when somebody wants to say something of it."""

    state: FindingState
    spoke: tuple[str, ...] = ()
    """Those who raised it by hand or explained it."""
    acted: tuple[str, ...] = ()
    """Those whose acts it rests on, and those acted for."""


class Whose(Value):
    """Who answers for what was found: a case, or what is done in a unit over many of them."""

    own: tuple[str, ...]
    """The unit itself."""
    above: tuple[str, ...]
    """Those above it; where there is none, the unit itself."""
    actors: frozenset[str]
    """The posts that work on such cases, as actors of the definitions."""
    subject: str | None = None
    """Whom a case is about: he says nothing of it."""


def whose_case(process: Process, case: Case) -> Whose:
    """Return who answers for what was found in a case."""
    path = tuple(place.id for place in case.path)
    return Whose(own=path[:1], above=path[1:] or path, actors=frozenset(process.roles), subject=case.subject)


def whose_unit(path: tuple[str, ...], editions: Iterable[Process]) -> Whose:
    """Return who answers for what is done in a unit, the first of a path up to the root."""
    actors = frozenset(actor for edition in editions for actor in edition.roles)
    return Whose(own=path[:1], above=path[1:] or path, actors=actors)


def may_say(saying: Saying, life: Life, whose: Whose, person: str, posts: Iterable[HeldPost]) -> HeldPost:
    """Return the post by which somebody says it. Raises RuleViolation naming what would make it pass."""
    if life.state not in _FROM[saying]:
        raise NotPossible(
            f"finding.{saying}",
            basis="gen",
            detail=Text(zh="问题目前的状态不允许这样处理。", en="The finding is not in a state for this."),
        )
    post = _post_for(saying, whose, person, posts)
    if saying not in _BY_THE_UNIT:
        _check_second(life, post, person)
    return post


def sayable(life: Life, whose: Whose, person: str, posts: Iterable[HeldPost]) -> tuple[Saying, ...]:
    """Return everything somebody may say of a finding now."""
    held = tuple(posts)
    return tuple(saying for saying in AFTER if _is_free(saying, life, whose, person, held))


def _is_free(saying: Saying, life: Life, whose: Whose, person: str, posts: tuple[HeldPost, ...]) -> bool:
    try:
        may_say(saying, life, whose, person, posts)
    except RuleViolation:
        return False
    return True


def _post_for(saying: Saying, whose: Whose, person: str, posts: Iterable[HeldPost]) -> HeldPost:
    own = saying in _BY_THE_UNIT
    # Where nothing stands above the unit it is another person of its own who decides.
    places = whose.own if own else whose.above
    fitting = (
        post
        for post in posts
        if post.unit in places
        and person != whose.subject
        # In the unit those answer whom the definition names; above it whoever has a say, but no auditor.
        and (post.actor in whose.actors if own else post.role not in {ADMIN, AUDITOR})
    )
    found = next(fitting, None)
    if found is not None:
        return found
    who = (
        Text(zh="所属组织中办理个案的人", en="those who work on cases in the unit itself")
        if own
        else Text(zh="其上级组织中任职的人", en="those with a post in a unit above it, other than auditors")
    )
    raise NotEntitled(
        f"finding.{saying}",
        basis="gen",
        detail=Text(zh=f"此事由下列人员处理：{who.zh}。", en=f"This is for {who.en}."),
        passes_when=who,
    )


def _check_second(life: Life, post: HeldPost, person: str) -> None:
    people = {person, post.on_behalf_of or person}
    if not people.intersection((*life.spoke, *life.acted)):
        return
    raise SamePersonTwice(
        "finding.second-person",
        basis="gen",
        detail=Text(
            zh="提出或说明问题的人、办理过所涉事项的人（含代理），不能认定或撤销该问题。",
            en="Whoever raised or explained a finding, or did what it rests on, or acts for such a person, "
            "neither accepts nor dismisses it.",
        ),
        passes_when=Text(zh="由另一人处理", en="somebody else does it"),
    )
