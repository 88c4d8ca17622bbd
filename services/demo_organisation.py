"""The organisation of the demonstration: invented units and people, the same each time.

One department, one base committee with the power to approve, a general branch, three branches (one of them
too small for a committee), and forty people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5

_NAMESPACE: Final = UUID("6f1d9a52-7c0e-4a2b-9d35-0b7a4c1e8f60")


def demo_id(kind: str, name: str) -> str:
    """Return the id of one thing of the demonstration: opaque, and equal in every installation."""
    return uuid5(_NAMESPACE, f"{kind}/{name}").hex


@dataclass(frozen=True)
class DemoUnit:
    """A place in the tree."""

    key: str
    kind: str
    name: str
    parent: str | None = None
    may_approve: bool = False

    @property
    def id(self) -> str:
        """The unit's id."""
        return demo_id("unit", self.key)


@dataclass(frozen=True)
class DemoPerson:
    """Somebody of the organisation."""

    name: str
    unit: str
    posts: tuple[tuple[str, str], ...] = ()
    """Role and unit of each post."""
    standing: str | None = "full-member"
    born: int = 1980

    @property
    def id(self) -> str:
        """The person's id."""
        return demo_id("person", self.name)


@dataclass(frozen=True)
class Login:
    """A published login; good on this machine only."""

    login: str
    name: str
    may: str

    @property
    def password(self) -> str:
        """The published password."""
        return f"{self.login}-demo"

    def announced(self) -> dict[str, str]:
        """Return what people and programs are told."""
        return {
            "login": self.login,
            "password": self.password,
            "name": self.name,
            "may": self.may,
            "person": demo_id("person", self.name),
        }


UNITS: Final = (
    DemoUnit("department", "department", "云川县委组织部"),
    DemoUnit("committee", "base-committee", "云川农机研究所党委", "department", may_approve=True),
    DemoUnit("workshop", "general-branch", "云川农机研究所试制工厂党总支", "committee"),
    DemoUnit("office", "branch", "机关党支部", "committee"),
    DemoUnit("assembly", "branch", "试制工厂总装党支部", "workshop"),
    DemoUnit("library", "branch", "资料室党支部", "committee"),
)

_SECRETARY, _ORGANISATION, _PUBLICITY, _DISCIPLINE = (
    "secretary",
    "organisation-member",
    "publicity-member",
    "discipline-member",
)

PEOPLE: Final = (
    # The branch of the office, with a committee, and the base committee, whose members belong to it.
    DemoPerson("林书远", "office", ((_SECRETARY, "office"),)),
    DemoPerson("沈嘉木", "office", ((_ORGANISATION, "office"),)),
    DemoPerson("方亦宁", "office", ((_PUBLICITY, "office"),)),
    DemoPerson("韩知夏", "office", ((_DISCIPLINE, "office"),)),
    DemoPerson("罗千帆", "office"),
    DemoPerson("董清越", "office"),
    DemoPerson("曹望舒", "office"),
    DemoPerson("章伯言", "office", ((_SECRETARY, "committee"),)),
    DemoPerson("梁若谷", "office", (("reviewer", "committee"),)),
    DemoPerson("于静姝", "office", (("reviewer", "committee"),)),
    DemoPerson("秦怀瑾", "office", (("reviewer", "committee"),)),
    DemoPerson("叶明澈", "office", (("organiser", "committee"),)),
    # The workshop: a branch below a general branch.
    DemoPerson("赵铁山", "assembly", ((_SECRETARY, "assembly"),)),
    DemoPerson("孙丽华", "assembly", (("deputy-secretary", "assembly"),)),
    DemoPerson("周海涛", "assembly", ((_ORGANISATION, "assembly"),)),
    DemoPerson("吴桂芳", "assembly", ((_DISCIPLINE, "assembly"),)),
    DemoPerson("郑国强", "assembly"),
    DemoPerson("冯晓燕", "assembly"),
    DemoPerson("陈建业", "assembly", ((_SECRETARY, "workshop"),)),
    DemoPerson("褚玉梅", "assembly", (("member", "workshop"),)),
    # The library: four full members, so its meeting decides what a committee decides elsewhere.
    DemoPerson("顾文心", "library", ((_SECRETARY, "library"),)),
    DemoPerson("程之恒", "library"),
    DemoPerson("宋以安", "library"),
    DemoPerson("白景行", "library"),
    # Above and beside.
    DemoPerson("马致和", "department", (("officer", "department"),)),
    DemoPerson("黄守正", "department", (("officer", "department"),)),
    DemoPerson("钱明鉴", "department", (("auditor", "department"),)),
    DemoPerson("管一平", "department", (("admin", "department"),)),
    # Twelve people on their way.
    DemoPerson("许晨光", "office", standing=None, born=1999),
    DemoPerson("江雨桐", "office", standing=None, born=1997),
    DemoPerson("何思远", "assembly", standing=None, born=1996),
    DemoPerson("杜若溪", "library", standing=None, born=1995),
    DemoPerson("邓凯旋", "assembly", standing=None, born=1998),
    DemoPerson("谢安琪", "office", standing=None, born=1994),
    DemoPerson("魏子健", "assembly", standing=None, born=1993),
    DemoPerson("唐诗韵", "library", standing=None, born=1997),
    DemoPerson("袁启明", "office", standing=None, born=1992),
    DemoPerson("夏语冰", "assembly", standing=None, born=1996),
    DemoPerson("石磊", "office", standing=None, born=1991),
    DemoPerson("陆晚晴", "library", standing=None, born=1995),
)

LOGINS: Final = (
    Login("admin", "管一平", "keeps units, people and posts"),
    Login("secretary", "林书远", "secretary of the branch 机关党支部"),
    Login("secretary2", "赵铁山", "secretary of the branch 试制工厂总装党支部"),
    Login("secretary3", "顾文心", "secretary of the small branch 资料室党支部"),
    Login("organiser", "叶明澈", "organiser of the base committee"),
    Login("reviewer", "梁若谷", "member of the base committee"),
    Login("committee", "章伯言", "secretary of the base committee"),
    Login("general-branch", "陈建业", "secretary of the general branch"),
    Login("department", "马致和", "officer of the organisation department"),
    Login("auditor", "钱明鉴", "reads everything below the department, acts nowhere"),
    Login("member", "罗千帆", "full member; contact and introducer of several people"),
    Login("applicant", "许晨光", "applied lately"),
)
