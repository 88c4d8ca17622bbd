"""Asks ahead who holds the posts that an act will most likely tell: those that acts like it told before.

What is asked ahead goes in the round of the lock, before the act is decided. It counts only where it turns
out to be enough, so a wrong guess costs a question and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from domain.case import Case
from domain.obligations import Obligation
from records.prepared import Sent

Post = tuple[str, str]
"""A unit, and a role in it."""


class Like(NamedTuple):
    """What acts have in common that tell the same posts, mostly."""

    digest: str
    """Of the process."""
    step: str
    outcome: str | None


class Told:
    """Whom acts told when they were last done, by what they are like."""

    def __init__(self, most: int) -> None:
        """Remember up to `most`; with one more it begins anew."""
        self._most = most
        self._actors: dict[Like, tuple[str, ...]] = {}

    def note(self, like: Like, actors: Iterable[str]) -> None:
        """Note whom an act told."""
        told = tuple(actors)
        if self._actors.get(like) == told:
            return
        if len(self._actors) >= self._most:
            self._actors.clear()
        self._actors[like] = told

    def posts(self, like: Like, case: Case) -> frozenset[Post]:
        """Return the posts that an act like that would tell in a case."""
        named = (actor.rpartition(".") for actor in self._actors.get(like, ()))
        units = ((case.unit_of_kind(kind), role) for kind, _, role in named)
        return frozenset((unit.id, role) for unit, role in units if unit is not None)


TOLD: Final = Told(1_000)
"""Of this process: whom the acts of its processes told."""


@dataclass(frozen=True, slots=True)
class AskedAhead:
    """What was asked ahead: who holds these posts on a day, and who is a relative of the subject."""

    like: Like
    posts: frozenset[Post]
    subject: str
    today: date
    sent: Sent | None

    def answer(self, case: Case, posts: Iterable[Post], today: date) -> Sent | None:
        """Return what was asked, where that is enough to tell the holders of `posts`; else None."""
        same = self.subject == case.subject and self.today == today
        return self.sent if same and self.posts.issuperset(posts) else None


def posts_in(owed: Sequence[Obligation]) -> dict[Post, str]:
    """Return the posts that are owed something, with the actor each stands for."""
    asked = ((one.assignee.unit, one.assignee.role, one.assignee.actor) for one in owed)
    return {(unit, role): actor for unit, role, actor in asked if unit and role}


def people_in(owed: Sequence[Obligation]) -> frozenset[str]:
    """Return the people who are owed something by name."""
    return frozenset(person for one in owed for person in one.assignee.people)
