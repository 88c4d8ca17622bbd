"""Where people may go from every page, and by which key."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Final

from domain.values import Text
from services.visiting import Visitor


def _anybody(_visitor: Visitor) -> bool:
    return True


def _officers(visitor: Visitor) -> bool:
    return bool(visitor.roles - {"admin", "auditor"})


def _watchers(visitor: Visitor) -> bool:
    return bool(visitor.roles - {"admin"})


def _auditors(visitor: Visitor) -> bool:
    return "auditor" in visitor.roles


def _administrators(visitor: Visitor) -> bool:
    return "admin" in visitor.roles


def _nobodies(visitor: Visitor) -> bool:
    """People without a post: whom cases are about."""
    return not visitor.held


@dataclass(frozen=True)
class Place:
    """One entry. `key` is pressed after `g`."""

    address: str
    title: Text
    icon: str
    key: str
    is_for: Callable[[Visitor], bool] = _anybody


PLACES: Final = (
    Place("/inbox", Text(zh="待办", en="Inbox"), "inbox", "i"),
    Place("/mine", Text(zh="我的申请", en="My application"), "user-circle", "m", _nobodies),
    Place("/start", Text(zh="发起申请", en="New application"), "file-plus", "n", _officers),
    Place("/meetings", Text(zh="会议", en="Meetings"), "users-group", "e", _officers),
    Place("/cases", Text(zh="个案", en="Cases"), "folders", "c", _watchers),
    Place("/board", Text(zh="看板", en="Board"), "layout-kanban", "b", _watchers),
    Place("/calendar", Text(zh="日历", en="Calendar"), "calendar-event", "d", _watchers),
    Place("/people", Text(zh="人员", en="People"), "users", "p"),
    Place("/units", Text(zh="组织", en="Units"), "sitemap", "u"),
    Place("/reports", Text(zh="报表", en="Reports"), "report-analytics", "r", _watchers),
    Place("/audit", Text(zh="审计", en="Audit"), "shield-check", "a", _auditors),
    Place("/log", Text(zh="日志", en="Log"), "fingerprint", "o", _auditors),
    Place("/processes", Text(zh="流程", en="Processes"), "git-branch", "l"),
    Place("/admin", Text(zh="管理", en="Administration"), "settings", "s", _administrators),
)
"""In the order shown. An entry appears as soon as there is a page at its address."""


def places_for(visitor: Visitor, addresses: Collection[str]) -> tuple[Place, ...]:
    """Return what is there for a visitor."""
    return tuple(place for place in PLACES if place.address in addresses and place.is_for(visitor))
