"""A flaw: one thing that makes a definition unsound, and where it stands."""

from __future__ import annotations

from typing import NamedTuple

from domain.complaints import Place
from domain.values import Text

_IN_CHINESE = {
    "body": "议事机构",
    "case role": "个案职责",
    "entry": "分项登记",
    "field": "填写项",
    "ground": "理由类别",
    "material": "材料",
    "outcome": "结果",
    "post": "职务",
    "restriction": "限制",
    "rule": "规则",
    "stage": "阶段",
    "standing": "身份",
    "step": "环节",
    "time zone": "时区",
    "unit kind": "组织类别",
}


class Flaw(NamedTuple):
    """Something wrong with a definition that is well-formed."""

    place: Place
    problem: Text

    @classmethod
    def of(cls, place: Place, *, zh: str, en: str) -> Flaw:
        """Return what is wrong at a place, said in both languages."""
        return cls(place, Text(zh=zh, en=en))


def called(sort: str) -> str:
    """Return what a sort of named thing, such as `case role`, is called in Chinese."""
    return _IN_CHINESE[sort]


def there_is_no(sort: str, name: str) -> Text:
    """Say that nothing of a sort has this name."""
    return Text(zh=f"没有{called(sort)}“{name}”", en=f"there is no {sort} {name!r}")


def has_no(owner: str, sort: str, name: str) -> Text:
    """Say that a step has nothing of a sort with this name."""
    return Text(zh=f"“{owner}”没有{called(sort)}“{name}”", en=f"{owner} has no {sort} {name!r}")


def need_not_be_over(step: str) -> Text:
    """Say that a step may still be open when its end is looked at."""
    return Text(zh=f"到那时“{step}”不一定已经办结", en=f"{step} need not be over by then")


def never_holds(why: Text) -> Text:
    """Say that something asked for can never be so."""
    return Text(zh=f"永远不会成立：{why.zh}", en=f"can never hold: {why.en}")
